// Contact = ( STAR / (contact-param *(COMMA contact-param)) ) with ;q= and ;expires=. RFC 3261 §20.10.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "sip/header/name_addr.hpp"

namespace offhook::sip {

struct Contact {
  bool star = false;
  NameAddr address;

  // Thousandths, 0..1000; nothing when absent or malformed.
  [[nodiscard]] std::optional<int> q() const;
  // Seconds; nothing when absent; 3600 when malformed (§10.3 step 7 lets the registrar choose).
  [[nodiscard]] std::optional<std::uint32_t> expires() const;
  [[nodiscard]] static Result<Contact> parse(std::string_view value);
};

}  // namespace offhook::sip
