// Reason = reason-value *(COMMA reason-value) ;  reason-value = protocol *(SEMI reason-params)
// protocol = "SIP" / "Q.850" / token ;  reason-params = "cause" EQUAL 1*DIGIT / "text" EQUAL quoted-string /
// generic-param. RFC 3326 §2. At most one value a protocol.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sip/message.hpp"
#include "sip/params.hpp"

namespace offhook::sip {

struct Reason {
  std::string_view protocol;
  Params params;
  [[nodiscard]] std::optional<int> cause() const;
  [[nodiscard]] std::string text() const;  // escapes undone; "" when absent
  // One element. Errors: a cause that is no number.
  [[nodiscard]] static Result<Reason> parse(std::string_view value);
};

// The first value of that protocol ("SIP", "Q.850"; without case).
[[nodiscard]] std::optional<Reason> reason_of(const Message& message, std::string_view protocol);
// One element: SIP;cause=200;text="Call completed elsewhere". Controls in `text` become spaces.
[[nodiscard]] std::string reason_text(std::string_view protocol, int cause, std::string_view text = {});

}  // namespace offhook::sip
