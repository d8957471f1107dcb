// message/sipfrag: a part of a SIP message, as a NOTIFY of the refer package carries it. RFC 3420.
//   sipfrag = [ start-line ] *message-header [ CRLF [ message-body ] ]
#pragma once
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "body/limits.hpp"

namespace offhook::body {

inline constexpr std::string_view kSipfragType = "message/sipfrag";

struct Sipfrag {
  struct RequestLine {
    std::string method;
    std::string request_uri;
    bool operator==(const RequestLine&) const = default;
  };
  struct StatusLine {
    int status = 0;
    std::string reason;
    bool operator==(const StatusLine&) const = default;
  };
  struct Header {
    std::string name;
    std::string value;
    bool operator==(const Header&) const = default;
  };

  std::variant<std::monostate, RequestLine, StatusLine> start;
  std::vector<Header> headers;  // without Content-Length when there is a body
  std::string body;
  bool operator==(const Sipfrag&) const = default;

  // 100..699 of a status line; 0 when there is none.
  [[nodiscard]] int status() const;
  // Everything that stands there must be valid: version SIP/2.0, the fields that SIP parses, a Content-Type for a body.
  // The last line end may be missing, lines may end in a bare LF.
  [[nodiscard]] static Result<Sipfrag> parse(std::string_view text, const Limits& limits = {});
};

[[nodiscard]] std::string write(const Sipfrag& fragment);

// What a NOTIFY says of a call: "SIP/2.0 180 Ringing". RFC 3515 §2.4.5.
[[nodiscard]] Sipfrag sipfrag_of(int status);

}  // namespace offhook::body
