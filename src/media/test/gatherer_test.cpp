// A session learns from a STUN server how its two ports look from outside.
#include <gmock/gmock.h>

#include <map>

#include "media/engine.hpp"
#include "stun/message.hpp"

namespace offhook::media {
namespace {

const Endpoint kLocal{IpAddress::v4(10, 0, 0, 2), 11780}, kServer{IpAddress::v4(198, 51, 100, 1), 3478};
const IpAddress kNat = IpAddress::v4(203, 0, 113, 7);

struct Rig {
  SeededRandom random{1};
  Engine engine{EngineConfig{}, random};
  PartyId party = engine.add_party(ToneIn{440});
  SessionId session = *engine.open(party, kLocal);
  Now now{TimePoint{} + seconds(100), WallTime{seconds(1'700'000'000)}};
  bool answers = true;
  std::map<Endpoint, int> requests, others;  // by our port

  void run(Duration span) {
    const TimePoint end = now.mono + span;
    while (const auto due = engine.deadline()) {
      if (*due > end) break;
      now.wall += *due - now.mono;
      now.mono = *due;
      engine.wake(now);
      while (const auto out = engine.poll_transmit()) take(*out);
    }
    now.mono = end;
  }
  void take(const Transmit& out) {
    const std::string bytes(reinterpret_cast<const char*>(out.bytes.data()), out.bytes.size());
    if (out.remote != kServer) {
      ++others[out.local];
      return;
    }
    ++requests[out.local];
    if (!answers) return;
    const auto reply = stun::answer(bytes, {kNat, static_cast<std::uint16_t>(out.local.port + 1000)});
    ASSERT_TRUE(reply);
    engine.receive(now, out.local, kServer, {reinterpret_cast<const std::uint8_t*>(reply->data()), reply->size()});
  }
  [[nodiscard]] static Endpoint rtcp() { return {kLocal.address, 11781}; }
};

TEST(Gathering, TellsOfBothPortsOnce) {
  Rig rig;
  EXPECT_FALSE(rig.engine.poll_mapped());
  ASSERT_TRUE(rig.engine.gather(rig.session, kServer, rig.now));
  rig.run(milliseconds(60));
  const auto mapped = rig.engine.poll_mapped();
  ASSERT_TRUE(mapped);
  EXPECT_EQ(mapped->session, rig.session);
  EXPECT_EQ(mapped->rtp, (Endpoint{kNat, 12780}));
  EXPECT_EQ(mapped->rtcp, (Endpoint{kNat, 12781}));
  rig.run(seconds(60));
  EXPECT_FALSE(rig.engine.poll_mapped());
}

TEST(Gathering, ASilentServerIsGivenUp) {
  Rig rig;
  rig.answers = false;
  (void)rig.engine.gather(rig.session, kServer, rig.now);
  rig.run(milliseconds(2400));
  EXPECT_FALSE(rig.engine.poll_mapped());
  rig.run(milliseconds(200));
  const auto mapped = rig.engine.poll_mapped();
  ASSERT_TRUE(mapped);
  EXPECT_FALSE(mapped->rtp);
  EXPECT_FALSE(mapped->rtcp);
  EXPECT_EQ(rig.requests[kLocal], 3);
  EXPECT_EQ(rig.requests[Rig::rtcp()], 3);
}

TEST(Gathering, KeepsTheWayOpen) {
  Rig rig;
  (void)rig.engine.gather(rig.session, kServer, rig.now);
  rig.run(seconds(61));
  EXPECT_EQ(rig.requests[kLocal], 4) << "one at once, and one in twenty seconds";
  EXPECT_EQ(rig.requests[Rig::rtcp()], 4);
  EXPECT_TRUE(rig.others.empty()) << "no audio before there is a plan";
  EXPECT_EQ(rig.engine.stats(rig.session)->packets_malformed, 0U);
}

TEST(Gathering, WhoDoesNotAskHearsNothingOfStun) {
  Rig rig;
  const auto reply = *stun::answer(stun::binding_request(stun::new_transaction_id(rig.random)), {kNat, 5});
  rig.engine.receive(rig.now, kLocal, kServer, {reinterpret_cast<const std::uint8_t*>(reply.data()), reply.size()});
  EXPECT_FALSE(rig.engine.poll_mapped());
  EXPECT_EQ(rig.engine.stats(rig.session)->packets_malformed, 1U);
  EXPECT_EQ(rig.engine.stats(rig.session)->packets_received, 0U);
}

TEST(Gathering, AnUnknownSessionAsksNobody) {
  Rig rig;
  rig.engine.close(rig.session, rig.now);
  EXPECT_FALSE(rig.engine.gather(rig.session, kServer, rig.now));
}

}  // namespace
}  // namespace offhook::media
