// The mixer by itself, then rooms of an engine: each hears all others and not itself.
#include "media/mixer.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "duet.hpp"
#include "media/sources.hpp"
#include "media/tone_detector.hpp"

namespace offhook::media {
namespace {
using testing::ElementsAre;
using testing::UnorderedElementsAre;

std::vector<double> tones(std::span<const std::int16_t> samples, const std::vector<double>& pilots,
                          std::uint32_t rate) {
  std::vector<double> out;
  for (const auto& tone : detect_tones(samples, pilots, rate)) out.push_back(tone.hz);
  return out;
}

// Members that say tones; what each hears is kept.
struct Room {
  struct Member {
    Tone tone;
    MixMember state{};
    bool talks = true;
    std::vector<std::int16_t> heard{};
  };
  explicit Room(std::uint32_t sample_rate) : rate(sample_rate) {}
  std::uint32_t rate;
  Mixer mixer;
  std::vector<Member> members;

  void tick() {
    const std::size_t size = frame_size(rate);
    std::vector<std::int16_t> frame(size);
    mixer.begin(size);
    for (Member& m : members) {
      std::fill(frame.begin(), frame.end(), std::int16_t{0});
      if (m.talks) m.tone.read(frame);
      mixer.add(m.state, frame);
    }
    for (Member& m : members) {
      const ConstFrame heard = mixer.heard_by(m.state);
      m.heard.insert(m.heard.end(), heard.begin(), heard.end());
    }
  }
  void run(int frames) {
    for (int i = 0; i < frames; ++i) tick();
  }
  [[nodiscard]] std::span<const std::int16_t> last(std::size_t member, std::size_t frames = 10) const {
    return std::span(members[member].heard).last(frames * frame_size(rate));
  }
};

TEST(Mixer, EachHearsAllOthersAndNotItself) {
  for (const std::uint32_t rate : {8'000U, 16'000U, 48'000U}) {
    Room room(rate);
    const std::vector<double> pilots{440, 600, 800, 1100, 1500};
    for (const double hz : pilots) room.members.push_back({Tone(hz, -16)});
    room.run(50);
    for (std::size_t i = 0; i < pilots.size(); ++i) {
      auto others = pilots;
      others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
      EXPECT_EQ(tones(room.last(i), pilots, rate), others) << rate << ' ' << i;
    }
  }
}

TEST(Mixer, TwoAloneHearEachOtherToTheBit) {
  Room room(8'000);
  room.members.push_back({Tone(440, -16)});
  room.members.push_back({Tone(600, -16)});
  room.run(20);
  Tone again(440, -16);
  std::vector<std::int16_t> said(frame_size(8'000));
  for (int i = 0; i < 20; ++i) {
    again.read(said);
    EXPECT_TRUE(std::equal(said.begin(), said.end(), room.members[1].heard.begin() + i * 160)) << i;
  }
}

TEST(Mixer, NoSumIsCutOffAndNoTalkerDrownsTheOthers) {
  Room room(16'000);
  const std::vector<double> pilots{440, 600, 800, 1100, 1500, 1900};
  for (const double hz : pilots) room.members.push_back({Tone(hz, hz == 440 ? 3 : -9)});
  room.run(150);
  for (std::size_t i = 0; i < pilots.size(); ++i) {
    const auto& heard = room.members[i].heard;
    EXPECT_LT(*std::max_element(heard.begin(), heard.end()), 32'767);
    EXPECT_GT(*std::min_element(heard.begin(), heard.end()), -32'767);
    // No step that the tones themselves do not have: nothing clicks.
    int steepest = 0;
    for (std::size_t k = 1; k < heard.size(); ++k) steepest = std::max(steepest, std::abs(heard[k] - heard[k - 1]));
    EXPECT_LT(steepest, 24'000) << i;
  }
  const auto heard = detect_tones(room.last(5), pilots, 16'000);
  ASSERT_EQ(heard.size(), 5U);
  EXPECT_NEAR(heard[0].level_dbm0, heard[1].level_dbm0, 1.5) << "the loud one is turned down to the others";
}

TEST(Mixer, WhatWasTurnedDownComesBackSlowly) {
  float gain = 1;
  std::vector<std::int16_t> out(160);
  limit_softly(std::vector<std::int32_t>(160, 60'000), gain, out);
  EXPECT_LT(out.back(), 32'767);
  std::int16_t last = 0;
  for (int i = 0; i < 100; ++i) {
    limit_softly(std::vector<std::int32_t>(160, 10'000), gain, out);
    if (i == 0) {
      EXPECT_LT(out.front(), 5'000) << "no jump of the level behind a loud word";
      last = out.front();
    }
    for (const std::int16_t sample : out) {
      ASSERT_LE(std::abs(sample - last), 10) << i;
      last = sample;
    }
  }
  EXPECT_EQ(last, 10'000) << "and in the end all is as it was";
}

TEST(Mixer, TheNoiseOfQuietRoomsDoesNotAddUp) {
  Room room(8'000);
  room.members.push_back({Tone(440, -16)});
  for (int i = 0; i < 99; ++i) room.members.push_back({Tone(600 + 10 * i, -65)});
  room.run(50);
  EXPECT_EQ(room.mixer.talkers(), 1U);
  // To the bit what the one says, for all who are silent.
  EXPECT_TRUE(std::ranges::equal(room.last(1), room.last(99)));
  EXPECT_TRUE(std::ranges::all_of(room.last(0), [](std::int16_t s) { return s == 0; }));
  EXPECT_NEAR(detect_tones(room.last(50), std::vector<double>{440})[0].level_dbm0, -16, 0.2);
}

TEST(Mixer, ARoomOfAHundredHearsWhoTalks) {
  Room room(8'000);
  const std::vector<double> pilots{440, 800, 1200};
  for (const double hz : pilots) room.members.push_back({Tone(hz, -16)});
  for (int i = 3; i < 100; ++i) room.members.push_back({Tone(500, -16), {}, false});
  room.run(30);
  EXPECT_THAT(tones(room.last(99), pilots, 8'000), ElementsAre(440, 800, 1200));
  EXPECT_THAT(tones(room.last(1), pilots, 8'000), ElementsAre(440, 1200));
  // Who falls silent is left out after a while, who begins is heard at once.
  room.members[0].talks = false;
  room.members[99].talks = true;
  room.run(30);
  EXPECT_EQ(room.mixer.talkers(), 3U);
  EXPECT_THAT(tones(room.last(1), {440, 500, 800, 1200}, 8'000), ElementsAre(500, 1200));
}

// An engine that hosts a room, and callers in an engine of their own.
struct Conference {
  static constexpr std::uint16_t kFirstPort = 20'000;
  std::vector<double> pilots;
  SeededRandom random_host{1}, random_guests{2};
  EngineConfig config;
  std::unique_ptr<Engine> host, guests;
  PartyId host_party;
  struct Guest {
    PartyId party;
    SessionId at_host, own;
    Endpoint near, far;
  };
  std::vector<Guest> all;
  Now now{TimePoint{} + seconds(100), WallTime{seconds(1'700'000'000)}};

  Conference(std::vector<double> all_pilots, const std::vector<sdp::Codec>& codecs) : pilots(std::move(all_pilots)) {
    config.pilots = pilots;
    host = std::make_unique<Engine>(config, random_host);
    guests = std::make_unique<Engine>(config, random_guests);
    host_party = host->add_party(ToneIn{pilots[0]});
    for (std::size_t i = 1; i < pilots.size(); ++i) {
      Guest guest;
      const auto port = static_cast<std::uint16_t>(kFirstPort + 2 * i);
      guest.near = {IpAddress::v4(192, 0, 2, 1), port};
      guest.far = {IpAddress::v4(192, 0, 2, 2), port};
      guest.party = guests->add_party(ToneIn{pilots[i]});
      guest.at_host = *host->open(host_party, guest.near);
      guest.own = *guests->open(guest.party, guest.far);
      guests->update(guest.own, {guest.far, guest.near, codecs[(i - 1) % codecs.size()], {}});
      all.push_back(guest);
      join(i - 1, 1, codecs[(i - 1) % codecs.size()]);
    }
  }
  void join(std::size_t i, std::uint32_t room, const sdp::Codec& codec,
            sdp::Direction direction = sdp::Direction::SendRecv) {
    AudioPlan plan{all[i].near, all[i].far, codec, {}, direction};
    plan.room = room;
    host->update(all[i].at_host, plan);
  }
  void run(milliseconds span) {
    const TimePoint end = now.mono + span;
    while (now.mono < end) {
      now.mono += milliseconds(5);
      now.wall += milliseconds(5);
      for (Engine* engine : {host.get(), guests.get()}) {
        engine->wake(now);
        Engine& other = engine == host.get() ? *guests : *host;
        while (const auto t = engine->poll_transmit())
          other.receive(now, t->remote, t->local, std::vector<std::uint8_t>(t->bytes.begin(), t->bytes.end()));
      }
    }
  }
  [[nodiscard]] std::vector<double> heard_by(std::size_t i) const {
    std::vector<double> out;
    for (const auto& tone : guests->hearing(all[i].own).tones) out.push_back(tone.hz);
    return out;
  }
};

TEST(Rooms, ThreeHearEachOtherAtTheBestOfTheirRates) {
  const sdp::Codec g722{9, "G722", 8000, 1, {}};
  Conference c({440, 600, 800}, {sdp::pcmu(), g722});
  std::vector<std::int16_t> host_hears;
  c.host->set_output(c.host_party, std::make_unique<SampleSink>(host_hears));
  c.run(seconds(1));
  EXPECT_THAT(c.heard_by(0), ElementsAre(440, 800));
  EXPECT_THAT(c.heard_by(1), ElementsAre(440, 600));
  EXPECT_THAT(tones(std::span(host_hears).last(3200), c.pilots, 8'000), ElementsAre(600, 800));
}

TEST(Rooms, FiveWayAndWhoLeavesIsNotHeardAnyMore) {
  Conference c({440, 600, 800, 1100, 1500}, {sdp::pcmu(), sdp::pcma()});
  c.run(seconds(1));
  EXPECT_THAT(c.heard_by(0), UnorderedElementsAre(440, 800, 1100, 1500));
  EXPECT_THAT(c.heard_by(3), UnorderedElementsAre(440, 600, 800, 1100));
  c.join(3, 0, sdp::pcma());  // a call of its own again: with the host alone
  c.run(seconds(1));
  EXPECT_THAT(c.heard_by(0), UnorderedElementsAre(440, 800, 1100));
  EXPECT_THAT(c.heard_by(3), ElementsAre(440));
  c.join(2, 1, sdp::pcmu(), sdp::Direction::Inactive);  // on hold
  c.run(seconds(1));
  EXPECT_THAT(c.heard_by(0), UnorderedElementsAre(440, 800));
  EXPECT_TRUE(c.heard_by(2).empty());
}

TEST(Rooms, TwoRoomsOfOnePartyDoNotMix) {
  Conference c({440, 600, 800, 1100, 1500}, {sdp::pcmu()});
  c.join(2, 2, sdp::pcmu());
  c.join(3, 2, sdp::pcmu());
  c.run(seconds(1));
  EXPECT_THAT(c.heard_by(0), UnorderedElementsAre(440, 800));
  EXPECT_THAT(c.heard_by(3), UnorderedElementsAre(440, 1100));
}

// Both sides of a call into one recording, at its own rate.
struct Kept final : ConversationSink {
  explicit Kept(std::vector<std::int16_t>& s, std::vector<std::int16_t>& h, std::uint32_t r)
      : said(s), heard(h), at(r) {}
  [[nodiscard]] std::uint32_t rate() const override { return at; }
  void write(ConstFrame s, ConstFrame h) override {
    said.insert(said.end(), s.begin(), s.end());
    heard.insert(heard.end(), h.begin(), h.end());
  }
  std::vector<std::int16_t>&said, &heard;
  std::uint32_t at;
};

TEST(Recording, HoldsBothSidesApartAtAnyRate) {
  const std::vector<double> pilots{440, 659};
  for (const std::uint32_t rate : {8'000U, 16'000U, 48'000U}) {
    Duet d;
    std::vector<std::int16_t> said, heard;
    d.a.set_recorder(d.left, std::make_unique<Kept>(said, heard, rate));
    d.talk();
    d.run(seconds(2));
    ASSERT_EQ(said.size(), heard.size());
    EXPECT_NEAR(static_cast<double>(said.size()), 2.0 * rate, 0.03 * rate);
    EXPECT_THAT(tones(std::span(said).last(rate / 2), pilots, rate), ElementsAre(440)) << rate;
    EXPECT_THAT(tones(std::span(heard).last(rate / 2), pilots, rate), ElementsAre(659)) << rate;
  }
}

// A call that changes its codec and is held meanwhile: the recording goes on, both sides at one time, and nothing of
// one side comes into the other.
TEST(Recording, GoesThroughHoldAndAnotherCodecInStep) {
  constexpr std::uint32_t kRate = 16'000;
  Duet d;
  std::vector<std::int16_t> said, heard;
  d.a.set_input(d.left, SilenceIn{});
  d.a.set_recorder(d.left, std::make_unique<Kept>(said, heard, kRate));
  d.talk();
  d.run(seconds(1));
  d.plan_a.direction = d.plan_b.direction = sdp::Direction::Inactive;
  d.talk();
  d.run(seconds(1));
  const std::size_t held = heard.size();
  d.plan_a.direction = d.plan_b.direction = sdp::Direction::SendRecv;
  d.plan_a.codec = d.plan_b.codec = {96, "opus", 48'000, 2, {}};
  d.talk();
  d.run(seconds(1));
  EXPECT_EQ(said.size(), heard.size());
  EXPECT_NEAR(static_cast<double>(said.size()), 3.0 * kRate, 0.03 * kRate);
  EXPECT_TRUE(std::ranges::all_of(said, [](std::int16_t s) { return s == 0; })) << "nothing of what is heard";
  const auto on_hold = std::span(heard).subspan(held - kRate / 2, kRate / 2);
  EXPECT_TRUE(std::ranges::all_of(on_hold, [](std::int16_t s) { return s == 0; }));
  EXPECT_THAT(tones(std::span(heard).subspan(kRate / 2, kRate / 2), {659}, kRate), ElementsAre(659));
  EXPECT_THAT(tones(std::span(heard).last(kRate / 2), {659}, kRate), ElementsAre(659));
}

}  // namespace
}  // namespace offhook::media
