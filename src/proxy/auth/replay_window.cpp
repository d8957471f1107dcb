#include "auth/replay_window.hpp"

namespace offhook::proxy {

bool ReplayWindow::accept(TimePoint now, std::uint64_t salt, std::uint32_t count) {
  constexpr std::uint32_t kWidth = 64;
  while (!ages_.empty() && ages_.front().first + keep_ < now) {
    windows_.erase(ages_.front().second);
    ages_.pop_front();
  }
  const auto [at, fresh] = windows_.try_emplace(salt);
  if (fresh) ages_.emplace_back(now, salt);
  Window& window = at->second;
  if (count > window.highest) {
    const std::uint32_t step = count - window.highest;
    window.used = step >= kWidth ? 1 : window.used << step | 1U;
    window.highest = count;
    return true;
  }
  const std::uint32_t back = window.highest - count;
  if (back >= kWidth || (window.used >> back & 1U) != 0) return false;
  window.used |= std::uint64_t{1} << back;
  return true;
}

const std::string* ReplayWindow::first_cnonce(std::uint64_t salt) const {
  const auto found = windows_.find(salt);
  return found == windows_.end() ? nullptr : found->second.cnonce.get();
}

void ReplayWindow::keep_cnonce(std::uint64_t salt, std::string cnonce) {
  const auto found = windows_.find(salt);
  if (found != windows_.end() && !found->second.cnonce)
    found->second.cnonce = std::make_unique<const std::string>(std::move(cnonce));
}

}  // namespace offhook::proxy
