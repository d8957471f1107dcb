#include "parse_work.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "sdp/session_description.hpp"
#include "sip/digest.hpp"
#include "sip/edit.hpp"
#include "sip/header/contact.hpp"
#include "sip/header/cseq.hpp"
#include "sip/header/event.hpp"
#include "sip/header/numbers.hpp"
#include "sip/header/via.hpp"

namespace offhook::bench {
namespace {

using sip::HeaderId;
using sip::Message;

std::size_t sum(const Result<sip::Uri>& uri) {
  if (!uri) return 0;
  return uri->user.size() + uri->host.size() + uri->port.value_or(0) + uri->params.text().size() +
         static_cast<std::size_t>(uri->scheme);
}

std::size_t sum(const Result<sip::NameAddr>& address) {
  return address ? address->display.size() + address->tag().size() + sum(address->parse_uri()) : 0;
}

std::size_t vias(const Message& message) {
  std::size_t out = 0;
  for (const std::string_view value : message.values(HeaderId::Via))
    if (const auto via = sip::Via::parse(value))
      out += via->branch().size() + via->host.size() + via->port.value_or(0) + via->rport().value_or(0) +
             (via->received() ? 1 : 0);
  return out;
}

std::size_t addresses(const Message& message) {
  std::size_t out = 0;
  for (const HeaderId id : {HeaderId::From, HeaderId::To, HeaderId::PAssertedIdentity, HeaderId::PPreferredIdentity,
                            HeaderId::RemotePartyId})
    if (const auto value = message.find(id)) out += sum(sip::NameAddr::parse(*value));
  for (const std::string_view value : message.values(HeaderId::Contact))
    if (const auto contact = sip::Contact::parse(value))
      out += sum(contact->address.parse_uri()) + static_cast<std::size_t>(contact->q().value_or(0)) +
             contact->expires().value_or(0);
  return out;
}

std::size_t routes(const Message& message) {
  std::size_t out = 0;
  for (const HeaderId id : {HeaderId::RecordRoute, HeaderId::Route})
    for (const std::string_view value : message.values(id))
      if (const auto address = sip::NameAddr::parse(value))
        if (const auto uri = address->parse_uri())
          out += uri->host.size() + uri->port.value_or(0) + (uri->params.has("lr") ? 1 : 0);
  return out;
}

std::size_t small_fields(const Message& message) {
  std::size_t out =
      message.call_id().size() + sip::max_forwards(message).value_or(0) + sip::expires(message).value_or(0);
  if (const auto value = message.find(HeaderId::CSeq))
    if (const auto cseq = sip::CSeq::parse(*value)) out += cseq->number + cseq->method.size();
  if (const auto value = message.find(HeaderId::Event))
    if (const auto event = sip::Event::parse(*value)) out += event->package.size() + event->id().size();
  if (const auto value = message.find(HeaderId::SubscriptionState))
    if (const auto state = sip::SubscriptionState::parse(*value))
      out += state->state.size() + state->expires().value_or(0);
  for (const HeaderId id : {HeaderId::Supported, HeaderId::Require})
    for (const std::string_view tag : message.values(id)) out += tag.size();
  for (const HeaderId id :
       {HeaderId::ContentType, HeaderId::SessionExpires, HeaderId::AlertInfo, HeaderId::CallInfo, HeaderId::Replaces})
    if (const auto value = message.find(id)) out += value->size();
  return out;
}

std::size_t credentials(const Message& message) {
  const auto value = message.find(HeaderId::Authorization);
  const auto parsed = value ? sip::Credentials::parse(*value) : tl::unexpected(Error{});
  return parsed ? parsed->username.size() + parsed->nonce.size() + parsed->response.size() + parsed->nc.value_or(0) : 0;
}

std::size_t read_as_phone(const Message& message) {
  std::size_t out = vias(message) + addresses(message) + routes(message) + small_fields(message);
  if (message.is_request())
    out += sum(sip::Uri::parse(message.request_uri())) + static_cast<std::size_t>(message.method());
  return out + static_cast<std::size_t>(message.status());
}

std::size_t read_session(const Message& message) {
  if (message.find(HeaderId::ContentType) != "application/sdp") return 0;
  const auto session = sdp::parse(message.body());
  if (!session) return 0;
  std::size_t out = session->origin().session_version.size();
  for (const auto& media : session->media()) {
    const auto connection = session->connection_of(media);
    out += media.port + media.codecs().size() + static_cast<std::size_t>(session->direction_of(media)) +
           (connection ? connection->address.size() : 0);
  }
  return out;
}

}  // namespace

std::vector<Sample> load_samples(const std::string& folder) {
  std::vector<Sample> out;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".sip") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    out.push_back({entry.path().filename().string(), {std::istreambuf_iterator<char>(file), {}}});
  }
  std::sort(out.begin(), out.end(), [](const Sample& a, const Sample& b) { return a.name < b.name; });
  return out;
}

std::size_t copy(const Sample& sample) {
  const std::string bytes(sample.bytes);
  return static_cast<unsigned char>(bytes.back()) + bytes.size();
}

std::size_t index(const Sample& sample) {
  const auto message = Message::parse(sample.bytes);
  return message ? message->header_count() : 0;
}

std::size_t typed(const Sample& sample) {
  const auto message = Message::parse(sample.bytes);
  return message ? read_as_phone(*message) : 0;
}

std::size_t typed_with_auth(const Sample& sample) {
  const auto message = Message::parse(sample.bytes);
  return message ? read_as_phone(*message) + credentials(*message) : 0;
}

std::size_t typed_with_sdp(const Sample& sample) {
  const auto message = Message::parse(sample.bytes);
  return message ? read_as_phone(*message) + credentials(*message) + read_session(*message) : 0;
}

std::size_t forward(const Sample& sample) {
  const auto message = Message::parse(sample.bytes);
  if (!message) return 0;
  sip::Edit edit(*message);
  if (message->is_response()) return edit.remove_top(HeaderId::Via).bytes().size();
  if (const auto top = message->top(HeaderId::Via)) edit.insert_after(*top, ";received=127.0.1.17");
  edit.request_uri("sip:3120@127.0.1.20:5064;transport=udp");
  edit.set(HeaderId::MaxForwards, std::to_string(sip::max_forwards(*message).value_or(70) - 1));
  edit.remove_top(HeaderId::Route);
  if (message->to_tag().empty()) edit.prepend(HeaderId::RecordRoute, "<sip:127.0.2.10:5060;lr>");
  edit.prepend(HeaderId::Via, "SIP/2.0/UDP 127.0.2.10:5060;rport;branch=z9hG4bK7d0c5512f9b04e8a");
  return edit.bytes().size();
}

}  // namespace offhook::bench
