#include "reconfiguration.hpp"

#include "names.hpp"

namespace offhook::proxy {

Checked<void> check_reconfiguration(const Config& before, const Config& after) {
  const auto key = [](const Config& config) { return Names(config.listen, config.domains).aor("user"); };
  // Bindings are kept under it, in memory and in the store.
  if (key(before) != key(after))
    return complain("another first domain needs a restart: users are registered under '" +
                        Names(before.listen, before.domains).canonical_host() + "'",
                    after.domains.empty() ? std::string{} : after.domains.front());
  if (before.realm != after.realm) return complain("another realm needs a restart", after.realm);
  if (before.timers != after.timers) return complain("other transaction timers need a restart");
  if (before.cluster != after.cluster) return complain("another [cluster] needs a restart", after.cluster.node);
  return {};
}

}  // namespace offhook::proxy
