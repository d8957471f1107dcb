// A message from the network: index it, read every header value in every typed way, judge it, answer it, edit it.
#include <cstdlib>

#include "sip/builder.hpp"
#include "sip/check.hpp"
#include "sip/digest.hpp"
#include "sip/edit.hpp"
#include "sip/header/contact.hpp"
#include "sip/header/cseq.hpp"
#include "sip/header/event.hpp"
#include "sip/header/numbers.hpp"
#include "sip/header/replaces.hpp"
#include "sip/header/via.hpp"

namespace {
using namespace offhook::sip;

void read(const auto&...) {}

void require(bool holds) {
  if (!holds) std::abort();
}

void read_uri(std::string_view text) {
  const auto uri = Uri::parse(text);
  if (!uri) return;
  require(equal(*uri, *uri));
  (void)aor_key(*uri);
  require(unescape(escape_user(uri->user)) == uri->user);
  (void)escape_header(uri->headers);
}

void read_value(std::string_view value) {
  if (const auto via = Via::parse(value)) read(via->received(), via->rport(), via->branch(), via->sent_by());
  if (const auto contact = Contact::parse(value)) {
    read(contact->q(), contact->expires(), contact->address.display_name());
    read_uri(contact->address.uri);
  }
  if (const auto cseq = CSeq::parse(value)) (void)method_of(cseq->method);
  if (const auto event = Event::parse(value)) (void)event->id();
  if (const auto state = SubscriptionState::parse(value)) read(state->expires(), state->reason());
  if (const auto replaces = Replaces::parse(value)) require(!replaces->to_tag.empty());
  if (const auto challenge = Challenge::parse(value)) require(Challenge::parse(challenge->text()).has_value());
  if (const auto credentials = Credentials::parse(value)) {
    (void)verify(*credentials, "key", "INVITE");
    (void)Credentials::parse(credentials->text());
  }
  (void)NonceMaker("secret").check(value);
}

void edit(const Message& m) {
  require(Edit(m).bytes() == m.bytes());
  const Message forwarded = Edit(m)
                                .request_uri("sip:x@y")
                                .status(480, "Gone")
                                .prepend(HeaderId::Via, "SIP/2.0/UDP p;branch=z9hG4bKp")
                                .prepend(HeaderId::RecordRoute, "<sip:p;lr>")
                                .set(HeaderId::MaxForwards, "9")
                                .remove_top(HeaderId::Route)
                                .remove_top(HeaderId::Route)
                                .remove(HeaderId::Contact)
                                .append("X-Own", "v")
                                .body("text/plain", "body")
                                .apply();
  require(forwarded.body() == "body");
  require(forwarded.count(HeaderId::Via) == m.count(HeaderId::Via) + 1);
  require(forwarded.count(HeaderId::Contact) == 0);
  require(max_forwards(forwarded) == 9);
  for (std::size_t i = 0; i < m.header_count(); ++i)
    require(Edit(m).remove_field(i).apply().header_count() + 1 == m.header_count());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  // Whatever can be answered gives an answer that parses.
  if (const auto answer = answer_broken(bytes, 400, "Bad Request", "tag")) require(answer->status() == 400);
  const auto message = Message::parse(bytes);
  if (!message) return 0;
  const Message& m = *message;
  read_uri(m.request_uri());
  for (std::size_t i = 0; i < m.header_count(); ++i) {
    read_value(m.header(i).value);
    for (const std::string_view element : m.values(m.header(i).id)) read_value(element);
    require(m.find(m.header(i).name).has_value());
  }
  read(m.call_id(), m.from_tag(), m.to_tag(), m.cseq(), expires(m), min_expires(m), retry_after(m),
       m.top(HeaderId::Via));
  const auto again = Message::parse(std::string(m.bytes()));
  require(again && again->bytes() == m.bytes() && again->header_count() == m.header_count() &&
          again->body() == m.body());
  if (m.is_request()) {
    const bool good = !check_request(m).has_value();
    const Message response = Builder::response(m, 200, "tag").build();
    require(response.status() == 200);
    require(!good || (response.cseq() == m.cseq() && !response.to_tag().empty()));
  } else {
    (void)check_response(m);
  }
  if (m.header_count() < 64) edit(m);
  return 0;
}
