// Which nonce counts were used. RFC 7616 §3.4: a count is good once. The last 64 counts below the highest are
// remembered for each nonce, so that requests may arrive out of order; older ones count as used.
//
// A nonce gets an entry when good credentials came with it, and loses it when it is too old to be accepted anyway:
// strangers fill no memory.
#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.hpp"

namespace offhook::proxy {

class ReplayWindow {
 public:
  explicit ReplayWindow(Duration keep) : keep_(keep) {}
  // True when that count is used for the first time, and marks it. `keep` after the first use of a nonce its entry may
  // go.
  [[nodiscard]] bool accept(TimePoint now, std::string_view nonce, std::uint32_t count);
  [[nodiscard]] std::size_t size() const { return windows_.size(); }

 private:
  struct Window {
    std::uint32_t highest = 0;
    std::uint64_t used = 0;  // bit i: highest - i
  };
  Duration keep_;
  std::unordered_map<std::string, Window> windows_;
  std::deque<std::pair<TimePoint, const std::string*>> ages_;  // oldest first; keys of windows_
};

}  // namespace offhook::proxy
