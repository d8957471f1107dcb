#include "media/jitter_buffer.hpp"

#include <gtest/gtest.h>

#include <map>

#include "base/random.hpp"

namespace offhook::media {
namespace {
using Insert = JitterBuffer::Insert;
using Read = JitterBuffer::Read;

// Packet i carries the one code that names it, so that what is played can be recognised.
constexpr std::uint32_t kStart = 0xffffff00;  // wraps soon
std::uint8_t code_of(std::uint32_t i) { return static_cast<std::uint8_t>(0x80 + i % 100); }

struct Rig {
  JitterBuffer buffer;
  Frame frame{};
  explicit Rig(JitterLimits limits = {}) : buffer(limits) {}
  Insert packet(std::uint32_t i) {
    std::array<std::uint8_t, kFrameSamples> codes;
    codes.fill(code_of(i));
    return buffer.insert(rtp::RtpTime(kStart + i * 160), Law::Mu, codes);
  }
  Read read() { return buffer.read(frame); }
  bool plays(std::uint32_t i) const {
    for (const auto s : frame)
      if (s != decode(Law::Mu, code_of(i))) return false;
    return true;
  }
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

TEST(JitterBuffer, RepeatsAndFadesWhatIsMissing) {
  Rig rig;
  rig.run(0, 10);
  for (std::uint32_t i = 11; i < 14; ++i) rig.packet(i);  // 10 is lost
  for (int i = 0; i < 6; ++i) ASSERT_EQ(rig.read(), Read::Audio);
  EXPECT_EQ(rig.read(), Read::Concealed);
  EXPECT_TRUE(rig.plays(9));
  EXPECT_EQ(rig.read(), Read::Audio);
  EXPECT_TRUE(rig.plays(11));
}

TEST(JitterBuffer, FallsSilentAfterTwoHundredMillisecondsAndStartsAfresh) {
  Rig rig;
  rig.run(0, 10);
  for (int i = 0; i < 6; ++i) ASSERT_EQ(rig.read(), Read::Audio);
  int concealed = 0;
  int last = 1 << 20;
  while (rig.read() == Read::Concealed) {
    ++concealed;
    EXPECT_LE(std::abs(rig.frame[0]), last);
    last = std::abs(rig.frame[0]);
  }
  EXPECT_EQ(concealed, 10);
  EXPECT_EQ(rig.frame, Frame{});
  // Half an hour later the stream goes on, its timestamps somewhere else.
  EXPECT_EQ(rig.packet(90'000), Insert::Restarted);
  for (int i = 0; i < 6; ++i) EXPECT_EQ(rig.read(), Read::Silence);
  EXPECT_EQ(rig.read(), Read::Audio);
  EXPECT_TRUE(rig.plays(90'000));
}

TEST(JitterBuffer, AJumpOfTheTimestampStartsAfresh) {
  Rig rig;
  rig.run(0, 20);
  EXPECT_EQ(rig.packet(5'000), Insert::Restarted);
  EXPECT_EQ(rig.packet(100), Insert::Restarted);
}

TEST(JitterBuffer, TakesPacketsOfAnyLength) {
  Rig rig({.adaptive = false, .min = milliseconds(40), .normal = milliseconds(40), .max = milliseconds(40)});
  std::vector<std::uint8_t> codes(240, 0x90);  // 30 ms
  int audio = 0;
  for (std::uint32_t ms = 0, sent = 0; ms < 3000; ms += 20) {
    for (; sent <= ms; sent += 30) rig.buffer.insert(rtp::RtpTime(sent * 8), Law::A, codes);
    if (rig.read() == Read::Audio) {
      ++audio;
      EXPECT_EQ(rig.frame[77], decode(Law::A, 0x90));
    }
  }
  EXPECT_GE(audio, 145);
  EXPECT_EQ(rig.buffer.insert(rtp::RtpTime(0), Law::A, {}), Insert::Late);
  EXPECT_EQ(rig.buffer.insert(rtp::RtpTime(0), Law::A, std::vector<std::uint8_t>(3000)), Insert::Late);
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
  Rig rig;
  std::uint32_t next = 0;
  for (int tick = 0; tick < 20'000; ++tick) {
    rig.packet(next++);
    if (tick % 100 == 0) rig.packet(next++);  // a percent too fast
    rig.read();
  }
  EXPECT_LE(rig.buffer.delay(), milliseconds(280));
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
