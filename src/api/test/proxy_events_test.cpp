// Messages that wait, NOTIFYs by command, and trunks.
#include "proxy_fixture.hpp"

namespace offhook::api {
namespace {

using testing::HasSubstr;
using testing::Not;

using ProxyEventsTest = ProxyApiTest;

proxy::Trunk trunk(const std::string& name, bool registers) {
  proxy::Trunk out;
  out.name = name;
  out.to = "sip:127.0.0.8";
  out.username = "u";
  out.password = "secret-of-it";
  out.registers = registers;
  return out;
}

TEST_F(ProxyEventsTest, MessagesAreSetAndTold) {
  enrol("1001");
  EXPECT_EQ(good(ask("PUT", "/messages/1001", kToken, R"({"new":2,"old":8,"urgent_new":1})")),
            json::parse(R"({"user":"1001","new":2,"old":8,"urgent_new":1,"urgent_old":0})"));
  const auto told = sent();
  ASSERT_EQ(told.size(), 1);
  EXPECT_EQ(told[0].method(), sip::Method::Notify);
  EXPECT_EQ(told[0].find(sip::HeaderId::Event), "message-summary");
  EXPECT_THAT(std::string(told[0].body()), HasSubstr("Voice-Message: 2/8 (1/0)"));
  EXPECT_EQ(get("/messages/1001").at("new"), 2);
  EXPECT_EQ(get("/messages/1002").at("new"), 0);
  good(ask("PUT", "/messages/1001", kToken, R"({"new":0})"));
  const auto cleared = sent();
  ASSERT_EQ(cleared.size(), 1);
  EXPECT_THAT(std::string(cleared[0].body()), HasSubstr("Messages-Waiting: no"));
}

TEST_F(ProxyEventsTest, CountsThatCannotBe) {
  for (const auto& [body, word] : {std::pair{R"({})", "missing"},
                                   {R"({"new":-1})", "new"},
                                   {R"({"new":"many"})", "many"},
                                   {R"({"new":1,"urgent_new":2})", "urgent"},
                                   {R"({"fresh":1})", "fresh"},
                                   {R"({"new":4294967296})", "new"}}) {
    const auto refused = ask("PUT", "/messages/1001", kToken, body);
    EXPECT_EQ(refused.status, 400) << body;
    EXPECT_THAT(sentence(refused), HasSubstr(word)) << body;
  }
  EXPECT_EQ(get("/messages/1001").at("new"), 0);
  EXPECT_EQ(ask("PUT", "/messages/1001", "", R"({"new":1})").status, 401);
}

TEST_F(ProxyEventsTest, EveryEngineIsToldOfMessagesAndOneSendsANotify) {
  proxy::Core second(config(), random_, locator_);
  world_.others_.push_back(&second);
  enrol("1001");
  good(ask("PUT", "/messages/1001", kToken, R"({"new":3})"));
  EXPECT_EQ(second.messages("1001").fresh, 3);
  sent();
  good(ask("POST", "/notify/1001", kToken, R"({"event":"check-sync"})"));
  EXPECT_EQ(sent().size(), 1);
  EXPECT_FALSE(second.poll_transmit());
}

TEST_F(ProxyEventsTest, ANotifyGoesToEveryContact) {
  enrol("1001");
  EXPECT_EQ(good(ask("POST", "/notify/1001", kToken, R"({"event":"check-sync;reboot=true"})")).at("contacts"), 1);
  EXPECT_EQ(
      good(ask("POST", "/notify/1001", kToken, R"({"event":"ACTION-URI","type":"message/sipfrag","body":"key=OK"})"))
          .at("contacts"),
      1);
  const auto told = sent();
  ASSERT_EQ(told.size(), 2);
  EXPECT_EQ(told[0].request_uri(), "sip:1001@127.0.0.1:5071");
  EXPECT_EQ(told[0].find(sip::HeaderId::Event), "check-sync;reboot=true");
  EXPECT_TRUE(told[0].body().empty());
  EXPECT_EQ(told[1].find(sip::HeaderId::ContentType), "message/sipfrag");
  EXPECT_EQ(told[1].body(), "key=OK");
}

TEST_F(ProxyEventsTest, ANotifyMustBeOne) {
  enrol("1001");
  for (const auto& [body, word] : {std::pair{R"({})", "missing"},
                                   {R"({"event":"a\r\nRoute: <sip:x>"})", "Event"},
                                   {R"({"event":"a b"})", "Event"},
                                   {R"({"event":"a","body":"x"})", "type"},
                                   {R"({"event":"a","type":"text","body":"x"})", "media type"},
                                   {R"({"event":"a","type":"text/plain\r\nX: y","body":"x"})", "media type"},
                                   {R"({"event":"a","from":"x"})", "from"}}) {
    const auto refused = ask("POST", "/notify/1001", kToken, body);
    EXPECT_EQ(refused.status, 400) << body;
    EXPECT_THAT(sentence(refused), HasSubstr(word)) << body;
  }
  EXPECT_EQ(ask("POST", "/notify/1001", kToken,
                R"({"event":"a","type":"text/plain","body":")" + std::string(16'385, 'x') + "\"}")
                .status,
            400);
  EXPECT_EQ(ask("POST", "/notify/1002", kToken, R"({"event":"check-sync"})").status, 404);
  EXPECT_EQ(ask("POST", "/notify/1001", "", R"({"event":"check-sync"})").status, 401);
  EXPECT_TRUE(sent().empty());
}

TEST_F(ProxyEventsTest, TrunksAndTheirRegistrations) {
  EXPECT_EQ(get("/trunks"), json::parse(R"({"total":0,"trunks":[]})"));
  EXPECT_THAT(ask("GET", "/metrics").body, Not(HasSubstr("trunk_registered")));
  auto with = config();
  with.policy.trunks = {trunk("gateway", false), trunk("provider", true)};
  ASSERT_TRUE(core_.reconfigure(now_, with));
  const auto asked = sent();
  ASSERT_EQ(asked.size(), 1);
  EXPECT_EQ(get("/trunks").at("trunks"), json::parse(R"([{"name":"gateway","registers":false},
      {"name":"provider","registers":true,"registered":false,"failures":0}])"));
  EXPECT_THAT(ask("GET", "/metrics").body, HasSubstr("offhook_trunk_registered{trunk=\"provider\"} 0\n"));
  answer(asked[0], 200, "Expires: 500");
  EXPECT_EQ(get("/trunks/provider"), json::parse(R"({"name":"provider","registers":true,"registered":true,
      "granted":500,"status":200,"failures":0})"));
  EXPECT_THAT(ask("GET", "/metrics").body, HasSubstr("offhook_trunk_registered{trunk=\"provider\"} 1\n"));
  EXPECT_THAT(ask("GET", "/trunks").body, Not(HasSubstr("secret")));
  EXPECT_EQ(ask("GET", "/trunks/nobody").status, 404);
  EXPECT_EQ(ask("GET", "/trunks", "").status, 401);
}

TEST_F(ProxyEventsTest, ATrunkThatRefusesShowsWhy) {
  auto with = config();
  with.policy.trunks = {trunk("provider", true)};
  ASSERT_TRUE(core_.reconfigure(now_, with));
  const auto asked = sent();
  ASSERT_EQ(asked.size(), 1);
  answer(asked[0], 403, {});
  const auto trunk = get("/trunks/provider");
  EXPECT_EQ(trunk.at("registered"), false);
  EXPECT_EQ(trunk.at("status"), 403);
  EXPECT_EQ(trunk.at("failures"), 1);
  EXPECT_FALSE(trunk.contains("granted"));
}

}  // namespace
}  // namespace offhook::api
