// Call progress tones: the countries' sets, and their sound. How they are written: config/tone.hpp. Guide: Tones.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "config/tone.hpp"
#include "media/audio.hpp"

namespace offhook::media {

using config::CallTone;
using config::ToneStep;

inline constexpr double kToneLevelDbm0 = -16;  // of each frequency: four of them stay below full scale

// Names are those of the parameters: dial, ring, busy, congestion, callwaiting, dialrecall, record, info, stutter,
// message, autoanswer.
[[nodiscard]] std::span<const std::string_view> tone_names();
// Countries as voice.tone.country names them, the set behind "Custom" among them. From data/tones.tsv.
[[nodiscard]] std::span<const std::string_view> tone_countries();
// Empty for what is not in the table.
[[nodiscard]] CallTone country_tone(std::string_view country, std::string_view name);

// A key's own sound, for the person who presses it (ITU-T Q.23).
[[nodiscard]] CallTone digit_tone(char digit, milliseconds duration = milliseconds(100));

// Plays a tone at whatever rate is asked for, exact to the sample; begins and ends of a sound are rounded over 2.5 ms,
// so that nothing clicks.
class TonePlayer final : public AudioSource {
 public:
  explicit TonePlayer(CallTone tone, double level_dbm0 = kToneLevelDbm0);
  bool read(Frame frame) override;

 private:
  // Time is counted in 1/48000 s, which every sample of ours divides.
  struct Stretch {
    std::int64_t length = 0;  // 0: for ever
    std::int64_t at = 0;
    bool rises = true, falls = true;  // from and to nothing
  };
  // `goes_on`: the same sound as before, without a seam.
  void enter(std::size_t step, bool goes_on);
  [[nodiscard]] std::optional<std::size_t> following() const;
  void sound(std::span<std::int16_t> samples, std::uint32_t rate);
  [[nodiscard]] double envelope(std::int64_t at) const;

  CallTone tone_;
  double amplitude_;
  std::size_t step_ = 0;
  bool over_ = false, first_round_ = true;
  Stretch stretch_;
  std::array<double, 4> phase_{};
};

}  // namespace offhook::media
