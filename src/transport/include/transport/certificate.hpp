// Whom a certificate speaks for: SIP domain identities of RFC 5922 §7. The certificate's chain and dates are the
// world's to check (it has the TLS library); these are the rules for its names.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace offhook::transport {

// The names in a certificate, as they stand there.
struct CertificateNames {
  std::vector<std::string> uris;       // subjectAltName of type URI
  std::vector<std::string> dns;        // … of type DNS
  std::vector<std::string> addresses;  // … of type IP, as text
  bool has_alternative_names = false;  // subjectAltName is there, with whatever types
  std::string common_name;             // CN of the subject
};

// §7.1: sip URIs without a user; without any, the DNS names; without a subjectAltName, the CN.
[[nodiscard]] std::vector<std::string> sip_identities(const CertificateNames& names);
// §7.2: whole names, case-insensitive, no wildcards. `domain` is what was looked up; where that is an address, the
// certificate must name the address.
[[nodiscard]] bool speaks_for(const CertificateNames& names, std::string_view domain);

}  // namespace offhook::transport
