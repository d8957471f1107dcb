// Phones behind connections that they opened: bindings, dialogs and refusals by flow. RFC 5626 §5.3, RFC 7118 §5.
#include <gtest/gtest.h>

#include "harness.hpp"
#include "proxy/core.hpp"
#include "sip/header/name_addr.hpp"

namespace offhook::proxy::test {
namespace {

using sip::HeaderId;
using transport::Flow;
using transport::Protocol;

const Endpoint kUdp{IpAddress::v4(192, 0, 2, 1), 5060}, kWs{IpAddress::v4(192, 0, 2, 1), 8088},
    kTcp{IpAddress::v4(192, 0, 2, 1), 5060};
const Endpoint kPhone = party(9), kBrowser{IpAddress::v4(198, 51, 100, 7), 40'001},
               kOther{IpAddress::v4(198, 51, 100, 8), 40'002};

class Connections : public testing::Test {
 protected:
  Connections() {
    Config config = World::default_config();
    config.listen = {{Protocol::Udp, kUdp}, {Protocol::Ws, kWs}, {Protocol::Tcp, kTcp}};
    core_ = std::make_unique<Core>(std::move(config), random_, locator_);
  }

  // What it passes on to the world, once.
  std::vector<std::string> aliases() {
    std::vector<std::string> out;
    while (const auto alias = core_->poll_alias()) out.push_back(alias->advertised.text());
    return out;
  }

  static Flow browser(std::uint64_t connection = 7) { return {Protocol::Ws, kWs, kBrowser, connection}; }
  static Flow phone() { return {Protocol::Udp, kUdp, kPhone, 0}; }

  // What leaves because of it, responses of class 1xx apart.
  std::vector<transport::Transmit> receive(const Flow& flow, const std::string& bytes) {
    core_->receive(now_, flow, bytes);
    while (auto write = core_->poll_store()) core_->stored(now_, write->id, true);
    return sent();
  }
  std::vector<transport::Transmit> sent() {
    std::vector<transport::Transmit> out;
    while (auto transmit = core_->poll_transmit())
      if (!transmit->bytes.starts_with("SIP/2.0 1")) out.push_back(std::move(*transmit));
    return out;
  }

  static std::string request(std::string_view method, std::string_view uri, const Flow& from, std::string_view headers,
                             std::string_view branch, std::string_view to_tag = {}) {
    const std::string via = from.protocol == Protocol::Ws ? "WS b.invalid" : "UDP " + from.remote.text();
    const bool known = !to_tag.empty();
    return std::string(method) + ' ' + std::string(uri) + " SIP/2.0\r\nVia: SIP/2.0/" + via + ";branch=z9hG4bK" +
           std::string(branch) +
           "\r\nMax-Forwards: 70\r\nFrom: <sip:1001@example.test>;tag=f\r\nTo: <sip:1002@example.test>" +
           (known ? ";tag=" + std::string(to_tag) : "") + "\r\nCall-ID: c\r\nCSeq: 1 " + std::string(method) + "\r\n" +
           std::string(headers) + "Content-Length: 0\r\n\r\n";
  }

  void register_browser(std::uint64_t connection = 7) {
    const auto out = receive(
        browser(connection),
        "REGISTER sip:example.test SIP/2.0\r\nVia: SIP/2.0/WS b.invalid;branch=z9hG4bKr" + std::to_string(connection) +
            "\r\nMax-Forwards: 70\r\nFrom: <sip:1002@example.test>;tag=f\r\nTo: "
            "<sip:1002@example.test>\r\nCall-ID: r" +
            std::to_string(connection) +
            "\r\nCSeq: 1 REGISTER\r\nContact: <sip:x@b.invalid;transport=ws>\r\nContent-Length: 0\r\n\r\n");
    ASSERT_EQ(out.size(), 1U);
    ASSERT_TRUE(out[0].bytes.starts_with("SIP/2.0 200"));
    EXPECT_EQ(out[0].flow, browser(connection)) << "a response goes back over its connection";
  }

  // The INVITE as the browser gets it.
  sip::Message call_browser(std::string_view branch) {
    const auto out = receive(
        phone(), request("INVITE", "sip:1002@example.test", phone(), "Contact: <sip:1001@192.0.2.9>\r\n", branch));
    EXPECT_EQ(out.size(), 1U);
    EXPECT_EQ(out[0].flow.connection, 7U);
    EXPECT_EQ(out[0].flow.protocol, Protocol::Ws);
    return *sip::Message::parse(out[0].bytes);
  }

  SeededRandom random_{3};
  transport::Locator locator_;
  Now now_{TimePoint{} + seconds(1000), WallTime{} + seconds(1289690940)};
  std::unique_ptr<Core> core_;
};

TEST_F(Connections, ACallFindsTheConnectionOfTheRegister) {
  register_browser();
  const auto invite = call_browser("1");
  EXPECT_EQ(invite.request_uri(), "sip:x@b.invalid;transport=ws");
  EXPECT_TRUE(invite.top(HeaderId::Via)->starts_with("SIP/2.0/WS 192.0.2.1:8088"));
  EXPECT_EQ(invite.count(HeaderId::RecordRoute), 2U) << "one for each side (RFC 5658)";
}

TEST_F(Connections, RequestsOfTheDialogFindItToo) {
  register_browser();
  const auto invite = call_browser("1");
  std::vector<std::string> routes;
  for (const auto value : invite.values(HeaderId::RecordRoute)) routes.emplace_back(value);
  ASSERT_EQ(routes.size(), 2U);
  // The caller's route set is reversed: its own side first, the browser's with the token last.
  const auto bye = [&](std::string_view last, std::string_view branch) {
    return receive(phone(), request("BYE", "sip:x@b.invalid;transport=ws", phone(),
                                    "Route: " + routes[1] + "\r\nRoute: " + std::string(last) + "\r\n", branch, "t"));
  };
  const auto out = bye(routes[0], "2");
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].flow, browser());
  EXPECT_EQ(sip::Message::parse(out[0].bytes)->count(HeaderId::Route), 0U);
  // Somebody else's idea of a token leads nowhere.
  std::string forged = routes[0];
  forged[forged.find('-', forged.find("f-") + 2) + 1] ^= 1;
  const auto refused = bye(forged, "3");
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_TRUE(refused[0].bytes.starts_with("SIP/2.0 430 Flow Failed")) << refused[0].bytes;
}

TEST_F(Connections, WithItsConnectionABrowserIsGone) {
  register_browser();
  EXPECT_EQ(core_->binding_count(), 1U);
  core_->unreachable(now_, browser());
  EXPECT_EQ(core_->binding_count(), 0U);
  const auto write = core_->poll_store();
  ASSERT_TRUE(write) << "and in the store";
  EXPECT_EQ(write->remove.size(), 1U);
  const auto out =
      receive(phone(), request("INVITE", "sip:1002@example.test", phone(), "Contact: <sip:1001@192.0.2.9>\r\n", "1"));
  ASSERT_EQ(out.size(), 1U);
  EXPECT_TRUE(out[0].bytes.starts_with("SIP/2.0 480"));
}

TEST_F(Connections, ARefreshOverANewConnectionMovesTheBinding) {
  register_browser(7);
  register_browser(8);
  EXPECT_EQ(core_->binding_count(), 1U);
  core_->unreachable(now_, browser(7));
  EXPECT_EQ(core_->binding_count(), 1U) << "the old one does not matter any more";
}

TEST_F(Connections, LargeRequestsGoByTcp) {
  const std::string contact = "Contact: <sip:1002@192.0.2.77>\r\n";
  auto out = receive(
      phone(),
      "REGISTER sip:example.test SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKq\r\nMax-Forwards: 70\r\n"
      "From: <sip:1002@example.test>;tag=f\r\nTo: <sip:1002@example.test>\r\nCall-ID: q\r\nCSeq: 1 REGISTER\r\n" +
          contact + "Content-Length: 0\r\n\r\n");
  ASSERT_EQ(out.size(), 1U);
  out = receive(phone(), request("INVITE", "sip:1002@example.test", phone(),
                                 "Contact: <sip:1001@192.0.2.9>\r\nSubject: " + std::string(1300, 'x') + "\r\n", "9"));
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].flow.protocol, Protocol::Tcp);
  EXPECT_EQ(out[0].flow.remote.text(), "192.0.2.77:5060");
  core_->unreachable(now_, {Protocol::Tcp, kTcp, out[0].flow.remote, 0});
  out = sent();
  ASSERT_EQ(out.size(), 1U) << "and by UDP where nobody speaks TCP";
  EXPECT_EQ(out[0].flow.protocol, Protocol::Udp);
}

// RFC 5923 §8.2: whether it is used is decided where the certificates are.
TEST_F(Connections, AnAliasOfTheTopViaIsPassedOn) {
  const Flow peer{Protocol::Tls, {IpAddress::v4(192, 0, 2, 1), 5061}, kOther, 9};
  std::string options = request("OPTIONS", "sip:example.test", phone(), {}, "a1");
  const std::string via = "UDP " + kPhone.text();
  options.replace(options.find(via), via.size(), "TLS p2.example.com:5071;alias");
  receive(peer, options);
  EXPECT_EQ(aliases(), std::vector<std::string>{kOther.address.text() + ":5071"});
}

}  // namespace
}  // namespace offhook::proxy::test
