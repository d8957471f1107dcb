// Floods and guessing, in virtual time: the table by itself, then the proxy in front of guessers.
#include "guard/guard.hpp"

#include "harness.hpp"

namespace offhook::proxy::test {
namespace {

using sip::HeaderId;

const Endpoint kAlice = party(11), kBob = party(12), kStranger = party(66, 5066);

Config with_digest() {
  auto config = World::default_config();
  config.authenticate = true;
  return config;
}

Draft registration(std::uint32_t cseq, std::string_view user = "1001") {
  Draft draft;
  draft.method = "REGISTER";
  draft.uri = "sip:example.test";
  draft.from = draft.to = "<sip:" + std::string(user) + "@example.test>";
  draft.from += ";tag=r";
  draft.cseq = cseq;
  draft.branch = "z9hG4bKguard" + std::to_string(cseq);
  draft.headers = {"Contact: <sip:1001@192.0.2.11>"};
  return draft;
}

// Guesses over and over; a world asks the engine before each datagram.
class Guesser {
 public:
  Guesser(World& world, Endpoint at) : world_(&world), at_(at) {}

  bool send(const Draft& draft) {
    if (!world_->core->admits(world_->now, at_.address)) return false;
    world_->send(at_, draft);
    return true;
  }
  // The status of the answer to that password with a fresh challenge; 0 when nobody listens.
  int guess(std::string_view password, std::string_view user = "1001") {
    if (!send(request(user))) return 0;
    const auto challenge = world_->take(at_);
    return answer(challenge, password, user);
  }
  int answer(const sip::Message& challenge, std::string_view password, std::string_view user = "1001") {
    auto draft = request(user);
    draft.headers.push_back("Authorization: " + World::credentials(challenge, draft, user, password));
    if (!send(draft)) return 0;
    return world_->take(at_).status();
  }
  int call(std::string_view number) {
    Draft draft;
    draft.method = "OPTIONS";
    draft.uri = "sip:" + std::string(number) + "@example.test";
    draft.from = "<sip:a@elsewhere.test>;tag=1";
    draft.cseq = ++cseq_;
    draft.branch = "z9hG4bKscan" + std::to_string(cseq_) + at_.address.text();
    if (!send(draft)) return 0;
    return world_->take(at_).status();
  }

