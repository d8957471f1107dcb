#include "stretch/time_scale.hpp"

#include <algorithm>
#include <cmath>
#include <span>

namespace offhook::media {
namespace {

constexpr double kAlike = 0.99;  // of the best likeness: then the longer lag is the better one

struct Lags {
  std::size_t overlap, least, most;
};

// 5 ms are compared and faded; lags go from 2.5 ms (400 Hz) to what the sound has room for.
Lags lags_of(std::size_t size, std::uint32_t rate, std::size_t longest) {
  const std::size_t overlap = rate / 200;
  return {overlap, rate / 400, std::min(longest, size - std::min(size, overlap))};
}

double likeness(std::span<const std::int16_t> sound, std::size_t lag, std::size_t overlap) {
  double product = 0, first = 1, second = 1;  // silence is like silence
  for (std::size_t i = 0; i < overlap; ++i) {
    const double a = sound[i], b = sound[i + lag];
    product += a * b;
    first += a * a;
    second += b * b;
  }
  return (product + 1) / std::sqrt(first * second);
}

// Of the lags at which the beginning comes again best, the longest; 0: there is no room.
std::size_t best_lag(std::span<const std::int16_t> sound, const Lags& lags) {
  if (lags.most < lags.least) return 0;
  double best = -2;
  for (std::size_t lag = lags.least; lag <= lags.most; ++lag) best = std::max(best, likeness(sound, lag, lags.overlap));
  const double enough = best > 0 ? best * kAlike : best;
  // The longest of them is the slope of a peak: up to its top.
  std::size_t lag = lags.most;
  while (likeness(sound, lag, lags.overlap) < enough) --lag;
  while (lag > lags.least && likeness(sound, lag - 1, lags.overlap) > likeness(sound, lag, lags.overlap)) --lag;
  return lag;
}

// Appends `from` as it fades into `to`; the first sample is `from`'s alone.
void fade(std::vector<std::int16_t>& out, std::span<const std::int16_t> from, std::span<const std::int16_t> to) {
  const auto size = static_cast<std::int32_t>(from.size());
  for (std::int32_t i = 0; i < size; ++i) {
    const auto at = static_cast<std::size_t>(i);
    out.push_back(static_cast<std::int16_t>((from[at] * (size - i) + to[at] * i) / size));
  }
}

}  // namespace

void lengthen(std::vector<std::int16_t>& sound, std::size_t wanted, std::uint32_t rate) {
  const Lags lags = lags_of(sound.size(), rate, rate * 15 / 1000);
  const std::size_t lag = best_lag(sound, lags);
  if (lag == 0) return;
  const std::span<const std::int16_t> in(sound);
  std::vector<std::int16_t> out(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(lag));
  out.reserve(sound.size() + wanted + lag);
  // A lag may be shorter than what is faded: then a fade runs into its own period's end.
  const std::size_t overlap = std::min(lags.overlap, lag);
  for (std::size_t added = 0; added < wanted; added += lag) {
    fade(out, in.subspan(lag, overlap), in.first(overlap));
    const auto rest = in.subspan(overlap, lag - overlap);
    out.insert(out.end(), rest.begin(), rest.end());
  }
  const auto rest = in.subspan(lag);
  out.insert(out.end(), rest.begin(), rest.end());
  sound = std::move(out);
}

void shorten(std::vector<std::int16_t>& sound, std::uint32_t rate) {
  if (sound.size() < frame_size(rate)) return;
  const Lags lags = lags_of(sound.size(), rate, frame_size(rate));
  const std::size_t lag = best_lag(sound, lags);
  if (lag == 0) return;
  const std::span<const std::int16_t> in(sound);
  std::vector<std::int16_t> out;
  out.reserve(sound.size());
  fade(out, in.first(lags.overlap), in.subspan(lag, lags.overlap));
  const auto rest = in.subspan(lag + lags.overlap);
  out.insert(out.end(), rest.begin(), rest.end());
  sound = std::move(out);
}

}  // namespace offhook::media
