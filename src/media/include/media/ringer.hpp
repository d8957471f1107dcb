// The phone's ring tones: built-in ones from data/ringers.tsv, and WAV files that people bring along. Guide: Ring
// Tones; parameters phone_setting.ring_type, account.X.ringtone.ring_type.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "media/audio.hpp"
#include "media/tone.hpp"

namespace offhook::media {

inline constexpr double kRingerLevelDbm0 = -10;

// "Ring1.wav" … "Ring8.wav", "Silent.wav", "Splash.wav", "Bellcore-dr1" … "Bellcore-dr5".
[[nodiscard]] std::span<const std::string_view> ringer_names();
[[nodiscard]] bool is_ringer(std::string_view name);
// 1 to 8: Ring1.wav …; 9: Silent.wav; 10: Splash.wav; "" for others (guide:
// distinctive_ring_tones.alert_info.X.ringer).
[[nodiscard]] std::string_view ringer_of_number(int number);
// One ring and its pause, over and over; empty for an unknown name.
[[nodiscard]] CallTone ringer_tone(std::string_view name);
// One round as a mono file with 16 bits at 8 kHz; empty for an unknown name.
[[nodiscard]] std::vector<std::uint8_t> ringer_wav(std::string_view name);

}  // namespace offhook::media
