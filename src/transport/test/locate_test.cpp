#include "transport/locate.hpp"

#include <gtest/gtest.h>

namespace offhook::transport {
namespace {

struct LocateCase {
  const char* uri;
  const char* expected;  // "UDP 192.0.2.1:5060", or "" for unknown
};

TEST(Locator, FindsNumericHostsAndThoseOfItsTable) {
  Locator locator;
  locator.add_host("Proxy.Example.com", IpAddress::v4(192, 0, 2, 5));
  const LocateCase cases[] = {
      {"sip:bob@192.0.2.1", "UDP 192.0.2.1:5060"},
      {"sip:bob@192.0.2.1:5070", "UDP 192.0.2.1:5070"},
      {"sip:192.0.2.1;transport=tcp", "TCP 192.0.2.1:5060"},
      {"sip:192.0.2.1;transport=TLS", "TLS 192.0.2.1:5061"},
      {"sip:192.0.2.1;transport=ws", "WS 192.0.2.1:80"},
      {"sip:192.0.2.1;transport=wss", "WSS 192.0.2.1:443"},
      {"sips:bob@192.0.2.1", "TLS 192.0.2.1:5061"},
      {"sips:bob@192.0.2.1;transport=tcp", "TLS 192.0.2.1:5061"},
      {"sips:bob@192.0.2.1;transport=ws", "WSS 192.0.2.1:443"},
      {"sips:bob@192.0.2.1;transport=udp", ""},
      {"sip:bob@192.0.2.1;transport=sctp", ""},
      {"sip:bob@[2001:db8::1]", "UDP [2001:db8::1]:5060"},
      {"sip:bob@proxy.example.com;lr", "UDP 192.0.2.5:5060"},
      {"sip:bob@PROXY.example.COM.:5090", "UDP 192.0.2.5:5090"},
      {"sip:bob@example.com", ""},
      {"sip:bob@example.com;maddr=192.0.2.8", "UDP 192.0.2.8:5060"},
      {"tel:+15551234", ""},
      {"mailto:bob@192.0.2.1", ""},
  };
  for (const auto& c : cases) {
    const auto uri = sip::Uri::parse(c.uri);
    ASSERT_TRUE(uri) << c.uri;
    const auto target = locator.locate(*uri);
    EXPECT_EQ(target ? std::string(protocol_name(target->protocol)) + " " + target->remote.text() : "", c.expected)
        << c.uri;
  }
}

}  // namespace
}  // namespace offhook::transport
