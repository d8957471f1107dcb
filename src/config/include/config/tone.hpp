// The guide's tone strings:
//
//   tone    = element *( "," element )
//   element = [ "!" ] f1 [ "+" f2 [ "+" f3 [ "+" f4 ] ] ] [ "/" milliseconds ]
//
// Frequencies are 200 to 7000 Hz, 0 is silence. Without a duration, or with 0, an element lasts for ever. An element
// with "!" is played in the first round only. Guide: Tones, parameters voice.tone.*.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace offhook::config {

struct ToneStep {
  std::array<std::uint16_t, 4> hz{};  // 0: none
  milliseconds duration{};            // 0: for ever
  bool once = false;
  [[nodiscard]] bool is_silent() const { return hz == decltype(hz){}; }
  friend bool operator==(const ToneStep&, const ToneStep&) = default;
};
struct CallTone {
  std::vector<ToneStep> steps;  // empty: nothing sounds
  friend bool operator==(const CallTone&, const CallTone&) = default;
};

inline constexpr std::size_t kMostToneSteps = 8;  // of a parameter
inline constexpr milliseconds kLongestToneStep{600'000};

// The error says what is wrong; its offset where. "" is a tone without steps.
[[nodiscard]] Result<CallTone> parse_tone(std::string_view text, std::size_t most_steps = kMostToneSteps);
[[nodiscard]] std::string to_text(const CallTone& tone);

}  // namespace offhook::config
