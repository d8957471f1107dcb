#include "registrar/outbound.hpp"

#include "base/ascii.hpp"
#include "sip/header/option_tags.hpp"
#include "sip/header/route.hpp"

namespace offhook::proxy {
namespace {

using sip::HeaderId;

constexpr std::uint32_t kLargestRegId = 0x7FFF'FFFF;
constexpr std::string_view kUrn = "urn:", kUuid = "urn:uuid:";

// In Supported, or in Require, which says as much.
bool knows_outbound(const sip::Message& request) {
  return sip::has_option_tag(request, HeaderId::Supported, "outbound") ||
         sip::has_option_tag(request, HeaderId::Require, "outbound");
}

// The Path value of the phone's first hop, the last in order, has ;ob (§5.1).
bool first_hop_keeps_flows(const sip::Message& request) {
  std::string_view first_hop;
  for (const std::string_view value : request.values(HeaderId::Path)) first_hop = value;
  const auto route = sip::RouteParam::parse(first_hop);
  return route && route->uri.params.has("ob");
}

}  // namespace

bool has_one_via(const sip::Message& request) {
  auto value = request.values(HeaderId::Via).begin();
  return value != std::default_sentinel && ++value == std::default_sentinel;
}

FlowUse flow_use(const sip::Message& request) {
  if (has_one_via(request) || first_hop_keeps_flows(request)) return FlowUse::Apply;
  return knows_outbound(request) ? FlowUse::Refuse : FlowUse::Ignore;
}

std::string_view instance_of(const sip::Contact& contact) {
  std::string_view value = contact.address.params.find("+sip.instance").value_or(std::string_view{});
  if (value.size() < 3 || value.front() != '<' || value.back() != '>') return {};
  value = value.substr(1, value.size() - 2);
  // It comes back between quotes and as a parameter of a URI.
  for (const char c : value)
    if (c <= ' ' || c == '"' || c == '\\' || c == '<' || c == '>' || c == 0x7F) return {};
  return value;
}

bool same_instance(std::string_view a, std::string_view b) {
  if (a == b) return true;
  if (iequals(a.substr(0, kUuid.size()), kUuid)) return iequals(a, b);
  if (a.size() != b.size() || !iequals(a.substr(0, kUrn.size()), kUrn)) return false;
  const auto end = a.find(':', kUrn.size());
  return end != std::string_view::npos && iequals(a.substr(0, end), b.substr(0, end)) && a.substr(end) == b.substr(end);
}

std::optional<std::uint32_t> reg_id_of(const sip::Contact& contact) {
  const auto text = contact.address.params.find("reg-id");
  if (!text || instance_of(contact).empty()) return 0;
  const auto number = parse_number<std::uint32_t>(*text);
  if (!number || *number == 0 || *number > kLargestRegId) return std::nullopt;
  return number;
}

bool is_outbound(const sip::Message& request) {
  if (!knows_outbound(request) || flow_use(request) != FlowUse::Apply) return false;
  for (const std::string_view value : request.values(HeaderId::Contact)) {
    const auto contact = sip::Contact::parse(value);
    if (contact && !contact->star && reg_id_of(*contact).value_or(0) != 0) return true;
  }
  return false;
}

}  // namespace offhook::proxy
