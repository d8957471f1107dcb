#include "server_health.hpp"

#include <algorithm>

namespace offhook::transport {
namespace {

constexpr Duration kShortest = seconds(32);
constexpr Duration kLongest = minutes(5);
constexpr Duration kLongestAsked = std::chrono::hours(1);
constexpr std::size_t kLimit = 1024;

}  // namespace

void ServerHealth::failed(TimePoint now, const Target& target, seconds retry_after) {
  if (!penalties_.contains({target.protocol, target.remote})) make_room();
  const auto [entry, is_new] = penalties_.try_emplace({target.protocol, target.remote});
  Penalty& penalty = entry->second;
  // Requests that were under way together fail together: that is one failure.
  const bool again = is_new || penalty.until <= now;
  if (again) penalty.length = is_new ? kShortest : std::min(2 * penalty.length, kLongest);
  const Duration length = retry_after > seconds(0) ? std::min<Duration>(retry_after, kLongestAsked) : penalty.length;
  if (again || retry_after > seconds(0)) penalty.until = std::max(penalty.until, now + length);
}

void ServerHealth::succeeded(const Target& target) {
  if (!penalties_.empty()) penalties_.erase({target.protocol, target.remote});
}

TimePoint ServerHealth::until(TimePoint now, const Target& target) const {
  const auto found = penalties_.find({target.protocol, target.remote});
  return found == penalties_.end() || found->second.until <= now ? TimePoint{} : found->second.until;
}

bool ServerHealth::is_penalised(TimePoint now, const Target& target) const { return until(now, target) > now; }

void ServerHealth::order(TimePoint now, std::vector<Target>& targets) const {
  if (penalties_.empty() || targets.size() < 2) return;
  std::stable_sort(targets.begin(), targets.end(),
                   [&](const Target& a, const Target& b) { return until(now, a) < until(now, b); });
}

void ServerHealth::make_room() {
  if (penalties_.size() < kLimit) return;
  penalties_.erase(std::min_element(penalties_.begin(), penalties_.end(),
                                    [](const auto& a, const auto& b) { return a.second.until < b.second.until; }));
}

}  // namespace offhook::transport
