#include "transport/certificate.hpp"

#include <gtest/gtest.h>

namespace offhook::transport {
namespace {

TEST(Certificate, IdentitiesAreThoseOfRfc5922) {
  const CertificateNames dns{{}, {"Proxy.Example.com", "*.example.com"}, {}, true, "cn.example.com"};
  EXPECT_TRUE(speaks_for(dns, "proxy.example.com"));
  EXPECT_TRUE(speaks_for(dns, "proxy.example.com."));
  EXPECT_FALSE(speaks_for(dns, "example.com")) << "no suffixes";
  EXPECT_FALSE(speaks_for(dns, "other.example.com")) << "no wildcards";
  EXPECT_TRUE(speaks_for(dns, "*.example.com"));
  EXPECT_FALSE(speaks_for(dns, "cn.example.com")) << "CN counts only without subjectAltName";
  EXPECT_FALSE(speaks_for(dns, ""));
}

TEST(Certificate, ASipUriWinsOverDnsNames) {
  const CertificateNames both{
      {"sip:example.com", "SIP:bob@person.example.com", "https://web.example.com"}, {"host.example.com"}, {}, true, ""};
  EXPECT_EQ(sip_identities(both), std::vector<std::string>{"example.com"});
  EXPECT_FALSE(speaks_for(both, "host.example.com"));
  // A user's or another scheme's URI is no domain; then the DNS names stand.
  const CertificateNames users{{"sip:bob@example.com", "sips:example.com"}, {"host.example.com"}, {}, true, ""};
  EXPECT_EQ(sip_identities(users), std::vector<std::string>{"host.example.com"});
}

TEST(Certificate, CommonNameIsTheLastResort) {
  EXPECT_TRUE(speaks_for({{}, {}, {}, false, "cn.example.com"}, "CN.example.com"));
  EXPECT_FALSE(speaks_for({{"https://x"}, {}, {}, true, "cn.example.com"}, "cn.example.com"));
}

TEST(Certificate, AddressesMustBeNamedAsAddresses) {
  const CertificateNames names{{}, {"192.0.2.1"}, {"192.0.2.7", "2001:db8::1"}, true, ""};
  EXPECT_TRUE(speaks_for(names, "192.0.2.7"));
  EXPECT_TRUE(speaks_for(names, "[2001:DB8::1]"));
  EXPECT_FALSE(speaks_for(names, "192.0.2.1"));
}

}  // namespace
}  // namespace offhook::transport
