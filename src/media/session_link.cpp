// The half of a session that shares its port with RTP: RFC 5763, RFC 5764, RFC 8445.
#include "rtp/demux.hpp"
#include "session.hpp"

namespace offhook::media {

void Session::receive_beside(Now now, bool rtcp, Endpoint from, std::span<const std::uint8_t> bytes, Outbox& out) {
  if (!link_ && rtp::traffic_of(bytes) == rtp::Traffic::Stun) return keep_check(rtcp, from, bytes);
  if (rtcp) return receive_beside_rtcp(now, from, bytes, out);
  if (!link_) {
    // One is enough: the peer says it again if it was not the right one.
    if (rtp::traffic_of(bytes) == rtp::Traffic::Dtls && bytes.size() <= dtls::kLongestDatagram)
      early_ = std::make_unique<Early>(Early{from, {bytes.begin(), bytes.end()}});
    else
      ++stats_.packets_malformed;
    return;
  }
  shake_hands(now, from, bytes, out);
  if (!checks_ && link_->has_ice() && link_->remote()) remote_rtp_ = remote_rtcp_ = *link_->remote();
}

// Where checks find the peer its handshake comes from nowhere else: before there are keys, what it says is no secret,
// and anybody could end it.
void Session::shake_hands(Now now, Endpoint from, std::span<const std::uint8_t> bytes, Outbox& out) {
  if (checks_ && !checks_->agent.knows(1, from))
    ++stats_.packets_strange;
  else if (link_->receive(now, from, bytes, out))
    take_keys();
}

void Session::tick_link(Now now, Outbox& out) {
  if (link_->tick(now, out)) take_keys();
  if (early_) {
    shake_hands(now, early_->from, early_->bytes, out);
    early_.reset();
  }
  if (rtcp_link_ && rtcp_link_->link.tick(now, out)) take_rtcp_keys();
}

// One port for both has one association. Not with ICE: its second component has none yet.
void Session::plan_rtcp_link() {
  if (plan_.rtcp_mux || plan_.ice || plan_.checks) return rtcp_link_.reset();
  if (!rtcp_link_) rtcp_link_ = std::make_unique<RtcpLink>(Link(rtcp_of(plan_.local)));
  rtcp_link_->link.set_plan(*plan_.dtls, std::nullopt, remote_rtcp_, false);
  take_rtcp_keys();
}

void Session::receive_beside_rtcp(Now now, Endpoint from, std::span<const std::uint8_t> bytes, Outbox& out) {
  if (rtcp_link_ && rtcp_link_->link.receive(now, from, bytes, out)) take_rtcp_keys();
}

void Session::take_rtcp_keys() {
  rtcp_link_->gate.set_keys(rtcp_link_->link.keys());
  const auto from = rtcp_link_->link.remote();
  if (from && rtcp_link_->link.is_secured() && from->address == remote_rtp_.address) remote_rtcp_ = *from;
}

void Session::take_keys() {
  gate_.set_keys(link_->keys());
  // Who has the certificate is who we talk to, wherever it sits.
  const auto from = link_->remote();
  if (!link_->is_secured() || !from || *from == remote_rtp_ || is_stranger(*from)) return;
  if (checks_) return;
  if (link_->has_ice())
    remote_rtp_ = remote_rtcp_ = *from;
  else
    follow(*from);
}

}  // namespace offhook::media
