#include "guard/sources.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <tuple>

namespace offhook::proxy {
namespace {

constexpr unsigned kV4Bits = 32, kV6Bits = 64;

std::uint64_t mix(std::uint64_t x) {  // splitmix64
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
  return x ^ x >> 31;
}

// The higher, the more is lost with it.
auto worth(const Source& source, TimePoint now) {
  const int rank = source.key == 0                               ? 0
                   : source.banned && source.banned_until > now  ? 3
                   : source.good_until > now || source.times > 0 ? 2
                                                                 : 1;
  return std::tuple(rank, rank == 3 ? source.banned_until : source.seen);
}

}  // namespace

AddressRange Sources::range_of(const IpAddress& address) {
  if (!address.is_v6()) return {address, kV4Bits};
  auto bytes = address.bytes();
  std::fill(bytes.begin() + kV6Bits / 8, bytes.end(), std::uint8_t{0});
  return {IpAddress::v6(bytes), kV6Bits};
}

SourceKey Sources::key_of(const IpAddress& address) const {
  std::uint64_t head = 0;
  std::memcpy(&head, address.bytes().data(), address.is_v6() ? sizeof head : sizeof(std::uint32_t));
  const std::uint64_t key = mix(mix(head ^ secret_) + secret_ + (address.is_v6() ? 1U : 0U));
  return key == 0 ? 1 : key;
}

SourceKey Sources::key_of(std::string_view name) const {
  const std::uint64_t key = mix(std::hash<std::string_view>{}(name) ^ secret_);
  return key == 0 ? 1 : key;
}

Source* Sources::find(SourceKey key) {
  if (table_.empty()) return nullptr;
  const std::size_t first = set_of(key);
  for (std::size_t i = first; i < first + kWays; ++i)
    if (table_[i].key == key) return &table_[i];
  return nullptr;
}

Source& Sources::touch(TimePoint now, SourceKey key) {
  if (Source* known = find(key)) {
    known->seen = now;
    return *known;
  }
  if (table_.empty()) table_.resize(kSets * kWays);
  const std::size_t first = set_of(key);
  Source* place = &table_[first];
  for (std::size_t i = first + 1; i < first + kWays; ++i)
    if (worth(table_[i], now) < worth(*place, now)) place = &table_[i];
  if (place->banned) ++evicted_bans_;
  *place = Source{};
  place->key = key;
  place->seen = now;
  return *place;
}

std::size_t Sources::size() const {
  std::size_t out = 0;
  for_each([&](const Source&) { ++out; });
  return out;
}

}  // namespace offhook::proxy
