#include "io/sip_host.hpp"

#include <utility>

#include "io/clock.hpp"
#include "transport/shard.hpp"

namespace offhook::io {

namespace {

// For what the transport layer writes into the Via of a request (received, rport) without moving the message.
constexpr std::size_t kRoom = 64;

}  // namespace

using transport::Flow;
using transport::Protocol;

SipHost::SipHost(Loop& loop, std::function<void()> after, flow::Recorder* recorder, SipHostOptions options)
    : loop_(&loop),
      after_(std::move(after)),
      recorder_(recorder),
      options_(std::move(options)),
      timer_(loop,
             [this] {
               engine_->wake(now());
               drain();
             }),
      streams_(loop, options_.stream, random_, options_.tls,
               {[this](const Flow& flow, std::string bytes) { received(now(), flow, std::move(bytes)); },
                [this](const Flow& flow) {
                  engine_->unreachable(now(), flow);
                  if (flow.connection != 0 && options_.shards.lost) options_.shards.lost(flow);
                },
                [this] { take_output(); }, options_.trouble, options_.admits}),
      inputs_(options_.shards.count),
      outputs_(options_.shards.count) {}

SipHost::~SipHost() {
  for (auto& [endpoint, socket] : sockets_) loop_->unwatch(socket->fd());
}

Checked<Endpoint> SipHost::listen(Protocol protocol, Endpoint local) {
  if (protocol != Protocol::Udp) return streams_.listen(protocol, local);
  auto socket = UdpSocket::open(local, options_.udp);
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

void SipHost::close(Protocol protocol, Endpoint local) {
  if (protocol != Protocol::Udp) return streams_.close(protocol, local);
  const auto it = sockets_.find(local);
  if (it == sockets_.end()) return;
  batch_.forget(*it->second);
  loop_->unwatch(it->second->fd());
  sockets_.erase(it);
}

void SipHost::received(Now at, const Flow& flow, std::string bytes) {
  if (recorder_ != nullptr) recorder_->received(at, flow::Kind::Sip, flow, bytes);
  if (ring_ != nullptr) ring_->received(at, flow, bytes);
  if (options_.shards.count > 1 && passes_on(flow, bytes)) return;
  engine_->receive(at, flow, std::move(bytes));
}

void SipHost::readable(UdpSocket& socket) {
  // A few batches at a time, so that one busy socket does not starve timers and the others.
  for (int round = 0; round < 4; ++round) {
    const auto batch = batch_.receive(socket);
    const bool is_last = batch_.is_empty();
    const Now at = now();  // they have come together
    for (const auto& datagram : batch) {
      if (options_.admits && !options_.admits(datagram.from.address)) continue;
      std::string bytes;
      bytes.reserve(datagram.bytes.size() + kRoom);
      bytes.assign(reinterpret_cast<const char*>(datagram.bytes.data()), datagram.bytes.size());
      received(at, {Protocol::Udp, socket.local(), datagram.from, 0}, std::move(bytes));
    }
    // Once is enough: the socket is readable as long as an error waits.
    if (is_last)
      for (const Endpoint& remote : batch_.unreachable(socket))
        engine_->unreachable(at, {Protocol::Udp, socket.local(), remote, 0});
    drain();
    if (is_last) return;
  }
}

void SipHost::take_questions() {
  while (const auto question = engine_->poll_question()) {
    if (dns_ == nullptr) {
      engine_->answer(now(), question->id, {transport::dns::Outcome::ServFail, {}, {}, {}});
      continue;
    }
    dns_->ask(*question, [this, id = question->id](const transport::dns::Answer& answer) {
      engine_->answer(now(), id, answer);
      drain();
    });
  }
}

void SipHost::take_output() {
  if (after_) after_();
  while (const auto alias = engine_->poll_alias()) streams_.add_alias(alias->flow, alias->advertised);
  UdpSocket* socket = nullptr;  // of the datagram before
  while (auto transmit = engine_->poll_transmit()) {
    const bool datagram = transmit->flow.protocol == Protocol::Udp;
    if (datagram && (socket == nullptr || socket->local() != transmit->flow.local)) {
      const auto it = sockets_.find(transmit->flow.local);
      socket = it == sockets_.end() ? nullptr : it->second.get();
      if (socket == nullptr) continue;  // it was closed meanwhile
    }
    if (recorder_ != nullptr) recorder_->sent(now(), flow::Kind::Sip, transmit->flow, transmit->bytes);
    if (ring_ != nullptr) ring_->sent(now(), transmit->flow, transmit->bytes);
    if (options_.shards.count > 1 && passes_on(*transmit)) continue;
    if (datagram)
      batch_.queue(*socket, transmit->flow.remote, std::move(transmit->bytes));
    else
      streams_.send(transmit->flow, transmit->bytes);
  }
  batch_.flush();
  if (options_.shards.count > 1) pass_on();
  take_questions();
  timer_.set(engine_->deadline());
}

bool SipHost::passes_on(const Flow& flow, std::string& bytes) {
  const auto said = transport::shard_of(bytes);
  if (!said) return false;
  // Of an earlier run there may have been more of them; its calls have been left to that one.
  const unsigned shard = *said % options_.shards.count;
  if (shard == options_.shards.index) return false;
  inputs_[shard].push_back({flow, std::move(bytes)});
  return true;
}

bool SipHost::passes_on(transport::Transmit& transmit) {
  if (transmit.flow.connection == 0) return false;
  const unsigned shard = transport::shard_of_connection(transmit.flow.connection);
  if (shard == options_.shards.index || shard >= options_.shards.count) return false;
  outputs_[shard].push_back(std::move(transmit));
  return true;
}

void SipHost::pass_on() {
  for (unsigned shard = 0; shard < options_.shards.count; ++shard) {
    if (!inputs_[shard].empty()) options_.shards.input(shard, std::exchange(inputs_[shard], {}));
    if (!outputs_[shard].empty()) options_.shards.output(shard, std::exchange(outputs_[shard], {}));
  }
}

void SipHost::take(std::vector<ShardLink::Input> messages) {
  const Now at = now();
  for (ShardLink::Input& message : messages) engine_->receive(at, message.flow, std::move(message.bytes));
  drain();
}

void SipHost::send(std::vector<transport::Transmit> transmits) {
  for (const transport::Transmit& transmit : transmits) streams_.send(transmit.flow, transmit.bytes);
  drain();
}

void SipHost::lose(const Flow& flow) {
  engine_->unreachable(now(), flow);
  drain();
}

void SipHost::drain() {
  take_output();
  streams_.flush();
}

}  // namespace offhook::io
