// Target-Dialog = callid *(SEMI td-param) ;  td-param = "remote-tag" EQUAL token / "local-tag" EQUAL token /
// generic-param. RFC 4538 §7. Tags are those as its sender sees them; both must be there (§4).
#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace offhook::sip {

struct TargetDialog {
  std::string_view call_id, local_tag, remote_tag;
  [[nodiscard]] std::string text() const;
  [[nodiscard]] static Result<TargetDialog> parse(std::string_view value);
};

}  // namespace offhook::sip
