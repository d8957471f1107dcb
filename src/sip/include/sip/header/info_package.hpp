// Info-Package = Info-package-type ;  Recv-Info = [ Info-package-type *( COMMA Info-package-type ) ]
// Info-package-type = Info-package-name *( SEMI generic-param ). RFC 6086 §7. Names are case-sensitive (§4.2.2).
#pragma once
#include <string_view>

#include "base/result.hpp"
#include "sip/message.hpp"
#include "sip/params.hpp"

namespace offhook::sip {

struct InfoPackage {
  std::string_view name;
  Params params;
  [[nodiscard]] static Result<InfoPackage> parse(std::string_view value);
};
// Recv-Info names the package.
[[nodiscard]] bool receives_info(const Message& message, std::string_view package);

}  // namespace offhook::sip
