#include "sip/header/p_access_network_info.hpp"

#include "rule.hpp"

namespace offhook::sip {
Result<AccessNetwork> AccessNetwork::parse(std::string_view value) {
  const auto read = rule::worded(value, "bad P-Access-Network-Info");
  if (!read) return tl::unexpected(read.error());
  return AccessNetwork{read->word, read->params};
}

}  // namespace offhook::sip
