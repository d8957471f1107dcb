// What the phones of a rack hand to the world; one for all of them.
#pragma once
#include <cstdint>
#include <deque>
#include <utility>

#include "phone/rack.hpp"

namespace offhook::phone {

struct Outbox {
  std::deque<MediaCommand> media;
  std::deque<PhoneEvent> events;  // each (phone, change) at most once: a world that never looks costs nothing
  bool tells_ends = false;
  std::deque<std::pair<PhoneId, EndedCall>> ended;  // without the phone's name
  std::uint64_t next_leg = 1;
  std::size_t open_legs = 0;
};

}  // namespace offhook::phone
