// Audio into a WAV file as it comes, 16 bit. The head is right whenever a second has passed, and when the file closes:
// one that is cut short can be played. When the disk is full, or the file is as long as a WAV file can be, it stays as
// it is and what comes then is left out.
#pragma once
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "media/audio.hpp"

namespace offhook::io {

class WavFile {
 public:
  // Octets of samples: sizes in the head have 32 bits, and count some of the head too.
  static constexpr std::uint64_t kMost = 0xffffffffU - 64;

  [[nodiscard]] static Checked<std::unique_ptr<WavFile>> open(const std::string& path, std::uint32_t rate,
                                                              std::uint16_t channels, std::uint64_t most = kMost);
  ~WavFile();
  WavFile(const WavFile&) = delete;
  WavFile& operator=(const WavFile&) = delete;
  // Samples of all channels in turn.
  void write(std::span<const std::int16_t> samples);
  [[nodiscard]] std::uint32_t rate() const { return rate_; }

 private:
  WavFile(std::FILE* file, std::uint32_t rate, std::uint16_t channels, std::uint64_t most)
      : file_(file), rate_(rate), channels_(channels), most_(most) {}
  void write_head();
  void give_up();
  std::FILE* file_;
  std::uint32_t rate_;
  std::uint16_t channels_;
  std::uint64_t most_;
  bool full_ = false;
  std::uint32_t samples_ = 0;    // of each channel
  std::uint32_t head_says_ = 0;  // how many of them
};

// What a phone hears, mono.
class WavWriter final : public media::AudioSink {
 public:
  [[nodiscard]] static Checked<std::unique_ptr<WavWriter>> open(const std::string& path,
                                                                std::uint32_t rate = media::kSampleRate);
  [[nodiscard]] std::uint32_t rate() const override { return file_->rate(); }
  void write(media::ConstFrame frame) override { file_->write(frame); }

 private:
  explicit WavWriter(std::unique_ptr<WavFile> file) : file_(std::move(file)) {}
  std::unique_ptr<WavFile> file_;
};

// Both sides of a phone's calls: what it says on the left, what it hears on the right.
class ConversationWriter final : public media::ConversationSink {
 public:
  [[nodiscard]] static Checked<std::unique_ptr<ConversationWriter>> open(const std::string& path, std::uint32_t rate);
  [[nodiscard]] std::uint32_t rate() const override { return file_->rate(); }
  void write(media::ConstFrame said, media::ConstFrame heard) override;

 private:
  explicit ConversationWriter(std::unique_ptr<WavFile> file) : file_(std::move(file)) {}
  std::unique_ptr<WavFile> file_;
  std::vector<std::int16_t> both_;
};

}  // namespace offhook::io
