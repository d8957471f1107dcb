#include "sip/header/reply_to.hpp"

#include "rule.hpp"

namespace offhook::sip {
Result<ReplyTo> ReplyTo::parse(std::string_view value) {
  const auto address = NameAddr::parse(value);
  if (!address) return tl::unexpected(address.error());
  return ReplyTo{*address};
}

}  // namespace offhook::sip
