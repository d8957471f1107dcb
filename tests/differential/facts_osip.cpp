#include <osipparser2/osip_parser.h>

#include <memory>

#include "base/ascii.hpp"
#include "facts.hpp"

namespace offhook::differential {
namespace {

struct Freer {
  void operator()(osip_message_t* message) const { osip_message_free(message); }
};

void add(Facts& facts, const std::string& name, const osip_uri_t* uri) {
  if (uri != nullptr)
    add_uri(facts, name, text_or_empty(uri->username), text_or_empty(uri->host), text_or_empty(uri->port));
}

std::string param(osip_list_t* params, const char* name) {
  osip_generic_param_t* found = nullptr;
  // osip's parameter lists are searched with a name that is not const.
  std::string wanted(name);
  osip_generic_param_get_byname(params, wanted.data(), &found);
  return found == nullptr ? "" : text_or_empty(found->gvalue);
}

void add_address(Facts& facts, const std::string& name, osip_from_t* address) {
  if (address == nullptr) return;
  add(facts, name, address->url);
  facts[name + ".tag"] = param(&address->gen_params, "tag");
}

void add_vias(Facts& facts, osip_message_t* message) {
  const int count = osip_list_size(&message->vias);
  for (int i = 0; i < count; ++i) {
    const auto* via = static_cast<osip_via_t*>(osip_list_get(&message->vias, i));
    const std::string name = "via" + std::to_string(i);
    facts[name + ".transport"] = text_or_empty(via->protocol);
    facts[name + ".host"] = bare_host(text_or_empty(via->host));
    facts[name + ".port"] = text_or_empty(via->port);
    facts[name + ".branch"] = param(const_cast<osip_list_t*>(&via->via_params), "branch");
  }
  facts["via.count"] = std::to_string(count);
}

void add_addresses(Facts& facts, osip_list_t* list, const std::string& name) {
  const int count = osip_list_size(list);
  for (int i = 0; i < count; ++i)
    add(facts, name + std::to_string(i), static_cast<osip_from_t*>(osip_list_get(list, i))->url);
  facts[name + ".count"] = std::to_string(count);
}

std::string other(osip_message_t* message, const char* name) {
  osip_header_t* header = nullptr;
  osip_message_header_get_byname(message, name, 0, &header);
  return header == nullptr ? "" : text_or_empty(header->hvalue);
}

}  // namespace

std::optional<Facts> facts_of_osip(const std::string& text) {
  static const int kReady = parser_init();
  osip_message_t* raw = nullptr;
  if (kReady != 0 || osip_message_init(&raw) != 0) return std::nullopt;
  const std::unique_ptr<osip_message_t, Freer> message(raw);
  if (osip_message_parse(raw, text.data(), text.size()) != 0) return std::nullopt;
  Facts facts;
  facts["status"] = std::to_string(raw->status_code);
  facts["reason"] = text_or_empty(raw->reason_phrase);
  if (raw->sip_method != nullptr && raw->status_code == 0) {
    facts["method"] = raw->sip_method;
    add(facts, "request", raw->req_uri);
  }
  add_vias(facts, raw);
  add_address(facts, "from", raw->from);
  add_address(facts, "to", raw->to);
  if (raw->call_id != nullptr)
    facts["call-id"] = text_or_empty(raw->call_id->number) + '@' + text_or_empty(raw->call_id->host);
  if (raw->cseq != nullptr) facts["cseq"] = text_or_empty(raw->cseq->number) + ' ' + text_or_empty(raw->cseq->method);
  facts["max-forwards"] = other(raw, "max-forwards");
  add_addresses(facts, &raw->contacts, "contact");
  add_addresses(facts, &raw->routes, "route");
  add_addresses(facts, &raw->record_routes, "record-route");
  for (int i = 0; i < osip_list_size(&raw->headers); ++i) {
    const auto* header = static_cast<osip_header_t*>(osip_list_get(&raw->headers, i));
    const std::string name = to_lower(text_or_empty(header->hname));
    if (name.starts_with("x-")) facts.try_emplace(name, text_or_empty(header->hvalue));
    if (name == "s" || name == "subject") facts.try_emplace("subject", text_or_empty(header->hvalue));
  }
  facts.try_emplace("subject", "");
  const auto* body = static_cast<osip_body_t*>(osip_list_get(&raw->bodies, 0));
  facts["body"] = body == nullptr ? "" : std::string(body->body, body->length);
  return facts;
}

}  // namespace offhook::differential
