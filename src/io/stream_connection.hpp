// What a StreamHost keeps of one listener and one connection.
#pragma once
#include <unistd.h>

#include <memory>
#include <utility>
#include <vector>

#include "io/stream_host.hpp"

namespace offhook::io {

struct StreamHost::Listener {
  int fd = -1;
  transport::Protocol protocol = transport::Protocol::Tcp;
  Endpoint local;
  Listener(int descriptor, transport::Protocol p, Endpoint e) : fd(descriptor), protocol(p), local(e) {}
  ~Listener() {
    if (fd >= 0) ::close(fd);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
};

// Where the peer of an accepted connection is found over it, and whom it speaks for: a row of the alias table of RFC
// 5923 §8.2.
struct Aliases {
  std::vector<Endpoint> advertised;
  transport::CertificateNames names;
};

struct StreamHost::Connection {
  enum class Phase : std::uint8_t { Connecting, Tls, Up, Lingering, Dead };
  Connection(transport::Flow f, int descriptor, transport::Stream s)
      : flow(std::move(f)), fd(descriptor), stream(std::move(s)) {}
  ~Connection() {
    if (fd >= 0) ::close(fd);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  transport::Flow flow;  // connection is our own number
  int fd;
  TlsSession tls;
  transport::Stream stream;
  std::unique_ptr<Aliases> aliases;
  TimerId timer;
  TimePoint timer_at;
  Phase phase = Phase::Connecting;
  bool accepted = false;
  bool wants_write = false;
  bool dirty = false;
};

}  // namespace offhook::io
