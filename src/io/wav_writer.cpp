#include "io/wav_writer.hpp"

#include <bit>
#include <cerrno>
#include <cstring>

#include "media/wav.hpp"

namespace offhook::io {

static_assert(std::endian::native == std::endian::little, "WAV samples are little endian");

Checked<std::unique_ptr<WavWriter>> WavWriter::open(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return complain(std::string("cannot write the file: ") + std::strerror(errno), path);
  std::unique_ptr<WavWriter> writer(new WavWriter(file));
  writer->write_head();
  return writer;
}

WavWriter::~WavWriter() {
  write_head();
  std::fclose(file_);
}

void WavWriter::write(media::ConstFrame frame) {
  std::fwrite(frame.data(), sizeof frame[0], frame.size(), file_);
  samples_ += static_cast<std::uint32_t>(frame.size());
  if (samples_ % media::kSampleRate == 0) write_head();
}

void WavWriter::write_head() {
  const auto head = media::wav_header(samples_);
  std::fseek(file_, 0, SEEK_SET);
  std::fwrite(head.data(), 1, head.size(), file_);
  std::fseek(file_, 0, SEEK_END);
  std::fflush(file_);
}

}  // namespace offhook::io
