#include "base/timer_wheel.hpp"

#include <gtest/gtest.h>

#include <map>

#include "base/random.hpp"

namespace offhook {
namespace {

TimePoint at(std::int64_t ms) { return TimePoint(milliseconds(ms)); }

TEST(TimerWheel, FiresAtItsTimeInOrder) {
  TimerWheel wheel;
  std::vector<std::uint64_t> fired;
  const auto fire = [&](std::uint64_t payload) { fired.push_back(payload); };
  wheel.arm(at(1000), 1);
  wheel.arm(at(500), 2);
  wheel.arm(at(1000), 3);
  wheel.advance(at(499), fire);
  EXPECT_TRUE(fired.empty());
  EXPECT_LE(*wheel.deadline(), at(500));
  wheel.advance(at(500), fire);
  EXPECT_EQ(fired, (std::vector<std::uint64_t>{2}));
  wheel.advance(at(100000), fire);
  EXPECT_EQ(fired, (std::vector<std::uint64_t>{2, 1, 3}));
  EXPECT_FALSE(wheel.deadline());
  EXPECT_EQ(wheel.size(), 0);
}

TEST(TimerWheel, CancelledNeverFires) {
  TimerWheel wheel;
  auto id = wheel.arm(at(10), 1);
  auto copy = id;
  EXPECT_TRUE(wheel.cancel(id));
  EXPECT_FALSE(id);
  EXPECT_FALSE(wheel.cancel(copy));
  wheel.advance(at(100), [](std::uint64_t) { FAIL(); });
}

TEST(TimerWheel, ArmedForNowWhileFiringFiresInTheSameCall) {
  TimerWheel wheel;
  int count = 0;
  wheel.arm(at(5), 0);
  wheel.advance(at(5), [&](std::uint64_t) {
    if (++count < 3) wheel.arm(at(1), 0);
  });
  EXPECT_EQ(count, 3);
}

TEST(TimerWheel, NeverEarlyEvenBelowTheTick) {
  TimerWheel wheel;
  wheel.arm(TimePoint(microseconds(1500)), 1);
  int count = 0;
  wheel.advance(TimePoint(microseconds(1500)), [&](std::uint64_t) { ++count; });
  EXPECT_EQ(count, 0);
  wheel.advance(*wheel.deadline(), [&](std::uint64_t) { ++count; });
  EXPECT_EQ(count, 1);
}

// Against a plain ordered map: random arms, cancels and advances over all levels, following deadline() half of the
// time.
TEST(TimerWheel, AgreesWithAnOrderedMap) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SeededRandom random(seed);
    TimerWheel wheel;
    std::multimap<std::int64_t, std::uint64_t> model;
    std::map<std::uint64_t, TimerId> ids;
    std::int64_t now = static_cast<std::int64_t>(random.below(1ULL << 40));
    std::uint64_t next = 1;
    for (int step = 0; step < 600; ++step) {
      const auto choice = random.below(10);
      if (choice < 5) {
        const auto wait = static_cast<std::int64_t>(random.below(1ULL << random.below(36)));
        ids[next] = wheel.arm(at(now + wait), next);
        model.emplace(now + wait, next++);
      } else if (choice < 7 && !model.empty()) {
        auto it = model.begin();
        std::advance(it, static_cast<long>(random.below(model.size())));
        EXPECT_TRUE(wheel.cancel(ids[it->second]));
        model.erase(it);
      } else {
        const auto deadline = wheel.deadline();
        ASSERT_EQ(deadline.has_value(), !model.empty());
        if (deadline && random.below(2) == 0) {
          ASSERT_LE(*deadline, at(std::max(now, model.begin()->first)));
          now = std::max(now, std::chrono::duration_cast<milliseconds>(deadline->time_since_epoch()).count());
        } else {
          now += static_cast<std::int64_t>(random.below(1ULL << random.below(30)));
        }
        std::vector<std::uint64_t> fired, expected;
        wheel.advance(at(now), [&](std::uint64_t payload) { fired.push_back(payload); });
        while (!model.empty() && model.begin()->first <= now) {
          expected.push_back(model.begin()->second);
          model.erase(model.begin());
        }
        std::sort(fired.begin(), fired.end());
        std::sort(expected.begin(), expected.end());
        ASSERT_EQ(fired, expected) << "seed " << seed << " step " << step;
        ASSERT_EQ(wheel.size(), model.size());
      }
    }
  }
}

}  // namespace
}  // namespace offhook
