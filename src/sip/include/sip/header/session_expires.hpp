// Session-Expires = delta-seconds *(SEMI se-params) ;  se-params = "refresher" EQUAL ("uas" / "uac") / generic-param
// Min-SE = delta-seconds *(SEMI generic-param). RFC 4028 §4, §5.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace offhook::sip {

enum class Refresher : std::uint8_t { Unsaid, Uac, Uas };

struct SessionExpires {
  std::uint32_t seconds = 0;
  Refresher refresher = Refresher::Unsaid;
  [[nodiscard]] bool operator==(const SessionExpires&) const = default;
  [[nodiscard]] std::string text() const;  // "1800;refresher=uac"
  // Errors: bad seconds, a refresher that is neither uac nor uas.
  [[nodiscard]] static Result<SessionExpires> parse(std::string_view value);
};

// Seconds.
[[nodiscard]] Result<std::uint32_t> parse_min_se(std::string_view value);

}  // namespace offhook::sip
