// Accepted connections that carry requests the other way: the alias table of RFC 5923.
#include <algorithm>
#include <iterator>

#include "stream_connection.hpp"
#include "transport/certificate.hpp"

namespace offhook::io {
namespace {

using transport::Flow;
using transport::Protocol;

constexpr std::size_t kMostOfOne = 8;  // addresses that one peer may advertise

}  // namespace

void StreamHost::add_alias(const Flow& flow, Endpoint advertised) {
  const auto it = connections_.find(flow.connection);
  if (it == connections_.end()) return;
  Connection& connection = *it->second;
  const bool is_ready = connection.accepted && connection.phase == Connection::Phase::Up &&
                        connection.flow.protocol == Protocol::Tls && advertised.port != 0;
  if (!is_ready || !connection.tls.is_peer_authenticated()) return;
  if (!connection.aliases) {
    connection.aliases = std::make_unique<Aliases>();
    connection.aliases->names = connection.tls.peer_names();
  }
  auto& known = connection.aliases->advertised;
  if (known.size() >= kMostOfOne || std::find(known.begin(), known.end(), advertised) != known.end()) return;
  known.push_back(advertised);
  aliases_.emplace(advertised, flow.connection);
  ++counters_.aliases;
}

// RFC 5923 §8.2: only for the domain that the certificate speaks for. A request for another one that is served at the
// same address must not end up with this peer (§9.3). The newest connection of several.
StreamHost::Connection* StreamHost::aliased(const Flow& flow) {
  if (flow.protocol != Protocol::Tls) return nullptr;
  const std::string name = flow.server_name ? *flow.server_name : flow.remote.address.text();
  const auto [first, last] = aliases_.equal_range(flow.remote);
  for (auto it = std::make_reverse_iterator(last), end = std::make_reverse_iterator(first); it != end; ++it) {
    Connection& connection = *connections_.at(it->second);
    if (connection.flow.local == flow.local && transport::speaks_for(connection.aliases->names, name))
      return &connection;
  }
  return nullptr;
}

// What was sent to the advertised addresses is lost with the connection.
void StreamHost::forget_aliases(Connection& connection) {
  if (!connection.aliases) return;
  for (const Endpoint& advertised : connection.aliases->advertised) {
    const auto [first, last] = aliases_.equal_range(advertised);
    const auto own =
        std::find_if(first, last, [&](const auto& entry) { return entry.second == connection.flow.connection; });
    if (own != last) aliases_.erase(own);
    Flow lost = connection.flow;
    lost.remote = advertised;
    lost_.push_back(std::move(lost));
  }
  connection.aliases.reset();
}

}  // namespace offhook::io
