// Who is heard: finds which of some known pilot tones sound in the last 200 ms.
//
// Goertzel filters over blocks of 100 ms under a Hann window; the powers of the blocks are summed, so that a jump of
// phase (a concealed or skipped frame) does not hide a tone. A tone counts when it is louder than kLeastLevel and holds
// at least kLeastShare of all the power: G.711 noise and clicks stay far below, three speakers at once stay above.
// The window is only stored as frames come; the arithmetic runs when somebody asks.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/time.hpp"
#include "media/audio.hpp"

namespace offhook::media {

struct HeardTone {
  double hz = 0;
  double level_dbm0 = 0;
  std::optional<Duration> delay{};  // from mouth to ear, where EngineConfig::marks shows it
};

inline constexpr double kLeastLevelDbm0 = -45;
inline constexpr double kLeastShare = 0.06;
inline constexpr double kLeastPilotDistanceHz = 50;  // closer pilots are taken for each other

// Any number of samples from 100 ms up; what is more than whole blocks at the end is left out.
[[nodiscard]] std::vector<HeardTone> detect_tones(std::span<const std::int16_t> samples, std::span<const double> pilots,
                                                  std::uint32_t rate = kSampleRate);

class ListeningWindow {
 public:
  // Another rate begins with silence.
  void set_rate(std::uint32_t rate);
  void write(ConstFrame frame);
  [[nodiscard]] std::vector<HeardTone> tones(std::span<const double> pilots) const;

 private:
  static constexpr std::size_t kFrames = 10;
  std::uint32_t rate_ = kSampleRate;
  std::vector<std::int16_t> samples_;  // from the first frame on
  std::size_t next_ = 0;               // the oldest frame
};

}  // namespace offhook::media
