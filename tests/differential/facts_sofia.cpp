#include <sofia-sip/msg_addr.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_parser.h>

#include <memory>

#include "base/ascii.hpp"
#include "facts.hpp"
#include "sip/uri.hpp"

namespace offhook::differential {
namespace {

struct Freer {
  void operator()(msg_t* message) const { msg_destroy(message); }
};

void add(Facts& facts, const std::string& name, const url_t& uri) {
  add_uri(facts, name, sip::unescape(text_or_empty(uri.url_user)), text_or_empty(uri.url_host),
          text_or_empty(uri.url_port));
}

void add_address(Facts& facts, const std::string& name, const sip_addr_t* address) {
  if (address == nullptr) return;
  add(facts, name, *address->a_url);
  facts[name + ".tag"] = text_or_empty(address->a_tag);
}

void add_vias(Facts& facts, const sip_via_t* via) {
  int count = 0;
  for (; via != nullptr; via = via->v_next) {
    const std::string name = "via" + std::to_string(count++), protocol = text_or_empty(via->v_protocol);
    facts[name + ".transport"] = protocol.substr(protocol.rfind('/') + 1);
    facts[name + ".host"] = bare_host(text_or_empty(via->v_host));
    facts[name + ".port"] = text_or_empty(via->v_port);
    facts[name + ".branch"] = text_or_empty(via->v_branch);
  }
  facts["via.count"] = std::to_string(count);
}

void add_routes(Facts& facts, const sip_route_t* route, const std::string& name) {
  int count = 0;
  for (; route != nullptr; route = route->r_next) add(facts, name + std::to_string(count++), *route->r_url);
  facts[name + ".count"] = std::to_string(count);
}

void add_contacts(Facts& facts, const sip_contact_t* contact) {
  int count = 0;
  for (; contact != nullptr; contact = contact->m_next)
    add(facts, "contact" + std::to_string(count++), *contact->m_url);
  facts["contact.count"] = std::to_string(count);
}

}  // namespace

std::optional<Facts> facts_of_sofia(const std::string& text) {
  const std::unique_ptr<msg_t, Freer> message(
      msg_make(sip_default_mclass(), 0, text.data(), static_cast<ssize_t>(text.size())));
  const sip_t* sip = message == nullptr ? nullptr : sip_object(message.get());
  if (sip == nullptr || (sip->sip_request == nullptr && sip->sip_status == nullptr)) return std::nullopt;
  if (sip->sip_from == nullptr || sip->sip_to == nullptr || sip->sip_call_id == nullptr || sip->sip_cseq == nullptr)
    return std::nullopt;
  Facts facts;
  facts["status"] = std::to_string(sip->sip_status == nullptr ? 0 : sip->sip_status->st_status);
  facts["reason"] = sip->sip_status == nullptr ? "" : text_or_empty(sip->sip_status->st_phrase);
  if (sip->sip_request != nullptr) {
    facts["method"] = text_or_empty(sip->sip_request->rq_method_name);
    add(facts, "request", *sip->sip_request->rq_url);
  }
  add_vias(facts, sip->sip_via);
  add_address(facts, "from", sip->sip_from);
  add_address(facts, "to", sip->sip_to);
  facts["call-id"] = text_or_empty(sip->sip_call_id->i_id);
  facts["cseq"] = std::to_string(sip->sip_cseq->cs_seq) + ' ' + text_or_empty(sip->sip_cseq->cs_method_name);
  facts["max-forwards"] = sip->sip_max_forwards == nullptr ? "" : std::to_string(sip->sip_max_forwards->mf_count);
  facts["subject"] = sip->sip_subject == nullptr ? "" : text_or_empty(sip->sip_subject->g_string);
  add_contacts(facts, sip->sip_contact);
  add_routes(facts, sip->sip_route, "route");
  add_routes(facts, sip->sip_record_route, "record-route");
  for (const sip_unknown_t* other = sip->sip_unknown; other != nullptr; other = other->un_next)
    if (const std::string name = to_lower(text_or_empty(other->un_name)); name.starts_with("x-"))
      facts.try_emplace(name, text_or_empty(other->un_value));
  facts["body"] = sip->sip_payload == nullptr ? "" : std::string(sip->sip_payload->pl_data, sip->sip_payload->pl_len);
  return facts;
}

}  // namespace offhook::differential
