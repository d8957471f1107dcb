// Audio sources without a device: silence, a pilot tone, samples in memory.
#pragma once
#include <cstdint>
#include <vector>

#include "media/audio.hpp"

namespace offhook::media {

class Silence final : public AudioSource {
 public:
  bool read(Frame& frame) override {
    frame.fill(0);
    return true;
  }
};

class Tone final : public AudioSource {
 public:
  Tone(double hz, double level_dbm0);
  bool read(Frame& frame) override;

 private:
  double step_;  // radians a sample
  double amplitude_;
  double phase_ = 0;
};

class SampleSource final : public AudioSource {
 public:
  SampleSource(std::vector<std::int16_t> samples, bool repeat) : samples_(std::move(samples)), repeat_(repeat) {}
  bool read(Frame& frame) override;

 private:
  std::vector<std::int16_t> samples_;
  bool repeat_;
  std::size_t at_ = 0;
};

// Keeps what it is given, up to `limit` samples (default ten minutes).
class SampleSink final : public AudioSink {
 public:
  explicit SampleSink(std::vector<std::int16_t>& kept, std::size_t limit = std::size_t{600} * kSampleRate)
      : kept_(kept), limit_(limit) {}
  void write(const Frame& frame) override;

 private:
  std::vector<std::int16_t>& kept_;  // belongs to whoever listens, and outlives the sink
  std::size_t limit_;
};

}  // namespace offhook::media
