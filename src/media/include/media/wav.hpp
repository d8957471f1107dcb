// WAV data in memory: whole files as bytes, by libsndfile. io reads and writes the files themselves.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "media/audio.hpp"

namespace offhook::media {

// To mono at `rate`: channels are averaged, other rates resampled. At most ten minutes.
[[nodiscard]] Result<std::vector<std::int16_t>> decode_wav(std::span<const std::uint8_t> bytes,
                                                           std::uint32_t rate = kSampleRate);
// The least of 8, 16 and 48 kHz at which nothing of the file is lost; 8 kHz for what is no sound file.
[[nodiscard]] std::uint32_t playing_rate(std::span<const std::uint8_t> bytes);
// Mono 16 bit.
[[nodiscard]] std::vector<std::uint8_t> encode_wav(std::span<const std::int16_t> samples,
                                                   std::uint32_t rate = kSampleRate);

// The head of a 16 bit file with so many samples of each channel after it: for a writer that appends frames (little
// endian) and comes back to the head when it closes.
[[nodiscard]] std::array<std::uint8_t, 44> wav_header(std::uint32_t samples, std::uint32_t rate = kSampleRate,
                                                      std::uint16_t channels = 1);

}  // namespace offhook::media
