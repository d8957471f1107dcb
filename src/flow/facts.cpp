#include "flow/facts.hpp"

#include "base/ascii.hpp"
#include "sdp/session_description.hpp"
#include "sip/header/name_addr.hpp"
#include "sip/header/via.hpp"
#include "sip/message.hpp"
#include "sip/uri.hpp"

namespace offhook::flow {
namespace {

std::string user_of_uri(std::string_view text) {
  const auto uri = sip::Uri::parse(text);
  return uri ? sip::unescape(uri->user) : std::string{};
}

std::string user_of(const sip::Message& message, sip::HeaderId id) {
  const auto value = message.top(id);
  if (!value) return {};
  const auto address = sip::NameAddr::parse(*value);
  return address ? user_of_uri(address->uri) : std::string{};
}

void read_sdp(const sip::Message& message, Facts& facts) {
  const std::string_view body = message.body();
  const auto description = sdp::parse(body);
  if (!description) return;
  for (const sdp::Media& media : description->media()) {
    if (media.type != "audio") continue;
    facts.direction = description->direction_of(media);
    const auto connection = description->connection_of(media);
    const auto ip = connection ? connection->ip() : std::nullopt;
    if (!ip) return;
    facts.audio = Endpoint{*ip, media.port}.text();
    if (ip->is_unspecified()) facts.direction = sdp::Direction::Inactive;  // the hold of RFC 2543
    return;
  }
}

void read_body(const sip::Message& message, Facts& facts) {
  const std::string_view type = message.find(sip::HeaderId::ContentType).value_or(std::string_view{});
  const std::string_view kind = trim(type.substr(0, type.find(';')));
  if (iequals(kind, "application/sdp")) read_sdp(message, facts);
  if (iequals(kind, "message/sipfrag")) {
    const std::string_view line = trim(message.body().substr(0, message.body().find('\n')));
    constexpr std::string_view kVersion = "SIP/2.0 ";
    facts.sipfrag = line.starts_with(kVersion) ? line.substr(kVersion.size()) : line;
  }
}

}  // namespace

std::vector<std::string_view> Facts::header(std::string_view name) const {
  const sip::HeaderId wanted = sip::header_id(name);
  std::vector<std::string_view> out;
  for (const auto& [field, value] : headers)
    if (wanted == sip::HeaderId::Other ? iequals(field, name) : sip::header_id(field) == wanted)
      out.emplace_back(value);
  return out;
}

Facts read_facts(std::string_view bytes) {
  Facts facts;
  const auto parsed = sip::Message::parse(std::string(bytes));
  if (!parsed) return facts;
  const sip::Message& message = *parsed;
  facts.valid = true;
  facts.request = message.is_request();
  facts.status = message.status();
  facts.reason = message.reason();
  if (facts.request) {
    facts.method = message.method_text();
    facts.request_uri = message.request_uri();
    facts.request_user = user_of_uri(facts.request_uri);
  } else {
    facts.method = sip::method_name(message.method());
  }
  facts.from_user = user_of(message, sip::HeaderId::From);
  facts.to_user = user_of(message, sip::HeaderId::To);
  facts.contact_user = user_of(message, sip::HeaderId::Contact);
  facts.refer_to_user = user_of(message, sip::HeaderId::ReferTo);
  facts.referred_by_user = user_of(message, sip::HeaderId::ReferredBy);
  facts.diversion_user = user_of(message, sip::HeaderId::Diversion);
  facts.from_tag = message.from_tag();
  facts.to_tag = message.to_tag();
  facts.call_id = message.call_id();
  facts.cseq = message.cseq();
  if (const auto via = message.top(sip::HeaderId::Via)) {
    const auto top = sip::Via::parse(*via);
    if (top) facts.branch = top->branch();
  }
  for (std::size_t i = 0; i < message.header_count(); ++i) {
    const sip::HeaderField field = message.header(i);
    facts.headers.emplace_back(field.name, field.value);
  }
  read_body(message, facts);
  return facts;
}

}  // namespace offhook::flow
