// What a new call meets before it rings: rooms look at plain facts, one after the other, and the first that has a
// verdict decides (the order stands in features.cpp). No verdict: it rings.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace offhook::phone {

struct IncomingFacts {
  std::string_view caller;      // user part of From
  bool busy = false;            // no call may come in beside those that are up (call_waiting::is_busy)
  bool do_not_disturb = false;  // switched on, and this caller is no exception (dnd::applies)
};

enum class ForwardReason : std::uint8_t { Unconditional, UserBusy, NoAnswer };

struct Refuse {
  int status = 486;
  std::string note;  // for our own screen
  friend bool operator==(const Refuse&, const Refuse&) = default;
};
struct Forward {
  std::string target;
  ForwardReason reason = ForwardReason::Unconditional;
  bool ring_first = false;  // send 180 before the 302
  friend bool operator==(const Forward&, const Forward&) = default;
};
using IncomingVerdict = std::variant<Refuse, Forward>;

}  // namespace offhook::phone
