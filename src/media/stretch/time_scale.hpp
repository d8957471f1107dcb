// Makes sound longer or shorter without changing its pitch: whole periods of it are repeated or left out, where the
// sound is most like itself, and the two ends are faded into each other (waveform similarity overlap-add). The first
// sample stays where it is, so what was played before goes on without a seam.
#pragma once
#include <cstdint>
#include <vector>

#include "media/audio.hpp"

namespace offhook::media {

// By at least `wanted` samples. `sound` must hold 10 ms or more; what is shorter stays as it is.
void lengthen(std::vector<std::int16_t>& sound, std::size_t wanted, std::uint32_t rate);
// By one period or several, 2.5 to 20 ms in all. `sound` must hold 20 ms or more; what is shorter stays as it is.
void shorten(std::vector<std::int16_t>& sound, std::uint32_t rate);

}  // namespace offhook::media
