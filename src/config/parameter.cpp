// What a row permits, and how it is told to people.
#include "config/parameter.hpp"

#include <algorithm>
#include <charconv>

#include "base/ascii.hpp"
#include "base/endpoint.hpp"
#include "config/tone.hpp"

namespace offhook::config {
namespace {

// Calls `visit(value, meaning)` for each of "0 UDP|1 TCP" until it returns true.
template <class Visit>
bool any_choice(std::string_view list, Visit visit) {
  while (!list.empty()) {
    const auto bar = std::min(list.find('|'), list.size());
    const auto item = list.substr(0, bar);
    const bool quoted = item.starts_with('"');
    const auto end = std::min(item.find(quoted ? '"' : ' ', quoted ? 1 : 0), item.size());
    const auto value = item.substr(quoted ? 1 : 0, end - (quoted ? 1 : 0));
    if (visit(value, trim(item.substr(std::min(end + (quoted ? 1 : 0), item.size()))))) return true;
    list.remove_prefix(std::min(bar + 1, list.size()));
  }
  return false;
}

std::string choices_text(std::string_view list) {
  std::string out;
  any_choice(list, [&](std::string_view value, std::string_view meaning) {
    if (!out.empty()) out += ", ";
    out += value;
    if (!meaning.empty()) out.append(" (").append(meaning).append(")");
    return false;
  });
  return out;
}

// 500 is "0.5": as few decimals as it takes.
std::string thousandths_text(std::int64_t value) {
  std::string out = std::to_string(value / 1000);
  std::string decimals = std::to_string(1000 + value % 1000).substr(1);
  while (!decimals.empty() && decimals.back() == '0') decimals.pop_back();
  return decimals.empty() ? out : out + '.' + decimals;
}

// A host as SIP writes it: IP address, or labels of letters, digits, "-" and "_" (which names in the field do carry).
bool is_host(std::string_view value) {
  if (IpAddress::parse(value)) return true;
  if (value.find_first_not_of("0123456789.") == std::string_view::npos) return false;  // an IPv4 address gone wrong
  if (value.starts_with('.') || value.find("..") != std::string_view::npos) return false;
  return std::ranges::all_of(value,
                             [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_'; });
}

bool is_group(std::string_view value) {
  const auto endpoint = Endpoint::parse(value);
  return endpoint && !endpoint->address.is_v6() && endpoint->address.is_multicast() && endpoint->port != 0;
}

bool in_range(const Row& row, std::optional<std::int64_t> number) {
  if (!number) return false;
  return (row.zero_too && *number == 0) || (*number >= row.min && *number <= row.max);
}

}  // namespace

std::string_view to_text(Kind kind) {
  switch (kind) {
    case Kind::Flag: return "flag";
    case Kind::Choice: return "choice";
    case Kind::Integer: return "integer";
    case Kind::Decimal: return "decimal";
    case Kind::Text: return "text";
    case Kind::Host: return "host";
    case Kind::Group: return "group";
    case Kind::Address: return "address";
    case Kind::Tone: return "tone";
    case Kind::Credential: return "credential";
  }
  return {};
}

std::string_view to_text(Unit unit) {
  switch (unit) {
    case Unit::None: return "";
    case Unit::Seconds: return "s";
    case Unit::Milliseconds: return "ms";
    case Unit::Rings: return "rings";
  }
  return {};
}

std::string_view to_text(Effect effect) {
  switch (effect) {
    case Effect::AtOnce: return "at once";
    case Effect::Reregister: return "re-register";
    case Effect::Reboot: return "reboot";
  }
  return {};
}

std::string_view to_text(Room room) {
  switch (room) {
    case Room::Account: return "account";
    case Room::Registration: return "registration";
    case Room::Sip: return "sip";
    case Room::Network: return "network";
    case Room::Codec: return "codec";
    case Room::Audio: return "audio";
    case Room::Dtmf: return "dtmf";
    case Room::Tones: return "tones";
    case Room::Forward: return "forward";
    case Room::Dnd: return "dnd";
    case Room::CallWaiting: return "call-waiting";
    case Room::Hold: return "hold";
    case Room::Transfer: return "transfer";
    case Room::Refuse: return "refuse";
    case Room::Ringing: return "ringing";
    case Room::AutoAnswer: return "auto-answer";
    case Room::Calls: return "calls";
    case Room::Display: return "display";
    case Room::Security: return "security";
    case Room::Paging: return "paging";
  }
  return {};
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::int64_t> parse_thousandths(std::string_view text) {
  const auto dot = std::min(text.find('.'), text.size());
  const auto whole = parse_number<std::uint32_t>(text.substr(0, dot));
  if (!whole) return std::nullopt;
  std::int64_t value = std::int64_t{*whole} * 1000;
  if (dot == text.size()) return value;
  const auto decimals = text.substr(dot + 1);
  if (decimals.empty() || decimals.size() > 3) return std::nullopt;
  std::int64_t weight = 100;
  for (const char c : decimals) {
    if (!is_digit(c)) return std::nullopt;
    value += (c - '0') * weight;
    weight /= 10;
  }
  return value;
}

std::string_view factory_default(const Row& row, const Model& model, Index index) {
  return row.fallback_for != nullptr ? row.fallback_for(model, index) : row.fallback;
}

std::string permitted(const Row& row) {
  const std::string or_zero = row.zero_too ? "0 or " : "";
  const std::string unit = row.unit == Unit::None ? "" : std::string(" ").append(to_text(row.unit));
  switch (row.kind) {
    case Kind::Flag: return "0 or 1";
    case Kind::Choice: return choices_text(row.choices) + unit;
    case Kind::Integer: return or_zero + std::to_string(row.min) + "-" + std::to_string(row.max) + unit;
    case Kind::Decimal: return thousandths_text(row.min) + "-" + thousandths_text(row.max) + unit;
    case Kind::Text: return "text of at most " + std::to_string(row.max) + " bytes";
    case Kind::Address: return "an IP address";
    case Kind::Host: return "an IP address or host name of at most " + std::to_string(row.max) + " bytes";
    case Kind::Group: return "a multicast address and port, 224.0.0.0:1-239.255.255.255:65535";
    case Kind::Tone:
      return "a tone: at most " + std::to_string(row.max) +
             " of [!]f1[+f2[+f3[+f4]]]/ms with commas between them; 200-7000 Hz, 0 for silence";
    case Kind::Credential: return "name:password";
  }
  return {};
}

bool is_permitted(const Row& row, std::string_view value) {
  switch (row.kind) {
    case Kind::Flag: return value == "0" || value == "1";
    case Kind::Choice:
      if (value.empty()) return row.fallback.empty();  // blank stands in no list
      return any_choice(row.choices, [&](std::string_view item, std::string_view) { return item == value; });
    case Kind::Integer: return in_range(row, parse_integer(value));
    case Kind::Decimal: return in_range(row, parse_thousandths(value));
    case Kind::Text: return value.size() <= static_cast<std::size_t>(row.max);
    case Kind::Address: return IpAddress::parse(value).has_value();
    case Kind::Host: return value.size() <= static_cast<std::size_t>(row.max) && is_host(value);
    case Kind::Group: return value.empty() || is_group(value);
    case Kind::Tone: return parse_tone(value, static_cast<std::size_t>(row.max)).has_value();
    case Kind::Credential: return value.find(':') != std::string_view::npos && value.front() != ':';
  }
  return false;
}

}  // namespace offhook::config
