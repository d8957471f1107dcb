#include "sip/header/referred_by.hpp"

#include "rule.hpp"

namespace offhook::sip {
Result<ReferredBy> ReferredBy::parse(std::string_view value) {
  const auto address = NameAddr::parse(value);
  if (!address) return tl::unexpected(address.error());
  const ReferredBy out{*address};
  if (const auto cid = out.cid()) {
    const std::size_t at = cid->find('@');
    if (at == std::string_view::npos || at == 0 || at + 1 == cid->size() || has_space(*cid))
      return fail(Module::Sip, "bad cid in Referred-By",
                  static_cast<std::size_t>(out.address.params.text().data() - value.data()));
  }
  return out;
}

}  // namespace offhook::sip
