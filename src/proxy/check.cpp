#include "check.hpp"

#include "base/ascii.hpp"
#include "route/breadth.hpp"
#include "sip/header/numbers.hpp"

namespace offhook::proxy {
namespace {

// Option tags that we act on. RFC 3327, RFC 5626, RFC 5627; as a proxy there is none that needs us.
bool is_supported(sip::HeaderId field, std::string_view tag) {
  return field == sip::HeaderId::Require && (iequals(tag, "path") || iequals(tag, "outbound") || iequals(tag, "gruu"));
}

}  // namespace

std::optional<Reply> check_scheme(const sip::Uri& request_uri) {
  switch (request_uri.scheme) {
    case sip::Scheme::Sip:
    case sip::Scheme::Sips:
    case sip::Scheme::Tel: return std::nullopt;
    case sip::Scheme::Other: break;
  }
  return Reply{416};
}

std::optional<Reply> check_max_forwards(const sip::Message& request) {
  if (sip::max_forwards(request) == 0U) return Reply{483};
  return std::nullopt;
}

std::optional<Reply> check_max_breadth(const sip::Message& request) {
  if (Breadth::of(request) == 0) return Reply{440};
  return std::nullopt;
}

std::optional<Reply> check_options(const sip::Message& request, sip::HeaderId field) {
  std::string unsupported;
  for (const std::string_view tag : request.values(field)) {
    if (is_supported(field, tag)) continue;
    if (!unsupported.empty()) unsupported += ", ";
    unsupported += tag;
  }
  if (unsupported.empty()) return std::nullopt;
  return Reply{420, {}, {{sip::HeaderId::Unsupported, std::move(unsupported)}}};
}

std::optional<Reply> check_relaying(const Relaying& facts) {
  if (facts.to_us || facts.in_dialog || facts.from_us) return std::nullopt;
  return Reply{403, "Relaying Denied"};
}

}  // namespace offhook::proxy
