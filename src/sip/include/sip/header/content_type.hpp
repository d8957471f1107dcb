// Content-Type = media-type ;  media-type = m-type SLASH m-subtype *(SEMI m-parameter). RFC 3261 §20.15, §25.1.
//   m-parameter = m-attribute EQUAL m-value ;  m-attribute = token ;  m-value = token / quoted-string
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sip/params.hpp"

namespace offhook::sip {

struct MediaType {
  std::string_view type, subtype;
  Params params;

  // "application/sdp"; case-insensitive, parameters do not count.
  [[nodiscard]] bool is(std::string_view name) const;
  [[nodiscard]] bool is_multipart() const;
  [[nodiscard]] std::string_view boundary() const { return params.find("boundary").value_or(std::string_view{}); }
  [[nodiscard]] std::optional<std::string_view> charset() const { return params.find("charset"); }
  [[nodiscard]] static Result<MediaType> parse(std::string_view value);
};

}  // namespace offhook::sip
