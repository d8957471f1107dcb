// Audio as the core knows it: frames of 20 ms, linear 16 bit, mono, at 8, 12, 16, 24 or 48 kHz, and the two ports
// through which they come and go. io implements the ports for devices and files; tones, silence and WAV data in memory
// implement them here.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace offhook::media {

inline constexpr std::uint32_t kSampleRate = 8000;  // of telephones: where nothing else is said
inline constexpr std::uint32_t kMostSampleRate = 48'000;
inline constexpr std::uint32_t kFramesASecond = 50;
inline constexpr std::size_t kFrameSamples = kSampleRate / kFramesASecond;
inline constexpr std::size_t kMostFrameSamples = kMostSampleRate / kFramesASecond;

// A frame lasts 20 ms, so its size tells its rate.
using Frame = std::span<std::int16_t>;
using ConstFrame = std::span<const std::int16_t>;
[[nodiscard]] constexpr std::size_t frame_size(std::uint32_t rate) { return rate / kFramesASecond; }
[[nodiscard]] constexpr std::uint32_t rate_of(ConstFrame frame) {
  return static_cast<std::uint32_t>(frame.size()) * kFramesASecond;
}

// Full scale in dBm0 (ITU-T G.711: a sine at the largest code of µ-law is +3.17 dBm0, of A-law +3.14).
inline constexpr double kFullScaleDbm0 = 3.17;

class AudioSource {
 public:
  virtual ~AudioSource() = default;
  // Fills the frame, at the rate that its size tells (it may change with the call); false when the source has ended,
  // the frame is then silence.
  virtual bool read(Frame frame) = 0;
};

class AudioSink {
 public:
  virtual ~AudioSink() = default;
  // What it takes; the engine brings all it hears to that rate.
  [[nodiscard]] virtual std::uint32_t rate() const { return kSampleRate; }
  virtual void write(ConstFrame frame) = 0;
};

// Takes both sides of a conversation, for a recording: what a party says and what it hears, as frames of one size.
class ConversationSink {
 public:
  virtual ~ConversationSink() = default;
  [[nodiscard]] virtual std::uint32_t rate() const = 0;
  virtual void write(ConstFrame said, ConstFrame heard) = 0;
};

}  // namespace offhook::media
