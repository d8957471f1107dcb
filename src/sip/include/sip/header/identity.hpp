// P-Asserted-Identity = PAssertedID-value *(COMMA PAssertedID-value) ;  PAssertedID-value = name-addr / addr-spec
// P-Preferred-Identity: the same. RFC 3325 §9.1, §9.2. One or two values: a sip or sips URI, a tel URI, or one of each.
#pragma once
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "sip/header/name_addr.hpp"
#include "sip/message.hpp"

namespace offhook::sip {

struct Identity {
  NameAddr address;
  Uri uri;
  // One element. Errors: another scheme than sip, sips and tel; parameters behind the address.
  [[nodiscard]] static Result<Identity> parse(std::string_view value);
};

struct Identities {
  std::optional<Identity> sip, tel;
};
// Of P-Asserted-Identity or P-Preferred-Identity: the first of each kind; elements that do not parse are passed over.
[[nodiscard]] Identities identities(const Message& message, HeaderId id);

}  // namespace offhook::sip
