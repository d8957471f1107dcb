#include "sdp/lines.hpp"

#include <array>

#include "base/ascii.hpp"

namespace offhook::sdp {
namespace {

constexpr auto fail_at = [](std::string_view what, std::size_t offset) { return fail(Module::Sdp, what, offset); };

std::string join(std::initializer_list<std::string_view> words) {
  std::string out;
  for (const auto word : words) (out += out.empty() ? "" : " ") += word;
  return out;
}

std::string typed_time(std::int64_t seconds) {
  struct Unit {
    std::int64_t size;
    const char* name;
  };
  static constexpr std::array kUnits{Unit{86'400, "d"}, Unit{3600, "h"}, Unit{60, "m"}};
  if (seconds != 0)
    for (const Unit& unit : kUnits)
      if (seconds % unit.size == 0) return std::to_string(seconds / unit.size) + unit.name;
  return std::to_string(seconds);
}

// One step below the end of int64, so that a unit can be multiplied in without overflow.
constexpr std::int64_t kMostSeconds = std::int64_t{1} << 40U;

}  // namespace

Result<Origin> Origin::parse(std::string_view value, std::size_t offset) {
  Origin o;
  o.username = next_word(value);
  o.session_id = next_word(value);
  o.session_version = next_word(value);
  o.net_type = next_word(value);
  o.address_type = next_word(value);
  o.address = next_word(value);
  if (o.address.empty()) return fail_at("o= line has fewer than six fields", offset);
  return o;
}

std::string Origin::text() const {
  return join({username, session_id, session_version, net_type, address_type, address});
}

Result<Connection> Connection::parse(std::string_view value, std::size_t offset) {
  Connection c;
  c.net_type = next_word(value);
  c.address_type = next_word(value);
  c.address = next_word(value);
  if (c.address.empty()) return fail_at("c= line is not <net type> <address type> <address>", offset);
  return c;
}

std::string Connection::text() const { return join({net_type, address_type, address}); }

std::optional<IpAddress> Connection::ip() const {
  if (!iequals(net_type, "IN")) return std::nullopt;
  const auto parsed = IpAddress::parse(address.substr(0, address.find('/')));
  if (!parsed || !iequals(address_type, parsed->is_v6() ? "IP6" : "IP4")) return std::nullopt;
  return parsed;
}

Result<Reach> Connection::reach(std::size_t offset) const {
  const auto first = address.find('/');
  Reach out{address.substr(0, first), {}, 1};
  const bool v6 = iequals(address_type, "IP6");
  const auto literal = ip();
  if (first == std::string_view::npos) {
    if (literal && literal->is_multicast() && !v6) return fail_at("IPv4 multicast without a TTL", offset);
    return out;
  }
  if (literal && !literal->is_multicast()) return fail_at("TTL or count on a unicast address", offset);
  std::string_view rest = address.substr(first + 1);
  if (!v6) {
    const auto second = rest.find('/');
    out.ttl = parse_number<std::uint8_t>(rest.substr(0, second));
    if (!out.ttl) return fail_at("TTL is not 0 to 255", offset);
    if (second == std::string_view::npos) return out;
    rest = rest.substr(second + 1);
  }
  const auto count = parse_number<std::uint16_t>(rest);
  if (!count || *count == 0) return fail_at("number of multicast groups is not a positive number", offset);
  out.count = *count;
  return out;
}

Result<Bandwidth> Bandwidth::parse(std::string_view value, std::size_t offset) {
  const auto colon = value.find(':');
  if (colon == std::string_view::npos || colon == 0) return fail_at("b= line is not <modifier>:<number>", offset);
  const auto number = parse_number<std::uint32_t>(trim(value.substr(colon + 1)));
  if (!number) return fail_at("bandwidth is not a number", offset + colon + 1);
  return Bandwidth{value.substr(0, colon), *number};
}

std::string Bandwidth::text() const { return std::string(type) + ':' + std::to_string(value); }

std::optional<std::uint64_t> Bandwidth::bits_per_second() const {
  if (iequals(type, "CT") || iequals(type, "AS")) return std::uint64_t{value} * 1000;
  if (iequals(type, "TIAS") || iequals(type, "RS") || iequals(type, "RR")) return value;
  return std::nullopt;
}

Result<Timing> Timing::parse(std::string_view value, std::size_t offset) {
  const auto start = parse_number<std::uint64_t>(next_word(value));
  const auto stop = parse_number<std::uint64_t>(next_word(value));
  if (!start || !stop) return fail_at("t= line is not two numbers", offset);
  return Timing{*start, *stop};
}

std::string Timing::text() const { return std::to_string(start) + ' ' + std::to_string(stop); }

std::optional<std::int64_t> parse_typed_time(std::string_view word) {
  const bool negative = word.starts_with('-');
  if (negative) word.remove_prefix(1);
  std::int64_t unit = 1;
  if (!word.empty()) {
    switch (word.back()) {
      case 'd': unit = 86'400; break;
      case 'h': unit = 3600; break;
      case 'm': unit = 60; break;
      case 's': unit = 1; break;
      default: unit = 0; break;
    }
    if (unit != 0) word.remove_suffix(1);
    if (unit == 0) unit = 1;
  }
  const auto number = parse_number<std::int64_t>(word);
  if (!number || *number > kMostSeconds) return std::nullopt;
  return (negative ? -*number : *number) * unit;
}

Result<Repeat> Repeat::parse(std::string_view value, std::size_t offset) {
  const char* const begin = value.data();
  Repeat out;
  std::size_t n = 0;
  for (auto word = next_word(value); !word.empty(); word = next_word(value), ++n) {
    const auto at = offset + static_cast<std::size_t>(word.data() - begin);
    const auto time = parse_typed_time(word);
    if (!time || *time < 0) return fail_at("r= line has a word that is no time", at);
    if (n == 0 && *time == 0) return fail_at("repeat interval of zero", at);
    if (n == 0)
      out.interval = *time;
    else if (n == 1)
      out.duration = *time;
    else
      out.offsets.push_back(*time);
  }
  if (out.offsets.empty()) return fail_at("r= line is not <interval> <duration> <offsets>", offset);
  return out;
}

std::string Repeat::text() const {
  std::string out = typed_time(interval) + ' ' + typed_time(duration);
  for (const auto o : offsets) out += ' ' + typed_time(o);
  return out;
}

Result<TimeZones> TimeZones::parse(std::string_view value, std::size_t offset) {
  const char* const begin = value.data();
  TimeZones out;
  for (auto word = next_word(value); !word.empty(); word = next_word(value)) {
    const auto at = offset + static_cast<std::size_t>(word.data() - begin);
    const auto when = parse_number<std::uint64_t>(word);
    const auto shift = parse_typed_time(next_word(value));
    if (!when || !shift) return fail_at("z= line is not pairs of <time> <shift>", at);
    out.adjustments.push_back({*when, *shift});
  }
  if (out.adjustments.empty()) return fail_at("z= line is empty", offset);
  return out;
}

std::string TimeZones::text() const {
  std::string out;
  for (const auto& a : adjustments) out += (out.empty() ? "" : " ") + std::to_string(a.at) + ' ' + typed_time(a.shift);
  return out;
}

namespace {
constexpr std::array<std::string_view, 4> kKeyMethods{"prompt", "clear", "base64", "uri"};
}

Result<Key> Key::parse(std::string_view value, std::size_t offset) {
  const auto colon = value.find(':');
  const std::string_view name = value.substr(0, colon);
  for (std::size_t i = 0; i < kKeyMethods.size(); ++i) {
    if (name != kKeyMethods[i]) continue;
    const bool has_value = colon != std::string_view::npos;
    if (has_value == (i == 0)) return fail_at("k= line lacks its key, or has one with prompt", offset);
    return Key{static_cast<Method>(i), has_value ? value.substr(colon + 1) : std::string_view{}};
  }
  return fail_at("k= line of an unknown method", offset);
}

std::string Key::text() const {
  std::string out(kKeyMethods[static_cast<std::size_t>(method)]);
  if (method != Method::Prompt) (out += ':') += value;
  return out;
}

Result<Contact> Contact::parse(std::string_view value, std::size_t offset) {
  Contact out;
  const auto open = value.find_first_of("<(");
  if (open == std::string_view::npos) {
    out.address = trim(value);
  } else {
    const bool angle = value[open] == '<';
    const auto close = value.find(angle ? '>' : ')', open);
    if (close == std::string_view::npos || !trim(value.substr(close + 1)).empty())
      return fail_at("bracket is not closed at the end", offset + open);
    const auto before = trim(value.substr(0, open));
    const auto inside = trim(value.substr(open + 1, close - open - 1));
    out = angle ? Contact{inside, before} : Contact{before, inside};
  }
  if (out.address.empty()) return fail_at("no address", offset);
  return out;
}

Result<MediaLine> MediaLine::parse(std::string_view value, std::size_t offset) {
  MediaLine m;
  m.type = next_word(value);
  auto port = next_word(value);
  m.protocol = next_word(value);
  if (const auto slash = port.find('/'); slash != std::string_view::npos) {
    const auto count = parse_number<std::uint16_t>(port.substr(slash + 1));
    if (!count || *count == 0) return fail_at("number of ports is not a positive number", offset);
    m.port_count = *count;
    port = port.substr(0, slash);
  }
  const auto number = parse_number<std::uint16_t>(port);
  if (!number) return fail_at("port of the m= line is not 0 to 65535", offset);
  m.port = *number;
  m.formats = Words(value);
  if (m.formats.empty()) return fail_at("m= line is not <media> <port> <protocol> <formats>", offset);
  return m;
}

std::string MediaLine::text() const {
  std::string out(type);
  out += ' ' + std::to_string(port);
  if (port_count != 1) out += '/' + std::to_string(port_count);
  (out += ' ') += protocol;
  for (const auto format : formats) (out += ' ') += format;
  return out;
}

}  // namespace offhook::sdp
