// The routes of the API over a real rack.
#include "fixture.hpp"

namespace offhook::api::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

TEST_F(PhonesApiTest, TellsVersionAndHealth) {
  const auto version = get("/api/version");
  EXPECT_EQ(version.at("name"), "offhook");
  EXPECT_THAT(version.at("version").get<std::string>(), MatchesRegex("[0-9]+.[0-9]+.[0-9]+"));
  EXPECT_EQ(get("/api/health"), json({{"status", "ok"}, {"phones", 2}, {"registered", 2}, {"calls", 0}}));
}

TEST_F(PhonesApiTest, ListsThePhones) {
  const auto phones = get("/api/phones").at("phones");
  ASSERT_EQ(phones.size(), 2);
  EXPECT_EQ(phones[0], get("/api/phones/A"));
  EXPECT_EQ(phones[1].at("name"), "B");
}

TEST_F(PhonesApiTest, ShowsAPhoneAtRest) {
  const auto phone = get("/api/phones/A");
  EXPECT_EQ(phone.at("number"), "1001");
  EXPECT_EQ(phone.at("label"), "Desk 1001");
  EXPECT_EQ(phone.at("model"), "T46G");
  EXPECT_EQ(phone.at("local"), "127.0.0.1:5061");
  EXPECT_EQ(phone.at("registered"), true);
  EXPECT_EQ(phone.at("calls"), json::array());
  EXPECT_EQ(phone.at("hears"), json::array());
  EXPECT_EQ(phone.at("dnd"), false);
  EXPECT_EQ(phone.at("forward"), "");
  const auto& account = phone.at("accounts").at(0);
  EXPECT_EQ(account.at("user"), "1001");
  EXPECT_EQ(account.at("registered"), true);
}

TEST_F(PhonesApiTest, PagesAreStartedShownAndEnded) {
  EXPECT_EQ(get("/api/phones/A").at("page"), nullptr);
  now_.mono += milliseconds(1500);
  const json sent = {
      {"direction", "sent"}, {"number", 2}, {"label", "Fire"}, {"group", "224.1.1.1:5000"}, {"since", 1500.0}};
  EXPECT_EQ(post("/api/phones/A/page", R"({"group":"Fire"})").at("page"), sent);
  EXPECT_EQ(sentence(send("POST", "/api/phones/A/page?group=2")), "page 2 is being sent already");
  EXPECT_EQ(post("/api/phones/A/endpage").at("page"), nullptr);
  EXPECT_EQ(send("POST", "/api/phones/A/endpage").status, 409);
  rack_.page_changed(now_, {*rack_.find("B"), 2, true, {}});
  EXPECT_EQ(get("/api/phones/B").at("page").at("direction"), "heard");
}

TEST_F(PhonesApiTest, DialAnswersWithThePhoneAndItsCall) {
  now_.mono += milliseconds(1500);
  const auto phone = post("/api/phones/A/dial", R"({"number":"1002"})");
  ASSERT_EQ(phone.at("calls").size(), 1);
  const auto& call = phone.at("calls").at(0);
  EXPECT_EQ(call.at("id"), 1);
  EXPECT_EQ(call.at("direction"), "outgoing");
  EXPECT_EQ(call.at("state"), "dialing");
  EXPECT_EQ(call.at("since"), 1500.0);
  EXPECT_EQ(call.at("peer").at("number"), "1002");
  EXPECT_EQ(call.at("actions"), json({"hangup"}));
}

TEST_F(PhonesApiTest, ACallGoesThroughItsStates) {
  const auto state = [this](const char* name) {
    return get(std::string("/api/phones/") + name).at("calls").at(0).at("state");
  };
  post("/api/phones/A/dial?number=1002");
  EXPECT_EQ(state("A"), "ringback");
  EXPECT_EQ(state("B"), "ringing");
  post("/api/phones/B/answer", R"({"call":1})");
  EXPECT_EQ(state("A"), "talking");
  EXPECT_EQ(state("B"), "talking");
  EXPECT_EQ(get("/api/health").at("calls"), 2);  // one at each end
  post("/api/phones/A/hold");
  EXPECT_EQ(state("A"), "held");
  EXPECT_EQ(state("B"), "held-by-remote");
  post("/api/phones/A/resume");
  EXPECT_EQ(state("A"), "talking");
  post("/api/phones/B/hangup");
  EXPECT_EQ(state("A"), "ended");
  EXPECT_EQ(get("/api/health").at("calls"), 0);
}

TEST_F(PhonesApiTest, RejectEndsTheCallWithItsReason) {
  post("/api/phones/A/dial", R"({"number":"1002"})");
  post("/api/phones/B/reject");
  const auto call = get("/api/phones/A").at("calls").at(0);
  EXPECT_EQ(call.at("state"), "ended");
  EXPECT_NE(call.at("note"), "");
}

TEST_F(PhonesApiTest, DoNotDisturbAndForwardAreSettings) {
  EXPECT_EQ(post("/api/phones/A/dnd", R"({"on":true})").at("dnd"), true);
  EXPECT_EQ(post("/api/phones/A/dnd?on=false").at("dnd"), false);
  EXPECT_THAT(
      post("/api/phones/B/forward", R"({"kind":"always","on":true,"to":"1003"})").at("forward").get<std::string>(),
      HasSubstr("1003"));
  EXPECT_EQ(post("/api/phones/B/forward", R"({"kind":"always","on":false})").at("forward"), "");
}

TEST_F(PhonesApiTest, WhatThePhoneCannotDoIsAConflict) {
  for (const char* action : {"answer", "reject", "hold", "resume", "hangup", "transfer?to=1003", "hangup?call=9"}) {
    const auto response = send("POST", std::string("/api/phones/A/") + action);
    EXPECT_EQ(response.status, 409) << action;
    EXPECT_NE(sentence(response), "") << action;
  }
}

