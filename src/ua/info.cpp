// INFO, both sides: what passes in a call beside its session, digits above all. RFC 6086; without Info-Package as RFC
// 2976 had it (RFC 6086 appendix A). One of ours is open at a time, so that they arrive in order.
#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "body/dtmf_info.hpp"
#include "calls.hpp"
#include "capabilities.hpp"

namespace offhook::ua {
namespace {

using sip::Builder;
using sip::HeaderId;
using sip::Method;

constexpr std::array kTypes{body::kDtmfRelayType, body::kDtmfType, body::kTelephoneEventType};
// More keys than a person presses while one INFO is under way.
constexpr std::size_t kMostWaiting = 128;

bool may_be_ignored(const sip::Message& request) {
  const auto disposition = request.find(HeaderId::ContentDisposition);
  return disposition && to_lower(*disposition).find("handling=optional") != std::string::npos;
}

std::string accepted_types() {
  std::string out;
  for (const std::string_view type : kTypes) out.append(out.empty() ? "" : ", ").append(type);
  return out;
}

}  // namespace

void Calls::info(Now now, CallId id, std::string_view content_type, std::string_view body) {
  Call* call = find(id);
  if (call == nullptr || call->phase == Phase::Over) return;
  if (call->information.waiting.size() == kMostWaiting) return core_->tell(InfoAnswered{id, 500});
  call->information.waiting.push_back({std::string(content_type), std::string(body)});
  send_next_info(now, *call);
}

void Calls::send_next_info(Now now, Call& call) {
  Information& info = call.information;
  if (call.phase != Phase::Established || info.sent != 0 || info.waiting.empty()) return;
  Builder builder = call.dialog->request(Method::Info);
  add_user_agent(builder, settings(call));
  builder.body(info.waiting.front().type, info.waiting.front().body);
  info.waiting.erase(info.waiting.begin());
  info.sent = send_in_dialog(now, call, Use::Info, std::move(builder));
}

void Calls::info_response(Now now, Key key, const sip::Message& response) {
  const Sent* sent = core_->sent(key);
  if (sent == nullptr || response.status() < 200) return;
  Call* call = find(sent->call);
  if (call == nullptr) return core_->forget(key);
  if (call->phase != Phase::Over && answer_challenge(now, key, response, &call->information.sent)) return;
  core_->forget(key);
  info_over(now, *call, response.status(), response.reason());
}

void Calls::info_failed(Now now, Key key, int status) {
  const auto sent = core_->take(key);
  if (!sent) return;
  if (Call* call = find(sent->call)) info_over(now, *call, status, sip::reason_phrase(status));
}

void Calls::info_over(Now now, Call& call, int status, std::string_view reason) {
  call.information.sent = 0;
  if (call.phase == Phase::Over) return;
  // §12.2.1.2: the peer has lost the dialog.
  if (status == 408 || status == 481) return end(now, call, EndedBy::Network, status, reason);
  core_->tell(InfoAnswered{call.id, status});
  if (status >= 300) call.information.waiting.clear();  // who does not take one takes none
  send_next_info(now, call);
}

void Calls::info_request(Now now, Call& call, const transaction::RequestReceived& event) {
  const sip::Message& request = event.request;
  const auto answer = [&](int status) { core_->respond(now, event.id, request, status, call.local_tag); };
  if (call.phase == Phase::Over) return answer(481);
  // No package was offered by us (RFC 6086 §4.2.2).
  if (request.count(HeaderId::InfoPackage) > 0)
    return core_->respond(now, event.id,
                          Builder::response(request, 469, call.local_tag).add(HeaderId::RecvInfo, "").build());
  if (request.body().empty()) return answer(200);
  const auto type = std::ranges::find_if(kTypes, [&](std::string_view t) { return has_content_type(request, t); });
  if (type == kTypes.end() && may_be_ignored(request)) return answer(200);
  if (type == kTypes.end())
    return core_->respond(
        now, event.id, Builder::response(request, 415, call.local_tag).add(HeaderId::Accept, accepted_types()).build());
  const auto digit = body::parse_dtmf(*type, request.body());
  if (!digit) return answer(400);
  answer(200);
  core_->tell(InfoReceived{call.id, *digit});
}

}  // namespace offhook::ua
