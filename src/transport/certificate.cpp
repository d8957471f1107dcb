#include "transport/certificate.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/endpoint.hpp"
#include "sip/uri.hpp"

namespace offhook::transport {
namespace {

std::string_view without_dot(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  return name;
}

}  // namespace

std::vector<std::string> sip_identities(const CertificateNames& names) {
  std::vector<std::string> out;
  for (const std::string& text : names.uris) {
    const auto uri = sip::Uri::parse(text);
    if (uri && uri->scheme == sip::Scheme::Sip && uri->user.empty()) out.emplace_back(uri->host);
  }
  if (out.empty()) out = names.dns;
  if (out.empty() && !names.has_alternative_names && !names.common_name.empty()) out.push_back(names.common_name);
  return out;
}

bool speaks_for(const CertificateNames& names, std::string_view domain) {
  domain = without_dot(domain);
  if (domain.empty()) return false;
  if (const auto address = IpAddress::parse(domain))
    return std::any_of(names.addresses.begin(), names.addresses.end(),
                       [&](const std::string& text) { return IpAddress::parse(text) == address; });
  const auto identities = sip_identities(names);
  return std::any_of(identities.begin(), identities.end(),
                     [&](const std::string& name) { return iequals(without_dot(name), domain); });
}

}  // namespace offhook::transport
