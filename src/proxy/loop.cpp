#include "loop.hpp"

#include "base/ascii.hpp"
#include "sip/header/via.hpp"

namespace offhook::proxy {

std::string loop_mark(const sip::Message& request, std::uint64_t secret) {
  constexpr std::string_view kSeparator("\0", 1);
  std::uint64_t hash = fnv1a(request.request_uri(), secret);
  for (const std::string_view route : request.values(sip::HeaderId::Route))
    hash = fnv1a(route, fnv1a(kSeparator, hash));
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string mark = "-";
  for (int shift = 60; shift >= 0; shift -= 4) mark += kHex[(hash >> shift) & 15U];
  return mark;
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
