// Floods and guessing: the settings of the guard room, and the bans that it shows.
//
// A source is an IPv4 address or the /64 of an IPv6 address.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "proxy/address_range.hpp"

namespace offhook::proxy {

struct GuardSettings {
  std::vector<AddressRange> exempt{{IpAddress::loopback(), 8},  // never banned, never limited
                                   {IpAddress::v6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}), 128}};
  // Bans: a source that fails so often within `period` is not heard for `ban`; the next time twice as long, up to
  // `longest_ban`.
  std::size_t failures = 5;  // wrong passwords; 0 bans nobody for them
  std::size_t scans =
      20;  // requests to users who do not exist, by a source that no user of ours has come from; 0: none
  seconds period{60}, ban{60}, longest_ban{86400};
  // Limits, each of so many a second, with that many at once; a rate of 0 is no limit.
  std::size_t source_rate = 0, source_burst = 50;   // requests of a source that begin something
  std::size_t user_rate = 0, user_burst = 10;       // the same of a user, wherever he is
  std::size_t packet_rate = 0, packet_burst = 200;  // messages of a source, whatever they are

  friend bool operator==(const GuardSettings&, const GuardSettings&) = default;
};

struct GuardCounters {
  std::uint64_t dropped = 0;   // not looked at: banned, or beyond packet_rate
  std::uint64_t limited = 0;   // answered 503
  std::uint64_t silenced = 0;  // beyond the limit and not answered any more
  std::uint64_t bans = 0;
};

enum class BanReason : std::uint8_t { Passwords, Scan };
struct Ban {
  AddressRange source;  // one IPv4 address, or a /64
  BanReason reason = BanReason::Passwords;
  WallTime until;
  seconds length{};
  std::uint32_t times = 1;  // bans in a row, this one too
};
// "192.0.2.7 is banned for 60 s: wrong passwords"
[[nodiscard]] std::string text(const Ban& ban);

}  // namespace offhook::proxy
