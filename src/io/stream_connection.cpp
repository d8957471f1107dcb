// A connection's life: connect, TLS handshake, reading and writing, the end. The other half of StreamHost.
#include "stream_connection.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "io/clock.hpp"
#include "poller.hpp"

namespace offhook::io {
namespace {

using transport::Flow;
using transport::StreamEnd;

constexpr std::size_t kReadSize = 64 * 1024;
constexpr int kReadsAtOnce = 16;
constexpr Duration kLinger = seconds(2);

}  // namespace

void StreamHost::ready() {
  in_event_ = true;
  for (const auto& event : poller_->take()) {
    if ((event.token & kListener) != 0) {
      if (const auto& listener = listeners_[event.token & ~kListener]) accept(*listener);
      continue;
    }
    const auto it = connections_.find(event.token);
    if (it != connections_.end()) progress(*it->second, event.readable, event.writable);
  }
  port_.drain();
  in_event_ = false;
  flush();
}

void StreamHost::progress(Connection& connection, bool readable, bool writable) {
  using Phase = Connection::Phase;
  if (connection.phase == Phase::Connecting && (!writable || !finish_connect(connection))) return;
  if (connection.phase == Phase::Tls) {
    if (!shake_hands(connection)) return;
    readable = writable = true;  // what came with the handshake's last flight is in the TLS library already
  }
  if (connection.phase == Phase::Lingering) return linger(connection);
  if (connection.phase != Phase::Up) return;
  // Writing first: what waited may be the reason why the peer does not go on.
  if (writable) write(connection);
  if (readable) read(connection);
  // Answers to what came are made by the drain that follows; a WebSocket's own are there already.
  if (!connection.wants_write && !connection.stream.unsent().empty() && !std::exchange(connection.dirty, true))
    dirty_.push_back(connection.flow.connection);
  settle(connection);
}

bool StreamHost::finish_connect(Connection& connection) {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(connection.fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) {
    fail(connection, std::strerror(error));
    return false;
  }
  if (!transport::is_secure(connection.flow.protocol)) {
    connection.phase = Connection::Phase::Up;
    connection.stream.connected(now().mono);
    set_timer(connection);
    return true;
  }
  connection.tls = tls_->connect(connection.fd, connection.flow.server_name, connection.flow.remote);
  connection.phase = Connection::Phase::Tls;
  return true;
}

bool StreamHost::shake_hands(Connection& connection) {
  if (!connection.tls) {
    fail(connection, "no TLS");
    return false;
  }
  switch (connection.tls.handshake()) {
    case TlsResult::Ok:
      if (connection.tls.is_resumed()) ++counters_.resumed;
      connection.phase = Connection::Phase::Up;
      connection.stream.connected(now().mono);
      set_timer(connection);
      return true;
    case TlsResult::WantsRead: want(connection, false); return false;
    case TlsResult::WantsWrite: want(connection, true); return false;
    case TlsResult::Closed:
    case TlsResult::Failed: break;
  }
  fail(connection, connection.tls.error());
  return false;
}

void StreamHost::read(Connection& connection) {
  buffer_.resize(kReadSize);
  for (int round = 0; round < kReadsAtOnce; ++round) {
    std::size_t got = 0;
    if (connection.tls) {
      const TlsResult result = connection.tls.read(buffer_, got);
      if (result == TlsResult::Closed || result == TlsResult::Failed) return connection.stream.close();
      if (result != TlsResult::Ok) return;
    } else {
      const ssize_t n = ::recv(connection.fd, buffer_.data(), buffer_.size(), 0);
      if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
      if (n <= 0) return connection.stream.close();
      got = static_cast<std::size_t>(n);
    }
    if (port_.admits && !port_.admits(connection.flow.remote.address)) return connection.stream.close();
    connection.stream.receive(now().mono, {buffer_.data(), got});
    while (auto message = connection.stream.poll()) port_.received(connection.flow, std::move(*message));
    if (connection.stream.ended() != StreamEnd::None) return;
    if (!connection.tls && got < buffer_.size()) return;
  }
  // What the TLS library holds already, the poller does not see: this one has another turn after the others.
  if (connection.tls) again_.push_back(connection.flow.connection);
}

void StreamHost::write(Connection& connection) {
  for (;;) {
    const std::string_view bytes = connection.stream.unsent();
    if (bytes.empty()) return want(connection, false);
    std::size_t done = 0;
    if (connection.tls) {
      const TlsResult result = connection.tls.write(bytes, done);
      if (result == TlsResult::WantsWrite) return want(connection, true);
      if (result == TlsResult::WantsRead) return;
      if (result != TlsResult::Ok) return connection.stream.close();
    } else {
      const ssize_t n = ::send(connection.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n < 0 && errno == EAGAIN) return want(connection, true);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return connection.stream.close();
      done = static_cast<std::size_t>(n);
    }
    connection.stream.sent(done);
  }
}

// After an input: a stream that has ended takes its connection with it, others have their deadline looked at.
void StreamHost::settle(Connection& connection) {
  if (connection.phase != Connection::Phase::Up && connection.phase != Connection::Phase::Connecting &&
      connection.phase != Connection::Phase::Tls)
    return;
  const StreamEnd end = connection.stream.ended();
  if (end == StreamEnd::None) return set_timer(connection);
  const bool has_last_word = end == StreamEnd::Unframed || end == StreamEnd::Refused;
  if (!has_last_word || connection.phase != Connection::Phase::Up) return bury(connection);
  if (!in_event_) return linger(connection);
  // The engine is still to say it: flush() comes back here.
  if (!std::exchange(connection.dirty, true)) dirty_.push_back(connection.flow.connection);
}

// Our last words are out: the peer gets a moment to take them, for closing with unread bytes would take them back.
void StreamHost::linger(Connection& connection) {
  if (connection.phase == Connection::Phase::Up) {
    write(connection);
    if (connection.tls) connection.tls.close();
    ::shutdown(connection.fd, SHUT_WR);
    connection.phase = Connection::Phase::Lingering;
    ++counters_.ended[static_cast<std::size_t>(connection.stream.ended())];
    lost_.push_back(connection.flow);
    forget_peer(connection);
    forget_aliases(connection);
    wheel_.cancel(connection.timer);
    connection.timer = wheel_.arm(now().mono + kLinger, connection.flow.connection);
    return;
  }
  buffer_.resize(kReadSize);
  ssize_t n = 0;
  do n = ::recv(connection.fd, buffer_.data(), buffer_.size(), 0);
  while (n > 0);
  if (n == 0 || (errno != EAGAIN && errno != EINTR)) bury(connection);
}

void StreamHost::want(Connection& connection, bool write) {
  if (connection.wants_write == write) return;
  connection.wants_write = write;
  poller_->change(connection.fd, connection.flow.connection, true, write);
}

// The wheel is asked anew only when the deadline comes nearer: most of them move away with each message.
void StreamHost::set_timer(Connection& connection) {
  const auto deadline = connection.stream.deadline();
  if (!deadline) return;
  if (connection.timer && connection.timer_at <= *deadline) return;
  wheel_.cancel(connection.timer);
  connection.timer_at = *deadline;
  connection.timer = wheel_.arm(*deadline, connection.flow.connection);
}

void StreamHost::wake() {
  const TimePoint at = now().mono;
  wheel_.advance(at, [&](std::uint64_t id) {
    if (id == kNoConnection) return resume_listening();
    const auto it = connections_.find(id);
    if (it == connections_.end()) return;
    Connection& connection = *it->second;
    connection.timer = {};
    if (connection.phase == Connection::Phase::Dead) return;
    if (connection.phase == Connection::Phase::Lingering) return bury(connection);
    connection.stream.wake(at);
    if (connection.stream.ended() == StreamEnd::None)
      set_timer(connection);
    else if (connection.phase == Connection::Phase::Up)
      bury(connection);
    else
      fail(connection, transport::stream_end_text(connection.stream.ended()));
  });
  in_event_ = true;
  for (const std::uint64_t id : std::exchange(again_, {}))
    if (const auto it = connections_.find(id); it != connections_.end()) progress(*it->second, true, false);
  port_.drain();
  in_event_ = false;
  flush();
}

void StreamHost::forget_peer(const Connection& connection) {
  const auto it = opened_.find(peer_of(connection.flow));
  if (it != opened_.end() && it->second == connection.flow.connection) opened_.erase(it);
}

void StreamHost::fail(Connection& connection, std::string_view why) {
  ++counters_.failed;
  if (port_.trouble) port_.trouble(connection.flow, why);
  connection.stream.close();
  bury(connection);
}

// The connection goes at the end of this round; its number means nothing from now on.
void StreamHost::bury(Connection& connection) {
  if (connection.phase == Connection::Phase::Dead) return;
  if (connection.phase != Connection::Phase::Lingering) {
    ++counters_.ended[static_cast<std::size_t>(connection.stream.ended())];
    lost_.push_back(connection.flow);
  }
  if (connection.phase == Connection::Phase::Up && connection.tls) connection.tls.close();
  connection.phase = Connection::Phase::Dead;
  wheel_.cancel(connection.timer);
  forget_peer(connection);
  forget_aliases(connection);
  dead_.push_back(connection.flow.connection);
}

void StreamHost::sweep() {
  for (const std::uint64_t id : std::exchange(dead_, {})) connections_.erase(id);
}

}  // namespace offhook::io
