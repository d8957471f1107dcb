#include "loop.hpp"

#include "base/keyed_hash.hpp"
#include "sip/header/via.hpp"

namespace offhook::proxy {

LoopMark::LoopMark(std::uint64_t sum) {
  constexpr char kHex[] = "0123456789abcdef";
  text_.front() = '-';
  for (std::size_t at = text_.size() - 1; at > 0; --at, sum >>= 4) text_[at] = kHex[sum & 15U];
}

LoopMark loop_mark(const sip::Message& request, std::uint64_t secret) {
  // Request-URI and Route values, each a hash of its own: where one ends is told apart.
  const KeyedHash hash({secret, ~secret, secret * 0x9e3779b97f4a7c15U, secret ^ 0xd1b54a32d192ed03U});
  std::uint64_t sum = hash(request.request_uri()).low;
  for (const std::string_view route : request.values(sip::HeaderId::Route)) {
    const Hash128 one = hash(route);
    sum = (sum << 7 | sum >> 57) * 0x2545f4914f6cdd1dU + (one.low ^ one.high);
  }
  return LoopMark(sum);
}

bool has_looped(const sip::Message& request, std::string_view mark) {
  for (const std::string_view value : request.values(sip::HeaderId::Via)) {
    if (value.find(mark) == std::string_view::npos) continue;
    const auto via = sip::Via::parse(value);
    if (via && via->branch().ends_with(mark)) return true;
  }
  return false;
}

}  // namespace offhook::proxy
