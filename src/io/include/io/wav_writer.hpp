// What a phone hears, into a WAV file as it comes (8 kHz mono 16 bit). The head is right whenever a second has passed,
// and when it closes: a file cut short can be played.
#pragma once
#include <cstdio>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "media/audio.hpp"

namespace offhook::io {

class WavWriter final : public media::AudioSink {
 public:
  [[nodiscard]] static Checked<std::unique_ptr<WavWriter>> open(const std::string& path);
  ~WavWriter() override;
  void write(media::ConstFrame frame) override;

 private:
  explicit WavWriter(std::FILE* file) : file_(file) {}
  void write_head();
  std::FILE* file_;
  std::uint32_t samples_ = 0;
};

}  // namespace offhook::io
