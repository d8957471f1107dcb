// How rows are written down: flag("account.X.enable", 0, Room::Account, "help").reregister().
// Everything is constexpr, so a chapter is a constant array without start-up code.
#pragma once
#include "config/parameter.hpp"

namespace offhook::config::chapters {

class Define {
  // Before its users: a constant expression needs the definition.
  template <class Change>
  constexpr Define with(Change change) const {
    Define out = *this;
    change(out.row_);
    return out;
  }

 public:
  // The first number of account.X… is an account, that of linekey.X… a line key; other numbers are said with x() and
  // y().
  constexpr Define(std::string_view name, Kind kind, std::string_view fallback, Room room, std::string_view help) {
    row_.name = name;
    row_.kind = kind;
    row_.fallback = fallback;
    row_.room = room;
    row_.help = help;
    if (name.starts_with("account.X.")) row_.x_range = IndexRange::Accounts;
    if (name.starts_with("linekey.X.")) row_.x_range = IndexRange::LineKeys;
  }

  constexpr operator Row() const { return row_; }

  constexpr Define range(std::int64_t min, std::int64_t max) const {
    return with([&](Row& r) { r.min = min, r.max = max; });
  }
  constexpr Define fallback(std::string_view value) const {
    return with([&](Row& r) { r.fallback = value; });
  }
  constexpr Define zero_too() const {
    return with([](Row& r) { r.zero_too = true; });
  }
  constexpr Define choices(std::string_view list) const {
    return with([&](Row& r) { r.choices = list; });
  }
  constexpr Define secret() const {
    return with([](Row& r) { r.secret = true; });
  }
  constexpr Define unit(Unit unit) const {
    return with([&](Row& r) { r.unit = unit; });
  }
  constexpr Define seconds() const { return unit(Unit::Seconds); }
  constexpr Define milliseconds() const { return unit(Unit::Milliseconds); }
  constexpr Define reregister() const {
    return with([](Row& r) { r.effect = Effect::Reregister; });
  }
  constexpr Define reboot() const {
    return with([](Row& r) { r.effect = Effect::Reboot; });
  }
  constexpr Define on(ModelMask models) const {
    return with([&](Row& r) { r.models = models; });
  }
  constexpr Define x(std::uint8_t max) const {
    return with([&](Row& r) { r.x_range = IndexRange::Fixed, r.x_max = max; });
  }
  constexpr Define y(std::uint8_t max) const {
    return with([&](Row& r) { r.y_range = IndexRange::Fixed, r.y_max = max; });
  }
  constexpr Define listen_address() const {
    return with([](Row& r) { r.x_range = IndexRange::ListenAddresses; });
  }
  constexpr Define codec_slot() const {
    return with([](Row& r) { r.y_range = IndexRange::CodecSlots; });
  }
  constexpr Define by_model(std::string_view (*fallback_for)(const Model&, Index)) const {
    return with([&](Row& r) { r.fallback_for = fallback_for; });
  }

 private:
  Row row_{};
};

constexpr Define flag(std::string_view name, bool fallback, Room room, std::string_view help) {
  return Define(name, Kind::Flag, fallback ? "1" : "0", room, help);
}
constexpr Define choice(std::string_view name, std::string_view list, std::string_view fallback, Room room,
                        std::string_view help) {
  return Define(name, Kind::Choice, fallback, room, help).choices(list);
}
constexpr Define integer(std::string_view name, std::int64_t min, std::int64_t max, std::string_view fallback,
                         Room room, std::string_view help) {
  return Define(name, Kind::Integer, fallback, room, help).range(min, max);
}
// Limits in thousandths: 500 is 0.5.
constexpr Define decimal(std::string_view name, std::int64_t min, std::int64_t max, std::string_view fallback,
                         Room room, std::string_view help) {
  return Define(name, Kind::Decimal, fallback, room, help).range(min, max);
}
constexpr Define text(std::string_view name, std::int64_t max_bytes, Room room, std::string_view help) {
  return Define(name, Kind::Text, "", room, help).range(0, max_bytes);
}
constexpr Define tone(std::string_view name, std::string_view fallback, Room room, std::string_view help,
                      std::int64_t most_elements = 8) {
  return Define(name, Kind::Tone, fallback, room, help).range(0, most_elements);
}
constexpr Define host(std::string_view name, Room room, std::string_view help) {
  return Define(name, Kind::Host, "", room, help).range(0, 256);
}

constexpr Define group(std::string_view name, Room room, std::string_view help) {
  return Define(name, Kind::Group, "", room, help);
}

constexpr Define address(std::string_view name, Room room, std::string_view help) {
  return Define(name, Kind::Address, "", room, help);
}

// Codes that people dial, targets and numbers: 32 bytes everywhere in the guide.
inline constexpr std::int64_t kDialBytes = 32;
// Strings for which the guide names no limit.
inline constexpr std::int64_t kFreeBytes = 1024;

}  // namespace offhook::config::chapters
