// Artificial talkers and rooms, the same in each run: vowels with two formants over a pitch that moves, hisses between
// them, words and pauses. A level is that of the words, in dB below full scale.
#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "base/random.hpp"

namespace offhook::media::test {

using Samples = std::vector<std::int16_t>;

inline double rms_dbfs(const Samples& samples, std::size_t from, std::size_t to) {
  double power = 1e-9;
  for (std::size_t i = from; i < to; ++i) power += static_cast<double>(samples[i]) * samples[i];
  return 10 * std::log10(power / static_cast<double>(to - from)) - 20 * std::log10(32768.0);
}

inline std::int16_t to_sample(double value) {
  return static_cast<std::int16_t>(std::lround(std::clamp(value, -32768.0, 32767.0)));
}

class Talker {
 public:
  Talker(std::uint64_t seed, double pitch, double level_dbfs, std::uint32_t rate)
      : random_(seed), pitch_(pitch), rate_(rate), level_(32768 * std::pow(10, level_dbfs / 20)) {}

  // Speech without a long pause at its ends; `speaking` tells for each sample whether a word sounds.
  Samples say(double seconds, std::vector<bool>* speaking = nullptr) {
    const auto size = static_cast<std::size_t>(seconds * rate_);
    Samples out;
    while (out.size() < size) {
      const int syllables = 2 + static_cast<int>(random_.unit() * 4);
      for (int i = 0; i < syllables; ++i) syllable(out);
      if (speaking != nullptr) speaking->resize(out.size(), true);
      out.resize(out.size() + static_cast<std::size_t>((0.15 + 0.35 * random_.unit()) * rate_));
      if (speaking != nullptr) speaking->resize(out.size(), false);
    }
    out.resize(size);
    if (speaking != nullptr) speaking->resize(size);
    return out;
  }

 private:
  void syllable(Samples& out) {
    constexpr std::array<std::array<double, 2>, 6> kVowels{
        {{300, 2300}, {400, 2000}, {700, 1200}, {500, 900}, {350, 700}, {550, 1700}}};
    const auto& vowel = kVowels[static_cast<std::size_t>(random_.unit() * 6) % 6];
    const double glide = 0.85 + 0.3 * random_.unit(), hiss = random_.unit();
    const auto hissing = static_cast<std::size_t>((0.03 + 0.06 * hiss) * rate_);
    double before = 0;
    for (std::size_t i = 0; i < hissing; ++i) {
      const double noise = 2 * random_.unit() - 1;
      out.push_back(to_sample(level_ * 0.35 * (noise - 0.8 * before)));
      before = noise;
    }
    const auto voiced = static_cast<std::size_t>((0.1 + 0.15 * random_.unit()) * rate_);
    std::array<double, 40> weights{};
    double power = 0;
    for (std::size_t h = 1; h < weights.size(); ++h) {
      const double hz = static_cast<double>(h) * pitch_ * glide;
      if (hz > 3400) break;
      for (const double formant : vowel) weights[h] += 1 / (1 + std::pow((hz - formant) / 120, 2));
      weights[h] += 0.02;
      power += weights[h] * weights[h] / 2;
    }
    for (std::size_t i = 0; i < voiced; ++i) {
      const double part = static_cast<double>(i) / static_cast<double>(voiced);
      phase_ += 2 * std::numbers::pi * pitch_ * glide * (1.05 - 0.1 * part) / rate_;
      double sum = 0;
      for (std::size_t h = 1; h < weights.size() && weights[h] > 0; ++h)
        sum += weights[h] * std::sin(static_cast<double>(h) * phase_);
      out.push_back(to_sample(level_ * 1.25 * std::sin(std::numbers::pi * part) / std::sqrt(power) * sum));
    }
  }

  SeededRandom random_;
  double pitch_;
  std::uint32_t rate_;
  double level_, phase_ = 0;
};

// What of a loudspeaker comes to the microphone: the first sound after `delay_ms`, then reflections that fade.
class EchoPath {
 public:
  EchoPath(std::uint64_t seed, double delay_ms, double loss_db, std::uint32_t rate) {
    SeededRandom random(seed);
    taps_.push_back({static_cast<std::size_t>(delay_ms * rate / 1000), 1});
    for (int i = 0; i < 30; ++i) {
      const double ms = 1 + 40 * random.unit();
      taps_.push_back({static_cast<std::size_t>((delay_ms + ms) * rate / 1000),
                       0.5 * (2 * random.unit() - 1) * std::exp(-ms / 15)});
    }
    double power = 0;
    for (const auto& tap : taps_) power += tap.gain * tap.gain;
    for (auto& tap : taps_) tap.gain *= std::pow(10, -loss_db / 20) / std::sqrt(power);
  }
  Samples through(const Samples& in) const {
    Samples out(in.size());
    for (std::size_t i = 0; i < in.size(); ++i) {
      double sum = 0;
      for (const auto& tap : taps_)
        if (i >= tap.at) sum += tap.gain * in[i - tap.at];
      out[i] = to_sample(sum);
    }
    return out;
  }

 private:
  struct Tap {
    std::size_t at;
    double gain;
  };
  std::vector<Tap> taps_;
};

inline Samples noise(std::uint64_t seed, double level_dbfs, std::size_t size) {
  SeededRandom random(seed);
  Samples out(size);
  const double peak = 32768 * std::pow(10, level_dbfs / 20) * std::sqrt(3.0);
  for (auto& sample : out) sample = to_sample(peak * (2 * random.unit() - 1));
  return out;
}

inline Samples sum(const Samples& a, const Samples& b) {
  Samples out(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) out[i] = to_sample(static_cast<double>(a[i]) + (i < b.size() ? b[i] : 0));
  return out;
}

}  // namespace offhook::media::test
