// Loop detection. RFC 5393 §4.2: what decides the routing of a request is hashed into the end of our branch; a request
// that comes back with the same hash has looped, one that comes back changed is a spiral and goes on.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "sip/message.hpp"

namespace offhook::proxy {

class LoopMark {
 public:
  explicit LoopMark(std::uint64_t sum);
  operator std::string_view() const { return {text_.data(), text_.size()}; }  // NOLINT: it is that text
  friend bool operator==(const LoopMark&, const LoopMark&) = default;

 private:
  std::array<char, 17> text_;  // "-" and 16 hexadecimal digits
};

// The branch's second part: over the Request-URI and Route values as received. It does not vary with the method (CANCEL
// and ACK have the INVITE's branch). `secret` is the core's own, so that nobody else makes our marks and each mark in a
// Via is ours.
[[nodiscard]] LoopMark loop_mark(const sip::Message& request, std::uint64_t secret);
// True when a Via of the request carries that mark.
[[nodiscard]] bool has_looped(const sip::Message& request, std::string_view mark);

}  // namespace offhook::proxy