 private:
  Draft request(std::string_view user) {
    auto draft = registration(++cseq_, user);
    draft.call_id = "reg-" + at_.address.text();
    return draft;
  }
  World* world_;
  Endpoint at_;
  std::uint32_t cseq_ = 0;
};

TEST(Guard, FiveWrongPasswordsBanASourceAndEachBanIsTwiceAsLong) {
  World world(with_digest());
  Guesser guesser(world, kStranger);
  seconds length{60};
  for (std::uint32_t times = 1; times <= 4; ++times, length *= 2) {
    for (int i = 0; i < 5; ++i) EXPECT_EQ(guesser.guess("guess"), 401);
    EXPECT_EQ(guesser.guess("secret-1001"), 0);  // not even with the right one
    const auto bans = world.core->bans(world.now);
    ASSERT_EQ(bans.size(), 1U);
    EXPECT_EQ(bans[0].source, AddressRange::parse("192.0.2.66"));
    EXPECT_EQ(bans[0].length, length);
    EXPECT_EQ(bans[0].times, times);
    EXPECT_EQ(bans[0].until, world.now.wall + length);
    const auto news = world.core->poll_ban();
    ASSERT_TRUE(news);
    EXPECT_EQ(text(*news), "192.0.2.66 is banned for " + std::to_string(length.count()) + " s: wrong passwords");
    EXPECT_FALSE(world.core->poll_ban());
    world.advance(length - seconds(1));
    EXPECT_FALSE(world.core->admits(world.now, kStranger.address));
    world.advance(seconds(1));
    EXPECT_TRUE(world.core->bans(world.now).empty());
  }
  // Others were never concerned.
  EXPECT_EQ(world.register_user("1001", kAlice, "<sip:1001@192.0.2.11>").status(), 200);
  EXPECT_GT(world.core->guard_counters().dropped, 0U);
}

TEST(Guard, NoBanIsLongerThanTheLongestAndADayOfPeaceIsForgiven) {
  auto config = with_digest();
  config.guard.ban = seconds(3600);
  config.guard.longest_ban = seconds(10000);
  World world(config);
  Guesser guesser(world, kStranger);
  const auto ban = [&] {
    for (int i = 0; i < 5; ++i) EXPECT_EQ(guesser.guess("guess"), 401);
    const auto bans = world.core->bans(world.now);
    return bans.empty() ? seconds(0) : bans[0].length;
  };
  for (const int length : {3600, 7200, 10000, 10000}) {
    EXPECT_EQ(ban(), seconds(length));
    world.advance(seconds(length));
  }
  world.advance(seconds(10001));
  EXPECT_EQ(ban(), seconds(3600));
}

TEST(Guard, SlowMistakesAreNone) {
  World world(with_digest());
  Guesser guesser(world, kStranger);
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(guesser.guess("guess"), 401);
    world.advance(seconds(16));
  }
  EXPECT_TRUE(world.core->bans(world.now).empty());
}

TEST(Guard, AnOfficeWithOneWrongPhoneHasMorePatienceButNotForEver) {
  World world(with_digest());
  Guesser office(world, kStranger);
  EXPECT_EQ(office.guess("secret-1001"), 200);
  for (int i = 0; i < 19; ++i) EXPECT_EQ(office.guess("guess", "1002"), 401);
  EXPECT_EQ(office.guess("secret-1001"), 200);  // buys no further guesses
  EXPECT_EQ(office.guess("guess", "1002"), 401);
  EXPECT_EQ(office.guess("guess", "1002"), 0);
}

TEST(Guard, CallersOfUnknownUsersAreBannedButNotOurOwn) {
  World world(with_digest());
  Guesser scanner(world, kStranger);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(scanner.call("9" + std::to_string(i)), 404);
  EXPECT_EQ(scanner.call("1001"), 0);
  ASSERT_EQ(world.core->bans(world.now).size(), 1U);
  EXPECT_EQ(text(world.core->bans(world.now)[0]), "192.0.2.66 is banned for 60 s: asks for users who do not exist");

  // With that address forged, a house of ours cannot be put out.
  Guesser office(world, kBob);
  EXPECT_EQ(office.guess("secret-1001"), 200);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(office.call("8" + std::to_string(i)), 404);
}

TEST(Guard, AForgedAddressGetsNobodyBanned) {
  World world(with_digest());
  Guesser guesser(world, kStranger);
  ASSERT_TRUE(guesser.send(registration(1000)));
  const auto challenge = world.take(kStranger);
  // What the guesser was told, sent as if it came from Alice: stale, and nobody's failure.
  Guesser forged(world, kAlice);
  for (int i = 0; i < 50; ++i) {
    auto draft = registration(100 + static_cast<std::uint32_t>(i));
    draft.headers.push_back("Authorization: " + World::credentials(challenge, draft, "1001", "guess"));
    ASSERT_TRUE(forged.send(draft));
    const auto answer = world.expect(kAlice, 401);
    EXPECT_NE(value(answer, HeaderId::WwwAuthenticate).find("stale=true"), std::string::npos);
  }
  EXPECT_TRUE(world.core->bans(world.now).empty());
}

TEST(Guard, AForeignNonceTellsNothingOfAPassword) {
  World world(with_digest());
  Guesser guesser(world, kStranger);
  ASSERT_TRUE(guesser.send(registration(1000)));
  const auto challenge = world.take(kStranger);
  Guesser other(world, kAlice);
  EXPECT_EQ(other.answer(challenge, "guess"), 401);
  EXPECT_EQ(other.answer(challenge, "secret-1001"), 401);
  EXPECT_EQ(world.core->counters().bad_credentials, 0U);
  EXPECT_EQ(guesser.answer(challenge, "secret-1001"), 200);
}

TEST(Guard, BansAreTakenBackByHand) {
  World world(with_digest());
  Guesser guesser(world, kStranger);
  for (int i = 0; i < 5; ++i) guesser.guess("guess");
  EXPECT_FALSE(world.core->unban(kAlice.address));
  EXPECT_TRUE(world.core->unban(kStranger.address));
  EXPECT_FALSE(world.core->unban(kStranger.address));
  EXPECT_EQ(guesser.guess("secret-1001"), 200);
}

TEST(Guard, SomeAreExempt) {
  auto config = with_digest();
  config.guard.exempt = {*AddressRange::parse("192.0.2.64/26")};
  World world(config);
  Guesser guesser(world, kStranger);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(guesser.guess("guess"), 401);
  config.guard.exempt.clear();
  ASSERT_TRUE(world.core->reconfigure(world.now, config));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(guesser.guess("guess"), 401);
  EXPECT_EQ(guesser.guess("guess"), 0);
  config.guard.exempt = {*AddressRange::parse("192.0.2.66")};
  ASSERT_TRUE(world.core->reconfigure(world.now, config));
  EXPECT_EQ(guesser.guess("guess"), 401);
}

TEST(Guard, TrunksAndOtherNodesAreExempt) {
  auto config = with_digest();
  Trunk trunk;
  trunk.name = "city";
  trunk.to = "sip:192.0.2.99";
  trunk.trusted = {*AddressRange::parse("192.0.2.99")};
  config.policy.trunks = {trunk};
  config.cluster.node = "sip:192.0.2.1";
  config.cluster.secret = "a secret of all nodes";
  config.cluster.peers = {party(98).address};
  World world(config);
  for (const std::uint8_t host : {std::uint8_t{99}, std::uint8_t{98}}) {
    Guesser trusted(world, party(host));
    for (int i = 0; i < 50; ++i) EXPECT_EQ(trusted.call("9" + std::to_string(i)), 404);
  }
  EXPECT_TRUE(world.core->bans(world.now).empty());
}

TEST(Guard, ASourceOfIPv6IsItsNetwork) {
  SeededRandom random(1);
  Guard guard({}, random);
  const Now now{TimePoint{} + seconds(1000), WallTime{}};
  const auto at = [](std::string_view text) { return *IpAddress::parse(text); };
  for (int i = 1; i <= 5; ++i) guard.failed(now, at("2001:db8:1:2::" + std::to_string(i)));
  EXPECT_FALSE(guard.admits(now.mono, at("2001:db8:1:2:ffff::1")));
  EXPECT_TRUE(guard.admits(now.mono, at("2001:db8:1:3::1")));
  EXPECT_EQ(text(guard.bans(now).at(0)), "2001:db8:1:2::/64 is banned for 60 s: wrong passwords");
  EXPECT_TRUE(guard.unban(at("2001:db8:1:2::77")));
}

TEST(Guard, AMillionSourcesTakeNoMoreRoomAndDoNotPushOutABan) {
  SeededRandom random(1);
  Guard guard({}, random);
  Now now{TimePoint{} + seconds(1000), WallTime{}};
  const IpAddress guesser = IpAddress::v4(198, 51, 100, 1);
  for (int i = 0; i < 5; ++i) guard.failed(now, guesser);
  for (std::uint32_t i = 0; i < 1'000'000; ++i) {
    now.mono += microseconds(10);
    guard.asked_for_nobody(now, IpAddress::v4(10, static_cast<std::uint8_t>(i >> 16), static_cast<std::uint8_t>(i >> 8),
                                              static_cast<std::uint8_t>(i)));
  }
  EXPECT_LE(guard.source_count(), Sources::kWays * Sources::kSets);
  EXPECT_GT(guard.source_count(), Sources::kWays * Sources::kSets / 2);
  EXPECT_FALSE(guard.admits(now.mono, guesser));
}

TEST(Guard, AMillionBansAreForgottenFromTheFirstToEnd) {
  auto settings = GuardSettings{};
  settings.failures = 1;
  SeededRandom random(1);
  Guard guard(settings, random);
  Now now{TimePoint{} + seconds(1000), WallTime{}};
  const auto at = [](std::uint32_t i) {
    return IpAddress::v4(10, static_cast<std::uint8_t>(i >> 16), static_cast<std::uint8_t>(i >> 8),
                         static_cast<std::uint8_t>(i));
  };
  for (std::uint32_t i = 0; i < 1'000'000; ++i) {
    now.mono += microseconds(1);
    guard.failed(now, at(i));
  }
  EXPECT_LE(guard.bans(now).size(), Sources::kWays * Sources::kSets);
  EXPECT_FALSE(guard.admits(now.mono, at(999'999)));
  now.mono += seconds(61);
  EXPECT_TRUE(guard.admits(now.mono, at(999'999)));
  EXPECT_TRUE(guard.bans(now).empty());
  EXPECT_EQ(guard.counters().bans, 1'000'000U);
}

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
