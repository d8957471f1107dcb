#include "message_summary.hpp"

#include "base/ascii.hpp"
#include "body/message_summary.hpp"
#include "capabilities.hpp"
#include "sip/header/event.hpp"

namespace offhook::ua {

using sip::Builder;
using sip::HeaderId;

bool is_message_summary(const sip::Message& request) {
  const auto value = request.find(HeaderId::Event);
  const auto event = value ? sip::Event::parse(*value) : Result<sip::Event>(fail(Module::Ua, "no Event"));
  return event && event->package == "message-summary";
}

void take_message_summary(Core& core, Now now, AccountId account, const transaction::RequestReceived& event) {
  const sip::Message& request = event.request;
  if (request.body().empty()) return core.respond(now, event.id, request, 200);
  if (!has_content_type(request, body::kMessageSummaryType)) {
    auto answer = Builder::response(request, 415, core.new_tag());
    return core.respond(now, event.id, answer.add(HeaderId::Accept, body::kMessageSummaryType).build());
  }
  auto summary = body::MessageSummary::parse(request.body());
  if (!summary) return core.respond(now, event.id, request, 400, {}, "Bad Message Summary");
  core.respond(now, event.id, request, 200);
  MessagesWaiting out{account, summary->waiting};
  if (const auto* voice = summary->find(body::MessageClass::Voice)) {
    out.fresh = voice->fresh;
    out.old = voice->old;
  }
  core.tell(out);
}

}  // namespace offhook::ua
