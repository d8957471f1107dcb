// One party's sound for two listeners: the sink that is always there (a recording), and one that comes and goes.
#pragma once
#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "media/audio.hpp"
#include "media/resampler.hpp"

namespace offhook::media {

class SplitSink final : public AudioSink {
 public:
  void set_first(std::unique_ptr<AudioSink> sink) { first_.sink = std::move(sink); }
  void set_second(std::unique_ptr<AudioSink> sink) { second_.sink = std::move(sink); }
  [[nodiscard]] bool empty() const { return !first_.sink && !second_.sink; }

  // The higher of both: the other one's is converted.
  [[nodiscard]] std::uint32_t rate() const override { return std::max(first_.rate(), second_.rate()); }
  void write(ConstFrame frame) override {
    first_.write(frame);
    second_.write(frame);
  }

 private:
  struct Branch {
    std::unique_ptr<AudioSink> sink;
    Resampler resampler{};
    std::vector<std::int16_t> converted{};

    [[nodiscard]] std::uint32_t rate() const { return sink ? sink->rate() : kSampleRate; }
    void write(ConstFrame frame) {
      if (!sink) return;
      converted.resize(frame_size(sink->rate()));
      if (converted.size() == frame.size()) return sink->write(frame);
      resampler.process(frame, converted);
      sink->write(converted);
    }
  };
  Branch first_{}, second_{};
};

}  // namespace offhook::media
