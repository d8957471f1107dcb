// How many branches a request may have at once from here on: Max-Breadth, RFC 5393 §5. It bounds what requests that
// fork at one proxy after the other grow into, however their users have forwarded them to each other.
#pragma once
#include <algorithm>
#include <cstdint>

#include "sip/edit.hpp"
#include "sip/message.hpp"

namespace offhook::proxy {

class Breadth {
 public:
  // What a request without the field has, and the most that one may bring (§5.3.3).
  static constexpr std::uint32_t kMost = 60;

  // Of a request for `targets` (at least one) that ought to be tried at once.
  Breadth(const sip::Message& request, std::size_t targets);
  // 0: it allows no branch at all, and is answered 440.
  [[nodiscard]] static std::uint32_t of(const sip::Message& request);
  // Of the targets; the others wait until these have answered.
  [[nodiscard]] std::size_t branches() const { return std::min<std::size_t>(targets_, all_); }
  // The part of the nth branch. 0: nothing has to be said, for it goes one way and brings no limit: to who gets such a
  // copy that means kMost.
  [[nodiscard]] std::uint8_t share(std::size_t n) const;
  // That part in the copy of the request.
  static void put(sip::Edit& edit, std::uint8_t share);

 private:
  std::uint32_t all_;
  std::size_t targets_;
  bool is_silent_;
};

}  // namespace offhook::proxy
