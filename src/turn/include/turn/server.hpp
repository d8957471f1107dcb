// Whom a phone asks for relayed addresses.
#pragma once
#include <string>

#include "base/endpoint.hpp"

namespace offhook::turn {

struct Server {
  Endpoint address;
  std::string username, password;
  friend bool operator==(const Server&, const Server&) = default;
};

}  // namespace offhook::turn
