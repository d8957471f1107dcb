// Reply-To = ( name-addr / addr-spec ) *( SEMI generic-param ). RFC 3261 §20.31.
#pragma once
#include <string_view>

#include "base/result.hpp"
#include "sip/header/name_addr.hpp"

namespace offhook::sip {

struct ReplyTo {
  NameAddr address;
  [[nodiscard]] static Result<ReplyTo> parse(std::string_view value);
};

}  // namespace offhook::sip
