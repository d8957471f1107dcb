// Replaces = callid *( SEMI replaces-param ), with to-tag and from-tag once each. RFC 3891 §6.1.
#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace offhook::sip {

struct Replaces {
  std::string_view call_id, to_tag, from_tag;
  bool early_only = false;
  [[nodiscard]] std::string text() const;
  [[nodiscard]] static Result<Replaces> parse(std::string_view value);
};

}  // namespace offhook::sip
