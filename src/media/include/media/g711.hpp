// ITU-T G.711 µ-law and A-law, to and from linear 16 bit. Each linear sample goes to the code whose interval holds it
// and comes back as the middle of that interval.
#pragma once
#include <cstdint>
#include <span>

namespace offhook::media {

enum class Law : std::uint8_t { Mu, A };

[[nodiscard]] std::uint8_t encode(Law law, std::int16_t sample);
[[nodiscard]] std::int16_t decode(Law law, std::uint8_t code);

// `out` is at least as long as the input.
void encode(Law law, std::span<const std::int16_t> samples, std::uint8_t* out);
void decode(Law law, std::span<const std::uint8_t> codes, std::int16_t* out);

}  // namespace offhook::media
