// The list of the phone's features: one line each in features.cpp. A room takes part through hooks; a null hook means
// "not my business". The list's order is the order in which hooks are called: it decides which room has the first word
// on a new call.
#pragma once
#include <optional>
#include <span>
#include <string_view>

#include "desk.hpp"
#include "features/incoming.hpp"

namespace offhook::phone {

struct Feature {
  std::string_view name;   // its folder
  std::string_view guide;  // where the guide speaks of it
  // A new call: see incoming.hpp.
  std::optional<IncomingVerdict> (*decide)(const IncomingFacts&, const Desk&, const Line&) = nullptr;
  // An incoming call begins to ring, or an outgoing INVITE has left.
  void (*on_alert)(Desk&, Now, Call&) = nullptr;
  // Every event of the user agent, after the call's own facts have been set from it.
  void (*on_event)(Desk&, Now, const ua::Event&) = nullptr;
  // One of the call's timers; a room acts on its own kind only.
  void (*on_timer)(Desk&, Now, Call&, CallTimer) = nullptr;
  // A new report of how the call is heard (Call::quality); `final`: the last one, its leg is closed.
  void (*on_quality)(Desk&, Now, Call&, bool final) = nullptr;
};

[[nodiscard]] std::span<const Feature> features();

[[nodiscard]] std::optional<IncomingVerdict> decide_incoming(const IncomingFacts& facts, const Desk& desk,
                                                             const Line& line);
void alert(Desk& desk, Now now, Call& call);

}  // namespace offhook::phone
