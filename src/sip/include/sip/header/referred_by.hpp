// Referred-By = referrer-uri *( SEMI ( "cid" EQUAL sip-clean-msg-id / generic-param ) ). RFC 3892 §3.
// sip-clean-msg-id = LDQUOT dot-atom "@" ( dot-atom / host ) RDQUOT
#pragma once
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "sip/header/name_addr.hpp"

namespace offhook::sip {

struct ReferredBy {
  NameAddr address;
  // The Content-ID of the body that carries the referrer's token, without quotes and brackets.
  [[nodiscard]] std::optional<std::string_view> cid() const { return address.params.find("cid"); }
  [[nodiscard]] static Result<ReferredBy> parse(std::string_view value);
};

}  // namespace offhook::sip
