// Privacy = priv-value *(";" priv-value) ;  priv-value = "header" / "session" / "user" / "none" / "critical" / token.
// RFC 3323 §4.2; "id": RFC 3325 §9.3; "history": RFC 7044 §10.1. A comma in the place of the semicolon is let through,
// as phones send it.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace offhook::sip {

struct Privacy {
  bool header = false, session = false, user = false, id = false, history = false, none = false, critical = false;
  [[nodiscard]] bool operator==(const Privacy&) const = default;
  [[nodiscard]] std::string text() const;  // "user;id"; "" when nothing is set
  // Unknown values are passed over. Errors: an empty value, something that is no token.
  [[nodiscard]] static Result<Privacy> parse(std::string_view value);
  // The values as they stand there, unknown ones too; none where parse() is an error. Views into `value`.
  [[nodiscard]] static std::vector<std::string_view> words(std::string_view value);
};

}  // namespace offhook::sip
