// Finding the next hop of a request: RFC 3263 as questions and answers, the part that needs no DNS. A numeric host, or
// a name in the static table (which the world fills before start), gives an endpoint; anything else is unknown for now.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/endpoint.hpp"
#include "sip/uri.hpp"
#include "transport/flow.hpp"

namespace offhook::transport {

struct Target {
  Protocol protocol = Protocol::Udp;
  Endpoint remote;
  ServerName server_name{};  // for TLS and WSS
};

class Locator {
 public:
  void add_host(std::string name, IpAddress address);
  // transport= and the scheme choose the protocol, the port defaults to 5060 (5061 for TLS).
  [[nodiscard]] std::optional<Target> locate(const sip::Uri& uri) const;
  [[nodiscard]] std::optional<IpAddress> host(std::string_view name) const;

 private:
  std::map<std::string, IpAddress, std::less<>> hosts_;  // lower case
};

}  // namespace offhook::transport
