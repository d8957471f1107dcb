// The runner against a world that plays a fixed list of messages: what it finds, what it misses, and what it says then.
#include "flow/runner.hpp"

#include <gtest/gtest.h>

#include <map>

#include "sip_text.hpp"

namespace offhook::flow {
namespace {

using phone::Action;
using phone::CallState;

class FakeWorld final : public World {
 public:
  FakeWorld() : recorder({1000, 0}) {
    for (const auto& [name, endpoint] : endpoints) recorder.name(endpoint, name);
  }

  struct Message {
    std::string from, to, bytes;
    bool arrives = true;
  };
  void plan(std::string from, std::string to, std::string bytes, bool arrives = true) {
    messages.push_back({std::move(from), std::move(to), std::move(bytes), arrives});
  }

  Checked<void> command(std::string_view party, const phone::Command& command) override {
    commands.push_back(std::string(party) + std::to_string(command.index()));
    if (std::holds_alternative<phone::HangUp>(command)) views[std::string(party)].calls.clear();
    return {};
  }
  phone::PhoneView view(std::string_view party) override { return views[std::string(party)]; }
  std::vector<std::string> hears(std::string_view party) override { return heard[std::string(party)]; }
  [[nodiscard]] const Recorder& record() const override { return recorder; }
  [[nodiscard]] Now now() const override { return {time, WallTime(time.time_since_epoch())}; }
  // 10 ms a step; one planned message each.
  bool run_until(const std::function<bool()>& done, Duration at_most) override {
    const TimePoint until = time + at_most;
    for (;;) {
      if (done()) return true;
      if (time >= until) return false;
      time += milliseconds(10);
      if (next < messages.size()) play(messages[next++]);
      for (const std::string& party : talkers)
        recorder.sent(now(), Kind::Rtp, {transport::Protocol::Udp, endpoints.at(party), endpoints.at("P"), 0}, "rtp");
    }
  }
  std::vector<std::string> leftovers() override { return {}; }

  const std::map<std::string, Endpoint> endpoints{{"A", {IpAddress::v4(10, 0, 1, 1), 5060}},
                                                  {"B", {IpAddress::v4(10, 0, 1, 2), 5060}},
                                                  {"P", {IpAddress::v4(10, 0, 0, 1), 5060}}};
  Recorder recorder;
  TimePoint time{seconds(10)};
  std::vector<Message> messages;
  std::size_t next = 0;
  std::vector<std::string> commands, talkers;
  std::map<std::string, phone::PhoneView> views;
  std::map<std::string, std::vector<std::string>> heard;

