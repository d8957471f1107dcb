// The table of calls: what is kept of what is relayed, and who hears of it.
#include "calls/calls.hpp"

#include <gtest/gtest.h>

#include "harness.hpp"

namespace offhook::proxy::test {
namespace {

using sip::HeaderId;

struct Listener final : CallObserver {
  void started(const CallRecord& call) override { heard.emplace_back("started", call); }
  void ringing(const CallRecord& call) override { heard.emplace_back("ringing", call); }
  void answered(const CallRecord& call) override { heard.emplace_back("answered", call); }
  void ended(const CallRecord& call) override { heard.emplace_back("ended", call); }
  [[nodiscard]] std::string text() const {
    std::string out;
    for (const auto& [what, call] : heard) out += (out.empty() ? "" : " ") + what;
    return out;
  }
  std::vector<std::pair<std::string, CallRecord>> heard;
};

// 1001 at .11 calls 1002 at .12 (and .13).
class CallTable : public testing::Test {
 protected:
  explicit CallTable(Config config = World::default_config()) : world(std::move(config)) {
    world.core->observe(listener);
    world.register_party("1002", b);
  }
  // To the 180 and on to the 200 of the phone that has taken `invite`.
  void ring(const sip::Message& invite, const Endpoint& phone) {
    world.reply(phone, invite, 180);
    world.expect(a, 180);
  }
  sip::Message answer(const sip::Message& invite, const Endpoint& phone, std::vector<std::string> headers = {}) {
    world.reply(phone, invite, 200, std::move(headers));
    auto ok = world.take(a);
    while (ok.status() == 180) ok = world.take(a);
    EXPECT_EQ(ok.status(), 200);
    return ok;
  }
  sip::Message invite() {
    world.send(a, Draft{});
    world.expect(a, 100);
    return world.expect(b, "INVITE");
  }
  // A request inside of the call that `ok` has begun.
  Draft inside(const sip::Message& ok, std::string method, bool from_caller = true) {
    Draft draft;
    draft.method = std::move(method);
    draft.uri = "sip:" + (from_caller ? b : a).text();
    draft.cseq = ++cseq_;
    draft.branch = "z9hG4bKin" + std::to_string(cseq_);
    draft.from = value(ok, from_caller ? HeaderId::From : HeaderId::To);
    draft.to = value(ok, from_caller ? HeaderId::To : HeaderId::From);
    draft.headers.push_back("Route: " + value(ok, HeaderId::RecordRoute));
    return draft;
  }
  void hang_up(const sip::Message& ok, bool caller, int status = 200) {
    const Endpoint& from = caller ? a : b;
    const Endpoint& to = caller ? b : a;
    world.send(from, inside(ok, "BYE", caller));
    world.reply(to, world.expect(to, "BYE"), status);
    world.expect(from, status);
  }
  const CallRecord& last() { return listener.heard.back().second; }

  Listener listener;
  World world;
  const Endpoint a = party(11), b = party(12), c = party(13);

