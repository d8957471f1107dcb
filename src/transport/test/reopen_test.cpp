// Where a response goes whose connection is gone.
#include "transport/reopen.hpp"

#include <gtest/gtest.h>

namespace offhook::transport {
namespace {

Flow lost(Protocol protocol, const char* remote = "192.0.2.9:40000") {
  return {protocol, *Endpoint::parse("192.0.2.1:5060"), *Endpoint::parse(remote), 7};
}

std::optional<Reopened> reopen_for(std::string_view via, const Flow& flow) {
  return reopen(*sip::Via::parse(via), flow);
}

// "tcp 192.0.2.9:5070", with the certificate's name in brackets, then what RFC 3263 §5 starts from.
std::string told(const std::optional<Reopened>& reopened) {
  if (!reopened) return "";
  std::string out(protocol_name(reopened->first.protocol));
  out += ' ' + reopened->first.remote.text();
  if (reopened->first.server_name) out += " (" + *reopened->first.server_name + ")";
  if (!reopened->then) return out;
  out += ", then " + reopened->then->host;
  if (reopened->then->port) out += ':' + std::to_string(*reopened->then->port);
  return out;
}

TEST(Reopen, GoesToTheSourceAtThePortOfSentByThenToTheSentBy) {
  const struct {
    const char* via;
    Protocol protocol;
    const char* expected;
  } cases[] = {
      {"SIP/2.0/TCP 192.0.2.9:5070;branch=z9hG4bK1", Protocol::Tcp, "TCP 192.0.2.9:5070"},
      {"SIP/2.0/TCP 192.0.2.9;branch=z9hG4bK1", Protocol::Tcp, "TCP 192.0.2.9:5060"},
      {"SIP/2.0/TLS 192.0.2.9;branch=z9hG4bK1", Protocol::Tls, "TLS 192.0.2.9:5061"},
      // rport is where the lost connection came from: nobody listens there.
      {"SIP/2.0/TCP 192.0.2.9;rport=40000;received=192.0.2.9;branch=z9hG4bK1", Protocol::Tcp, "TCP 192.0.2.9:5060"},
      {"SIP/2.0/TCP P1.example.com.;received=192.0.2.9;branch=z9hG4bK1", Protocol::Tcp,
       "TCP 192.0.2.9:5060, then p1.example.com"},
      {"SIP/2.0/TLS p1.example.com:5071;received=192.0.2.9;branch=z9hG4bK1", Protocol::Tls,
       "TLS 192.0.2.9:5071 (p1.example.com), then p1.example.com:5071"},
      // Behind a NAT.
      {"SIP/2.0/TCP 10.0.0.5:5062;received=192.0.2.9;branch=z9hG4bK1", Protocol::Tcp, "TCP 192.0.2.9:5062"},
      // Neither of these is obeyed: both could point at somebody else.
      {"SIP/2.0/TCP 192.0.2.9;maddr=203.0.113.5;received=203.0.113.6;branch=z9hG4bK1", Protocol::Tcp,
       "TCP 192.0.2.9:5060"},
      {"SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bK1", Protocol::Wss, ""},
      {"SIP/2.0/WS 192.0.2.9:80;branch=z9hG4bK1", Protocol::Ws, ""},
      {"SIP/2.0/TLS df7jal23ls0d.invalid;branch=z9hG4bK1", Protocol::Tls, ""},
      {"SIP/2.0/TCP 192.0.2.9:0;branch=z9hG4bK1", Protocol::Tcp, ""},
      {"SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1", Protocol::Udp, ""},
  };
  for (const auto& c : cases) EXPECT_EQ(told(reopen_for(c.via, lost(c.protocol))), c.expected) << c.via;
}

TEST(Reopen, NobodyNamesANetworkThatHeCannotReach) {
  const struct {
    const char* target;
    const char* source;
    bool fine;
  } cases[] = {
      {"203.0.113.1", "192.0.2.9", true},
      {"10.0.0.1", "192.0.2.9", false},
      {"172.31.0.1", "192.0.2.9", false},
      {"172.32.0.1", "192.0.2.9", true},
      {"192.168.1.1", "192.0.2.9", false},
      {"100.64.0.1", "192.0.2.9", false},
      {"169.254.1.1", "10.0.0.1", false},
      {"127.0.0.1", "10.0.0.1", false},
      {"10.0.0.1", "192.168.7.7", true},
      {"203.0.113.1", "10.0.0.1", true},
      {"127.0.0.2", "127.0.0.1", true},
      {"0.0.0.0", "127.0.0.1", false},
      {"224.0.1.75", "192.0.2.9", false},
      {"::1", "2001:db8::1", false},
      {"fd00::1", "2001:db8::1", false},
      {"fe80::1", "fd00::1", false},
      {"2001:db8::2", "2001:db8::1", true},
      {"ff02::1", "2001:db8::1", false},
      {"::ffff:127.0.0.1", "192.0.2.9", false},
      {"::ffff:203.0.113.1", "192.0.2.9", true},
      {"::", "::1", false},
  };
  for (const auto& c : cases)
    EXPECT_EQ(is_no_nearer(*IpAddress::parse(c.target), *IpAddress::parse(c.source)), c.fine)
        << c.target << " for " << c.source;
}

}  // namespace
}  // namespace offhook::transport
