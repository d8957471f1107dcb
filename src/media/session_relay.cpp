// The half of a session that looks for its own addresses, and has some at a TURN server: RFC 8489, RFC 8656.
#include "session.hpp"

namespace offhook::media {

void Session::gather(TimePoint now, const Endpoint& stun_server) {
  gatherer_ = std::make_unique<Gatherer>(now, stun_server, random_);
}

void Session::allocate(TimePoint now, std::shared_ptr<const turn::Server> server) {
  if (!relay_) relay_ = std::make_unique<Relay>(now, std::move(server), random_);
}

std::optional<Mapped> Session::take_addresses(TimePoint now) {
  const auto seen = gatherer_ ? gatherer_->take_result() : std::nullopt;
  if (relay_) return relay_->take_result(now, gatherer_ != nullptr, seen);
  return seen ? std::optional(Mapped{{}, seen->rtp, seen->rtcp}) : std::nullopt;
}

void Session::ask_for_address(Now tick, Outbox& out) {
  if (gatherer_)
    gatherer_->tick(tick.mono, [&](bool rtcp, const Endpoint& to, std::string_view datagram) {
      out.add(rtcp ? rtcp_of(plan_.local) : plan_.local, to,
              [&](std::vector<std::uint8_t>& bytes) { bytes.insert(bytes.end(), datagram.begin(), datagram.end()); });
    });
  if (relay_) flush_relay(tick.mono, out);
}

void Session::flush_relay(TimePoint now, Outbox& out) {
  relay_->flush(now, [&](bool rtcp, std::string_view datagram) {
    out.add(rtcp ? rtcp_of(plan_.local) : plan_.local, relay_->server(),
            [&](std::vector<std::uint8_t>& bytes) { bytes.insert(bytes.end(), datagram.begin(), datagram.end()); });
  });
}

Session::Relayed Session::open_relayed(Now now, bool rtcp, std::span<const std::uint8_t> bytes, Outbox& out) {
  const std::string_view datagram(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const auto received = relay_->of(rtcp).receive(now.mono, datagram);
  flush_relay(now.mono, out);
  Relayed opened{received.is_ours, {}, {}};
  if (!received.data) return opened;
  opened.peer = received.data->peer;
  opened.data = bytes.subspan(static_cast<std::size_t>(received.data->bytes.data() - datagram.data()),
                              received.data->bytes.size());
  return opened;
}

// It waits for the peer to be let in, where it has to.
void Session::relay_check(Now now, const Arrival& to, std::string_view bytes, Outbox& out) {
  if (!relay_) return;
  relay_->of(to.rtcp).send(now.mono, to.from, bytes);
  flush_relay(now.mono, out);
}

// Who may send to us: all whom the peer has named, before our checks come to them; then those that are asked for
// consent. The one that was chosen has a channel.
void Session::keep_peers(TimePoint now) {
  if (!checks_->admitted)
    for (const sdp::IceCandidate& each : plan_.checks->remote.candidates)
      if (checks_->agent.tries(each.component, {each.address, true}))
        relay_->of(each.component == 2).allow(now, each.address.address);
  checks_->admitted = true;
  for (const std::uint16_t component : {std::uint16_t{1}, std::uint16_t{2}}) {
    const auto way = checks_->agent.way(component);
    if (way && way->relayed && checks_->agent.has_selected(component))
      relay_->of(component == 2).bind(now, way->remote);
  }
}

// Nobody waits for the answer: what gets lost here ends with its lifetime.
void Session::close_relay(TimePoint now, Outbox& out) {
  if (!relay_) return;
  relay_->close(now);
  flush_relay(now, out);
}

}  // namespace offhook::media
