// The two threads of a sound card meet without a lock: for the thread sanitizer, and for frames that would be torn.
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "media/card.hpp"

namespace offhook::io {
namespace {

using Samples = std::vector<std::int16_t>;

bool within(const Samples& samples, int most) {
  return std::ranges::all_of(samples, [&](std::int16_t s) { return s >= 0 && s <= most; });
}

TEST(CardThreads, MeetWithoutALock) {
  constexpr int kTurns = 20'000, kSaid = 5, kRecorded = 7;
  const auto card = std::make_shared<media::Card>(
      media::CardSettings{media::kSampleRate, {false, false, false, false}, milliseconds(0), 0});
  const auto source = card->source();
  const auto sink = card->sink();
  int torn_played = 0, torn_heard = 0;
  std::thread driver([&] {
    Samples played(media::kFrameSamples);
    for (int i = 0; i < kTurns; ++i) {
      card->exchange(Samples(media::kFrameSamples, static_cast<std::int16_t>(i % kRecorded + 1)), played);
      torn_played += within(played, kSaid) ? 0 : 1;
    }
  });
  Samples heard(media::kFrameSamples);
  for (int i = 0; i < kTurns; ++i) {
    source->read(heard);
    sink->write(Samples(media::kFrameSamples, static_cast<std::int16_t>(i % kSaid + 1)));
    torn_heard += within(heard, kRecorded) ? 0 : 1;
  }
  driver.join();
  EXPECT_EQ(torn_played, 0);
  EXPECT_EQ(torn_heard, 0);
}

}  // namespace
}  // namespace offhook::io
