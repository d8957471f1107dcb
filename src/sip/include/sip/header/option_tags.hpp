// Require, Proxy-Require, Unsupported = option-tag *(COMMA option-tag) ;  Supported = [option-tag *(COMMA option-tag)]
// option-tag = token. RFC 3261 §19.2, §20.29, §20.32, §20.37, §20.40. Tags compare without case (§7.3.1).
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sip/message.hpp"

namespace offhook::sip {

// One element.
[[nodiscard]] Result<std::string_view> parse_option_tag(std::string_view value);
[[nodiscard]] bool has_option_tag(const Message& message, HeaderId id, std::string_view tag);
// The tags of Require or Proxy-Require that `known` lacks, as Unsupported names them in a 420: "foo, bar"; "" when all
// are known (§8.2.2.3).
[[nodiscard]] std::string unsupported_tags(const Message& message, HeaderId id,
                                           std::span<const std::string_view> known);

}  // namespace offhook::sip
