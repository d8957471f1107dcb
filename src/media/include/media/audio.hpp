// Audio as the core knows it: frames of 20 ms at 8 kHz, linear 16 bit, and the two ports through which they come and
// go. io implements the ports for devices and files; tones, silence and WAV data in memory implement them here.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

namespace offhook::media {

inline constexpr std::uint32_t kSampleRate = 8000;
inline constexpr std::size_t kFrameSamples = 160;
using Frame = std::array<std::int16_t, kFrameSamples>;

// Full scale in dBm0 (ITU-T G.711: a sine at the largest code of µ-law is +3.17 dBm0, of A-law +3.14).
inline constexpr double kFullScaleDbm0 = 3.17;

class AudioSource {
 public:
  virtual ~AudioSource() = default;
  // Fills the frame; false when the source has ended, the frame is then silence.
  virtual bool read(Frame& frame) = 0;
};

class AudioSink {
 public:
  virtual ~AudioSink() = default;
  virtual void write(const Frame& frame) = 0;
};

}  // namespace offhook::media
