// P-Access-Network-Info = access-net-spec *(COMMA access-net-spec)
// access-net-spec = ( access-type / access-class ) *( SEMI access-info ) ;  both are tokens. RFC 7315 §5.4.
#pragma once
#include <string_view>

#include "base/result.hpp"
#include "sip/params.hpp"

namespace offhook::sip {

struct AccessNetwork {
  std::string_view type;  // "3GPP-E-UTRAN-FDD", "ADSL", …
  Params params;
  [[nodiscard]] bool network_provided() const { return params.has("network-provided") || params.has("np"); }
  [[nodiscard]] static Result<AccessNetwork> parse(std::string_view value);
};

}  // namespace offhook::sip
