// Drives one SIP engine (proxy or rack of phones) on real UDP sockets in a loop: datagrams in by batches, transmits out
// by batches, its deadline on a timer.
#pragma once
#include <functional>
#include <map>
#include <memory>

#include "flow/recorder.hpp"
#include "io/loop.hpp"
#include "io/udp_socket.hpp"
#include "transport/engine.hpp"

namespace offhook::io {

class SipHost {
 public:
  // `after` runs after each input, before transmits are taken: it passes on what else the engine has (store writes,
  // media commands, events).
  SipHost(Loop& loop, transport::Engine& engine, std::function<void()> after = {}, flow::Recorder* recorder = nullptr);
  ~SipHost();
  SipHost(const SipHost&) = delete;
  SipHost& operator=(const SipHost&) = delete;

  // Returns the endpoint bound (port 0 has become a number).
  [[nodiscard]] Checked<Endpoint> listen(Endpoint local, const UdpOptions& options = {});
  // Takes over a socket that is open already.
  void adopt(UdpSocket socket);
  void close(Endpoint local);
  // After a command or a completion was given to the engine directly.
  void drain();

 private:
  void readable(UdpSocket& socket);

  Loop* loop_;
  transport::Engine* engine_;
  std::function<void()> after_;
  flow::Recorder* recorder_;
  Loop::Timer timer_;
  UdpBatch batch_;
  std::map<Endpoint, std::unique_ptr<UdpSocket>> sockets_;
};

}  // namespace offhook::io
