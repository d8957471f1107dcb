// WAV data in memory: whole files as bytes, by libsndfile. io reads and writes the files themselves.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "media/audio.hpp"

namespace offhook::media {

// To 8 kHz mono: channels are averaged, higher rates averaged down, lower ones interpolated. At most ten minutes.
[[nodiscard]] Result<std::vector<std::int16_t>> decode_wav(std::span<const std::uint8_t> bytes);
// 8 kHz mono 16 bit.
[[nodiscard]] std::vector<std::uint8_t> encode_wav(std::span<const std::int16_t> samples);

// The head of an 8 kHz mono 16 bit file with so many samples after it: for a writer that appends frames (little endian)
// and comes back to the head when it closes.
[[nodiscard]] std::array<std::uint8_t, 44> wav_header(std::uint32_t samples);

}  // namespace offhook::media