 private:
  void play(const Message& message) {
    const Endpoint from = endpoints.at(message.from), to = endpoints.at(message.to);
    recorder.sent(now(), Kind::Sip, {transport::Protocol::Udp, from, to, 0}, message.bytes);
    if (message.arrives) recorder.received(now(), Kind::Sip, {transport::Protocol::Udp, to, from, 0}, message.bytes);
  }
};

const std::string kInvite = sip_text("INVITE sip:1002@10.0.0.1", "INVITE", kSdp, sdp_text("sendrecv"));
const std::string kInviteOn = sip_text("INVITE sip:1002@10.0.1.2", "INVITE", kSdp, sdp_text("sendrecv"));
const std::string kTrying = sip_text("100 Trying", "INVITE");
const std::string kRinging = sip_text("180 Ringing", "INVITE");
const std::string kBusy = sip_text("486 Busy Here", "INVITE");

Script script(const std::string& steps) {
  auto out = load_script("x.yaml", "flow: f\ntitle: T\nparties: {A: 1001, B: 1002}\nsteps:\n" + steps);
  if (!out) ADD_FAILURE() << out.error().text();
  return out ? *out : Script{};
}

const std::string kCall = R"(  - do: "A: call B"
  - see: F1 A -> P INVITE
    carries: {request-uri: B, call-id: one}
  - see: F2 P -> B INVITE
    carries: {call-id: one, sdp: sendrecv}
  - see: F3 B -> P 180 Ringing
)";

phone::CallView call(int id, CallState state, std::vector<Action> actions) {
  phone::CallView out;
  out.id = id;
  out.state = state;
  out.actions = std::move(actions);
  return out;
}

class RunnerTest : public testing::Test {
 protected:
  FakeWorld world;
};

TEST_F(RunnerTest, PassesOverWhatNoMilestoneAsksFor) {
  world.plan("A", "P", kInvite);
  world.plan("A", "P", kInvite);
  world.plan("P", "A", kTrying);
  world.plan("P", "B", kInviteOn);
  world.plan("B", "P", kTrying);
  world.plan("B", "P", kRinging);
  const Report report = run(script(kCall), world);
  EXPECT_TRUE(report.passed()) << report.text();
  EXPECT_EQ(report.text(), "f: passed, 3 of 3 milestones\n");
  EXPECT_EQ(report.marks(), (std::map<std::uint64_t, std::string>{{1, "F1"}, {4, "F2"}, {6, "F3"}}));
  EXPECT_EQ(world.commands, std::vector<std::string>{"A0"});
  ASSERT_EQ(report.notes.size(), 1);
  EXPECT_EQ(report.notes[0].text, "call B");
}

TEST_F(RunnerTest, NamesTheMissingStepAndShowsWhatCameInstead) {
  world.plan("A", "P", kInvite);
  world.plan("P", "B", kInviteOn);
  world.plan("B", "P", kTrying);
  world.plan("B", "P", kBusy);
  world.plan("P", "A", kBusy, false);
  const Report report = run(script(kCall), world);
  ASSERT_FALSE(report.passed());
  EXPECT_EQ(report.failure->mark, "F3");
  EXPECT_EQ(report.text(),
            "f: F3 B -> P 180 is missing (x.yaml:10)\n"
            "  came instead:\n"
            "    B -> P 100 Trying\n"
            "    B -> P 486 Busy Here\n"
            "    P -> A 486 Busy Here (lost)\n");
}

TEST_F(RunnerTest, SaysWhatALikelyMessageDoesNotCarry) {
  world.plan("A", "P", sip_text("INVITE sip:1003@10.0.0.1", "INVITE"));
  const Report report = run(script(kCall), world);
  EXPECT_EQ(report.text(),
            "f: F1 A -> P INVITE is missing (x.yaml:6)\n"
            "  came instead:\n"
            "    A -> P INVITE: request-uri is \"1003\" instead of \"1002\"\n");
}

TEST_F(RunnerTest, ChecksEveryFactThatAStepCarries) {
  const std::pair<std::string, std::string> rows[]{
      {"{from: A}", ""},
      {"{from: B}", "from is \"1001\" instead of \"1002\""},
      {"{to: A}", "to is \"1002\" instead of \"1001\""},
      {"{to-tag: present}", "to-tag is \"absent\" instead of \"present\""},
      {"{contact: A}", "contact is missing instead of \"1001\""},
      {"{sdp: sendrecv}", ""},
      {"{sdp: none}", "sdp is \"sendrecv\" instead of \"none\""},
      {"{sdp: hold}", "sdp is \"sendrecv\" instead of \"hold\""},
      {"{headers: {Via: UDP}}", ""},
      {"{headers: {Via: TCP}}", "header Via does not contain \"TCP\": SIP/2.0/UDP 10.0.1.1:5060;branch=z9hG4bKx1"},
      {"{headers: {Route: absent}}", ""},
      {"{headers: {Route: present}}", "header Route is missing"},
      {"{headers: {Via: absent}}", "header Via should not be there"},
      {"{refer-to: B}", "refer-to is missing instead of \"1002\""},
      {"{sipfrag: \"100\"}", "sipfrag is missing instead of \"100\""},
      {"{cseq-of: F9}", "CSeq cannot be compared: F9 has not been seen"},
  };
  for (const auto& [carries, miss] : rows) {
    FakeWorld one;
    one.plan("A", "P", kInvite);
    const Report report =
        run(script("  - see: F1 A -> P INVITE\n    within: 100ms\n    carries: " + carries + "\n"), one);
    EXPECT_EQ(report.passed(), miss.empty()) << carries << report.text();
    if (!miss.empty()) {
      ASSERT_FALSE(report.passed()) << carries;
      EXPECT_EQ(report.failure->instead, std::vector<std::string>{"A -> P INVITE: " + miss});
    }
  }
}

TEST_F(RunnerTest, ANewCallIdNameStandsForANewCallId) {
  const std::string steps =
      "  - see: F1 A -> P INVITE\n    carries: {call-id: one}\n  - see: F2 A -> P BYE\n    within: 100ms\n    carries: "
      "{call-id: two}\n";
  world.plan("A", "P", kInvite);
  world.plan("A", "P", sip_text("BYE sip:1002@10.0.0.1", "BYE"));
  EXPECT_EQ(run(script(steps), world).failure->instead,
            std::vector<std::string>{"A -> P BYE: call-id should be new (\"two\") and is that of \"one\""});
  FakeWorld other;
  other.plan("A", "P", kInvite);
  other.plan("A", "P", sip_text("BYE sip:1002@10.0.0.1", "BYE", "", "", "call-2"));
  EXPECT_TRUE(run(script(steps), other).passed());
}

TEST_F(RunnerTest, OrderIsJudgedButNotInsideAGroup) {
  world.plan("P", "B", kInviteOn);
  world.plan("A", "P", kInvite);
  EXPECT_FALSE(run(script("  - see: F1 A -> P INVITE\n  - see: F2 P -> B INVITE\n"), world).passed());
  FakeWorld other;
  other.plan("P", "B", kInviteOn);
  other.plan("A", "P", kInvite);
  other.plan("B", "P", kRinging);
  const Report report = run(script("  - any-order:\n    - see: F1 A -> P INVITE\n    - see: F2 P -> B INVITE\n    rfc: "
                                   "r\n  - see: F3 B -> P 180\n"),
                            other);
  EXPECT_TRUE(report.passed()) << report.text();
}

TEST_F(RunnerTest, LooseStepIsFoundAnywhereLaterAndMissedAtTheEnd) {
  const std::string steps =
      "  - see: F1 A -> P INVITE\n  - see: P -> A 100\n    loose: true\n    rfc: r\n  - see: F2 B -> P 180\n";
  world.plan("A", "P", kInvite);
  world.plan("B", "P", kRinging);
  world.plan("P", "A", kTrying);
  const Report found = run(script(steps), world);
  EXPECT_TRUE(found.passed()) << found.text();
  EXPECT_EQ(found.steps[1].record, 3);
  FakeWorld other;
  other.plan("A", "P", kInvite);
  other.plan("B", "P", kRinging);
  const Report missed = run(script(steps), other);
  ASSERT_FALSE(missed.passed());
  EXPECT_EQ(missed.failure->what, "P -> A 100 is missing");
}

TEST_F(RunnerTest, StepIsDoneWhenItsMessageOrARepetitionHasArrived) {
  world.plan("A", "P", kInvite, false);
  EXPECT_FALSE(run(script("  - see: F1 A -> P INVITE\n"), world).passed());
  FakeWorld other;
  other.plan("A", "P", kInvite, false);
  other.plan("A", "P", kInvite);
  EXPECT_TRUE(run(script("  - see: F1 A -> P INVITE\n"), other).passed());
}

TEST_F(RunnerTest, LossyWorldNeedsNoOrderAndNoProvisionalResponses) {
  world.plan("P", "B", kInviteOn);
  world.plan("A", "P", kInvite, false);
  world.plan("A", "P", kInvite);
  RunOptions options;
  options.lossy = true;
  const Report report = run(script(kCall), world, options);
  EXPECT_TRUE(report.passed()) << report.text();
  FakeWorld other;
  other.plan("A", "P", kInvite);
  other.plan("P", "B", kInviteOn, false);
  const Report missed = run(script(kCall), other, options);
  ASSERT_FALSE(missed.passed());
  EXPECT_EQ(missed.failure->mark, "F2");
}

TEST_F(RunnerTest, HearingIsComparedWithWhoIsReallyHeard) {
  world.heard["A"] = {"B"};
  EXPECT_TRUE(run(script("  - hear: A hears B\n"), world).passed());
  EXPECT_EQ(run(script("  - hear: A hears nobody\n"), world).failure->what, "A hears B instead of nobody");
  EXPECT_EQ(run(script("  - hear: B hears A\n"), world).failure->what, "B hears nobody instead of A");
}

TEST_F(RunnerTest, QuietMeansNoPacketAtAll) {
  EXPECT_TRUE(run(script("  - quiet: A, B\n"), world).passed());
  world.talkers = {"B"};
  EXPECT_EQ(run(script("  - quiet: A, B\n    for: 100ms\n"), world).failure->what, "B sends RTP: 10 packets");
}

TEST_F(RunnerTest, CallsAreComparedWithoutThoseThatAreOver) {
  world.views["A"].calls = {call(1, CallState::Ended, {}), call(2, CallState::Talking, {Action::HangUp})};
  EXPECT_EQ(run(script("  - calls: \"A: held\"\n"), world).failure->what, "the calls of A are talking instead of held");
}

TEST_F(RunnerTest, ButtonThatDoesNotComeIsAFailureWithTheStateOfTheCalls) {
  world.views["B"].calls = {call(1, CallState::Talking, {Action::HangUp})};
  const Report report = run(script("  - do: \"B: answer\"\n"), world);
  EXPECT_EQ(report.failure->what, "B cannot \"answer\": it has no call for that; its calls: talking");
  // What still stood was ended afterwards.
  EXPECT_TRUE(world.views["B"].calls.empty());
}

TEST_F(RunnerTest, WhatWasBeforeIsNotPartOfTheLadder) {
  auto flow = load_script("x.yaml",
                          "flow: f\ntitle: T\nparties: {A: 1001, B: 1002}\nbefore:\n  - see: A -> P INVITE\n    extra: "
                          "x\nsteps:\n  - see: F1 P -> B INVITE\n");
  ASSERT_TRUE(flow) << flow.error().text();
  world.plan("A", "P", kInvite);
  for (int i = 0; i < 40; ++i) world.plan("P", "A", kTrying);
  world.plan("P", "B", kInviteOn);
  const Report report = run(*flow, world);
  ASSERT_TRUE(report.passed()) << report.text();
  EXPECT_GT(report.first, 1);
  EXPECT_EQ(report.marks(), (std::map<std::uint64_t, std::string>{{42, "F1"}}));
}

}  // namespace
}  // namespace offhook::flow
