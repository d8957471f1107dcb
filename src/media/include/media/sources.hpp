// Audio sources without a device: silence, a pilot tone, samples in memory.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "media/audio.hpp"
#include "media/resampler.hpp"

namespace offhook::media {

class Silence final : public AudioSource {
 public:
  bool read(Frame frame) override {
    std::fill(frame.begin(), frame.end(), std::int16_t{0});
    return true;
  }
};

class Tone final : public AudioSource {
 public:
  Tone(double hz, double level_dbm0);
  bool read(Frame frame) override;

 private:
  double hz_;
  double amplitude_;
  double phase_ = 0;
};

class SampleSource final : public AudioSource {
 public:
  SampleSource(std::vector<std::int16_t> samples, bool repeat, std::uint32_t rate = kSampleRate)
      : samples_(std::move(samples)), repeat_(repeat), rate_(rate) {}
  bool read(Frame frame) override;

 private:
  bool fill(Frame frame);

  std::vector<std::int16_t> samples_;
  bool repeat_;
  std::uint32_t rate_;
  std::size_t at_ = 0;
  std::vector<std::int16_t> own_;  // a frame at our rate, where another is wanted
  Resampler resampler_;
};

// Keeps what it is given, up to `limit` samples (default ten minutes).
class SampleSink final : public AudioSink {
 public:
  explicit SampleSink(std::vector<std::int16_t>& kept, std::size_t limit = std::size_t{600} * kSampleRate,
                      std::uint32_t rate = kSampleRate)
      : kept_(kept), limit_(limit), rate_(rate) {}
  [[nodiscard]] std::uint32_t rate() const override { return rate_; }
  void write(ConstFrame frame) override;

 private:
  std::vector<std::int16_t>& kept_;  // belongs to whoever listens, and outlives the sink
  std::size_t limit_;
  std::uint32_t rate_;
};

}  // namespace offhook::media