TEST_F(PhonesApiTest, WhatIsAskedWronglyIsABadRequest) {
  for (const auto& [target, body] :
       std::vector<std::pair<std::string, std::string>>{{"/api/phones/A/dial", ""},
                                                        {"/api/phones/A/dial", "{"},
                                                        {"/api/phones/A/dial", "[]"},
                                                        {"/api/phones/A/dial", R"({"nr":"1002"})"},
                                                        {"/api/phones/A/transfer", "{}"},
                                                        {"/api/phones/A/dnd", "{}"},
                                                        {"/api/phones/A/hangup", R"({"call":-1})"}}) {
    const auto response = send("POST", target, body);
    EXPECT_EQ(response.status, 400) << target << body;
    EXPECT_NE(sentence(response), "") << target << body;
  }
  EXPECT_EQ(send("GET", "/api/messages?since=x").status, 400);
  EXPECT_EQ(sentence(send("GET", "/api/events")), "open a WebSocket here");
}

TEST_F(PhonesApiTest, WhatIsNotThereIsNotFound) {
  for (const char* path : {"/", "/api", "/api/phones/Z", "/api/phones/A/explode", "/api/messages/999999",
                           "/api/messages/x", "/api/phones/A/dial/x"})
    EXPECT_EQ(send("GET", path).status, 404) << path;
  EXPECT_EQ(sentence(send("POST", "/api/phones/Z/dial?number=1")), "there is no phone Z");
}

TEST_F(PhonesApiTest, WrongMethodNamesTheRightOne) {
  const auto post_only = send("GET", "/api/phones/A/dial");
  EXPECT_EQ(post_only.status, 405);
  EXPECT_EQ(post_only.allow, "POST");
  EXPECT_EQ(sentence(post_only), "/api/phones/A/dial takes POST, not GET");
  for (const char* path : {"/api/phones", "/api/phones/A", "/api/messages", "/api/messages/1", "/api/version",
                           "/api/health", "/api/events"})
    EXPECT_EQ(send("DELETE", path).allow, "GET") << path;
}

TEST_F(PhonesApiTest, MessagesAreTheLadder) {
  const auto last = get("/api/messages").at("messages").back().at("number").get<std::uint64_t>();
  connect_call();
  const auto messages = get("/api/messages?since=" + std::to_string(last)).at("messages");
  std::vector<std::string> ladder;
  for (const auto& m : messages)
    ladder.push_back(m.at("from").get<std::string>() + '>' + m.at("to").get<std::string>() + ' ' +
                     m.at("label").get<std::string>());
  EXPECT_THAT(ladder, ElementsAre("A>B INVITE", "B>A 100 Trying", "B>A 180 Ringing", "B>A 200 OK", "A>B ACK"));
}

TEST_F(PhonesApiTest, AMessageHasItsFacts) {
  now_.mono += microseconds(2500);
  connect_call();
  const auto messages = get("/api/messages").at("messages");
  const auto invite =
      *std::find_if(messages.begin(), messages.end(), [](const json& m) { return m.at("method") == "INVITE"; });
  EXPECT_EQ(invite.at("time"), 2.5);
  EXPECT_EQ(invite.at("source"), "127.0.0.1:5061");
  EXPECT_EQ(invite.at("destination"), "127.0.0.1:5062");
  EXPECT_EQ(invite.at("protocol"), "UDP");
  EXPECT_EQ(invite.at("request"), true);
  EXPECT_EQ(invite.at("retransmission"), false);
  EXPECT_EQ(invite.at("lost"), false);
  EXPECT_THAT(invite.at("summary").get<std::string>(), StartsWith("INVITE sip:1002@127.0.0.1:5062"));
  EXPECT_FALSE(invite.contains("status"));
  EXPECT_FALSE(invite.contains("text"));

  const auto whole = get("/api/messages/" + invite.at("number").dump());
  EXPECT_THAT(whole.at("text").get<std::string>(), HasSubstr("Call-ID: " + invite.at("call_id").get<std::string>()));
  const auto ok = messages.at(messages.size() - 2);
  EXPECT_EQ(ok.at("status"), 200);
  EXPECT_EQ(ok.at("request"), false);
}

TEST_F(PhonesApiTest, MessagesShowNoKeys) {
  const transport::Flow flow{transport::Protocol::Udp, at(5061), at(5062), 0};
  recorder_.clear();
  recorder_.sent(now_, flow::Kind::Sip, flow,
                 "INVITE sip:b SIP/2.0\r\n\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVe|2^20\r\n");
  const auto number = get("/api/messages").at("messages").back().at("number").dump();
  EXPECT_THAT(get("/api/messages/" + number).at("text").get<std::string>(), HasSubstr(" inline:xxxxxxxx|2^20\r\n"));
}

TEST_F(PhonesApiTest, MessagesComeInPages) {
  const transport::Flow flow{transport::Protocol::Udp, at(5061), at(5062), 0};
  recorder_.clear();
  for (int i = 0; i < 1500; ++i) recorder_.sent(now_, flow::Kind::Sip, flow, "junk " + std::to_string(i));
  const auto first = get("/api/messages");
  EXPECT_EQ(first.at("messages").size(), 1000);
  EXPECT_EQ(first.at("more"), true);
  const auto second = get("/api/messages?since=" + first.at("messages").back().at("number").dump());
  EXPECT_EQ(second.at("messages").size(), 500);
  EXPECT_EQ(second.at("more"), false);
}

}  // namespace
}  // namespace offhook::api::test
