// P-Early-Media = [ em-param *(COMMA em-param) ] ;  em-param = "sendrecv" / "sendonly" / "recvonly" / "inactive" /
// "gated" / "supported" / token. RFC 5009 §8.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "sip/message.hpp"

namespace offhook::sip {

enum class EarlyMediaDirection : std::uint8_t { SendRecv, SendOnly, RecvOnly, Inactive };

struct EarlyMedia {
  std::optional<EarlyMediaDirection> direction;  // of the last media line named; the others are in the message
  bool gated = false, supported = false;
  // A whole value. Errors: an element that is no token.
  [[nodiscard]] static Result<EarlyMedia> parse(std::string_view value);
};

}  // namespace offhook::sip
