#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "dtmf/event_receiver.hpp"
#include "dtmf/event_sender.hpp"
#include "dtmf/inband.hpp"
#include "media/engine.hpp"
#include "rtp/packet.hpp"

namespace offhook::media {
namespace {
using testing::ElementsAre;
using testing::IsEmpty;

const std::string kAll = "1234567890*#ABCD";

// Every packet of an order, tick by tick.
std::vector<EventSender::Packet> packets_of(const DigitOrder& order, int ticks = 1000) {
  EventSender sender;
  sender.add(order);
  std::vector<EventSender::Packet> out;
  rtp::RtpTime now(0xffffff00U);  // wraps on the way
  for (int i = 0; i < ticks && sender.busy(); ++i, now += 160)
    if (const auto tick = sender.next(now); tick.packet) out.push_back(*tick.packet);
  EXPECT_FALSE(sender.busy());
  return out;
}

std::string heard(const std::vector<EventReceiver::News>& all) {
  std::string out;
  for (const auto& news : all)
    if (news.begun) out += *news.begun;
  return out;
}

TEST(TelephoneEvents, PacketsOfADigit) {
  const auto packets = packets_of({.digits = "5", .duration = milliseconds(90), .level_dbm0 = -12});
  std::vector<int> durations;
  std::vector<bool> ends, markers;
  for (const auto& packet : packets) {
    EXPECT_EQ(packet.timestamp, packets[0].timestamp) << "that of the beginning, in all of them";
    EXPECT_EQ(packet.event.event, 5);
    EXPECT_EQ(packet.event.volume, 12);
    durations.push_back(packet.event.duration);
    ends.push_back(packet.event.end);
    markers.push_back(packet.marker);
  }
  EXPECT_THAT(durations, ElementsAre(160, 320, 480, 640, 720, 720, 720));
  EXPECT_THAT(ends, ElementsAre(false, false, false, false, true, true, true));
  EXPECT_THAT(markers, ElementsAre(true, false, false, false, false, false, false));
}

TEST(TelephoneEvents, TheGapAndTheRepeatsOfTheEnd) {
  EventSender sender;
  sender.add({.digits = "1x2", .duration = milliseconds(40), .gap = milliseconds(90), .end_packets = 2});
  std::string ticks;
  for (rtp::RtpTime now; sender.busy() && ticks.size() < 100; now += 160) {
    const auto tick = sender.next(now);
    ticks += !tick.packet ? '-' : tick.voice ? 'e' : static_cast<char>('0' + tick.packet->event.event);
  }
  // Two frames of sound; then the voice is back, the end is said once more, and 100 ms pass between the two.
  EXPECT_EQ(ticks, "11e----22e----");
}

TEST(TelephoneEvents, EachDigitIsHeardOnceWithItsLength) {
  EventReceiver receiver;
  std::vector<EventReceiver::News> news;
  for (const auto& packet : packets_of({.digits = "11#", .duration = milliseconds(120)}))
    if (auto each = receiver.receive(packet.event, packet.timestamp); !each.empty()) news.push_back(each);
  EXPECT_EQ(heard(news), "11#");
  ASSERT_EQ(news.size(), 6U);
  for (const std::size_t i : {1U, 3U, 5U}) EXPECT_EQ(news[i].ended.value().duration, milliseconds(120));
  EXPECT_FALSE(receiver.active());
}

// 5 % are lost, 5 % come twice, one in ten up to 60 ms late: on a thousand networks each digit is heard once.
TEST(TelephoneEvents, OnceEachOnAThousandBadNetworks) {
  const auto packets = packets_of({.digits = "0055" + kAll + "##", .gap = milliseconds(60)});
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    SeededRandom dice(seed);
    std::multimap<int, EventSender::Packet> wire;
    for (int i = 0; i < static_cast<int>(packets.size()); ++i) {
      const int copies = dice.below(20) == 0 ? 0 : dice.below(20) == 0 ? 2 : 1;
      for (int copy = 0; copy < copies; ++copy)
        wire.emplace(i * 20 + (dice.below(10) == 0 ? static_cast<int>(dice.below(60)) : 0),
                     packets[static_cast<std::size_t>(i)]);
    }
    EventReceiver receiver;
    std::vector<EventReceiver::News> news;
    int ended = 0;
    for (const auto& [at, packet] : wire) {
      news.push_back(receiver.receive(packet.event, packet.timestamp));
      ended += (news.back().before ? 1 : 0) + (news.back().ended ? 1 : 0);
    }
    for (int i = 0; i < 50; ++i) ended += receiver.tick().ended ? 1 : 0;
    ASSERT_EQ(heard(news), "0055" + kAll + "##") << "seed " << seed;
    ASSERT_EQ(ended, 22) << "seed " << seed;
  }
}

TEST(TelephoneEvents, AnEndThatNeverComesIsMadeUp) {
  EventReceiver receiver;
  const rtp::RtpTime begin(1000);
  EXPECT_EQ(receiver.receive({3, false, 10, 400}, begin).begun, '3');
  for (int i = 0; i < 24; ++i) EXPECT_TRUE(receiver.tick().empty());
  EXPECT_EQ(receiver.tick().ended.value().duration, milliseconds(50));
  EXPECT_TRUE(receiver.tick().empty());
  EXPECT_TRUE(receiver.receive({3, true, 10, 800}, begin).empty()) << "the end is late, and no news";
  // By the next digit.
  EXPECT_EQ(receiver.receive({4, false, 10, 160}, begin + 4000).begun, '4');
  const auto next = receiver.receive({5, false, 10, 160}, begin + 8000);
  EXPECT_EQ(next.before.value().digit, '4');
  EXPECT_EQ(next.begun, '5');
}

TEST(TelephoneEvents, ALongOneComesInSegments) {
  EventReceiver receiver;
  rtp::RtpTime at(5000);
  EXPECT_EQ(receiver.receive({9, false, 10, 160}, at).begun, '9');
  EXPECT_TRUE(receiver.receive({9, false, 10, 0xffff}, at).empty());
  at += 0xffff;
  EXPECT_TRUE(receiver.receive({9, false, 10, 160}, at).empty()) << "the second segment is the same digit";
  const auto over = receiver.receive({9, true, 10, 8000}, at);
  EXPECT_EQ(over.ended.value().duration, milliseconds((0xffff + 8000) / 8));
}

// All that is left of a digit comes behind its successor: it is told as one that is over.
TEST(TelephoneEvents, ADigitThatComesBehindTheNextIsOver) {
  EventReceiver receiver;
  const rtp::RtpTime begin(4000);
  EXPECT_EQ(receiver.receive({2, false, 10, 160}, begin + 1600).begun, '2');
  const auto late = receiver.receive({1, false, 10, 640}, begin);
  EXPECT_EQ(late.begun, '1');
  EXPECT_EQ(late.ended.value().duration, milliseconds(80));
  EXPECT_TRUE(receiver.receive({1, true, 10, 800}, begin).empty());
  EXPECT_TRUE(receiver.active()) << "the other one sounds still";
  EXPECT_EQ(receiver.receive({2, true, 10, 800}, begin + 1600).ended.value().digit, '2');
}

// A source that begins anew may count from anywhere, and after half a day the clock of Opus has gone half round.
TEST(TelephoneEvents, WhatIsFarBehindIsAhead) {
  for (const std::uint32_t step : {0xf0000000U, 0x80000000U, 0x90000000U, 0xff000000U}) {
    EventReceiver receiver;
    rtp::RtpTime at(77);
    for (const int each : {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1}) {
      const auto event = static_cast<std::uint8_t>(each);
      EXPECT_TRUE(receiver.receive({event, false, 10, 160}, at).begun) << each;
      EXPECT_TRUE(receiver.receive({event, true, 10, 800}, at).ended) << each;
      EXPECT_TRUE(receiver.receive({event, true, 10, 800}, at).empty()) << each;
      at += step;
    }
  }
}

TEST(TelephoneEvents, AnotherSourceEndsWhatSounds) {
  EventReceiver receiver;
  EXPECT_EQ(receiver.receive({6, false, 10, 320}, rtp::RtpTime(9)).begun, '6');
  const auto over = receiver.reset();
  EXPECT_EQ(over.ended.value().digit, '6');
  EXPECT_EQ(over.ended.value().duration, milliseconds(40));
  EXPECT_TRUE(receiver.reset().empty());
}

TEST(TelephoneEvents, EventsThatAreNoDigitsAreNone) {
  EventReceiver receiver;
  for (const int event : {16, 32, 255})
    EXPECT_TRUE(receiver.receive({static_cast<std::uint8_t>(event), true, 10, 160}, rtp::RtpTime(1)).empty());
}

std::string inband(const DigitOrder& order, std::size_t frame_samples) {
  InbandSender sender;
  InbandReceiver receiver;
  sender.add(order);
  std::vector<std::int16_t> frame(frame_samples);
  std::string out;
  for (int i = 0; i < 2000 && (sender.busy() || i < 10); ++i) {
    sender.fill(frame);
    for (const auto& news : receiver.listen(frame))
      if (news.begun) out += *news.begun;
  }
  return out;
}

TEST(InbandDigits, WhatIsSaidIsHeardAtAnyRate) {
  for (const std::size_t samples : {160U, 320U, 960U})
    EXPECT_EQ(inband({.digits = "0011" + kAll, .duration = milliseconds(60)}, samples), "0011" + kAll) << samples;
}

TEST(InbandDigits, MoreThanSpandspTakesAtOnce) {
  std::string many;
  for (int i = 0; i < 16; ++i) many += kAll;
  EXPECT_EQ(inband({.digits = many, .duration = milliseconds(50)}, 160).size(), many.size());
}

// Two engines and a wire that loses, repeats and reorders by its seed.
struct Pair {
  explicit Pair(std::uint64_t seed, int loss = 0) : dice(seed), loss_percent(loss) {}
  AudioPlan plan(Endpoint local, Endpoint remote) const {
    AudioPlan out{local, remote, codec, events, sdp::Direction::SendRecv, ptime};
    out.inband_digits = !events;
    return out;
  }
  void talk() {
    a.update(sa, plan(kA, kB));
    b.update(sb, plan(kB, kA));
  }
  void carry(Engine& from, Engine& to) {
    while (const auto t = from.poll_transmit()) {
      if (!rtp::looks_like_rtcp(t->bytes)) sent.emplace_back(t->bytes.begin(), t->bytes.end());
      if (static_cast<int>(dice.below(100)) < loss_percent) continue;
      const int copies = loss_percent > 0 && dice.below(50) == 0 ? 2 : 1;
      for (int i = 0; i < copies; ++i)
        to.receive(now, t->remote, t->local, std::vector<std::uint8_t>(t->bytes.begin(), t->bytes.end()));
    }
    while (const auto digit = to.poll_digit()) {
      if (digit->ended)
        lengths.push_back(digit->duration);
      else
        digits += digit->digit;
      way = digit->way;
    }
  }
  void run(int ticks) {
    for (int i = 0; i < ticks; ++i) {
      now.mono += milliseconds(20);
      now.wall += milliseconds(20);
      a.wake(now);
      b.wake(now);
      carry(b, a);
      carry(a, b);
    }
  }

