// How settings become an account of the phone: modes, older names and codec slots resolved. Used by phone_config.cpp.
#pragma once
#include <chrono>
#include <string_view>

#include "config/phone_config.hpp"

namespace offhook::config {

// Rows have coarser steps than Duration, so nothing is lost.
template <class Unit>
[[nodiscard]] constexpr Unit in(Duration duration) {
  return std::chrono::duration_cast<Unit>(duration);
}

// The rows keep ports within 16 bits.
[[nodiscard]] inline std::uint16_t port(const Settings& settings, std::string_view name, Index index = {}) {
  return static_cast<std::uint16_t>(settings.number(name, index));
}

[[nodiscard]] AccountConfig account_of(const Settings& settings, const Model& model, Index index);

[[nodiscard]] std::vector<ServerConfig> servers_of(const Settings& settings, Index index);
[[nodiscard]] std::vector<OutboundProxyConfig> outbound_proxies_of(const Settings& settings, Index index);
[[nodiscard]] DnsConfig dns_of(const Settings& settings, Index account);
[[nodiscard]] SipTimers timers_of(const Settings& settings, Index index);
[[nodiscard]] std::vector<CodecConfig> codecs_of(const Settings& settings, const Model& model, Index index);
[[nodiscard]] HoldConfig hold_of(const Settings& settings, Index index);
[[nodiscard]] ForwardConfig forward_of(const Settings& settings, Index index);
[[nodiscard]] DndConfig dnd_of(const Settings& settings, Index index);
[[nodiscard]] PagingConfig paging_of(const Settings& settings, const Model& model);

}  // namespace offhook::config
