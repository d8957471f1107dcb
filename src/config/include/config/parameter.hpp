// The parameter table: every setting the phones know is one constant row, and reader, lint, typed reads, listing and
// manual all come from the rows (guide, configuration parameters). Rows stand by chapter in rows/*.cpp.
//
// A name pattern carries X and Y where the files carry a number: account.X.sip_server.Y.port. Both are 1-based.
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "config/model.hpp"

namespace offhook::config {

enum class Kind : std::uint8_t {
  Flag,        // 0 or 1
  Choice,      // one of a list
  Integer,     // whole number in a range
  Decimal,     // number with up to three decimals in a range
  Text,        // up to a number of bytes
  Host,        // IP address or host name
  Group,       // multicast address and port; IPv4
  Address,     // IP address
  Tone,        // config/tone.hpp, up to a number of elements
  Credential,  // name:password; the lines add up instead of replacing each other
};

enum class Unit : std::uint8_t { None, Seconds, Milliseconds, Rings };

// When a changed value begins to count.
enum class Effect : std::uint8_t { AtOnce, Reregister, Reboot };

// The part of the phone a parameter belongs to.
enum class Room : std::uint8_t {
  Account,
  Registration,
  Sip,
  Network,
  Codec,
  Audio,
  Dtmf,
  Tones,
  Forward,
  Dnd,
  CallWaiting,
  Hold,
  Transfer,
  Refuse,
  Ringing,
  AutoAnswer,
  Calls,
  Display,
  Security,
  Paging
};

[[nodiscard]] std::string_view to_text(Kind kind);
[[nodiscard]] std::string_view to_text(Unit unit);
[[nodiscard]] std::string_view to_text(Effect effect);
[[nodiscard]] std::string_view to_text(Room room);

// The numbers in a concrete name, 1-based; 0 where the pattern has none.
struct Index {
  std::uint8_t x = 0;
  std::uint8_t y = 0;
  friend constexpr auto operator<=>(const Index&, const Index&) = default;
};

// How far a number goes: by the model, else to a fixed count.
enum class IndexRange : std::uint8_t { None, Accounts, LineKeys, CodecSlots, ListenAddresses, Fixed };

struct Row {
  std::string_view name;  // pattern
  Kind kind = Kind::Text;
  // "0 UDP|1 TCP": value, then what it means; a value with blanks stands in double quotes.
  std::string_view choices;
  std::int64_t min = 0;       // Integer; Decimal in thousandths
  std::int64_t max = 0;       // Integer; Decimal in thousandths; Text and Host in bytes; Tone in elements
  bool zero_too = false;      // Integer: 0 is allowed beside the range
  bool secret = false;        // not to be echoed
  std::string_view fallback;  // factory default; empty is blank
  // Factory default where it depends on the model or the index; wins over `fallback`.
  std::string_view (*fallback_for)(const Model&, Index) = nullptr;
  std::string_view help;
  Unit unit = Unit::None;
  Effect effect = Effect::AtOnce;
  Room room = Room::Account;
  ModelMask models = kAllModels;
  IndexRange x_range = IndexRange::None;
  IndexRange y_range = IndexRange::None;
  std::uint8_t x_max = 0;  // with IndexRange::Fixed
  std::uint8_t y_max = 0;

  [[nodiscard]] bool additive() const { return kind == Kind::Credential; }
};

// A row's place in rows(), stable within one build.
using RowId = std::uint16_t;

struct Located {
  const Row* row;
  RowId id;
  Index index;  // what the name said; 0 where a pattern letter stood
};

[[nodiscard]] std::span<const Row> rows();

// Finds the row of a concrete name ("account.1.sip_server.2.port", with or without "static.") or of a pattern
// ("account.X.sip_server.Y.port"). One hash and one comparison. An index of 0 or above 255 is not found.
[[nodiscard]] std::optional<Located> locate(std::string_view name);

// The largest first and second number on this model (0: none).
[[nodiscard]] unsigned x_limit(const Row& row, const Model& model);
[[nodiscard]] unsigned y_limit(const Row& row, const Model& model);

// "account.X.sip_server.Y.port" with {1, 2}: "account.1.sip_server.2.port". A number that is 0 leaves its letter.
[[nodiscard]] std::string concrete_name(const Row& row, Index index);

[[nodiscard]] std::string_view factory_default(const Row& row, const Model& model, Index index);

// Permitted values for people: "0-65535", "0 (UDP), 1 (TCP)", "text of at most 99 bytes".
[[nodiscard]] std::string permitted(const Row& row);

// Whether a (non-empty) value is one the row takes.
[[nodiscard]] bool is_permitted(const Row& row, std::string_view value);

// A whole number with an optional minus sign; nothing for anything else.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);

// "0.5" is 500, "4" is 4000; nothing for anything else, more than three decimals or overflow.
[[nodiscard]] std::optional<std::int64_t> parse_thousandths(std::string_view text);

// The known name nearest to a wrong one, with the wrong one's numbers put in; nothing when none is near.
[[nodiscard]] std::optional<std::string> nearest_name(std::string_view unknown);

}  // namespace offhook::config
