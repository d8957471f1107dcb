#include "io/stream_host.hpp"

#include <netinet/tcp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <tuple>

#include "io/clock.hpp"
#include "poller.hpp"
#include "sockaddr.hpp"
#include "stream_connection.hpp"

namespace offhook::io {
namespace {

using transport::Flow;
using transport::Protocol;

constexpr int kAcceptsAtOnce = 64;
constexpr Duration kPause = milliseconds(200);  // when no descriptor is free

std::string where(Protocol protocol, const Endpoint& endpoint) {
  std::string out(transport::protocol_name(protocol));
  for (char& c : out) c = static_cast<char>(c + 32);
  return out + ':' + endpoint.text();
}

void prepare(int fd, const Endpoint& endpoint, int dscp) {
  const int one = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (dscp == 0) return;
  const int tos = dscp << 2;
  if (endpoint.address.is_v6())
    ::setsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &tos, sizeof tos);
  else
    ::setsockopt(fd, IPPROTO_IP, IP_TOS, &tos, sizeof tos);
}

int stream_socket(const Endpoint& local) {
  return ::socket(local.address.is_v6() ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

}  // namespace

StreamHost::StreamHost(Loop& loop, StreamOptions options, Random& random, TlsContext* tls, Port port)
    : loop_(&loop),
      options_(options),
      random_(&random),
      tls_(tls),
      port_(std::move(port)),
      poller_(std::make_unique<Poller>()),
      timer_(loop, [this] { wake(); }),
      last_id_(options_.first_connection) {
  loop_->watch(poller_->fd(), [this] { ready(); });
}

StreamHost::~StreamHost() {
  loop_->unwatch(poller_->fd());
  for (auto& [id, connection] : connections_) {
    if (connection->phase == Connection::Phase::Up) {
      write(*connection);
      if (connection->tls) connection->tls.close();
    }
  }
}

Checked<Endpoint> StreamHost::listen(Protocol protocol, Endpoint local) {
  const auto refuse = [&](std::string_view what) {
    return complain(std::string(what) + ": " + std::strerror(errno), where(protocol, local));
  };
  if (transport::is_secure(protocol) && (tls_ == nullptr || !tls_->has_certificate()))
    return complain("a certificate and its key are needed", where(protocol, local));
  const int fd = stream_socket(local);
  if (fd < 0) return refuse("cannot make a socket");
  auto listener = std::make_unique<Listener>(fd, protocol, local);
  const int one = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (options_.reuse_port) ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
  if (local.address.is_v6()) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
  sockaddr_storage name;
  const socklen_t size = to_sockaddr(local, name);
  if (::bind(fd, reinterpret_cast<sockaddr*>(&name), size) != 0 || ::listen(fd, SOMAXCONN) != 0)
    return refuse("cannot listen");
  socklen_t bound = sizeof name;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &bound) != 0)
    return refuse("cannot read the bound address");
  listener->local = from_sockaddr(name);
  if (!poller_->add(fd, kListener | listeners_.size(), false)) return refuse("cannot watch the socket");
  listeners_.push_back(std::move(listener));
  return listeners_.back()->local;
}

void StreamHost::close(Protocol protocol, Endpoint local) {
  for (auto& listener : listeners_) {
    if (!listener || listener->protocol != protocol || listener->local != local) continue;
    poller_->remove(listener->fd);
    listener.reset();  // the place stays: tokens are indices
  }
}

StreamHost::Connection& StreamHost::add(int fd, Protocol protocol, bool accepted, const Flow& flow) {
  const std::uint64_t id = ++last_id_;
  const TimePoint at = now().mono;
  const std::string host = flow.server_name ? *flow.server_name : flow.remote.text();
  auto connection = std::make_unique<Connection>(
      flow, fd, transport::Stream(at, protocol, accepted, options_.limits, host, *random_));
  connection->flow.connection = id;
  connection->accepted = accepted;
  Connection& added = *connection;
  connections_[id] = std::move(connection);
  set_timer(added);
  return added;
}

