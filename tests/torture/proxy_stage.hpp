// A proxy and registrar on the stage, without digest, its store in memory. It answers for the domains that a message
// names, and the user that the message asks for is bound to a device.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "proxy/core.hpp"
#include "sip/message.hpp"
#include "wire.hpp"

namespace offhook::torture {

// Domains of the Request-URI, From and To, those that can be read; the Request-URI's is left out when it is to be
// foreign.
[[nodiscard]] std::vector<std::string> domains_of(const std::string& bytes, bool with_request_uri);
// The address-of-record of the Request-URI; "" without one.
[[nodiscard]] std::string asked_user(const std::string& bytes);

class ProxyStage {
 public:
  ProxyStage(bool is_ipv6, std::vector<std::string> domains, bool authenticate = false);

  // The device is bound to the user of that Request-URI.
  void bind(const std::string& bytes);
  [[nodiscard]] std::string device_uri() const { return "sip:device@" + stage.device().text(); }
  void send(std::string bytes) { wire.receive(stage.sender(), std::move(bytes)); }
  // A call or other request of `method` from the sender to the device, with the dialog identity of `response`: gives
  // what reached the device.
  std::string relay_for(const sip::Message& response, std::string_view method);
  [[nodiscard]] std::vector<std::string> contacts() const;  // bound ones, as registered
  bool works();

  Stage stage;
  SeededRandom random{4475};
  transport::Locator locator;
  std::unique_ptr<proxy::Core> core;
  Wire wire;

 private:
  int pings_ = 0;
};

}  // namespace offhook::torture
