// Host names of the configuration, looked up once at start (A and AAAA, the system's resolver, blocking). Names in
// requests on the wire are not looked up yet.
#pragma once
#include <string>

#include "base/endpoint.hpp"
#include "base/result.hpp"

namespace offhook::io {

// IPv4 first. Complaint: "cannot find the host: … (pbx.example.com)".
[[nodiscard]] Checked<IpAddress> resolve_host(const std::string& name);

}  // namespace offhook::io
