// What the streams of the media benchmarks say: noise through a low pass, in syllables with pauses, so that no codec
// has an easy life. One recording for all; each stream reads it from another place.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "base/random.hpp"
#include "media/audio.hpp"

namespace offhook::bench {

inline std::vector<std::int16_t> speech(std::uint32_t rate, std::uint32_t length_seconds) {
  SeededRandom random(7);
  std::vector<std::int16_t> out(std::size_t{rate} * length_seconds);
  double low = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double at = static_cast<double>(i) / rate;
    low += 0.3 * ((random.unit() * 2 - 1) - low);
    const double syllable = std::max(0.0, std::sin(2 * std::numbers::pi * 4 * at)) * (std::fmod(at, 3) < 2.4 ? 1 : 0);
    const double voice = std::sin(2 * std::numbers::pi * (140 + 20 * std::sin(at)) * at);
    out[i] = static_cast<std::int16_t>(9000 * syllable * (0.7 * voice + low));
  }
  return out;
}

class SpeechSource final : public media::AudioSource {
 public:
  SpeechSource(const std::vector<std::int16_t>& recording, std::size_t begin)
      : recording_(&recording), at_(begin % recording.size()) {}
  bool read(media::Frame frame) override {
    for (std::size_t done = 0; done < frame.size();) {
      const std::size_t n = std::min(frame.size() - done, recording_->size() - at_);
      std::copy_n(recording_->begin() + static_cast<std::ptrdiff_t>(at_), n,
                  frame.begin() + static_cast<std::ptrdiff_t>(done));
      done += n;
      at_ = (at_ + n) % recording_->size();
    }
    return true;
  }

 private:
  const std::vector<std::int16_t>* recording_;  // outlives us
  std::size_t at_;
};

}  // namespace offhook::bench
