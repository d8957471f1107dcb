#include "party.hpp"

#include "sip/header/name_addr.hpp"
#include "sip/uri.hpp"

namespace offhook::ua {

Party party_of_uri(std::string_view text) {
  Party out;
  out.uri = std::string(without_headers(text));
  if (const auto uri = sip::Uri::parse(out.uri))
    out.user = uri->user.empty() ? std::string(uri->host) : sip::unescape(uri->user);
  return out;
}

Party party_of(std::string_view value) {
  const auto address = sip::NameAddr::parse(value);
  if (!address) return {};
  Party out = party_of_uri(address->uri);
  out.display_name = address->display_name();
  return out;
}

std::string_view without_headers(std::string_view uri) { return uri.substr(0, uri.find('?')); }

}  // namespace offhook::ua
