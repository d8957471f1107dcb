// Records of calls, and the answers that wait for them.
#include "records/records.hpp"

#include <gtest/gtest.h>

#include "harness.hpp"

namespace offhook::proxy::test {
namespace {

using sip::HeaderId;

Config with_records(bool on = true) {
  Config config = World::default_config();
  config.authenticate = false;
  config.records.on = on;
  return config;
}

// 1001 at .11 calls 1002 at .12.
class RecordsTest : public testing::Test {
 protected:
  explicit RecordsTest(bool on = true) : world(with_records(on)) { world.register_party("1002", b); }

  sip::Message invite(const std::string& call_id = "call-1") {
    Draft draft;
    draft.call_id = call_id;
    draft.branch = "z9hG4bK" + call_id;
    world.send(a, draft);
    world.expect(a, 100);
    return world.expect(b, "INVITE");
  }
  sip::Message connect(const std::string& call_id = "call-1") {
    const auto ringing = invite(call_id);
    world.advance(milliseconds(100));
    world.reply(b, ringing, 200);
    EXPECT_TRUE(world.quiet(a));
    open_ = next();
    recorded(open_.id, true);
    return world.expect(a, 200);
  }
  // The BYE of the caller, answered by the callee.
  void hang_up(const sip::Message& ok, int status = 200) {
    Draft bye;
    bye.method = "BYE";
    bye.call_id = ok.call_id();
    bye.uri = "sip:" + b.text();
    bye.cseq = 2;
    bye.branch = "z9hG4bKbye" + std::string(ok.call_id());
    bye.from = value(ok, HeaderId::From);
    bye.to = value(ok, HeaderId::To);
    bye.headers.push_back("Route: " + value(ok, HeaderId::RecordRoute));
    world.send(a, bye);
    world.reply(b, world.expect(b, "BYE"), status);
  }
  RecordWrite next() {
    auto write = world.core->poll_record();
    EXPECT_TRUE(write.has_value());
    return write.value_or(RecordWrite{});
  }
  // What is sent is taken by the world with the next input.
  void recorded(std::uint64_t id, bool ok) {
    world.core->recorded(world.now, id, ok);
    world.advance(Duration(0));
  }

