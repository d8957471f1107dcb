// What the engine tells the log.
#include "journal/journal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness.hpp"

namespace offhook::proxy::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

Config with(JournalSettings journal, bool authenticate) {
  Config config = World::default_config();
  config.authenticate = authenticate;
  config.journal = journal;
  return config;
}

class JournalTest : public testing::Test {
 protected:
  void start(JournalSettings journal, bool authenticate = false) {
    world = std::make_unique<World>(with(journal, authenticate));
  }
  std::vector<LogEvent> events() {
    std::vector<LogEvent> out;
    while (auto event = world->core->poll_log()) out.push_back(std::move(*event));
    return out;
  }
  static std::vector<std::string> words(const std::vector<LogEvent>& events) {
    std::vector<std::string> out;
    for (const LogEvent& event : events) out.push_back(std::string(event.area) + ": " + event.message);
    return out;
  }
  // 1001 at .11 calls 1002 at .12 and hangs up.
  void call() {
    if (++calls_ == 1) world->register_party("1002", b);
    Draft draft;
    draft.call_id = "call-" + std::to_string(calls_);
    draft.branch = "z9hG4bK" + draft.call_id;
    world->send(a, draft);
    world->expect(a, 100);
    const auto invite = world->expect(b, "INVITE");
    world->reply(b, invite, 180);
    world->expect(a, 180);
    world->reply(b, invite, 200);
    const auto ok = world->expect(a, 200);
    world->advance(seconds(3));
    Draft bye;
    bye.method = "BYE";
    bye.uri = "sip:" + b.text();
    bye.call_id = draft.call_id;
    bye.cseq = 2;
    bye.branch = "z9hG4bKbye-" + draft.call_id;
    bye.to = std::string(*ok.find(sip::HeaderId::To));
    bye.headers.push_back("Route: " + std::string(*ok.find(sip::HeaderId::RecordRoute)));
    world->send(a, bye);
    world->reply(b, world->expect(b, "BYE"), 200);
    world->expect(a, 200);
    world->forget_all();
  }

  const Endpoint a{IpAddress::v4(192, 0, 2, 11), 5060}, b{IpAddress::v4(192, 0, 2, 12), 5060};
  std::unique_ptr<World> world;

 private:
  int calls_ = 0;
};

TEST_F(JournalTest, NothingIsToldUnlessAskedFor) {
  start({}, true);
  world->register_user("1001", a, "<sip:1001@192.0.2.11>");
  EXPECT_TRUE(events().empty());
}

TEST_F(JournalTest, ACallFromItsStartToItsEnd) {
  start({.calls = true, .registrations = false, .requests = false, .credentials = false, .trunks = false});
  call();
  const auto all = events();
  EXPECT_EQ(words(all), (std::vector<std::string>{"call: started", "call: ringing", "call: answered", "call: ended"}));
  for (const LogEvent& event : all) {
    EXPECT_EQ(event.level, LogLevel::Info);
    EXPECT_THAT(event.fields, Contains(Pair("call_id", "call-1")));
    EXPECT_THAT(event.fields, Contains(Pair("user", "1001")));
    EXPECT_THAT(event.fields, Contains(Pair("caller", "1001@example.test")));
  }
  EXPECT_THAT(all.back().fields, Contains(Pair("callee_user", "1002")));
  EXPECT_THAT(all.back().fields, Contains(Pair("reason", "hangup")));
  EXPECT_THAT(all.back().fields, Contains(Pair("ended_by", "caller")));
  EXPECT_THAT(all.back().fields, Contains(Pair("seconds", "3")));
}

TEST_F(JournalTest, ItIsTurnedOnAndOffWhileItRuns) {
  start({});
  call();
  EXPECT_TRUE(events().empty());
  for (int i = 0; i < 2; ++i)  // twice: no event comes twice
    ASSERT_TRUE(world->core->reconfigure(
        world->now,
        with({.calls = true, .registrations = false, .requests = false, .credentials = false, .trunks = false},
             false)));
  call();
  EXPECT_EQ(events().size(), 4);
  ASSERT_TRUE(world->core->reconfigure(world->now, with({}, false)));
  call();
  EXPECT_TRUE(events().empty());
}

