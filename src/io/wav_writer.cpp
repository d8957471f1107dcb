#include "io/wav_writer.hpp"

#include <stdio_ext.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

#include "media/wav.hpp"

namespace offhook::io {

static_assert(std::endian::native == std::endian::little, "WAV samples are little endian");

namespace {

constexpr std::size_t kHead = 44;

}  // namespace

Checked<std::unique_ptr<WavFile>> WavFile::open(const std::string& path, std::uint32_t rate, std::uint16_t channels,
                                                std::uint64_t most) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return complain(std::string("cannot write the file: ") + std::strerror(errno), path);
  std::unique_ptr<WavFile> out(new WavFile(file, rate, channels, most));
  out->write_head();
  return out;
}

WavFile::~WavFile() {
  write_head();
  std::fclose(file_);
}

void WavFile::write(std::span<const std::int16_t> samples) {
  const std::uint64_t would_hold = (std::uint64_t{samples_} * channels_ + samples.size()) * sizeof samples[0];
  full_ = full_ || would_hold > most_;
  if (full_) return;
  if (std::fwrite(samples.data(), sizeof samples[0], samples.size(), file_) != samples.size()) return give_up();
  samples_ += static_cast<std::uint32_t>(samples.size() / channels_);
  if (samples_ - head_says_ >= rate_) write_head();
}

void WavFile::write_head() {
  if (head_says_ == samples_ && samples_ > 0) return;
  const auto head = media::wav_header(samples_, rate_, channels_);
  const bool written = std::fseek(file_, 0, SEEK_SET) == 0 &&
                       std::fwrite(head.data(), 1, head.size(), file_) == head.size() &&
                       std::fseek(file_, 0, SEEK_END) == 0 && std::fflush(file_) == 0;
  head_says_ = samples_;
  if (!written) give_up();
}

// The disk is full. What is there stays right: whole samples, and a head that tells of no more.
void WavFile::give_up() {
  full_ = true;
  __fpurge(file_);
  std::clearerr(file_);
  struct stat now{};
  const int fd = ::fileno(file_);
  if (::fstat(fd, &now) != 0 || now.st_size < static_cast<off_t>(kHead)) return;
  const auto frame = static_cast<off_t>(channels_ * sizeof(std::int16_t));
  const off_t frames = (now.st_size - static_cast<off_t>(kHead)) / frame;
  samples_ = head_says_ = static_cast<std::uint32_t>(frames);
  const auto head = media::wav_header(samples_, rate_, channels_);
  if (::pwrite(fd, head.data(), head.size(), 0) == static_cast<ssize_t>(head.size()))
    (void)!::ftruncate(fd, static_cast<off_t>(kHead) + frames * frame);
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