  RecordWrite open_;  // of the call that was answered last
  World world;
  const Endpoint a = party(11), b = party(12);
};

TEST_F(RecordsTest, TheAnswerToAByeWaitsForTheRecord) {
  const auto ok = connect();
  const auto open = open_;
  EXPECT_EQ(open.call.state, CallState::Answered);
  world.advance(seconds(30));
  hang_up(ok);
  EXPECT_TRUE(world.quiet(a));
  const auto write = next();
  EXPECT_EQ(write.call.state, CallState::Ended);
  EXPECT_EQ(write.call.end, CallEnd::Hangup);
  EXPECT_EQ(write.call.ended_by, CallSide::Caller);
  EXPECT_EQ(write.call.status, 200);
  EXPECT_EQ(write.call.ended->wall - write.call.answered->wall, seconds(30));
  EXPECT_EQ(std::pair(write.call.call_id, write.call.started.wall),
            std::pair(open.call.call_id, open.call.started.wall));
  EXPECT_FALSE(world.core->poll_record());
  EXPECT_TRUE(world.quiet(a));
  recorded(write.id, true);
  world.expect(a, 200);
  EXPECT_EQ(world.core->record_counters().calls, 1);
  world.expect_clean();
}

TEST_F(RecordsTest, AByeSentAgainMeanwhileIsAnsweredOnce) {
  const auto ok = connect();
  hang_up(ok);
  const auto write = next();
  world.advance(milliseconds(500));
  EXPECT_TRUE(world.quiet(a));
  recorded(write.id, true);
  recorded(write.id, true);
  world.expect(a, 200);
  EXPECT_TRUE(world.quiet(a));
}

TEST_F(RecordsTest, ADiskThatFailsHoldsNobodyUp) {
  const auto ok = connect();
  hang_up(ok);
  const auto write = next();
  recorded(write.id, false);
  world.expect(a, 200);
  EXPECT_EQ(world.core->record_counters().failed, 1);
}

TEST_F(RecordsTest, ADiskThatHangsHoldsNobodyUpForLong) {
  hang_up(connect());
  world.advance(milliseconds(1999));
  EXPECT_TRUE(world.quiet(a));
  world.advance(milliseconds(1));
  world.expect(a, 200);
  EXPECT_EQ(world.core->record_counters().late, 1);
  recorded(next().id, true);
  EXPECT_TRUE(world.quiet(a));
  world.expect_clean();
}

TEST_F(RecordsTest, AByeThatIsRefusedEndsTheCallToo) {
  hang_up(connect(), 481);
  EXPECT_TRUE(world.quiet(a));
  recorded(next().id, true);
  world.expect(a, 481);
}

TEST_F(RecordsTest, TwoCallsWaitForTheirOwn) {
  const auto first = connect("call-1"), second = connect("call-2");
  hang_up(first);
  hang_up(second);
  std::map<std::string, std::uint64_t> ids;
  while (const auto write = world.core->poll_record()) ids[write->call.call_id] = write->id;
  recorded(ids["call-2"], true);
  EXPECT_EQ(value(world.expect(a, 200), HeaderId::CallId), "call-2");
  EXPECT_TRUE(world.quiet(a));
  recorded(ids["call-1"], true);
  EXPECT_EQ(value(world.expect(a, 200), HeaderId::CallId), "call-1");
}

TEST_F(RecordsTest, ACallThatFailsHasARecordAndDoesNotWait) {
  world.reply(b, invite(), 486);
  world.expect(a, 486);
  const auto write = next();
  EXPECT_EQ(write.call.end, CallEnd::Failed);
  EXPECT_EQ(write.call.status, 486);
  EXPECT_FALSE(write.call.answered);
}

TEST_F(RecordsTest, NobodyIsThere) {
  Draft draft;
  draft.uri = "sip:1009@example.test";
  world.send(a, draft);
  world.expect(a, 404);
  EXPECT_EQ(next().call.status, 404);
}

TEST_F(RecordsTest, ACallThatIsAskedForCredentialsElsewhereHasNone) {
  world.reply(b, invite(), 407);
  world.expect(a, 407);
  EXPECT_FALSE(world.core->poll_record());
  EXPECT_EQ(world.core->record_counters().calls, 0);
}

TEST_F(RecordsTest, ACallThatIsOverAtOnceDoesNotEndBeforeItWasAnswered) {
  world.reply(b, invite(), 200);
  recorded(next().id, true);
  hang_up(world.expect(a, 200));
  const auto write = next();
  EXPECT_GE(write.call.ended->wall, write.call.answered->wall);
  EXPECT_GE(write.call.ended->mono, write.call.answered->mono);
}

// After a crash: the BYE of a call that this run has not seen begin.
TEST_F(RecordsTest, ACallOfAnEarlierRunEnds) {
  const auto ok = connect();
  const auto open = open_;
  Config config = with_records();
  config.listen = {{transport::Protocol::Udp, world.proxy}};
  world.core = std::make_unique<Core>(config, world.random, world.locator);
  world.advance(seconds(60));
  world.core->restore(world.now, {open.call});
  EXPECT_EQ(world.core->call_count(), 1);
  hang_up(ok);
  const auto write = next();
  EXPECT_EQ(write.call.end, CallEnd::Hangup);
  EXPECT_EQ(write.call.caller_user, "1001");
  EXPECT_EQ(write.call.callee, "sip:1002@example.test");
  EXPECT_EQ(write.call.started.wall, open.call.started.wall);
  EXPECT_EQ(write.call.answered->wall, open.call.answered->wall);
  EXPECT_EQ(write.call.ended->wall, world.now.wall);
  recorded(write.id, true);
  world.expect(a, 200);
  EXPECT_EQ(world.core->call_count(), 0);
}

TEST_F(RecordsTest, IdleIsWithoutCallsAndUnansweredRequests) {
  EXPECT_TRUE(world.core->is_idle());
  const auto ringing = invite();
  EXPECT_FALSE(world.core->is_idle());
  world.reply(b, ringing, 200);
  recorded(next().id, true);
  const auto ok = world.expect(a, 200);
  EXPECT_FALSE(world.core->is_idle());
  world.core->drain();
  Draft again;
  again.call_id = "call-2";
  again.branch = "z9hG4bKlate";
  world.send(a, again);
  EXPECT_EQ(value(world.expect(a, 503), HeaderId::RetryAfter), "30");
  hang_up(ok);
  EXPECT_TRUE(world.core->is_idle());
}

class NoRecords : public RecordsTest {
 protected:
  NoRecords() : RecordsTest(false) {}
};

TEST_F(NoRecords, NothingWaits) {
  world.reply(b, invite(), 200);
  hang_up(world.expect(a, 200));
  world.expect(a, 200);
  EXPECT_FALSE(world.core->poll_record());
}

}  // namespace
}  // namespace offhook::proxy::test
