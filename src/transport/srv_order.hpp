// The order in which the targets of an SRV record set are tried: RFC 2782, "Priority" and "Weight".
#pragma once
#include <vector>

#include "base/random.hpp"
#include "transport/dns.hpp"

namespace offhook::transport {

[[nodiscard]] std::vector<dns::Srv> srv_order(std::vector<dns::Srv> records, Random& random);

}  // namespace offhook::transport
