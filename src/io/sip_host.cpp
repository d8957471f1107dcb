#include "io/sip_host.hpp"

#include "io/clock.hpp"

namespace offhook::io {

SipHost::SipHost(Loop& loop, transport::Engine& engine, std::function<void()> after, flow::Recorder* recorder)
    : loop_(&loop), engine_(&engine), after_(std::move(after)), recorder_(recorder), timer_(loop, [this] {
        engine_->wake(now());
        drain();
      }) {}

SipHost::~SipHost() {
  for (auto& [endpoint, socket] : sockets_) loop_->unwatch(socket->fd());
}

Checked<Endpoint> SipHost::listen(Endpoint local, const UdpOptions& options) {
  auto socket = UdpSocket::open(local, options);
  if (!socket) return tl::unexpected(socket.error());
  const Endpoint bound = socket->local();
  adopt(std::move(*socket));
  return bound;
}

void SipHost::adopt(UdpSocket socket) {
  auto owned = std::make_unique<UdpSocket>(std::move(socket));
  UdpSocket& opened = *owned;
  sockets_[opened.local()] = std::move(owned);
  loop_->watch(opened.fd(), [this, &opened] { readable(opened); });
}

void SipHost::close(Endpoint local) {
  const auto it = sockets_.find(local);
  if (it == sockets_.end()) return;
  batch_.forget(*it->second);
  loop_->unwatch(it->second->fd());
  sockets_.erase(it);
}

void SipHost::readable(UdpSocket& socket) {
  // A few batches at a time, so that one busy socket does not starve timers and the others.
  for (int round = 0; round < 4; ++round) {
    const auto batch = batch_.receive(socket);
    for (const auto& datagram : batch) {
      const transport::Flow flow{transport::Protocol::Udp, socket.local(), datagram.from};
      std::string bytes(reinterpret_cast<const char*>(datagram.bytes.data()), datagram.bytes.size());
      const Now at = now();
      if (recorder_ != nullptr) recorder_->received(at, flow::Kind::Sip, flow, bytes);
      engine_->receive(at, flow, std::move(bytes));
    }
    drain();
    if (batch.size() < UdpBatch::kSize) return;
  }
}

void SipHost::drain() {
  if (after_) after_();
  while (auto transmit = engine_->poll_transmit()) {
    const auto it = sockets_.find(transmit->flow.local);
    if (it == sockets_.end()) continue;  // the socket was closed meanwhile
    if (recorder_ != nullptr) recorder_->sent(now(), flow::Kind::Sip, transmit->flow, transmit->bytes);
    batch_.queue(*it->second, transmit->flow.remote,
                 {reinterpret_cast<const std::uint8_t*>(transmit->bytes.data()), transmit->bytes.size()});
  }
  batch_.flush();
  timer_.set(engine_->deadline());
}

}  // namespace offhook::io
