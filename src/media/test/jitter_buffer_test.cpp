#include "media/jitter_buffer.hpp"

#include <gtest/gtest.h>

#include <map>

#include "base/random.hpp"

namespace offhook::media {
namespace {
using Insert = JitterBuffer::Insert;
enum class Read : std::uint8_t { Silence, Audio, Concealed };

// Packet i carries the one octet that names it, so that what is played can be recognised.
constexpr std::uint32_t kStart = 0xffffff00;  // wraps soon
std::uint8_t code_of(std::uint32_t i) { return static_cast<std::uint8_t>(0x80 + i % 100); }

struct Rig {
  JitterBuffer buffer;
  std::uint8_t played = 0;
  explicit Rig(JitterLimits limits = {}) : buffer(limits) {}
  Insert packet(std::uint32_t i) { return packet_at(kStart + i * 160, 20, code_of(i)); }
  Insert packet_at(std::uint32_t timestamp, int ms, std::uint8_t code, std::uint32_t clock = 8000) {
    return buffer.insert({rtp::RtpTime(timestamp), clock, 0, ms * 48, {&code, 1}});
  }
  // One frame, as Playout takes it from packets that are no longer than a frame.
  Read read() {
    switch (buffer.begin_frame()) {
      case JitterBuffer::Step::Silence: return Read::Silence;
      case JitterBuffer::Step::Stretch: return Read::Concealed;
      case JitterBuffer::Step::Play: break;
    }
    const auto item = buffer.next(JitterBuffer::kFrame);
    if (item.missing) return Read::Concealed;
    played = item.payload[0];
    if (buffer.take_spare()) (void)buffer.next(JitterBuffer::kFrame);
    return Read::Audio;
  }
  bool plays(std::uint32_t i) const { return played == code_of(i); }
  // Feeds and reads until packet `until` (not included) has been fed.
  void run(std::uint32_t from, std::uint32_t until) {
    for (auto i = from; i < until; ++i) {
      packet(i);
      read();
    }
  }
};

TEST(JitterBuffer, PlaysInOrderAfterTheNormalDelay) {
  Rig rig;
  int silent = 0;
  for (std::uint32_t i = 0; i < 100; ++i) {
    EXPECT_NE(rig.packet(i), Insert::Late);
    if (rig.read() == Read::Silence) {
      ++silent;
      continue;
    }
    EXPECT_TRUE(rig.plays(i - 6)) << i;
    if (i == 40) break;
  }
  EXPECT_EQ(silent, 6);  // 120 ms
}

TEST(JitterBuffer, PutsReorderedPacketsInOrderAndDropsDuplicates) {
  Rig rig;
  rig.run(0, 10);
  rig.packet(12);
  rig.packet(11);
  EXPECT_EQ(rig.packet(12), Insert::Duplicate);
  rig.packet(10);
  for (std::uint32_t i = 4; i < 13; ++i) {
    EXPECT_EQ(rig.read(), Read::Audio);
    EXPECT_TRUE(rig.plays(i)) << i;
  }
  EXPECT_EQ(rig.packet(12), Insert::Duplicate) << "long played: neither late nor a reason to wait longer";
}

TEST(JitterBuffer, NamesWhatIsMissingAndWhatComesBehindIt) {
  Rig rig;
  rig.run(0, 10);
  for (std::uint32_t i = 11; i < 14; ++i) rig.packet(i);  // 10 is lost
  for (int i = 0; i < 6; ++i) ASSERT_EQ(rig.read(), Read::Audio);
  ASSERT_EQ(rig.buffer.begin_frame(), JitterBuffer::Step::Play);
  const auto gap = rig.buffer.next(3 * JitterBuffer::kFrame);
  EXPECT_TRUE(gap.missing);
  EXPECT_EQ(gap.duration, JitterBuffer::kFrame) << "up to the packet that is there";
  ASSERT_EQ(gap.payload.size(), 1u);
  EXPECT_EQ(gap.payload[0], code_of(11));
  EXPECT_EQ(rig.read(), Read::Audio);
  EXPECT_TRUE(rig.plays(11));
}

TEST(JitterBuffer, FallsSilentAfterTwoHundredMillisecondsAndStartsAfresh) {
  Rig rig;
  rig.run(0, 10);
  for (int i = 0; i < 6; ++i) ASSERT_EQ(rig.read(), Read::Audio);
  int concealed = 0;
  while (rig.read() == Read::Concealed) ++concealed;
  EXPECT_EQ(concealed, 10);
  // Half an hour later the stream goes on, its timestamps somewhere else.
  EXPECT_EQ(rig.packet(90'000), Insert::Restarted);
  for (int i = 0; i < 6; ++i) EXPECT_EQ(rig.read(), Read::Silence);
  EXPECT_EQ(rig.read(), Read::Audio);
  EXPECT_TRUE(rig.plays(90'000));
}

TEST(JitterBuffer, AnotherClockGoesOnWhereTheLastPacketEnded) {
  Rig rig;
  rig.run(0, 10);
  for (std::uint32_t i = 0; i < 30; ++i) {
    rig.packet_at(7 + i * 960, 20, code_of(10 + i), 48'000);
    ASSERT_EQ(rig.read(), Read::Audio) << i;
    EXPECT_TRUE(rig.plays(4 + i)) << i;
  }
}

TEST(JitterBuffer, AJumpOfTheTimestampStartsAfresh) {
  Rig rig;
  rig.run(0, 20);
  EXPECT_EQ(rig.packet(5'000), Insert::Restarted);
  EXPECT_EQ(rig.packet(100), Insert::Restarted);
}

// It was thought lost: a second copy by a slow way, a packet that a router has kept.
TEST(JitterBuffer, AStragglerThatIsLongOutOfDateInterruptsNothing) {
  Rig rig;
  for (std::uint32_t i = 0; i < 200; ++i) {
    if (i != 50) (void)rig.packet(i);
    if (i == 100 || i == 130) {
      EXPECT_EQ(rig.packet(50), Insert::Late) << "a second and more behind";
    }
    const Read read = rig.read();
    if (i < 60) continue;
    ASSERT_EQ(read, Read::Audio) << i;
  }
}

// Packets that are longer than a frame wait as long as others, from the first one on.
TEST(JitterBuffer, LongPacketsWaitAsLongAndTheFirstIsPlayed) {
  for (const int ms : {10, 20, 30, 40, 60}) {
    Rig rig({.adaptive = false});  // 120 ms
    std::vector<std::uint8_t> played;
    int silent = 0, sent = 0;
    std::int64_t left = 0;  // of what this frame and those before wanted
    for (int now = 0; now < 1200; now += 20) {
      for (; sent * ms <= now; ++sent)
        rig.packet_at(static_cast<std::uint32_t>(sent * ms * 8), ms, static_cast<std::uint8_t>(sent));
      if (rig.buffer.begin_frame() == JitterBuffer::Step::Silence) {
        ++silent;
        continue;
      }
      for (left += JitterBuffer::kFrame; left > 0;) {
        const auto item = rig.buffer.next(left);
        ASSERT_FALSE(item.missing) << ms << " ms, at " << now;
        played.push_back(item.payload[0]);
        left -= item.duration;
      }
    }
    EXPECT_EQ(silent, 6) << ms;
    EXPECT_EQ(played[0], 0) << ms;
    EXPECT_NEAR(static_cast<double>(rig.buffer.delay().count()), 120, 20) << ms;
  }
}

TEST(JitterBuffer, TakesPacketsOfAnyLength) {
  Rig rig({.adaptive = false, .min = milliseconds(40), .normal = milliseconds(40), .max = milliseconds(40)});
  std::int64_t played = 0, position = 0;
  for (std::uint32_t ms = 0, sent = 0; ms < 3000; ms += 20) {
    for (; sent <= ms; sent += 30) rig.packet_at(sent * 8, 30, 1);
    if (rig.buffer.begin_frame() != JitterBuffer::Step::Play) continue;
    for (played += JitterBuffer::kFrame; position < played;) {
      const auto item = rig.buffer.next(played - position);
      EXPECT_FALSE(item.missing) << ms;
      position += item.duration;
    }
  }
  EXPECT_GE(played, 145 * JitterBuffer::kFrame);
  EXPECT_EQ(rig.packet_at(0, 0, 1), Insert::Late) << "without sound";
  EXPECT_EQ(rig.packet_at(0, 300, 1), Insert::Late) << "longer than any packet";
}

TEST(JitterBuffer, GrowsWhenPacketsComeLateUpToMax) {
  Rig rig;
  rig.run(0, 20);
  EXPECT_NEAR(static_cast<double>(rig.buffer.delay().count()), 120, 5);
  // From now on every packet comes 140 ms late: the first ones after their turn.
  int late = 0, audio_at_end = 0;
  for (std::uint32_t i = 20; i < 220; ++i) {
    if (i >= 27 && rig.packet(i - 7) == Insert::Late) ++late;
    const Read r = rig.read();
    if (i >= 120 && r == Read::Audio) ++audio_at_end;
  }
  EXPECT_GT(late, 0);
  EXPECT_LT(late, 10);
  EXPECT_EQ(audio_at_end, 100);
  EXPECT_LE(rig.buffer.delay(), milliseconds(260));
}

TEST(JitterBuffer, ShrinksToMinWhenTheNetworkIsCalmAndStaysThere) {
  Rig rig;
  rig.run(0, 1500);
  EXPECT_GE(rig.buffer.delay(), milliseconds(40));
  EXPECT_LE(rig.buffer.delay(), milliseconds(80));
  int not_audio = 0;
  for (std::uint32_t i = 1500; i < 2500; ++i) {
    rig.packet(i);
    if (rig.read() != Read::Audio) ++not_audio;
  }
  EXPECT_EQ(not_audio, 0);
}

TEST(JitterBuffer, FixedKeepsItsDelay) {
  Rig rig({.adaptive = false});
  rig.run(0, 1500);
  EXPECT_GE(rig.buffer.delay(), milliseconds(100));
  EXPECT_LE(rig.buffer.delay(), milliseconds(140));
}

TEST(JitterBuffer, ABurstAfterAStallDoesNotStayAsDelay) {
  Rig rig;
  rig.run(0, 50);
  for (int i = 0; i < 25; ++i) rig.read();  // half a second of nothing
  for (std::uint32_t i = 50; i < 75; ++i) rig.packet(i);
  rig.run(75, 600);
  EXPECT_LE(rig.buffer.delay(), milliseconds(160));
}

TEST(JitterBuffer, AFastSenderDoesNotPileUp) {
  for (const bool adaptive : {true, false}) {
    Rig rig({.adaptive = adaptive});
    std::uint32_t next = 0;
    for (int tick = 0; tick < 20'000; ++tick) {
      rig.packet(next++);
      if (tick % 100 == 0) rig.packet(next++);  // a percent too fast
      rig.read();
      ASSERT_LE(rig.buffer.delay(), milliseconds(adaptive ? 280 : 200)) << tick;
    }
  }
}

// An hour of clocks that differ by 200 ppm, which is a lot: 720 ms, a frame every 100 s.
TEST(JitterBuffer, FollowsAClockThatGoesWrongForAnHour) {
  for (const bool adaptive : {true, false})
    for (const int ppm : {-200, 200}) {
      Rig rig({.adaptive = adaptive});
      std::int64_t sent = 0;
      int made_up = 0, late = 0;
      for (std::int64_t tick = 0; tick < 180'000; ++tick) {
        const std::int64_t due = tick + tick * ppm / 1'000'000;
        for (; sent <= due; ++sent) late += rig.packet(static_cast<std::uint32_t>(sent)) == Insert::Late ? 1 : 0;
        made_up += rig.read() == Read::Concealed ? 1 : 0;
        if (tick < 100) continue;
        ASSERT_LE(rig.buffer.delay(), milliseconds(adaptive ? 140 : 200)) << ppm << " ppm, tick " << tick;
      }
      EXPECT_LE(made_up, ppm < 0 ? 80 : 0) << adaptive;
      EXPECT_LE(late, ppm < 0 ? 80 : 0) << adaptive;
    }
}

// Loss, reordering and duplication from a seed: nothing is played twice, out of order or made up.
TEST(JitterBuffer, UnderRandomTroubleFramesStayInOrder) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SeededRandom random(seed);
    Rig rig;
    std::multimap<std::uint32_t, std::uint32_t> arrivals;  // tick -> packet
    std::uint32_t sent = 0, lost = 0;
    for (std::uint32_t i = 0; i < 500; ++i, ++sent) {
      if (random.below(100) < 5) {
        ++lost;
        continue;
      }
      arrivals.emplace(i + random.below(4), i);  // up to 60 ms of jitter
      if (random.below(100) < 2) arrivals.emplace(i + random.below(6), i);
    }
    int audio = 0, concealed = 0;
    std::map<int, int> exact;  // how often the frame of a code was played
    std::uint32_t expected_at_least = 0;
    for (std::uint32_t tick = 0; tick < 520; ++tick) {
      for (auto [it, end] = arrivals.equal_range(tick); it != end; ++it) rig.packet(it->second);
      const Read r = rig.read();
      if (r == Read::Concealed) ++concealed;
      if (r != Read::Audio) continue;
      ++audio;
      for (std::uint32_t i = expected_at_least; i < sent; ++i)
        if (rig.plays(i)) {
          EXPECT_LT(i, expected_at_least + 60) << "seed " << seed;
          expected_at_least = i + 1;
          break;
        }
    }
    EXPECT_GT(audio, 500 - static_cast<int>(lost) - 20) << "seed " << seed;
    EXPECT_GE(concealed + 10, static_cast<int>(lost)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace offhook::media
