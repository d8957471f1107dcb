// Sources that guess are banned: the table by itself, then the proxy in front of guessers.
#include "guard_fixture.hpp"

namespace offhook::proxy::test {
namespace {

using sip::HeaderId;

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

// As another shard says. A later end counts, an earlier one does not; the next ban of its own goes on from there.
TEST(Guard, BansAreAdopted) {
  World world(with_digest());
  Guesser guesser(world, kStranger);
  Ban ban{*AddressRange::parse("192.0.2.66"), BanReason::Scan, world.now.wall + seconds(120), seconds(120), 2};
  world.core->adopt(world.now, ban);
  EXPECT_FALSE(world.core->admits(world.now, kStranger.address));
  EXPECT_TRUE(world.core->admits(world.now, kAlice.address));
  EXPECT_FALSE(world.core->poll_ban());
  EXPECT_EQ(world.core->guard_counters().bans, 0U);
  Ban shorter = ban;
  shorter.until -= seconds(60);
  world.core->adopt(world.now, shorter);
  ASSERT_EQ(world.core->bans(world.now).size(), 1U);
  EXPECT_EQ(world.core->bans(world.now)[0].until, ban.until);
  EXPECT_EQ(world.core->bans(world.now)[0].source, ban.source);
  world.advance(seconds(120));
  EXPECT_TRUE(world.core->admits(world.now, kStranger.address));
  world.core->adopt(world.now, ban);  // of the past
  EXPECT_TRUE(world.core->bans(world.now).empty());
  EXPECT_FALSE(world.core->is_guarding());
  for (int i = 0; i < 5; ++i) EXPECT_EQ(guesser.guess("guess"), 401);
  ASSERT_EQ(world.core->bans(world.now).size(), 1U);
  EXPECT_EQ(world.core->bans(world.now)[0].length, seconds(240));
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

}  // namespace
}  // namespace offhook::proxy::test
