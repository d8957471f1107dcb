// Allow = [Method *(COMMA Method)]. RFC 3261 §20.5.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sip/message.hpp"
#include "sip/method.hpp"

namespace offhook::sip {

// The methods of method.hpp as a set; extension methods have no place in it.
class MethodSet {
 public:
  constexpr MethodSet() = default;
  [[nodiscard]] constexpr bool has(Method method) const { return (bits_ & bit(method)) != 0; }
  constexpr MethodSet& add(Method method) {
    if (method != Method::Unknown) bits_ |= bit(method);
    return *this;
  }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  [[nodiscard]] constexpr bool operator==(const MethodSet&) const = default;
  [[nodiscard]] std::string text() const;  // "INVITE, ACK", in the order of the enumeration
  // A whole value. Errors: an element that is no token.
  [[nodiscard]] static Result<MethodSet> parse(std::string_view value);

 private:
  static constexpr std::uint32_t bit(Method method) { return 1U << static_cast<unsigned>(method); }
  std::uint32_t bits_ = 0;
};

// All Allow fields together, elements that are no token passed over; nothing when there is none.
[[nodiscard]] std::optional<MethodSet> allowed_methods(const Message& message);
// Also for extension methods.
[[nodiscard]] bool allows_method(const Message& message, std::string_view method);

}  // namespace offhook::sip
