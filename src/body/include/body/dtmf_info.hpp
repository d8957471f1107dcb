// application/dtmf-relay and application/dtmf: a digit in the body of an INFO (no RFC; RFC 6086 §A has it as "legacy").
//   Signal=5 CRLF Duration=160 CRLF        and        5
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "body/limits.hpp"

namespace offhook::body {

inline constexpr std::string_view kDtmfRelayType = "application/dtmf-relay";
inline constexpr std::string_view kDtmfType = "application/dtmf";
// Nobody defines it: a body like that of application/dtmf-relay, or a bare digit, is what phones send under this name.
inline constexpr std::string_view kTelephoneEventType = "application/telephone-event";

struct DtmfInfo {
  char signal = '0';                      // 0-9 * # A-D, and ! for a hook flash
  std::optional<std::uint32_t> duration;  // milliseconds
  bool operator==(const DtmfInfo&) const = default;

  // Signals may be the event numbers of RFC 4733 §3.2 too (10 for *, 16 for the flash).
  [[nodiscard]] static Result<DtmfInfo> parse_relay(std::string_view text, const Limits& limits = {});
  [[nodiscard]] static Result<DtmfInfo> parse_digit(std::string_view text);
};

// By the media type, without parameters, in any case.
[[nodiscard]] Result<DtmfInfo> parse_dtmf(std::string_view type, std::string_view text);
[[nodiscard]] std::string write_relay(const DtmfInfo& info);
[[nodiscard]] std::string write_digit(const DtmfInfo& info);

}  // namespace offhook::body
