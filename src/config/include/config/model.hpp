// The phone models and what differs between them (guide, model table and common-file table).
// Pure data: one constant row a model, found by name.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace offhook::config {

enum class ModelId : std::uint8_t {
  T48G,
  T46G,
  T42G,
  T41P,
  T40P,
  T40G,
  T29G,
  T27P,
  T27G,
  T23P,
  T23G,
  T21PE2,
  T19PE2,
  CP860
};

// A set of models, one bit each; the parameter table says with it which phones know a name.
using ModelMask = std::uint32_t;
[[nodiscard]] constexpr ModelMask mask_of(ModelId id) { return ModelMask{1} << static_cast<unsigned>(id); }
inline constexpr ModelMask kAllModels = (ModelMask{1} << 14) - 1;

enum class ScreenKind : std::uint8_t { Mono, Colour, Touch };

struct Screen {
  std::uint16_t width;   // pixels
  std::uint16_t height;  // pixels
  ScreenKind kind;
};

struct Model {
  ModelId id;
  std::string_view name;             // "T46G": as --model and boot files say it
  std::string_view user_agent_name;  // "SIP-T46G": as the User-Agent header says it
  std::uint8_t accounts;             // account.1 … account.N
  std::uint8_t line_keys;            // linekey.1 … linekey.N; 0 has none
  std::uint8_t line_keys_visible;    // on one page of the screen or keypad
  Screen screen;
  std::string_view firmware;                 // version the phone says it runs, "28.80.0.95"
  std::string_view common_file;              // file every phone of the model reads, "y000000000028.cfg"
  std::span<const std::string_view> codecs;  // account.X.codec.Y: the codec in slot Y, first is slot 1

  // The number in front of the firmware version: 28.
  [[nodiscard]] int firmware_prefix() const;
  // Whether its firmware is V81, which some features grew with.
  [[nodiscard]] bool is_v81() const;
};

[[nodiscard]] std::span<const Model> models();
[[nodiscard]] const Model& model(ModelId id);

// Takes "T46G", "SIP-T46G", "t46g", "T19P_E2", "SIP-T19(P) E2". The complaint lists the known names.
[[nodiscard]] Checked<const Model*> find_model(std::string_view name);

// "Yealink SIP-T46G 28.80.0.95": what these phones write in User-Agent.
[[nodiscard]] std::string user_agent(const Model& model);

// A MAC address as twelve lower-case hex digits, the way file names carry it; ":", "-" and "." between digits may be
// there.
[[nodiscard]] Checked<std::string> parse_mac(std::string_view text);

}  // namespace offhook::config
