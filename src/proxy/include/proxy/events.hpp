// Event state for phones: lamps, messages that wait, presence; and the numbers that pick calls up. Settings as values.
#pragma once
#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "base/time.hpp"

namespace offhook::proxy {

// Who may look at a user's state.
enum class Watchers : std::uint8_t { Nobody, Self, Users };

// One address that stands for many lamps (RFC 4662).
struct LampList {
  std::string name;                  // its user part
  std::vector<std::string> members;  // users
  std::uint32_t line = 0;            // of the file that it was read from, 0 for none
};

struct EventSettings {
  Watchers blf = Watchers::Users;  // dialogs (RFC 4235); Nobody: SUBSCRIBEs go to the phones instead
  Watchers presence = Watchers::Users;
  bool messages = true;              // message-summary (RFC 3842)
  bool unsolicited_messages = true;  // also to phones that have not subscribed, when counts are set and on registration
  std::string voicemail;             // user part of the mailboxes' address: Message-Account, and may be subscribed to
  std::vector<LampList> lists;
};

// Messages that wait for a user.
struct Messages {
  std::uint32_t fresh = 0, old = 0;
  std::uint32_t urgent_fresh = 0, urgent_old = 0;  // of these
  friend auto operator<=>(const Messages&, const Messages&) = default;
};

// Numbers that are no users; "" for none.
struct FeatureSettings {
  std::string pickup;        // in front of the user whose call is to be picked up: "*97" with "*971002"
  std::string group_pickup;  // any call to who is in a group with the caller: "*98"
  std::string park;          // in front of the orbit at which a call that is sent there waits: "*68" with "*68701"
  std::string retrieve;      // in front of the orbit from which it is taken: "*88"
  seconds park_time{180};    // then it goes back to who has parked it; 0: never
};

}  // namespace offhook::proxy