void StreamHost::accept(const Listener& listener) {
  for (int i = 0; i < kAcceptsAtOnce; ++i) {
    sockaddr_storage name;
    socklen_t size = sizeof name;
    const int fd = ::accept4(listener.fd, reinterpret_cast<sockaddr*>(&name), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      // Without a free descriptor those that wait stay in the kernel's queue; asking again at once would only burn
      // time.
      if (errno == EMFILE || errno == ENFILE) pause_listening();
      return;
    }
    const Endpoint remote = from_sockaddr(name);
    if (connections_.size() >= options_.most_connections || (port_.admits && !port_.admits(remote.address))) {
      ::close(fd);
      ++counters_.refused;
      continue;
    }
    const Flow flow{listener.protocol, listener.local, remote, 0};
    prepare(fd, flow.local, options_.dscp);
    Connection& connection = add(fd, listener.protocol, true, flow);
    ++counters_.accepted;
    if (!poller_->add(fd, connection.flow.connection, false)) {
      fail(connection, "no room to watch it");
      continue;
    }
    if (transport::is_secure(listener.protocol)) {
      connection.tls = tls_->accept(fd, listener.protocol == Protocol::Tls);
      connection.phase = Connection::Phase::Tls;
    } else {
      connection.phase = Connection::Phase::Up;
      connection.stream.connected(now().mono);
      set_timer(connection);
    }
  }
}

void StreamHost::pause_listening() {
  ++counters_.refused;
  if (std::exchange(paused_, true)) return;
  for (std::size_t i = 0; i < listeners_.size(); ++i)
    if (listeners_[i]) poller_->change(listeners_[i]->fd, kListener | i, false, false);
  wheel_.arm(now().mono + kPause, kNoConnection);
}

void StreamHost::resume_listening() {
  if (!std::exchange(paused_, false)) return;
  for (std::size_t i = 0; i < listeners_.size(); ++i)
    if (listeners_[i]) poller_->change(listeners_[i]->fd, kListener | i, true, false);
}

StreamHost::Connection* StreamHost::open(const Flow& flow) {
  if (connections_.size() >= options_.most_connections) {
    ++counters_.refused;
    return nullptr;
  }
  if (transport::is_secure(flow.protocol) && tls_ == nullptr) return nullptr;
  const int fd = stream_socket(flow.local);
  if (fd < 0) return nullptr;
  Connection& connection = add(fd, flow.protocol, false, flow);
  prepare(fd, flow.local, options_.dscp);
  // From our own address, as a phone of many on this machine must.
  sockaddr_storage name;
  socklen_t size = to_sockaddr({flow.local.address, 0}, name);
  const int one = 1;
  ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
  const bool bound = flow.local.address.is_unspecified() || ::bind(fd, reinterpret_cast<sockaddr*>(&name), size) == 0;
  size = to_sockaddr(flow.remote, name);
  const bool connecting =
      bound && (::connect(fd, reinterpret_cast<sockaddr*>(&name), size) == 0 || errno == EINPROGRESS);
  if (!connecting || !poller_->add(fd, connection.flow.connection, true)) {
    fail(connection, std::strerror(errno));
    return nullptr;
  }
  connection.wants_write = true;
  ++counters_.opened;
  opened_[peer_of(flow)] = connection.flow.connection;
  return &connection;
}

void StreamHost::send(const Flow& flow, std::string_view bytes) {
  Connection* connection = nullptr;
  if (flow.connection != 0) {
    const auto it = connections_.find(flow.connection);
    if (it != connections_.end()) connection = it->second.get();
  } else {
    const auto it = opened_.find(peer_of(flow));
    connection = it == opened_.end() ? aliased(flow) : connections_.at(it->second).get();
    if (connection == nullptr)
      connection = open(flow);
    else
      ++counters_.reused;
  }
  const bool usable = connection != nullptr && connection->phase != Connection::Phase::Dead &&
                      connection->phase != Connection::Phase::Lingering;
  if (!usable) return lost_.push_back(flow);
  if (!connection->stream.send(bytes)) return settle(*connection);  // it ends here, which is told
  if (!std::exchange(connection->dirty, true)) dirty_.push_back(connection->flow.connection);
}

void StreamHost::flush() {
  // lost() may make the engine send again, so until nothing is left.
  while (!dirty_.empty() || !lost_.empty()) {
    for (const std::uint64_t id : std::exchange(dirty_, {})) {
      const auto it = connections_.find(id);
      if (it == connections_.end()) continue;
      it->second->dirty = false;
      if (it->second->phase != Connection::Phase::Up) continue;
      write(*it->second);
      settle(*it->second);
    }
    const auto lost = std::exchange(lost_, {});
    for (const Flow& flow : lost) port_.lost(flow);
    if (!lost.empty()) port_.drain();
  }
  if (!in_event_) sweep();
  timer_.set(again_.empty() ? wheel_.deadline() : now().mono);
}

StreamHost::Peer StreamHost::peer_of(const Flow& flow) {
  return {flow.protocol, flow.local, flow.remote, flow.server_name ? *flow.server_name : std::string()};
}

}  // namespace offhook::io