TEST_F(JournalTest, RegistrationsComeAndGo) {
  start({.calls = false, .registrations = true, .requests = false, .credentials = false, .trunks = false});
  world->register_user("1001", a, "<sip:1001:secretword@192.0.2.11:5099>", {"User-Agent: desk phone"});
  world->register_user("1001", a, "<sip:1001:secretword@192.0.2.11:5099>");
  world->register_user("1001", a, "<sip:1001:secretword@192.0.2.11:5099>;expires=0");
  world->register_user("1002", b, "<sip:1002@192.0.2.12>;expires=60");
  world->advance(seconds(61));
  const auto all = events();
  EXPECT_EQ(words(all), (std::vector<std::string>{"registration: registered", "registration: refreshed",
                                                  "registration: unregistered", "registration: registered",
                                                  "registration: expired"}));
  EXPECT_THAT(all[0].fields, Contains(Pair("user", "1001")));
  EXPECT_THAT(all[0].fields, Contains(Pair("contact", "192.0.2.11:5099")));
  EXPECT_THAT(all[0].fields, Contains(Pair("user_agent", "desk phone")));
  for (const LogEvent& event : all) EXPECT_THAT(log_line(LogFormat::Json, {}, event), Not(HasSubstr("secretword")));
}

TEST_F(JournalTest, RequestsAndWhatIsAnsweredHere) {
  start({.calls = false, .registrations = false, .requests = true, .credentials = false, .trunks = false});
  Draft draft;
  draft.uri = "sip:nobody:secretword@example.test";
  world->send(a, draft);
  world->expect(a, 404);
  const auto all = events();
  EXPECT_EQ(words(all), (std::vector<std::string>{"request: INVITE for nobody@example.test",
                                                  "request: INVITE for nobody@example.test is answered here"}));
  EXPECT_THAT(all[0].fields, Contains(Pair("source", "192.0.2.11:5060")));
  EXPECT_THAT(all[0].fields, Contains(Pair("user", "1001")));
  EXPECT_THAT(all[1].fields, Contains(Pair("status", "404")));
  EXPECT_THAT(all[1].fields, Contains(Pair("call_id", "call-1")));
}

TEST_F(JournalTest, WrongCredentialsAreToldAndNeverShown) {
  start({.calls = true, .registrations = true, .requests = true, .credentials = true, .trunks = true}, true);
  Draft draft;
  draft.method = "REGISTER";
  draft.uri = "sip:example.test";
  draft.to = "<sip:1001@example.test>";
  draft.headers = {"Contact: <sip:1001@192.0.2.11>"};
  world->send(a, draft);
  const auto challenge = world->expect(a, 401);
  draft.cseq = 2;
  draft.branch = "z9hG4bKagain";
  const std::string shown = World::credentials(challenge, draft, "1001", "guess");
  draft.headers.push_back("Authorization: " + shown);
  world->send(a, draft);
  world->expect(a, 401);
  const auto all = events();
  EXPECT_THAT(words(all), Contains("auth: wrong credentials"));
  const auto at = shown.find("response=\"");
  ASSERT_NE(at, std::string::npos);
  const std::string response = shown.substr(at + 10, 32);
  for (const LogEvent& event : all) {
    if (event.area == "auth") {
      EXPECT_THAT(event.fields, Contains(Pair("user", "1001")));
      EXPECT_THAT(event.fields, Contains(Pair("source", "192.0.2.11:5060")));
      EXPECT_THAT(event.fields, Contains(Pair("method", "REGISTER")));
    }
    const std::string line = log_line(LogFormat::Json, {}, event);
    EXPECT_THAT(line, Not(HasSubstr(response)));
    EXPECT_THAT(line, Not(HasSubstr("guess")));
  }
}

TEST_F(JournalTest, WhoTakesNothingFillsNoMemory) {
  start({.calls = false, .registrations = false, .requests = true, .credentials = false, .trunks = false});
  for (int i = 0; i < 5'100; ++i) {
    Draft draft;
    draft.method = "OPTIONS";
    draft.uri = "sip:example.test";
    draft.branch = "z9hG4bK" + std::to_string(i);
    draft.call_id = std::to_string(i);
    world->send(a, draft);
    world->forget_all();
  }
  EXPECT_EQ(events().size(), 10'000);
}

}  // namespace
}  // namespace offhook::proxy::test
