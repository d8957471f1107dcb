#include "nat/gatherer.hpp"

#include <algorithm>

namespace offhook::media {

Gatherer::Gatherer(TimePoint now, const Endpoint& server, Random& random)
    : server_(server), random_(&random), next_(now + kInterval) {
  for (stun::Client& client : clients_) client.begin(now, server, random, stun::kImpatient);
}

std::optional<Gatherer::Result> Gatherer::take_result() {
  using State = stun::Client::State;
  if (told_ || std::ranges::any_of(clients_, [](const auto& client) { return client.state() == State::Waiting; }))
    return std::nullopt;
  told_ = true;
  const auto mapped = [](const stun::Client& client) {
    return client.state() == State::Mapped ? std::optional(client.mapped()) : std::nullopt;
  };
  return Result{mapped(clients_[0]), mapped(clients_[1])};
}

}  // namespace offhook::media
