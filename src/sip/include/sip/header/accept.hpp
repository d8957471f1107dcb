// What the sender can read. RFC 3261 §20.1-20.3, §25.1.
//   Accept          = [ accept-range *(COMMA accept-range) ]
//   accept-range    = ( "*/*" / ( m-type SLASH "*" ) / ( m-type SLASH m-subtype ) ) *( SEMI m-parameter ) *(SEMI
//   accept-param) Accept-Encoding = [ encoding *(COMMA encoding) ] ;  encoding = ( token / "*" ) *(SEMI accept-param)
//   Accept-Language = [ language *(COMMA language) ] ;  language = language-range *(SEMI accept-param)
//   language-range  = ( 1*8ALPHA *( "-" 1*8ALPHA ) ) / "*" ;  accept-param = ("q" EQUAL qvalue) / generic-param
#pragma once
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "sip/message.hpp"
#include "sip/params.hpp"

namespace offhook::sip {

// One element of each list. q() is in thousandths: 1000 when absent, nothing when malformed.
struct AcceptRange {
  std::string_view type, subtype;  // "*" for any
  Params params;
  [[nodiscard]] std::optional<int> q() const;
  [[nodiscard]] static Result<AcceptRange> parse(std::string_view value);
};

struct AcceptEncoding {
  std::string_view coding;  // "*" for any
  Params params;
  [[nodiscard]] std::optional<int> q() const;
  [[nodiscard]] static Result<AcceptEncoding> parse(std::string_view value);
};

struct AcceptLanguage {
  std::string_view range;  // "*" for any
  Params params;
  [[nodiscard]] std::optional<int> q() const;
  [[nodiscard]] static Result<AcceptLanguage> parse(std::string_view value);
};

// How gladly the sender takes a media type, in thousandths; 0 is not at all. The most specific range that covers it
// decides (RFC 2616 §14.1); parameters of ranges do not narrow them. Without an Accept field that is application/sdp
// alone (§20.1), with an empty one nothing.
[[nodiscard]] int accepts(const Message& message, std::string_view type, std::string_view subtype);

}  // namespace offhook::sip
