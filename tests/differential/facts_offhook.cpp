#include "base/ascii.hpp"
#include "facts.hpp"
#include "sip/header/cseq.hpp"
#include "sip/header/name_addr.hpp"
#include "sip/header/numbers.hpp"
#include "sip/header/via.hpp"
#include "sip/message.hpp"

namespace offhook::differential {
namespace {

using sip::HeaderId;

void add(Facts& facts, const std::string& name, std::string_view text) {
  const auto uri = sip::Uri::parse(text);
  if (uri) add_uri(facts, name, sip::unescape(uri->user), uri->host, uri->port ? std::to_string(*uri->port) : "");
}

void add_address(Facts& facts, const std::string& name, std::string_view value) {
  const auto address = sip::NameAddr::parse(value);
  if (!address) return;
  add(facts, name, address->uri);
  facts[name + ".tag"] = address->tag();
}

void add_vias(Facts& facts, const sip::Message& message) {
  int count = 0;
  for (const std::string_view value : message.values(HeaderId::Via)) {
    const auto via = sip::Via::parse(value);
    const std::string name = "via" + std::to_string(count++);
    if (!via) continue;
    facts[name + ".transport"] = via->transport;
    facts[name + ".branch"] = via->branch();
    facts[name + ".host"] = bare_host(via->host);
    facts[name + ".port"] = via->port ? std::to_string(*via->port) : "";
  }
  facts["via.count"] = std::to_string(count);
}

void add_addresses(Facts& facts, const sip::Message& message, HeaderId id, const std::string& name) {
  int count = 0;
  for (const std::string_view value : message.values(id)) {
    const auto address = sip::NameAddr::parse(value);
    if (address) add(facts, name + std::to_string(count), address->uri);
    ++count;
  }
  facts[name + ".count"] = std::to_string(count);
}

}  // namespace

std::optional<Facts> facts_of_offhook(const std::string& text) {
  const auto message = sip::Message::parse(text);
  if (!message) return std::nullopt;
  Facts facts;
  facts["status"] = std::to_string(message->status());
  facts["reason"] = message->reason();
  if (message->is_request()) {
    facts["method"] = message->method_text();
    add(facts, "request", message->request_uri());
  }
  add_vias(facts, *message);
  add_address(facts, "from", message->find(HeaderId::From).value_or(""));
  add_address(facts, "to", message->find(HeaderId::To).value_or(""));
  facts["call-id"] = message->call_id();
  const auto cseq = sip::CSeq::parse(message->find(HeaderId::CSeq).value_or(""));
  if (cseq) facts["cseq"] = std::to_string(cseq->number) + ' ' + std::string(cseq->method);
  facts["max-forwards"] = std::to_string(sip::max_forwards(*message).value_or(0));
  facts["subject"] = message->find(HeaderId::Subject).value_or("");
  add_addresses(facts, *message, HeaderId::Contact, "contact");
  add_addresses(facts, *message, HeaderId::Route, "route");
  add_addresses(facts, *message, HeaderId::RecordRoute, "record-route");
  for (std::size_t i = 0; i < message->header_count(); ++i) {
    const auto field = message->header(i);
    if (field.name.starts_with("X-")) facts.try_emplace(to_lower(field.name), field.value);
  }
  facts["body"] = message->body();
  return facts;
}

}  // namespace offhook::differential
