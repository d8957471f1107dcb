#include "awaiting.hpp"

namespace offhook::proxy {

std::string retry_after(Random& random) {
  constexpr std::uint64_t kLeast = 5, kSpread = 10;
  return std::to_string(kLeast + random.below(kSpread));
}

std::optional<Reply> refuse_unread(const sip::Message& request, const Facts& facts, Random& random) {
  if (facts.emergency || facts.by_node || facts.in_dialog) return std::nullopt;
  const bool is_for_us_alone = facts.to_us && facts.uri.user.empty() && request.method() != sip::Method::Register;
  if (is_for_us_alone || (!facts.to_us && !facts.from_us)) return std::nullopt;
  return Reply{503, "Store Unreachable", {{sip::HeaderId::RetryAfter, retry_after(random)}}};
}

}  // namespace offhook::proxy
