#include "nat/turn.hpp"

#include "transport/resolver.hpp"

namespace offhook::phone {
namespace {

constexpr std::uint16_t kTurnPort = 3478;
constexpr std::size_t kMostServers = 3;
constexpr minutes kAddressIsGood{5};  // then the name is looked up anew, for a server may move
constexpr seconds kRest{60};

// RFC 5928 §3: a name without a port is looked up as a service first.
transport::Destination destination_of(const config::TurnConfig& config) {
  const bool by_service = config.port == 0 && !IpAddress::parse(config.server);
  return {(by_service ? "_turn._udp." : "") + config.server, config.port == 0 ? kTurnPort : config.port,
          transport::Protocol::Udp, false};
}

}  // namespace

void TurnServer::begin(Now now) {
  if (resolution_) return;
  looked_up_ = now.mono;
  const auto location = port_.lookups->resolver.locate(now, destination_of(config_), dns_);
  if (!location.pending) return take(location);
  resolution_ = location.pending;
  port_.lookups->waiting[location.pending] = port_.owner(kKey);
}

void TurnServer::located(const transport::Located& event) {
  if (!event.id || event.id != resolution_) return;
  resolution_ = {};
  take(event.location);
}

// What was known stays where nothing is found now.
void TurnServer::take(const transport::Location& location) {
  std::vector<std::shared_ptr<const turn::Server>> found;
  for (const transport::Target& target : location.targets)
    if (target.remote.address.is_v6() == local_.address.is_v6() && found.size() < kMostServers)
      found.push_back(
          std::make_shared<const turn::Server>(turn::Server{target.remote, config_.username, config_.password}));
  if (found.empty()) {
    if (servers_.empty()) trouble_ = "the TURN server has no address";
    return;
  }
  servers_ = std::move(found);
  current_ %= servers_.size();
  trouble_.clear();
}

std::shared_ptr<const turn::Server> TurnServer::server(Now now) {
  if (!looked_up_ || now.mono - *looked_up_ >= kAddressIsGood) begin(now);
  if (servers_.empty() || now.mono < rests_until_) return nullptr;
  return servers_[current_];
}

void TurnServer::told(Now now, const LegMapped& mapped) {
  if (mapped.relayed_rtp || mapped.relayed_rtcp || !mapped.no_relay.empty()) trouble_ = mapped.no_relay;
  if (!mapped.relay_is_silent || servers_.empty()) return;
  current_ = (current_ + 1) % servers_.size();
  if (current_ == 0) rests_until_ = now.mono + kRest;  // none of them answers
}

std::string TurnServer::describe() const {
  if (!trouble_.empty()) return "no relay: " + trouble_;
  return servers_.empty() ? std::string{} : "relay " + servers_[current_]->address.text();
}

}  // namespace offhook::phone
