// A response whose stream connection is gone, on its way over another one: RFC 3261 §18.2.2, RFC 3263 §5. To where the
// request came from, at the port of its sent-by, then to the servers of the sent-by; each that fails is told by
// unreachable().
#include <algorithm>
#include <utility>

#include "hop_request.hpp"
#include "servers.hpp"
#include "sip/header/via.hpp"
#include "transport/reopen.hpp"

namespace offhook::transaction {
namespace {

using Stage = Detour::Stage;

// A stranger's sent-by makes us open so many connections at most.
constexpr std::size_t kMostServers = 4;

bool has_connection(const transport::Flow& flow) {
  return flow.connection != 0 &&
         (flow.protocol == transport::Protocol::Tcp || flow.protocol == transport::Protocol::Tls);
}

std::optional<transport::Reopened> other_way(const Server& server) {
  const auto response = reread(server.response);
  const auto top = response ? response->top(sip::HeaderId::Via) : std::nullopt;
  if (!top) return std::nullopt;
  const auto via = sip::Via::parse(*top);
  return via ? transport::reopen(*via, server.flow) : std::nullopt;
}

// What we can and may connect to from where the request came in.
std::vector<transport::Target> usable(const std::vector<transport::Target>& targets, const transport::Flow& lost) {
  std::vector<transport::Target> out;
  for (const transport::Target& target : targets) {
    const IpAddress& address = target.remote.address;
    if (out.size() < kMostServers && address.is_v6() == lost.local.address.is_v6() &&
        transport::is_no_nearer(address, lost.remote.address))
      out.push_back(target);
  }
  return out;
}

}  // namespace

// What the server says next takes another way, and so does a final response that waits for its ACK. False: there is no
// other way (any more).
bool Servers::take_detour(TimePoint now, ServerId id, Server& server) {
  if (!has_connection(server.flow)) return false;
  if (!server.detour) {
    server.detour = std::make_unique<Detour>();
    const auto* invite = std::get_if<server_invite::State>(&server.state);
    const bool unacknowledged = invite != nullptr && *invite == server_invite::State::Completed;
    return !unacknowledged || send_around(now, id, server);
  }
  if (server.detour->pending) return true;
  switch (server.detour->stage) {
    case Stage::None: return true;  // told twice
    case Stage::Source: return look_up_sent_by(now, id, server);
    case Stage::SentBy: break;
  }
  return send_to_next(id, server);
}

// The response goes along the detour as far as that has come.
bool Servers::send_around(TimePoint now, ServerId id, Server& server) {
  Detour& detour = *server.detour;
  if (detour.pending) return true;
  if (detour.stage != Stage::None) {
    services_.transport->send(server.reply(), server.response);
    return true;
  }
  const auto way = other_way(server);
  if (!way) return false;
  detour.stage = Stage::Source;
  if (usable({way->first}, server.flow).empty()) return look_up_sent_by(now, id, server);
  send_to(id, server, way->first);
  return true;
}

bool Servers::look_up_sent_by(TimePoint now, ServerId id, Server& server) {
  Detour& detour = *server.detour;
  const auto way = other_way(server);
  if (!way || !way->then || resolver_ == nullptr) {
    detour.stage = Stage::None;
    return false;
  }
  detour.stage = Stage::SentBy;
  const auto location = resolver_->locate({now, {}}, *way->then);
  if (location.pending) {
    detour.pending = location.pending;
    waiting_[location.pending] = id;
    return true;
  }
  detour.servers = usable(location.targets, server.flow);
  return send_to_next(id, server);
}

bool Servers::located(const transport::Located& event) {
  const auto found = waiting_.extract(event.id);
  if (found.empty()) return false;
  const ServerId id = found.mapped();
  Server& server = *servers_.find(id);
  server.detour->pending = {};
  server.detour->servers = usable(event.location.targets, server.flow);
  if (!send_to_next(id, server)) services_.events->push(ServerFailed{id, server.owner});
  return true;
}

bool Servers::send_to_next(ServerId id, Server& server) {
  Detour& detour = *server.detour;
  const Endpoint tried = server.reply().remote;
  std::erase_if(detour.servers, [&](const transport::Target& target) { return target.remote == tried; });
  if (detour.servers.empty()) {
    detour.stage = Stage::None;  // whatever is said next begins anew: the peer may be back by then
    return false;
  }
  const transport::Target next = std::move(detour.servers.front());
  detour.servers.erase(detour.servers.begin());
  send_to(id, server, next);
  return true;
}

void Servers::send_to(ServerId id, Server& server, const transport::Target& target) {
  set_reply(id, server, {target.protocol, server.flow.local, target.remote, 0, target.server_name});
  services_.transport->send(server.reply(), server.response);
}

void Servers::leave_detour(Server& server) {
  if (!server.detour || !server.detour->pending) return;
  waiting_.erase(server.detour->pending);
  resolver_->cancel(server.detour->pending);
}

}  // namespace offhook::transaction
