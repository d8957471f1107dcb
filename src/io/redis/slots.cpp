#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "io/redis_values.hpp"

namespace offhook::io {
namespace {

constexpr std::uint16_t kPolynomial = 0x1021;

constexpr std::array<std::uint16_t, 256> make_table() {
  std::array<std::uint16_t, 256> table{};
  for (unsigned i = 0; i < table.size(); ++i) {
    unsigned crc = i << 8U;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 0x8000U) != 0 ? (crc << 1U) ^ kPolynomial : crc << 1U;
    table.at(i) = static_cast<std::uint16_t>(crc);
  }
  return table;
}
constexpr auto kTable = make_table();

std::string_view hashed_part(std::string_view key) {
  const auto open = key.find('{');
  if (open == std::string_view::npos) return key;
  const auto close = key.find('}', open + 1);
  return close == std::string_view::npos || close == open + 1 ? key : key.substr(open + 1, close - open - 1);
}

}  // namespace

std::uint16_t redis_slot(std::string_view key) {
  unsigned crc = 0;
  for (const char c : hashed_part(key))
    crc = (crc << 8U & 0xffffU) ^ kTable.at((crc >> 8U ^ static_cast<unsigned char>(c)) & 255U);
  return static_cast<std::uint16_t>(crc % kRedisSlots);
}

std::optional<RedisRedirection> parse_redirection(std::string_view error) {
  RedisRedirection out;
  out.ask = error.starts_with("ASK ");
  if (!out.ask && !error.starts_with("MOVED ")) return std::nullopt;
  error.remove_prefix(error.find(' ') + 1);
  const auto space = error.find(' ');
  const auto slot = parse_number<std::uint16_t>(error.substr(0, space));
  if (!slot || *slot >= kRedisSlots || space == std::string_view::npos) return std::nullopt;
  const std::string_view where = error.substr(space + 1);
  const auto colon = where.rfind(':');  // an IPv6 address has no brackets there
  const auto port =
      colon == std::string_view::npos ? std::nullopt : parse_number<std::uint16_t>(where.substr(colon + 1));
  if (!port || *port == 0) return std::nullopt;
  out.slot = *slot;
  out.to = {std::string(where.substr(0, colon)), *port};
  return out;
}

}  // namespace offhook::io