 private:
  std::uint32_t cseq_ = 10;
};

TEST_F(CallTable, ACallFromItsInviteToItsBye) {
  const auto start = world.now;
  const auto invite = this->invite();
  ASSERT_EQ(world.core->call_count(), 1U);
  EXPECT_EQ(world.core->calls().at(0).state, CallState::Trying);
  world.advance(milliseconds(300));
  ring(invite, b);
  world.advance(seconds(5));
  const auto ok = answer(invite, b);
  EXPECT_EQ(world.core->calls().at(0).state, CallState::Answered);
  world.advance(seconds(60));
  hang_up(ok, false);

  EXPECT_EQ(listener.text(), "started ringing answered ended");
  EXPECT_EQ(world.core->call_count(), 0U);
  const CallRecord& call = last();
  EXPECT_EQ(call.call_id, "call-1");
  EXPECT_EQ(call.caller_tag, "a1");
  EXPECT_EQ(call.callee_tag, ok.to_tag());
  EXPECT_EQ(call.caller, "sip:1001@example.test");
  EXPECT_EQ(call.caller_user, "1001");
  EXPECT_EQ(call.dialled, "sip:1002@example.test");
  EXPECT_EQ(call.callee, "sip:1002@example.test");
  EXPECT_EQ(call.callee_user, "1002");
  EXPECT_EQ(call.caller_contact, "sip:1001@" + a.text());
  EXPECT_EQ(call.callee_contact, "sip:" + b.text());
  EXPECT_EQ(call.started.mono, start.mono);
  ASSERT_TRUE(call.rang && call.answered && call.ended);
  EXPECT_EQ(call.rang->mono - start.mono, milliseconds(300));
  EXPECT_EQ(call.answered->mono - start.mono, milliseconds(5300));
  EXPECT_EQ(call.ended->mono - start.mono, milliseconds(65300));
  EXPECT_EQ(call.ended->wall - start.wall, milliseconds(65300));
  EXPECT_EQ(call.end, CallEnd::Hangup);
  EXPECT_EQ(call.ended_by, CallSide::Callee);
  EXPECT_EQ(call.status, 200);
  EXPECT_EQ(listener.heard.front().second.number, call.number);
  world.expect_clean();
}

TEST_F(CallTable, TheCallerMayHangUpToo) {
  const auto ok = answer(invite(), b);
  hang_up(ok, true, 481);
  EXPECT_EQ(last().end, CallEnd::Hangup) << "whatever the answer to BYE is";
  EXPECT_EQ(last().ended_by, CallSide::Caller);
  EXPECT_FALSE(last().rang);
}

TEST_F(CallTable, AByeThatIsChallengedEndsNothing) {
  const auto ok = answer(invite(), b);
  hang_up(ok, true, 401);
  EXPECT_EQ(world.core->call_count(), 1U);
  hang_up(ok, true);
  EXPECT_EQ(world.core->call_count(), 0U);
}

TEST_F(CallTable, BusyIsAnEnd) {
  const auto invite = this->invite();
  ring(invite, b);
  world.reply(b, invite, 486);
  EXPECT_EQ(listener.text(), "started ringing ended");
  EXPECT_EQ(last().end, CallEnd::Failed);
  EXPECT_EQ(last().status, 486);
  EXPECT_EQ(last().state, CallState::Ended);
  EXPECT_EQ(world.core->call_count(), 0U);
}

TEST_F(CallTable, ACancelledCall) {
  const auto invite = this->invite();
  ring(invite, b);
  Draft cancel;
  cancel.method = "CANCEL";
  world.send(a, cancel);
  world.expect(a, 200);
  world.reply(b, world.expect(b, "CANCEL"), 200);
  world.reply(b, invite, 487);
  world.expect(a, 487);
  EXPECT_EQ(last().end, CallEnd::Cancelled);
  EXPECT_EQ(last().ended_by, CallSide::Caller);
  EXPECT_EQ(last().status, 487);
}

TEST_F(CallTable, WhomNobodyReaches) {
  Draft draft;
  draft.uri = "sip:1003@example.test";
  world.send(a, draft);
  world.expect(a, 480);
  EXPECT_EQ(listener.text(), "started ended");
  EXPECT_EQ(last().callee_user, "1003");
  EXPECT_EQ(last().status, 480);
}

TEST_F(CallTable, APhoneThatSaysNothing) {
  (void)invite();
  world.advance(minutes(4));
  EXPECT_EQ(last().end, CallEnd::Failed);
  EXPECT_EQ(last().status, 408);
  EXPECT_EQ(world.core->call_count(), 0U);
}

TEST_F(CallTable, TheFirstOfTwoPhonesHasIt) {
  world.register_party("1002", c);
  const auto to_b = invite();
  const auto to_c = world.expect(c, "INVITE");
  ring(to_b, b);
  ring(to_c, c);
  const auto ok = answer(to_c, c);
  EXPECT_EQ(listener.text(), "started ringing answered");
  EXPECT_EQ(last().callee_tag, ok.to_tag());
  EXPECT_EQ(last().callee_contact, "sip:" + c.text());
  world.reply(b, to_b, 200);  // too late: the caller ends that one
  auto late = world.take(a);
  EXPECT_EQ(late.status(), 200);
  world.send(a, inside(late, "BYE"));
  world.expect(b, "CANCEL");
  world.reply(b, world.expect(b, "BYE"), 200);
  EXPECT_EQ(world.core->call_count(), 1U) << "another dialog";
}

TEST_F(CallTable, SilenceEndsACall) {
  const auto ok = answer(invite(), b);
  world.advance(minutes(11 * 60));
  world.send(a, inside(ok, "INFO"));
  world.reply(b, world.expect(b, "INFO"), 200);
  world.advance(minutes(11 * 60));
  EXPECT_EQ(world.core->call_count(), 1U) << "it was heard of";
  world.advance(minutes(61));
  EXPECT_EQ(last().end, CallEnd::Silent);
  EXPECT_EQ(last().ended_by, CallSide::Nobody);
  EXPECT_EQ(world.core->call_count(), 0U);
}

TEST_F(CallTable, ASessionTimerRunsOut) {
  const auto ok = answer(invite(), b, {"Session-Expires: 1800;refresher=uac", "Require: timer"});
  world.advance(minutes(20));
  world.send(a, inside(ok, "UPDATE"));
  world.reply(b, world.expect(b, "UPDATE"), 200, {"Session-Expires: 1800;refresher=uac"});
  world.advance(minutes(25));
  EXPECT_EQ(world.core->call_count(), 1U) << "it was refreshed";
  world.advance(minutes(6));
  EXPECT_EQ(last().end, CallEnd::Expired);
  EXPECT_EQ(world.core->call_count(), 0U);
}

TEST_F(CallTable, ARefreshMayEndTheSessionTimer) {
  const auto ok = answer(invite(), b, {"Session-Expires: 600"});
  world.send(a, inside(ok, "UPDATE"));
  world.reply(b, world.expect(b, "UPDATE"), 200);
  world.advance(minutes(60));
  EXPECT_EQ(world.core->call_count(), 1U);
}

TEST_F(CallTable, WhoComesByAgainIsNoOtherCall) {
  world.register_party("1003", c);
  const auto first = invite();
  // 1002's phone sends it on to 1003 by us: a spiral.
  Draft again;
  again.uri = "sip:1003@example.test";
  again.branch = "z9hG4bKspiral";
  world.send(b, again);
  world.expect(b, 100);
  const auto second = world.expect(c, "INVITE");
  EXPECT_EQ(world.core->call_count(), 1U);
  world.reply(c, second, 486);
  world.expect(b, 486);
  EXPECT_EQ(world.core->call_count(), 1U);
  world.reply(b, first, 486);
  EXPECT_EQ(listener.text(), "started ended");
}

TEST_F(CallTable, OtherRequestsAreNoCalls) {
  Draft message;
  message.method = "MESSAGE";
  world.send(a, message);
  EXPECT_EQ(world.core->call_count(), 0U);
  EXPECT_EQ(listener.text(), "");
}

struct WithoutCalls : CallTable {
  static Config config() {
    auto out = World::default_config();
    out.calls.on = false;
    return out;
  }
  WithoutCalls() : CallTable(config()) {}
};
TEST_F(WithoutCalls, NothingIsKept) {
  (void)answer(invite(), b);
  EXPECT_EQ(world.core->call_count(), 0U);
  EXPECT_EQ(listener.text(), "");
}

struct FewCalls : CallTable {
  static Config config() {
    auto out = World::default_config();
    out.calls.most = 1;
    return out;
  }
  FewCalls() : CallTable(config()) {}
};
TEST_F(FewCalls, OneMoreIsRelayedAndNotKept) {
  (void)invite();
  Draft another;
  another.call_id = "call-2";
  another.branch = "z9hG4bKcaller2";
  world.send(a, another);
  world.expect(a, 100);
  world.expect(b, "INVITE");
  EXPECT_EQ(world.core->call_count(), 1U);
}

TEST(Chains, AreFoundUnderTheirHashAlone) {
  struct Tag;
  Chains<Tag> chains;
  using Id = Handle<Tag>;
  for (std::uint32_t i = 0; i < 1000; ++i) chains.insert(i % 300, Id{i, 1});
  for (std::uint32_t i = 0; i < 1000; i += 2) chains.erase(i % 300, Id{i, 1});
  chains.erase(7, Id{1, 9});  // another
  EXPECT_EQ(chains.size(), 500U);
  std::vector<std::uint32_t> found;
  chains.find(7, [&](Id id) {
    found.push_back(id.index);
    return false;
  });
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found, (std::vector<std::uint32_t>{7, 307, 607, 907}));
}

}  // namespace
}  // namespace offhook::proxy::test
