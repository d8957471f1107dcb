#include "route/breadth.hpp"

#include <string>

#include "sip/header/numbers.hpp"

namespace offhook::proxy {

using sip::HeaderId;

Breadth::Breadth(const sip::Message& request, std::size_t targets)
    : all_(of(request)), targets_(targets), is_silent_(targets == 1 && !request.find(HeaderId::MaxBreadth)) {}

std::uint32_t Breadth::of(const sip::Message& request) {
  if (!request.find(HeaderId::MaxBreadth)) return kMost;
  return std::min(sip::max_breadth(request).value_or(kMost), kMost);
}

std::uint8_t Breadth::share(std::size_t n) const {
  if (is_silent_) return 0;
  const auto count = static_cast<std::uint32_t>(branches());
  return static_cast<std::uint8_t>(all_ / count + (n < all_ % count ? 1 : 0));
}

void Breadth::put(sip::Edit& edit, std::uint8_t share) {
  if (share == 0) return;
  if (edit.source().count(HeaderId::MaxBreadth) < 2) {
    edit.set(HeaderId::MaxBreadth, std::to_string(share));
  } else {  // there shall be one
    edit.remove(HeaderId::MaxBreadth);
    edit.append(HeaderId::MaxBreadth, std::to_string(share));
  }
}

}  // namespace offhook::proxy
