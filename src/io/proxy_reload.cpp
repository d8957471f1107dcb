// Other settings while the proxy runs, in two steps: prepare() does what may fail and can be taken back, commit() what
// cannot fail. With several shards each of them has prepared itself before the first one commits.
#include <algorithm>
#include <cassert>

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
  auto ready = prepare(std::move(settings));
  if (ready && owned_)
    owned_->each_other([&](ProxyHost& host) {
      if (ready) ready = host.prepare(change_->settings);
    });
  each_shard([&](ProxyHost& host) {
    if (ready)
      host.commit();
    else
      host.abandon();
  });
  if (ready) sip_->drain();
  if (ready && redis_) redis_->read_users();  // of two with one name that of the file wins
  return ready;
}

// New sockets first, for the engine is told which they are, and then whether it would agree.
Checked<void> ProxyHost::prepare(ProxySettings settings) {
  if (auto refusal = check_reload(settings_, settings); !refusal) return refusal;
  auto tls = TlsContext::load(settings.tls);
  if (!tls) return tl::unexpected(tls.error());
  tls_->swap(**tls);  // who listens by TLS needs a certificate
  change_ = std::make_unique<Change>(Change{std::move(settings), {}, std::move(*tls), {}, sockets_, {}});
  Checked<void> done;
  for (auto& listen : change_->settings.listen)
    if (done) done = prepare(listen);
  if (done) {
    change_->config = config_of(change_->settings);
    done = core_->check(change_->config);
  }
  if (!done) abandon();
  return done;
}

Checked<void> ProxyHost::prepare(transport::Listen& listen) {
  auto& left = change_->left;
  auto known = std::ranges::find(left, listen, &Socket::asked);
  if (known == left.end()) known = std::ranges::find(left, listen, &Socket::bound);
  if (known != left.end()) {
    change_->next.push_back({listen, known->bound});
    left.erase(known);
  } else {
    auto fresh = open(listen);
    if (!fresh) return tl::unexpected(fresh.error());
    change_->next.push_back({listen, fresh->bound});
    change_->opened.push_back(std::move(*fresh));
  }
  listen = change_->next.back().bound;
  return {};
}

void ProxyHost::commit() {
  const auto change = std::move(change_);
  const auto done = core_->reconfigure(now(), std::move(change->config));
  assert(done);  // it was asked
  static_cast<void>(done);
  sockets_ = std::move(change->next);
  const TimePoint at = now().mono;
  for (const Socket& socket : change->left)
    retired_.push_back({socket.bound, socket.bound.protocol == transport::Protocol::Udp ? at + kRetirement : at});
  close_retired();
  remember(change->settings);
  set_capture(settings_.capture);
}

void ProxyHost::abandon() {
  const auto change = std::move(change_);
  if (!change) return;
  tls_->swap(*change->tls);
  retired_.insert(retired_.end(), change->opened.begin(), change->opened.end());
  close_retired();
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
