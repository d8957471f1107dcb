// RTP ports of all phones of a rack. Phones that share an address must not be given one port twice, also when the port
// ranges of their configurations overlap or are the same.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "base/endpoint.hpp"
#include "config/phone_config.hpp"
#include "media/port_range.hpp"

namespace offhook::phone {

class RtpPorts {
 public:
  [[nodiscard]] std::optional<std::uint16_t> take(const IpAddress& address, config::RtpPortRange range);
  void give_back(const IpAddress& address, config::RtpPortRange range, std::uint16_t port);
  [[nodiscard]] std::size_t taken() const { return in_use_.size(); }

 private:
  using Key = std::tuple<IpAddress, std::uint16_t, std::uint16_t>;
  std::map<Key, media::PortRange> ranges_;
  std::set<Endpoint> in_use_;
};

}  // namespace offhook::phone
