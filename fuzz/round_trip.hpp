// What parses, and is written, parses as the same value; and its table of state takes it in whatever order it comes.
#pragma once
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "body/limits.hpp"

namespace offhook::fuzz {

// Written text has escapes and declarations that its source had not.
inline body::Limits generous() {
  body::Limits limits;
  limits.bytes *= 16;
  limits.elements *= 2;
  return limits;
}

template <class T>
std::optional<T> round_trip(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto first = T::parse(text);
  if (!first) {
    if (first.error().offset > size) std::abort();
    return std::nullopt;
  }
  const auto second = T::parse(write(*first), generous());
  if (!second || !(*second == *first)) std::abort();
  return std::move(*first);
}

template <class T, class Table>
int round_trip_and_merge(const std::uint8_t* data, std::size_t size) {
  const auto value = round_trip<T>(data, size);
  if (!value) return 0;
  Table table;
  (void)table.apply(*value);
  const std::optional<std::uint32_t> version = table.version();
  (void)table.apply(*value);
  T next = *value;
  if (++next.version != 0) (void)table.apply(next);
  if (version && *table.version() < *version) std::abort();
  return 0;
}

}  // namespace offhook::fuzz
