// What a phone publishes: RFC 3903, one piece of event state.
#pragma once
#include <string>

namespace offhook::ua {

struct Publication {
  std::string uri;    // Request-URI and To: "sip:collector@192.0.2.9:5060"; the request goes there
  std::string event;  // Event
  std::string type;   // Content-Type
  std::string body;
};

}  // namespace offhook::ua
