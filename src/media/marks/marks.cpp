#include "marks/marks.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace offhook::media {
namespace {

constexpr double kLowest = 600, kHighest = 3000;  // Hz
constexpr double kSeconds = 0.04;
static_assert(kMarkLength == milliseconds(40));
constexpr double kAmplitude = 5'000;     // about -16 dBm0
constexpr double kLeastLikeness = 0.35;  // 1: nothing but the chirp; among four other pilots it is 0.45, noise 0.06
constexpr std::int64_t kSecond = 1'000'000;

double chirp(double t) {
  const double phase = 2 * std::numbers::pi * (kLowest * t + (kHighest - kLowest) * t * t / (2 * kSeconds));
  const double edge = std::min({1.0, t / 0.002, (kSeconds - t) / 0.002});
  return edge * std::sin(phase);
}

}  // namespace

void put_mark(Frame frame, TimePoint end, std::size_t index, std::size_t pilots) {
  const std::uint32_t rate = rate_of(frame);
  const std::int64_t begin = end.time_since_epoch().count() - 20'000;
  // The second that is nearest to the frame: a chirp lies at its beginning.
  const std::int64_t second = (begin + 20'000) / kSecond;
  if (pilots == 0 || second % static_cast<std::int64_t>(pilots) != static_cast<std::int64_t>(index)) return;
  for (std::size_t i = 0; i < frame.size(); ++i) {
    const double t = static_cast<double>(begin - second * kSecond) / 1e6 + static_cast<double>(i) / rate;
    if (t >= 0 && t < kSeconds) frame[i] = static_cast<std::int16_t>(std::lrint(kAmplitude * chirp(t)));
  }
}

void MarkFinder::set_rate(std::uint32_t rate) {
  rate_ = rate;
  skip_ = rate % 8000 == 0 ? rate / 8000 : 1;
  const double looked_at = static_cast<double>(rate) / skip_;
  mark_.resize(static_cast<std::size_t>(kSeconds * looked_at));
  mark_energy_ = 0;
  for (std::size_t i = 0; i < mark_.size(); ++i) {
    mark_[i] = static_cast<float>(chirp(static_cast<double>(i) / looked_at));
    mark_energy_ += mark_[i] * mark_[i];
  }
  heard_.clear();
  best_ = {};
}

void MarkFinder::hear(ConstFrame frame, TimePoint begin) {
  if (rate_of(frame) != rate_) set_rate(rate_of(frame));
  for (std::size_t i = 0; i < frame.size(); i += skip_) heard_.push_back(frame[i]);
  const std::size_t size = mark_.size(), fresh = frame.size() / skip_;
  if (heard_.size() < size) return;
  const auto looked_at = static_cast<double>(rate_ / skip_);
  const std::size_t places = heard_.size() - size + 1;
  const auto square = [&](std::size_t i) { return static_cast<double>(heard_[i]) * heard_[i]; };
  double energy = 0;
  for (std::size_t i = 0; i < size; ++i) energy += square(i);
  for (std::size_t at = 0; at < places; ++at) {
    if (at > 0) energy += square(at + size - 1) - square(at - 1);
    if (energy < 1'000.0 * static_cast<double>(size)) continue;  // far below a mark
    float product = 0;
    for (std::size_t i = 0; i < size; ++i) product += heard_[at + i] * mark_[i];
    const double likeness = product / std::sqrt(energy * mark_energy_);
    if (likeness < kLeastLikeness) continue;
    // heard_ ends with this frame, which begins at `begin`.
    const double before = static_cast<double>(heard_.size() - fresh) - static_cast<double>(at);
    const std::int64_t heard_at =
        begin.time_since_epoch().count() - static_cast<std::int64_t>(std::lround(before * 1e6 / looked_at));
    const std::int64_t second = heard_at / kSecond;
    if (second != best_.second) best_ = {0, second, Duration{0}};
    if (likeness > best_.likeness) best_ = {likeness, second, Duration(heard_at - second * kSecond)};
  }
  heard_.erase(heard_.begin(), heard_.begin() + static_cast<std::ptrdiff_t>(places));
  settle();
}

// The best place so far is the mark's; a better one in the same second takes its place.
void MarkFinder::settle() {
  if (best_.likeness == 0 || last_.empty()) return;
  last_[static_cast<std::size_t>(best_.second) % last_.size()] =
      Seen{TimePoint{} + seconds(best_.second) + best_.delay, best_.delay};
}

std::optional<Duration> MarkFinder::delay(std::size_t pilot, TimePoint now) const {
  if (pilot >= last_.size() || !last_[pilot]) return std::nullopt;
  const auto& seen = *last_[pilot];
  if (now - seen.at > seconds(3 * static_cast<std::int64_t>(last_.size()) + 1)) return std::nullopt;
  return seen.delay;
}

}  // namespace offhook::media
