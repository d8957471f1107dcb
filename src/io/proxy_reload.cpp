// Other settings while the proxy runs: each step can be taken back until the engine has agreed.
#include <algorithm>

#include "io/clock.hpp"
#include "io/proxy_host.hpp"
#include "proxy_shards.hpp"

namespace offhook::io {
namespace {

Checked<void> check_reload(const ProxySettings& before, const ProxySettings& after) {
  if (before.store != after.store) return complain("another store needs a restart", after.store);
  if (before.commit_delay != after.commit_delay) return complain("another commit_delay needs a restart");
  if (before.admin.listen != after.admin.listen) return complain("another address of [admin] needs a restart");
  if (before.call_log != after.call_log) return complain("other files of [cdr] need a restart");
  if (before.shards != after.shards) return complain("another number of shards needs a restart");
  if (before.dscp != after.dscp) return complain("another dscp needs a restart");
  if (before.segmentation != after.segmentation) return complain("another segmentation needs a restart");
  if (before.name_servers != after.name_servers) return complain("other name servers (dns) need a restart");
  return {};
}

}  // namespace

void ProxyHost::remember(const ProxySettings& settings) {
  settings_ = settings;
  settings_.users.clear();
  listening_ = settings.listen;
}

Checked<void> ProxyHost::reload(ProxySettings settings) {
  if (owned_ == nullptr) return reload_one(std::move(settings));
  return reload_one(settings).and_then([&] {
    settings.listen = listening_;
    return owned_->reload(settings);
  });
}

Checked<void> ProxyHost::reload_one(ProxySettings settings) {
  if (auto refusal = check_reload(settings_, settings); !refusal) return refusal;
  auto tls = TlsContext::load(settings.tls);
  if (!tls) return tl::unexpected(tls.error());
  tls_->swap(**tls);
  auto done = move_sockets(settings);
  if (!done) {
    tls_->swap(**tls);
    return done;
  }
  remember(settings);
  set_capture(settings.capture);
  sip_->drain();
  return {};
}

// New sockets first, then the engine's consent, then the old ones go.
Checked<void> ProxyHost::move_sockets(ProxySettings& settings) {
  std::vector<Socket> next, left = sockets_;
  std::vector<Retired> opened;  // and when they go if all is taken back
  Checked<void> done;
  for (auto& listen : settings.listen) {
    auto known = std::ranges::find(left, listen, &Socket::asked);
    if (known == left.end()) known = std::ranges::find(left, listen, &Socket::bound);
    if (known != left.end()) {
      next.push_back({listen, known->bound});
      left.erase(known);
    } else if (auto fresh = open(listen); fresh) {
      next.push_back({listen, fresh->bound});
      opened.push_back(std::move(*fresh));
    } else {
      done = tl::unexpected(fresh.error());
      break;
    }
    listen = next.back().bound;
  }
  if (done) done = core_->reconfigure(now(), config_of(settings));
  if (done) {
    sockets_ = std::move(next);
    const TimePoint at = now().mono;
    for (const Socket& socket : left)
      retired_.push_back({socket.bound, socket.bound.protocol == transport::Protocol::Udp ? at + kRetirement : at});
  } else {
    retired_.insert(retired_.end(), opened.begin(), opened.end());
  }
  close_retired();
  return done;
}

// One that was about to be closed may stay.
Checked<ProxyHost::Retired> ProxyHost::open(const transport::Listen& asked) {
  if (const auto known = std::ranges::find(retired_, asked, &Retired::bound); known != retired_.end()) {
    Retired out = *known;
    retired_.erase(known);
    return out;
  }
  return sip_->listen(asked.protocol, asked.endpoint).map([&](const Endpoint& bound) {
    return Retired{{asked.protocol, bound}, now().mono};
  });
}

void ProxyHost::close_retired() {
  const TimePoint at = now().mono;
  std::optional<TimePoint> next;
  for (const Retired& socket : retired_) {
    if (socket.until <= at)
      sip_->close(socket.bound.protocol, socket.bound.endpoint);
    else if (!next || socket.until < *next)
      next = socket.until;
  }
  std::erase_if(retired_, [&](const Retired& socket) { return socket.until <= at; });
  retirement_.set(next);
}

}  // namespace offhook::io
