#include "registrar/keep_alive.hpp"

#include <algorithm>

#include "sip/builder.hpp"

namespace offhook::proxy {
namespace {

using sip::HeaderId;

constexpr Duration kBreath = milliseconds(100);  // between two bunches
constexpr std::size_t kTagLength = 10, kCallIdLength = 20;

}  // namespace

std::optional<TimePoint> KeepAlive::deadline() const {
  if (s_.config->keep_alive.count() == 0) return std::nullopt;
  const auto oldest = s_.location->oldest_ping();
  if (!oldest) return std::nullopt;
  return std::max(*oldest + s_.config->keep_alive, not_before_);
}

void KeepAlive::wake(Now now) {
  const auto due = deadline();
  if (!due || now.mono < *due) return;
  // Twice as many as have to be done in that time: what was late catches up.
  const auto share = s_.location->natted() * static_cast<std::size_t>(kBreath.count()) * 2 /
                     static_cast<std::size_t>(Duration(s_.config->keep_alive).count());
  for (std::size_t left = share + 1; left > 0; --left) {
    const PackedBinding* const binding = s_.location->take_ping(now.mono, s_.config->keep_alive);
    if (binding == nullptr) return;
    ping(now, *binding);
  }
  not_before_ = now.mono + kBreath;
}

void KeepAlive::ping(Now now, const PackedBinding& binding) {
  const auto peer = binding.received();
  if (!peer || !binding.is_live(now.mono)) return;
  transport::Flow flow{transport::Protocol::Udp, binding.connection().local, *peer, 0};
  if (!s_.names->listens_at(flow.protocol, flow.local)) {  // not known, or not listened at any more
    const auto local = s_.names->local_for(flow.protocol, peer->address);
    if (!local) return;
    flow.local = *local;
  }
  if (s_.config->keep_alive_failures == 0) return s_.transport->send(flow, "\r\n\r\n");
  const transaction::Owner owner = kOwner | ++last_;
  asked_.emplace(owner, binding.name());
  s_.transactions->start(now.mono, options(binding), flow, owner);
}

sip::Message KeepAlive::options(const PackedBinding& binding) {
  const std::string contact(binding.contact()), self = "sip:" + s_.names->canonical_host();
  auto out = sip::Builder::request(sip::Method::Options, contact.substr(0, contact.find('?')));
  out.add(HeaderId::MaxForwards, "70");
  out.add(HeaderId::From, '<' + self + ">;tag=" + s_.random->token(kTagLength)).add(HeaderId::To, '<' + contact + '>');
  out.add(HeaderId::CallId, s_.random->token(kCallIdLength)).add(HeaderId::CSeq, "1 OPTIONS");
  if (!s_.config->server_name.empty()) out.add(HeaderId::UserAgent, s_.config->server_name);
  return out.build();
}

void KeepAlive::respond(const transaction::ResponseReceived& event) {
  if (event.response.status() < 200) return;
  const auto asked = asked_.extract(event.owner);
  if (!asked.empty()) s_.location->set_missed(asked.mapped(), 0);
}

void KeepAlive::fail(Now now, transaction::Owner owner) {
  const auto asked = asked_.extract(owner);
  if (asked.empty()) return;
  const std::size_t missed = s_.location->missed(asked.mapped()) + 1;
  if (missed >= s_.config->keep_alive_failures) return s_.dead(now, asked.mapped());
  s_.location->set_missed(asked.mapped(), missed);
}

}  // namespace offhook::proxy
