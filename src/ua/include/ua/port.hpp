// What a user agent stands on: the layers, timers and randomness of the engine that owns it. Several user agents (a
// rack of phones) share one set; each has an `index`, and everything that comes back for it carries that index in its
// upper half:
//   Owner and timer payload = index << 32 | key.  Keys with the top bit set belong to the owner of the user agent (a
//   phone's features).
#pragma once
#include <cstdint>
#include <map>

#include "base/random.hpp"
#include "base/timer_wheel.hpp"
#include "transaction/layer.hpp"
#include "transport/layer.hpp"
#include "transport/resolver.hpp"

namespace offhook::ua {

// The resolver of an engine, and who waits for it.
struct Lookups {
  Lookups(Random& random, const transport::Locator& hosts) : resolver(random, hosts) {}
  transport::Resolver resolver;
  std::map<transport::ResolutionId, transaction::Owner> waiting;
};

struct Port {
  transport::Layer* transport = nullptr;
  transaction::Layer* transactions = nullptr;
  TimerWheel* timers = nullptr;
  Random* random = nullptr;
  Lookups* lookups = nullptr;
  std::uint32_t index = 0;

  static constexpr std::uint32_t kForeignKey = 0x8000'0000U;
  [[nodiscard]] std::uint64_t owner(std::uint32_t key) const { return std::uint64_t{index} << 32 | key; }
  [[nodiscard]] static std::uint32_t index_of(std::uint64_t owner) { return static_cast<std::uint32_t>(owner >> 32); }
  [[nodiscard]] static std::uint32_t key_of(std::uint64_t owner) { return static_cast<std::uint32_t>(owner); }
};

}  // namespace offhook::ua
