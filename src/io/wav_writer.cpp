#include "io/wav_writer.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

#include "media/wav.hpp"

namespace offhook::io {

static_assert(std::endian::native == std::endian::little, "WAV samples are little endian");

Checked<std::unique_ptr<WavFile>> WavFile::open(const std::string& path, std::uint32_t rate, std::uint16_t channels) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return complain(std::string("cannot write the file: ") + std::strerror(errno), path);
  std::unique_ptr<WavFile> out(new WavFile(file, rate, channels));
  out->write_head();
  return out;
}

WavFile::~WavFile() {
  write_head();
  std::fclose(file_);
}

void WavFile::write(std::span<const std::int16_t> samples) {
  std::fwrite(samples.data(), sizeof samples[0], samples.size(), file_);
  samples_ += static_cast<std::uint32_t>(samples.size() / channels_);
  if (samples_ - head_says_ >= rate_) write_head();
}

void WavFile::write_head() {
  const auto head = media::wav_header(samples_, rate_, channels_);
  std::fseek(file_, 0, SEEK_SET);
  std::fwrite(head.data(), 1, head.size(), file_);
  std::fseek(file_, 0, SEEK_END);
  std::fflush(file_);
  head_says_ = samples_;
}

Checked<std::unique_ptr<WavWriter>> WavWriter::open(const std::string& path, std::uint32_t rate) {
  auto file = WavFile::open(path, rate, 1);
  if (!file) return tl::unexpected(file.error());
  return std::unique_ptr<WavWriter>(new WavWriter(std::move(*file)));
}

Checked<std::unique_ptr<ConversationWriter>> ConversationWriter::open(const std::string& path, std::uint32_t rate) {
  auto file = WavFile::open(path, rate, 2);
  if (!file) return tl::unexpected(file.error());
  return std::unique_ptr<ConversationWriter>(new ConversationWriter(std::move(*file)));
}

void ConversationWriter::write(media::ConstFrame said, media::ConstFrame heard) {
  const std::size_t size = std::min(said.size(), heard.size());
  both_.resize(2 * size);
  for (std::size_t i = 0; i < size; ++i) {
    both_[2 * i] = said[i];
    both_[2 * i + 1] = heard[i];
  }
  file_->write(both_);
}

}  // namespace offhook::io
