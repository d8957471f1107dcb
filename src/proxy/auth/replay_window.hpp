// Which nonce counts were used. RFC 7616 §3.4: a count is good once. The last 64 counts below the highest are
// remembered for each nonce, so that requests may arrive out of order; older ones count as used.
//
// A nonce gets an entry when good credentials came with it, and loses it when it is too old to be accepted anyway:
// strangers fill no memory. Nonces are known by their salt, which nobody but us can choose.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/time.hpp"

namespace offhook::proxy {

class ReplayWindow {
 public:
  // `keep` after the first use of a nonce its entry may go.
  explicit ReplayWindow(Duration keep) : keep_(keep) {}
  // True when that count is used for the first time, and marks it.
  [[nodiscard]] bool accept(TimePoint now, std::uint64_t salt, std::uint32_t count);
  // Of the -sess algorithms (RFC 7616 §3.4.2): the cnonce that came with a nonce first; nothing for a new nonce.
  [[nodiscard]] const std::string* first_cnonce(std::uint64_t salt) const;
  // Of a nonce that was accepted; only the first one is kept.
  void keep_cnonce(std::uint64_t salt, std::string cnonce);
  void set_keep(Duration keep) { keep_ = keep; }
  [[nodiscard]] std::size_t size() const { return windows_.size(); }

 private:
  struct Window {
    std::uint32_t highest = 0;
    std::uint64_t used = 0;  // bit i: highest - i
    std::unique_ptr<const std::string> cnonce;
  };
  Duration keep_;
  std::unordered_map<std::uint64_t, Window> windows_;
  std::deque<std::pair<TimePoint, std::uint64_t>> ages_;  // oldest first; keys of windows_
};

}  // namespace offhook::proxy
