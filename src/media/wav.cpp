#include "media/wav.hpp"

#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

#include "media/resampler.hpp"

namespace offhook::media {
namespace {

constexpr sf_count_t kMostSeconds = 600;
// A header may claim any length. The best of the formats (GSM, ADPCM) put five samples into an octet.
constexpr sf_count_t kMostFramesAnOctet = 8;
constexpr std::size_t kFramesAtOnce = 4096;

// The bytes of a file as libsndfile's virtual I/O wants them.
struct MemoryFile {
  std::span<const std::uint8_t> input;
  std::vector<std::uint8_t> output;
  sf_count_t at = 0;

  [[nodiscard]] sf_count_t size() const { return static_cast<sf_count_t>(std::max(input.size(), output.size())); }
};

SF_VIRTUAL_IO virtual_io() {
  SF_VIRTUAL_IO io{};
  io.get_filelen = [](void* user) { return static_cast<MemoryFile*>(user)->size(); };
  io.tell = [](void* user) { return static_cast<MemoryFile*>(user)->at; };
  io.seek = [](sf_count_t offset, int whence, void* user) {
    auto& file = *static_cast<MemoryFile*>(user);
    const sf_count_t base = whence == SEEK_CUR ? file.at : whence == SEEK_END ? file.size() : 0;
    return file.at = std::max<sf_count_t>(0, base + offset);
  };
  io.read = [](void* to, sf_count_t count, void* user) {
    auto& file = *static_cast<MemoryFile*>(user);
    const auto left = std::max<sf_count_t>(0, static_cast<sf_count_t>(file.input.size()) - file.at);
    const auto n = std::clamp<sf_count_t>(count, 0, left);
    if (n > 0) std::memcpy(to, file.input.data() + file.at, static_cast<std::size_t>(n));
    file.at += n;
    return n;
  };
  io.write = [](const void* from, sf_count_t count, void* user) {
    auto& file = *static_cast<MemoryFile*>(user);
    const auto end = static_cast<std::size_t>(file.at + count);
    if (file.output.size() < end) file.output.resize(end);
    std::memcpy(file.output.data() + file.at, from, static_cast<std::size_t>(count));
    file.at += count;
    return count;
  };
  return io;
}

struct CloseSound {
  void operator()(SNDFILE* file) const { sf_close(file); }
};
using Sound = std::unique_ptr<SNDFILE, CloseSound>;

std::int16_t to_sample(double value) {
  return static_cast<std::int16_t>(std::lrint(std::clamp(value * 32768.0, -32768.0, 32767.0)));
}

// Each sample of `out` is the mean of the channels.
void append_mono(std::span<const float> interleaved, std::size_t channels, std::vector<std::int16_t>& out) {
  for (std::size_t i = 0; i + channels <= interleaved.size(); i += channels) {
    float sum = 0;
    for (std::size_t c = 0; c < channels; ++c) sum += interleaved[i + c];
    out.push_back(to_sample(sum / static_cast<float>(channels)));
  }
}

// As many as are really there, up to `most` frames.
std::vector<std::int16_t> read_mono(SNDFILE* sound, std::size_t channels, sf_count_t most) {
  std::vector<std::int16_t> out;
  std::vector<float> block(kFramesAtOnce * channels);
  while (most > 0) {
    const sf_count_t got = sf_readf_float(sound, block.data(), std::min(most, static_cast<sf_count_t>(kFramesAtOnce)));
    if (got <= 0) break;
    append_mono(std::span(block).first(static_cast<std::size_t>(got) * channels), channels, out);
    most -= got;
  }
  return out;
}

}  // namespace

Result<std::vector<std::int16_t>> decode_wav(std::span<const std::uint8_t> bytes, std::uint32_t rate) {
  MemoryFile file{bytes, {}, 0};
  SF_VIRTUAL_IO io = virtual_io();
  SF_INFO info{};
  const Sound sound(sf_open_virtual(&io, SFM_READ, &info, &file));
  if (!sound) return fail(Module::Media, "not a sound file that can be read");
  if (info.channels < 1 || info.channels > 8 || info.samplerate < 1000 || info.samplerate > 192'000)
    return fail(Module::Media, "sound file with unusable rate or channels");
  const auto octets = static_cast<sf_count_t>(bytes.size());
  const auto samples = read_mono(sound.get(), static_cast<std::size_t>(info.channels),
                                 std::min(kMostSeconds * info.samplerate, kMostFramesAnOctet * octets));
  if (samples.empty()) return fail(Module::Media, "sound file without sound");
  return resample(samples, static_cast<std::uint32_t>(info.samplerate), rate);
}

std::uint32_t playing_rate(std::span<const std::uint8_t> bytes) {
  MemoryFile file{bytes, {}, 0};
  SF_VIRTUAL_IO io = virtual_io();
  SF_INFO info{};
  const Sound sound(sf_open_virtual(&io, SFM_READ, &info, &file));
  if (!sound || info.samplerate <= 8000) return 8000;
  return info.samplerate <= 16'000 ? 16'000 : 48'000;
}

std::vector<std::uint8_t> encode_wav(std::span<const std::int16_t> samples, std::uint32_t rate) {
  MemoryFile file;
  SF_VIRTUAL_IO io = virtual_io();
  SF_INFO info{};
  info.channels = 1;
  info.samplerate = static_cast<int>(rate);
  info.format = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
  {
    const Sound sound(sf_open_virtual(&io, SFM_WRITE, &info, &file));
    if (sound && !samples.empty())
      sf_writef_short(sound.get(), samples.data(), static_cast<sf_count_t>(samples.size()));
  }
  return std::move(file.output);
}

std::array<std::uint8_t, 44> wav_header(std::uint32_t samples, std::uint32_t rate, std::uint16_t channels) {
  std::array<std::uint8_t, 44> out{'R', 'I', 'F', 'F', 0, 0, 0, 0, 'W', 'A', 'V', 'E', 'f', 'm', 't', ' '};
  const auto put = [&out](std::size_t at, std::uint32_t value, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) out[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
  };
  const std::uint32_t frame = 2U * channels;  // bytes
  const std::uint32_t data = samples * frame;
  put(4, 36 + data, 4);
  put(16, 16, 4);  // size of the format chunk
  put(20, 1, 2);   // PCM
  put(22, channels, 2);
  put(24, rate, 4);
  put(28, rate * frame, 4);  // bytes a second
  put(32, frame, 2);
  put(34, 16, 2);  // bits
  constexpr std::string_view kData = "data";
  std::copy(kData.begin(), kData.end(), out.begin() + 36);
  put(40, data, 4);
  return out;
}

}  // namespace offhook::media
