// What the proxy makes of each torture message. A request goes to a user that is bound to a device; one that asks for
// no user (REGISTER above all) gets a Route that leads past the proxy. A response comes twice, as a stray and from the
// device of a request that was relayed before.
#include "expect_response.hpp"
#include "plain.hpp"
#include "proxy_stage.hpp"
#include "sip/header/cseq.hpp"
#include "table.hpp"

namespace offhook::torture {
namespace {

constexpr std::string_view kOwnRoute = "127.0.0.1:5080";  // mpart01 was recorded on its way to a proxy there

// The outcome of a request: its final answer, "forward", or "drop".
class Proxy : public testing::TestWithParam<Row> {
 protected:
  void expect_request_verdict(std::string bytes) {
    const bool has_user = !asked_user(bytes).empty();
    auto domains = domains_of(bytes, has_user);
    domains.emplace_back(kOwnRoute);
    ProxyStage proxy(GetParam().is_ipv6(), std::move(domains));
    proxy.bind(bytes);
    if (!has_user && sip::Message::parse(bytes))
      bytes.insert(bytes.find('\n') + 1, "Route: <sip:" + proxy.stage.onward().text() + ";lr>\r\n");
    proxy.send(bytes);

    const auto answers = proxy.wire.take(proxy.stage.sender().address);
    for (const auto& answer : answers) expect_answers(bytes, answer, proxy.stage.sender().address.text());
    std::string outcome = "drop", last;
    if (!answers.empty() && !answers.back().starts_with("SIP/2.0 100 ")) {
      last = answers.back();
      outcome = last.substr(8, 3);
    } else if (!proxy.wire.sent.empty()) {
      ASSERT_EQ(proxy.wire.sent.size(), 1U);
      outcome = "forward";
      last = proxy.wire.sent.front().bytes;
      expect_unchanged(proxy, bytes);
    }
    EXPECT_EQ(outcome, GetParam().proxy) << last;
    expect_details(GetParam().proxy_detail, last);
    EXPECT_TRUE(proxy.works());
  }

  void expect_unchanged(const ProxyStage& proxy, const std::string& bytes) {
    const auto& [flow, forwarded] = proxy.wire.sent.front();
    Forwarding allowed;
    allowed.via = "Via: SIP/2.0/UDP " + proxy.stage.engine().text() + ";rport;branch=z9hG4bK";
    allowed.source = proxy.stage.sender().address.text();
    allowed.own_route = kOwnRoute;
    if (flow.remote == proxy.stage.device()) allowed.request_uri = proxy.device_uri();
    expect_forwarded(bytes, forwarded, allowed);
  }

  // "relay": the caller gets it, with nothing but our Via gone. "absorb": it ends here, but the request is answered.
  // "drop": as if nothing had come; the request is repeated.
  void expect_response_verdict(const std::string& bytes) {
    ProxyStage stray(GetParam().is_ipv6(), {"example.com"});
    stray.send(bytes);
    EXPECT_TRUE(stray.wire.sent.empty()) << "a stray response";

    ProxyStage proxy(GetParam().is_ipv6(), {"example.com"});
    const Plain original = take_apart(bytes);
    const std::string request = proxy.relay_for(identity_of(original), method_of(original));
    // The Vias of what was relayed stand above those that follow the message's first one.
    std::string above, below = original.start;
    for (const auto& field : take_apart(request).fields)
      if (name_of(field) == "via") above += field;
    below = rest_below(original, above.substr(above.find("\r\n") + 2));
    proxy.wire.receive(proxy.stage.device(), original.start + above.substr(0, above.find("\r\n") + 2) + below);
    const auto broadcast = IpAddress::v4(255, 255, 255, 255);
    EXPECT_TRUE(proxy.wire.take(broadcast).empty()) << "sent to the broadcast address";
    const auto relayed = proxy.wire.take(proxy.stage.sender().address);
    EXPECT_TRUE(proxy.wire.sent.empty());
    proxy.wire.advance(milliseconds(600));
    const auto repeated = proxy.wire.take(proxy.stage.device().address);
    std::string outcome = repeated.empty() ? "absorb" : "drop";
    if (!relayed.empty()) {
      outcome = "relay";
      EXPECT_EQ(relayed.front(), original.start + below);
      expect_details(GetParam().proxy_detail, relayed.front());
    }
    EXPECT_EQ(outcome, GetParam().proxy);
    EXPECT_TRUE(proxy.works());
  }

  // The response without its first Via; the caller's comes in its place unless another one follows.
  static std::string rest_below(const Plain& original, const std::string& callers) {
    std::string out;
    std::size_t vias = 0;
    for (const auto& field : original.fields) vias += name_of(field) == "via" ? 1 : 0;
    bool first = true;
    for (const auto& field : original.fields) {
      if (name_of(field) == "via" && std::exchange(first, false)) {
        if (vias == 1) out += callers;
        continue;
      }
      out += field;
    }
    return out + "\r\n" + original.body;
  }

  static sip::Message identity_of(const Plain& response) {
    std::string text = "SIP/2.0 200 OK\r\n";
    for (const auto& field : response.fields)
      if (name_of(field) == "from" || name_of(field) == "call-id") text += field;
    auto message = sip::Message::parse(text + "\r\n");
    EXPECT_TRUE(message);
    return message ? std::move(*message) : sip::Message{};
  }
  static std::string method_of(const Plain& response) {
    for (const auto& field : response.fields)
      if (name_of(field) == "cseq") {
        const auto value = value_of(field);
        return value.substr(value.rfind(' ') + 1);
      }
    return {};
  }
};

TEST_P(Proxy, doesAsItsVerdictSays) {
  const std::string bytes = bytes_of(GetParam().file);
  if (bytes.starts_with("SIP/"))
    expect_response_verdict(bytes);
  else
    expect_request_verdict(bytes);
}

INSTANTIATE_TEST_SUITE_P(Messages, Proxy, testing::ValuesIn(verdicts()), test_name);

// A REGISTER at the registrar of its domain, and whatever else comes there while nobody is bound. The details are the
// contacts that are bound afterwards.
class Registrar : public testing::TestWithParam<Row> {};

TEST_P(Registrar, doesAsItsVerdictSays) {
  const std::string bytes = bytes_of(GetParam().file);
  ProxyStage proxy(GetParam().is_ipv6(), domains_of(bytes, true));
  proxy.send(bytes);
  const auto answers = proxy.wire.take(proxy.stage.sender().address);
  std::string outcome = answers.empty() ? "drop" : answers.back().substr(8, 3);
  if (!proxy.wire.sent.empty()) outcome = "forward";  // a Route leads elsewhere
  EXPECT_EQ(outcome, GetParam().registrar) << testing::PrintToString(answers);
  EXPECT_EQ(proxy.contacts(), items_of(GetParam().registrar_detail));
  for (const auto& contact : proxy.contacts())
    EXPECT_NE(answers.back().find("Contact: <" + contact + ">;expires="), std::string::npos) << answers.back();
  EXPECT_TRUE(proxy.works());
}

INSTANTIATE_TEST_SUITE_P(Messages, Registrar, testing::ValuesIn(verdicts()), test_name);

}  // namespace
}  // namespace offhook::torture
