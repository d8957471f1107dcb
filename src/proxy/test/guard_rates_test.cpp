// Floods: who sends more than his share, and what a refusal costs.
#include "guard_fixture.hpp"

namespace offhook::proxy::test {
namespace {

using sip::HeaderId;

TEST(Pace, GivesItsBurstAndThenItsRate) {
  const Rate rate = Rate::of(10, 3);
  Pace pace;
  TimePoint now = TimePoint{} + seconds(1);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(pace.take(now, rate));
  EXPECT_FALSE(pace.take(now, rate));
  now += milliseconds(100);
  EXPECT_TRUE(pace.take(now, rate));
  EXPECT_FALSE(pace.take(now, rate));
  now += seconds(100);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(pace.take(now, rate));
  EXPECT_FALSE(pace.has_room(now, rate));
  EXPECT_TRUE(pace.take(now, Rate::of(0, 3)));
}

// Calls from one source: what is above the limit is told so at the same rate, and then nothing is said.
TEST(Guard, ASourceBeyondItsRateIsToldSoAndThenIgnored) {
  auto config = World::default_config();
  config.guard.source_rate = 2;
  config.guard.source_burst = 4;
  World world(config);
  world.register_party("1002", kBob);
  int accepted = 0, refused = 0, silent = 0;
  int count = 0;
  const auto flood = [&](int calls) {
    accepted = refused = silent = 0;
    for (int i = 0; i < calls; ++i) {
      Draft draft;
      draft.call_id = "flood" + std::to_string(++count);
      draft.branch = "z9hG4bKflood" + std::to_string(count);
      world.send(kAlice, draft);
      if (world.quiet(kAlice)) {
        ++silent;
        continue;
      }
      const auto answer = world.take(kAlice);
      EXPECT_TRUE(answer.status() == 100 || answer.status() == 503);
      if (answer.status() == 503) {
        EXPECT_EQ(value(answer, HeaderId::RetryAfter), "5");
      }
      ++(answer.status() == 100 ? accepted : refused);
    }
  };
  flood(100);
  EXPECT_EQ(accepted, 4);
  EXPECT_EQ(refused, 4);
  EXPECT_EQ(silent, 92);
  EXPECT_EQ(world.core->guard_counters().limited, 4U);
  EXPECT_EQ(world.core->guard_counters().silenced, 92U);
  EXPECT_LE(world.core->transaction_count(), 13U);  // and no state for those
  world.advance(seconds(1));
  world.forget_all();
  flood(10);
  EXPECT_EQ(accepted, 2);
  EXPECT_EQ(refused, 2);
  // Another source has its own share.
  Draft draft;
  draft.call_id = "other";
  draft.branch = "z9hG4bKother";
  world.send(kStranger, draft);
  world.expect(kStranger, 100);
}

TEST(Guard, WhatBelongsToACallIsNeverLimited) {
  auto config = World::default_config();
  config.guard.source_rate = 1;
  config.guard.source_burst = 1;
  World world(config);
  world.send(kBob, registration(1, "1002"));
  world.expect(kBob, 200);
  world.forget_all();
  Draft invite;
  world.send(kAlice, invite);
  world.expect(kAlice, 100);
  for (int i = 0; i < 50; ++i) {
    Draft more;
    more.call_id = "more" + std::to_string(i);
    more.branch = "z9hG4bKmore" + std::to_string(i);
    world.send(kAlice, more);
  }
  world.forget_all();
  Draft cancel = invite;
  cancel.method = "CANCEL";
  world.send(kAlice, cancel);
  world.expect(kAlice, 200);
}

TEST(Guard, CallsForHelpAreNeverLimited) {
  auto config = World::default_config();
  config.guard.source_rate = 1;
  config.guard.source_burst = 1;
  config.guard.user_rate = 1;
  config.guard.user_burst = 1;
  config.policy.emergency.numbers = {"112"};
  config.policy.emergency.trunks = {"city"};
  Trunk trunk;
  trunk.name = "city";
  trunk.to = "sip:192.0.2.99";
  config.policy.trunks = {trunk};
  World world(config);
  for (int i = 0; i < 50; ++i) {
    Draft draft;
    draft.call_id = "flood" + std::to_string(i);
    draft.branch = "z9hG4bKflood" + std::to_string(i);
    world.send(kAlice, draft);
  }
  world.forget_all();
  Draft help;
  help.uri = "sip:112@example.test";
  help.call_id = "help";
  help.branch = "z9hG4bKhelp";
  world.send(kAlice, help);
  world.expect(kAlice, 100);
  world.expect(party(99), "INVITE");
}

TEST(Guard, AUserHasHisShareWhereverHeIs) {
  auto config = with_digest();
  config.authenticate_calls = false;
  config.guard.user_rate = 1;
  config.guard.user_burst = 3;
  World world(config);
  std::vector<int> statuses;
  for (std::uint32_t i = 1; i <= 5; ++i) {
    Guesser phone(world, party(static_cast<std::uint8_t>(20 + i)));
    statuses.push_back(phone.guess("secret-1001"));
  }
  EXPECT_EQ(statuses, (std::vector{200, 200, 200, 503, 503}));
  Guesser other(world, party(40));
  EXPECT_EQ(other.guess("secret-1002", "1002"), 200);
  EXPECT_EQ(other.guess("guess", "1001"), 401);  // a guess costs the user nothing
  world.advance(seconds(1));
  EXPECT_EQ(other.guess("secret-1001", "1001"), 200);
}

TEST(Guard, PacketsOfASourceMayBeLimited) {
  auto config = World::default_config();
  config.guard.packet_rate = 100;
  config.guard.packet_burst = 10;
  World world(config);
  const auto admitted = [&](int packets) {
    int out = 0;
    for (int i = 0; i < packets; ++i) out += world.core->admits(world.now, kStranger.address) ? 1 : 0;
    return out;
  };
  EXPECT_EQ(admitted(1000), 10);
  world.advance(milliseconds(50));
  EXPECT_EQ(admitted(1000), 5);
  EXPECT_EQ(world.core->guard_counters().dropped, 1985U);
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(world.core->admits(world.now, IpAddress::loopback()));
}

// A refusal of ours is no tool against whose address was forged: one answer for a request, not above its size but for
// what a challenge has to say.
TEST(Guard, AnInviteThatIsRefusedIsAnsweredOnce) {
  World world(with_digest());
  world.send(kStranger, Draft{});
  const auto challenge = world.expect(kStranger, 407);
  EXPECT_LT(challenge.bytes().size(), 2 * Draft{}.text(kStranger).size() + 200);
  Draft unknown;
  unknown.uri = "sip:nobody@example.test";
  unknown.from = "<sip:a@elsewhere.test>;tag=1";
  unknown.call_id = "unknown";
  unknown.branch = "z9hG4bKunknown";
  world.send(kStranger, unknown);
  const auto refusal = world.expect(kStranger, 404);
  EXPECT_LE(refusal.bytes().size(), unknown.text(kStranger).size());
  world.advance(seconds(20));
  EXPECT_TRUE(world.quiet(kStranger));
  // It was lost: the caller asks again and is answered again, by the same transaction.
  world.send(kStranger, unknown);
  const auto again = world.expect(kStranger, 404);
  EXPECT_EQ(again.bytes(), refusal.bytes());
  world.expect_clean();
}

TEST(Guard, WhatIsRefusedLeavesNothingBehind) {
  auto config = with_digest();
  config.guard.scans = 0;
  World world(config);
  Guesser guesser(world, kBob);
  for (std::uint32_t i = 1; i <= 1000; ++i) {
    EXPECT_EQ(guesser.call("9999"), 404);
    guesser.send(registration(i));
    world.expect(kBob, 401);
  }
  EXPECT_EQ(world.core->transaction_count(), 0U);
  EXPECT_EQ(world.core->timer_count(), 0U);
}

TEST(Guard, NoAnswerToJunkIsLongerThanTheJunk) {
  World world(with_digest());
  SeededRandom random(7);
  const std::string good = registration(1).text(kStranger), call = Draft{}.text(kStranger);
  std::size_t answered = 0;
  const auto try_it = [&](const std::string& junk) {
    const Endpoint at{IpAddress::v4(198, 51, 100, 1), 5060};
    world.core->receive(world.now, {transport::Protocol::Udp, world.proxy, at, 0}, junk);
    std::size_t out = 0, count = 0;
    while (const auto transmit = world.core->poll_transmit()) {
      ++count;
      out += transmit->bytes.size();
      if (transmit->bytes.starts_with("SIP/2.0 401") || transmit->bytes.starts_with("SIP/2.0 407")) out = 0;
    }
    EXPECT_LE(count, 1U) << junk;
    EXPECT_LE(out, junk.size() + 64) << junk;
    answered += count;
  };
  for (int i = 0; i < 3000; ++i) {
    std::string junk = i % 2 == 0 ? good : call;
    const auto place = junk.find("branch=") + 7;
    junk.replace(place, 9, "z9hG4bK" + std::to_string(i % 90 + 10));
    for (std::uint64_t n = random.below(8); n > 0; --n) {
      const std::size_t at = random.below(junk.size());
      switch (random.below(3)) {
        case 0: junk[at] = static_cast<char>(random.below(256)); break;
        case 1: junk.erase(at, random.below(40)); break;
        default: junk.resize(at); break;
      }
      if (junk.empty()) break;
    }
    try_it(junk);
  }
  for (const std::string_view tiny : {"INVITE", "OPTIONS sip:a SIP/2.0\r\n\r\n", "\r\n", "\r\n\r\n", "\0\0\0\0",
                                      "REGISTER sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\n\r\n"})
    try_it(std::string(tiny));
  EXPECT_GT(answered, 500U);
}

}  // namespace
}  // namespace offhook::proxy::test
