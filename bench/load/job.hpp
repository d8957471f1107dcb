// What one run does, and the parts that registrations and calls share: places in the closed loop and their
// retransmission.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "load/text.hpp"
#include "load/wire.hpp"

namespace offhook::load {

struct Job {
  std::string domain = "bench.test";
  std::uint16_t proxy_port = 5060, caller_port = 5101, callee_port = 5102;
  std::uint64_t users = 1000, first = 1, count = 1000;  // users u<first>…, passwords pw<n>
  std::uint64_t stride = 1;  // from one user to the next, so that neighbours in memory are not used one after the other
  std::size_t window = 64;   // registrations or calls under way at a time
  std::uint64_t rate = 0;    // calls a second; 0: as many as there are places
  // Sockets on either side, at ports from caller_port and callee_port on: a proxy's shards share peers by their ports.
  std::size_t sockets = 1;
  std::string run;  // letters that no other run against this proxy uses
};

// One request that is under way: sent again after T1, 2 T1, … until something answers; given up after kPatience.
struct Pending {
  std::string text;
  TimePoint due{}, born{};
  Duration interval{};
};
inline constexpr milliseconds kT1{500};
inline constexpr seconds kPatience{8};

inline void begin(Pending& pending, TimePoint now, std::string text) {
  pending = {std::move(text), now + kT1, now, kT1};
}
inline void settle(Pending& pending) { pending.text.clear(); }
// True when it has to go out again.
inline bool overdue(Pending& pending, TimePoint now) {
  if (pending.text.empty() || now < pending.due) return false;
  pending.interval *= 2;
  pending.due = now + pending.interval;
  return true;
}

inline std::string user(std::uint64_t number) { return "u" + std::to_string(number); }
inline Login login(std::uint64_t number) { return {user(number), "pw" + std::to_string(number)}; }

// Both return when `count` are completed or failed, or at `end`.
// The user of the n-th one, n from 0.
inline std::uint64_t user_of(const Job& job, std::uint64_t n) { return job.first + n * job.stride % job.users; }

// The port of that user's phone, and of whoever has that place.
inline std::uint16_t port_of(std::uint16_t first, std::uint64_t number, std::size_t sockets) {
  return static_cast<std::uint16_t>(first + number % sockets);
}

[[nodiscard]] Counts run_registrations(const Job& job, TimePoint end);
[[nodiscard]] Counts run_calls(const Job& job, TimePoint end);

}  // namespace offhook::load
