// Two proxies on real sockets: one registers at the other as a trunk does.
#include <gtest/gtest.h>

#include "io/clock.hpp"
#include "io/proxy_host.hpp"

namespace offhook::io {
namespace {

ProxySettings settings(transport::Protocol protocol) {
  ProxySettings out;
  out.listen = {{protocol, {IpAddress::loopback(), 0}}};
  out.domains = {"example.test"};
  out.users = {*parse_user("office:key")};
  return out;
}

class ProxyTrunk : public testing::TestWithParam<transport::Protocol> {};

TEST_P(ProxyTrunk, RegistersWithItsPassword) {
  Loop loop;
  auto provider = ProxyHost::start(loop, settings(GetParam()));
  ASSERT_TRUE(provider) << provider.error().text();
  auto office = settings(GetParam());
  office.domains = {"office.test"};
  proxy::Trunk trunk;
  trunk.name = "provider";
  trunk.to = "sip:" + (*provider)->listening().front().endpoint.text();
  if (GetParam() == transport::Protocol::Tcp) trunk.to += ";transport=tcp";
  trunk.username = "office";
  trunk.password = "key";
  trunk.domain = "example.test";
  trunk.registers = true;
  office.policy.trunks = {trunk};
  auto host = ProxyHost::start(loop, office);
  ASSERT_TRUE(host) << host.error().text();
  EXPECT_TRUE(loop.run_until([&] { return (*provider)->core().binding_count() == 1; }, now().mono + seconds(20)));
  const auto bindings = (*provider)->core().bindings(now().wall);
  ASSERT_EQ(bindings.size(), 1U);
  EXPECT_EQ(bindings[0].aor, "sip:office@example.test");
  EXPECT_EQ(bindings[0].contact.find("sip:office@127.0.0.1:"), 0U) << bindings[0].contact;
  EXPECT_EQ((*provider)->core().counters().challenges, 1U);
}

INSTANTIATE_TEST_SUITE_P(All, ProxyTrunk, testing::Values(transport::Protocol::Udp, transport::Protocol::Tcp),
                         [](const auto& one) { return std::string(transport::protocol_name(one.param)); });

}  // namespace
}  // namespace offhook::io