  const Endpoint kA{IpAddress::v4(192, 0, 2, 1), 11780}, kB{IpAddress::v4(192, 0, 2, 2), 11790};
  SeededRandom dice, random_a{1}, random_b{2};
  int loss_percent;
  sdp::Codec codec = sdp::pcmu();
  std::optional<std::uint8_t> events = 101;
  milliseconds ptime{20};
  Now now{TimePoint{} + seconds(100), WallTime{seconds(1'700'000'000)}};
  EngineConfig config{.pilots = {440}, .jitter = {}, .rtcp_interval = seconds(5)};
  Engine a{config, random_a}, b{config, random_b};
  PartyId alice = a.add_party(ToneIn{440}), bob = b.add_party(SilenceIn{});
  SessionId sa = *a.open(alice, kA), sb = *b.open(bob, kB);
  std::vector<std::vector<std::uint8_t>> sent;
  std::string digits;
  std::vector<milliseconds> lengths;
  DigitWay way = DigitWay::Inband;
};

TEST(SessionDigits, EventsTakeThePlaceOfTheVoice) {
  Pair pair(1);
  pair.talk();
  pair.run(50);
  pair.sent.clear();
  EXPECT_TRUE(pair.a.send_digits(pair.sa, {.digits = "7"}));
  EXPECT_FALSE(pair.a.send_digits(SessionId{}, {.digits = "7"}));
  pair.run(20);
  EXPECT_EQ(pair.digits, "7");
  EXPECT_THAT(pair.lengths, ElementsAre(milliseconds(100)));
  EXPECT_EQ(pair.way, DigitWay::Event);
  int events = 0, markers = 0;
  std::map<std::uint32_t, std::uint16_t> last;  // by SSRC
  for (const auto& bytes : pair.sent) {
    const auto packet = rtp::parse_packet(bytes);
    ASSERT_TRUE(packet);
    if (last.contains(packet->ssrc)) {
      EXPECT_EQ(packet->sequence, static_cast<std::uint16_t>(last[packet->ssrc] + 1));
    }
    last[packet->ssrc] = packet->sequence;
    events += packet->payload_type == 101 ? 1 : 0;
    markers += packet->marker ? 1 : 0;
  }
  EXPECT_EQ(events, 7);
  EXPECT_EQ(markers, 2) << "the event, and the voice after it";
  EXPECT_EQ(pair.sent.size(), 20U + 15U + 7U) << "B all the time; A without five frames of voice";
  EXPECT_TRUE(pair.b.hearing(pair.sb).hears(440));
  EXPECT_EQ(pair.b.stats(pair.sb)->packets_lost, 0);
  EXPECT_EQ(pair.b.stats(pair.sb)->jitter, Duration{}) << "events tell nothing of jitter";
}

TEST(SessionDigits, OnceEachAtFivePercentLossOnManySeeds) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Pair pair(seed, 5);
    pair.talk();
    pair.run(20);
    pair.a.send_digits(pair.sa, {.digits = "0011", .duration = milliseconds(80)});
    pair.a.send_digits(pair.sa, {.digits = "#D*9", .duration = milliseconds(80)});
    pair.run(120);
    ASSERT_EQ(pair.digits, "0011#D*9") << "seed " << seed;
  }
}

TEST(SessionDigits, ThePayloadTypeIsThatOfEachDescription) {
  Pair pair(1);
  pair.talk();
  auto plan = pair.plan(pair.kA, pair.kB);
  plan.telephone_event = 97;
  pair.a.update(pair.sa, plan);
  plan = pair.plan(pair.kB, pair.kA);
  plan.telephone_event_receive = 97;
  pair.b.update(pair.sb, plan);
  pair.run(20);
  pair.a.send_digits(pair.sa, {.digits = "42"});
  pair.run(40);
  EXPECT_EQ(pair.digits, "42");
}

TEST(SessionDigits, WithoutEventsTheySound) {
  for (const auto& codec : {sdp::pcmu(), sdp::pcma(), sdp::Codec{9, "G722", 8000, 1, {}}}) {
    Pair pair(1);
    pair.events.reset();
    pair.codec = codec;
    pair.talk();
    pair.run(50);
    pair.a.send_digits(pair.sa, {.digits = "19*#00", .duration = milliseconds(80), .gap = milliseconds(80)});
    pair.run(100);
    EXPECT_EQ(pair.digits, "19*#00") << codec.name;
    EXPECT_EQ(pair.way, DigitWay::Inband);
    ASSERT_EQ(pair.lengths.size(), 6U);
    for (const auto length : pair.lengths) EXPECT_NEAR(static_cast<double>(length.count()), 80, 25);
    EXPECT_TRUE(pair.b.hearing(pair.sb).hears(440)) << "the voice is back";
  }
}

// By their sound, at 5 % loss: each is heard once. The guide's lengths: 100 ms, and the least pause between two.
std::string sounding_digits(const sdp::Codec& codec, std::uint64_t seed) {
  Pair pair(seed, 5);
  pair.events.reset();
  pair.codec = codec;
  pair.talk();
  pair.run(40);
  pair.a.send_digits(pair.sa, {.digits = "0011#D*9"});
  pair.run(120);
  return pair.digits;
}

TEST(SessionDigits, SoundsAreHeardOnceEachAtFivePercentLossOnManySeeds) {
  for (const auto& codec : {sdp::pcmu(), sdp::pcma()})
    for (std::uint64_t seed = 1; seed <= 60; ++seed)
      EXPECT_EQ(sounding_digits(codec, seed), "0011#D*9") << codec.name << ", seed " << seed;
}

// Its decoder needs 60 ms to find its way back: a digit of which most packets are lost cannot be heard.
TEST(SessionDigits, InG722OneInAHundredMayBeMissedAndNoneIsHeardTwice) {
  std::size_t heard = 0;
  constexpr std::size_t kSeeds = 60;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const auto digits = sounding_digits({9, "G722", 8000, 1, {}}, seed);
    heard += digits.size();
    std::string rest = "0011#D*9";
    for (const char digit : digits) {
      const auto at = rest.find(digit);
      ASSERT_NE(at, std::string::npos) << "seed " << seed << ": " << digits;
      rest.erase(0, at + 1);
    }
  }
  EXPECT_GE(heard * 100, kSeeds * 8 * 99);
}

// What is made up for a lost packet: the tone where it went on, silence where it did not.
class Bridge : public testing::Test {
 protected:
  // A digit from `begin` on, in samples.
  static std::vector<std::int16_t> tone(int begin, std::size_t size, double row = 770, double column = 1336) {
    std::vector<std::int16_t> out(size);
    for (std::size_t i = 0; i < size; ++i) {
      const double t = (begin + static_cast<double>(i)) * 2 * std::numbers::pi / kSampleRate;
      out[i] = static_cast<std::int16_t>(5000 * std::sin(row * t) + 6000 * std::sin(column * t));
    }
    return out;
  }
  static bool is_silent(const std::vector<std::int16_t>& samples) {
    return std::ranges::all_of(samples, [](std::int16_t s) { return s == 0; });
  }
  DigitBridge bridge;
};

TEST_F(Bridge, AToneThatGoesOnIsContinuedToTheSample) {
  bridge.heard(tone(0, 160));
  for (const std::size_t missing : {160U, 320U, 480U}) {
    const auto filling = bridge.fill(missing, tone(160 + static_cast<int>(missing), 160));
    const auto was = tone(160, missing);
    ASSERT_EQ(filling.gap.size(), missing);
    for (std::size_t i = 0; i < missing; ++i) ASSERT_NEAR(filling.gap[i], was[i], 30) << i;
  }
}

TEST_F(Bridge, SilenceOnEitherSideIsAPause) {
  const std::vector<std::int16_t> silence(160);
  bridge.heard(tone(0, 160));
  EXPECT_TRUE(is_silent(bridge.fill(320, silence).gap));
  bridge.heard(silence);
  const auto filling = bridge.fill(320, tone(640, 160));
  EXPECT_EQ(filling.gap.size(), 320U);
  EXPECT_TRUE(is_silent(filling.gap));
}

TEST_F(Bridge, AToneThatBeginsAnewAfterMoreThanAFrameIsAnother) {
  bridge.heard(tone(0, 160));
  EXPECT_TRUE(is_silent(bridge.fill(320, tone(480 + 20, 160)).gap));
  EXPECT_TRUE(is_silent(bridge.fill(320, tone(480, 160, 941, 1633)).gap));
  EXPECT_TRUE(bridge.fill(160, tone(320 + 20, 160)).gap.empty()) << "a frame is no pause: nobody knows";
}

TEST(SessionDigits, WhatMayNotBeSentIsForgotten) {
  for (const bool events : {true, false}) {
    Pair pair(1);
    if (!events) pair.events.reset();
    pair.talk();
    pair.run(20);
    auto held = pair.plan(pair.kA, pair.kB);
    held.direction = sdp::Direction::Inactive;
    pair.a.update(pair.sa, held);
    pair.a.send_digits(pair.sa, {.digits = "1"});
    pair.run(10);
    pair.talk();
    pair.run(20);
    EXPECT_THAT(pair.digits, IsEmpty()) << events;
    // Nor does it keep those of later.
    pair.a.send_digits(pair.sa, {.digits = "2"});
    pair.run(30);
    EXPECT_EQ(pair.digits, "2") << events;
  }
}

TEST(TelephoneEvents, WhatIsForgottenLeavesNoPause) {
  EventSender sender;
  sender.add({.digits = "1", .duration = milliseconds(40), .gap = seconds(1), .end_packets = 1});
  for (int i = 0; i < 3; ++i) (void)sender.next(rtp::RtpTime(160));
  EXPECT_TRUE(sender.busy());
  sender.clear();
  EXPECT_FALSE(sender.busy());
}

TEST(SessionDigits, ACallWithoutDigitsHearsNone) {
  Pair pair(1);
  pair.events.reset();
  pair.talk();
  pair.run(500);
  EXPECT_THAT(pair.digits, IsEmpty());
}

}  // namespace
}  // namespace offhook::media
