// How a request finds its server, and another one when that fails: RFC 3263 §4.3, guide "server redundancy".
//
// Requests outside of dialogs go along the account's servers, each of them with all its addresses; those of a dialog to
// its next hop, and to the account's servers where that cannot be found. A name is looked up when its turn comes.
#include <algorithm>

#include "core.hpp"
#include "sip/edit.hpp"
#include "sip/uri.hpp"

namespace offhook::ua {
namespace {

using sip::HeaderId;

constexpr int kServiceUnavailable = 503;

// Silence after `resends` retransmissions and the wait that follows the last of them (RFC 3261 §17.1.1.2, §17.1.2.2).
Duration time_of(int resends, const transaction::Timers& timers, bool invite) {
  Duration sum{}, interval = timers.t1;
  for (int i = 0; i <= resends && sum < timers.timeout(); ++i) {
    sum += interval;
    interval = invite ? 2 * interval : std::min(2 * interval, timers.t2);
  }
  return std::min(sum, timers.timeout());
}

}  // namespace

Key Core::send(Now now, Sent sent) {
  const Key key = next(last_sent_);
  Sent& kept = sent_[key] = std::move(sent);
  kept.key = key;
  Trail& trail = kept.trail;
  if (trail.launched) {  // with credentials, or the like: to the server that asked for them
    trail.left.insert(trail.left.begin(), trail.current);
    trail.heard = false;
    kept.transaction = {};
    if (!launch(now, kept)) arm(now, Duration::zero(), {AlarmKind::NoServer, kept.account, {}, key});
    return key;
  }
  // Without a server the Request-URI says where to go: calls from phone to phone.
  if (!kept.next_hop && servers(kept.account).empty()) kept.next_hop = destination(kept.request.request_uri());
  trail.is_dialogs = kept.next_hop.has_value();
  pursue(now, kept);
  return key;
}

// Looks up what is needed, and sends.
void Core::pursue(Now now, Sent& sent) {
  Trail& trail = sent.trail;
  const auto is_good = [&](const Trail::Candidate& candidate) {
    return !port_.lookups->resolver.is_penalised(now, candidate.target);
  };
  while (std::none_of(trail.left.begin(), trail.left.end(), is_good) && locate_more(now, sent))
    if (trail.resolution) return;
  std::stable_partition(trail.left.begin(), trail.left.end(), is_good);
  if (!sent.next_hop) prefer_substitute(now, sent);
  if (!launch(now, sent)) arm(now, Duration::zero(), {AlarmKind::NoServer, sent.account, {}, sent.key});
}

// False when there is no further name to look up. With `resolution` set the answer comes later.
bool Core::locate_more(Now now, Sent& sent) {
  Trail& trail = sent.trail;
  const transport::Destination* destination = nullptr;
  if (sent.next_hop) {
    if (trail.launched || !trail.left.empty() || !trail.trouble.empty()) return false;
    destination = &*sent.next_hop;
    trail.is_watched = !IpAddress::parse(destination->host);
  } else {
    const auto& all = servers(sent.account);
    if (trail.next_server >= all.size()) return false;
    destination = &all[trail.next_server++].destination;
    trail.is_watched = true;
  }
  const auto location = port_.lookups->resolver.locate(now, *destination, policy(sent.account));
  if (location.pending) {
    trail.resolution = location.pending;
    port_.lookups->waiting[location.pending] = port_.owner(sent.key);
  } else {
    take_location(sent, location);
  }
  return true;
}

void Core::take_location(Sent& sent, const transport::Location& location) {
  Trail& trail = sent.trail;
  const std::size_t server = sent.next_hop ? 0 : trail.next_server - 1;
  for (const auto& target : location.targets) trail.left.push_back({target, server, location.ttl});
  if (!location.targets.empty()) return;
  const auto& host = sent.next_hop ? sent.next_hop->host : servers(sent.account)[server].destination.host;
  trail.trouble = "cannot find host " + host + ": " + std::string(transport::text(location.error));
  // A peer that no name server knows may be known to our own server.
  if (sent.next_hop) sent.next_hop.reset();
}

void Core::located(Now now, Key key, const transport::Located& event) {
  Sent* found = sent(key);
  if (found == nullptr) return;
  for (SentAck& ack : found->acks)
    if (ack.waiting && ack.resolution == event.id) return send_waiting_ack(*found, ack, event.location);
  if (found->trail.resolution != event.id || found->trail.cancelled) return;
  found->trail.resolution = {};
  take_location(*found, event.location);
  pursue(now, *found);
}

bool Core::launch(Now now, Sent& sent) {
  Trail& trail = sent.trail;
  while (!trail.left.empty()) {
    trail.current = std::move(trail.left.front());
    trail.left.erase(trail.left.begin());
    if (trail.current.target.remote.address.is_v6() != local_.address.is_v6()) continue;
    trail.launched = true;
    trail.heard = false;
    sent.flow = flow_to(trail.current.target);
    if (!trail.is_dialogs) adapt(sent);
    transaction::Timers timing = timers(sent.account);
    const auto& all = servers(sent.account);
    if (!trail.is_dialogs && (!trail.left.empty() || trail.next_server < all.size()))
      timing.patience =
          time_of(all[trail.current.server].retry_counts, timing, sent.request.method() == sip::Method::Invite);
    sent.transaction = port_.transactions->start(now.mono, sent.request, sent.flow, port_.owner(sent.key), {}, &timing);
    return true;
  }
  return false;
}

// Contact names the transport by which the server is reached, Route the outbound proxy itself.
void Core::adapt(Sent& sent) {
  LocalAccount* account = accounts_.find(sent.account);
  const Trail& trail = sent.trail;
  if (account == nullptr) return;
  account->protocol = trail.current.target.protocol;
  sip::Edit edit(sent.request);
  const std::string ours = contact(sent.account);
  const auto value = sent.request.find(HeaderId::Contact);
  if (value && *value != ours) edit.set(HeaderId::Contact, ours);
  const std::string& route = account->settings.servers[trail.current.server].route;
  if (const auto old = sent.request.find(HeaderId::Route); old && *old != route) {
    edit.remove(HeaderId::Route);
    if (!route.empty()) edit.set(HeaderId::Route, route);
  }
  if (!edit.empty()) sent.request = edit.apply();
}

void Core::heard(Now now, Sent& sent, const sip::Message& response) {
  Trail& trail = sent.trail;
  trail.heard = true;
  if (!trail.is_watched || response.status() == kServiceUnavailable) return;
  port_.lookups->resolver.succeeded(trail.current.target);
  if (trail.failed_over && !trail.is_dialogs) substitute(now, sent);
}

bool Core::try_next_server(Now now, Key key, seconds retry_after) {
  Sent* found = sent(key);
  if (found == nullptr || !found->trail.launched) return false;
  Trail& trail = found->trail;
  if (trail.is_watched) port_.lookups->resolver.failed(now, trail.current.target, retry_after);
  LocalAccount* account = accounts_.find(found->account);
  if (account != nullptr && account->substitute && account->substitute->candidate.target == trail.current.target)
    account->substitute.reset();
  const bool is_last = trail.left.empty() && (found->next_hop || trail.next_server >= servers(found->account).size());
  if (trail.cancelled || is_last) return false;
  trail.failed_over = true;
  found->transaction = {};
  pursue(now, *found);
  return true;
}

void Core::cancel(Now now, Key key, std::string_view reason_header) {
  Sent* found = sent(key);
  if (found == nullptr || found->trail.cancelled) return;
  found->trail.cancelled = true;
  if (found->transaction)
    port_.transactions->cancel(now.mono, found->transaction, reason_header);
  else
    arm(now, Duration::zero(), {AlarmKind::NoServer, found->account, {}, key});
}

// Guide, failback_mode: how long the server that stepped in keeps serving.
void Core::substitute(Now now, const Sent& sent) {
  LocalAccount* account = accounts_.find(sent.account);
  if (account == nullptr || account->substitute) return;
  LocalAccount::Substitute next{sent.trail.current, {}};
  switch (account->settings.failback) {
    case Failback::NewRequests: return;
    case Failback::DnsTtl: next.until = now.mono + sent.trail.current.ttl; break;
    case Failback::Registration: break;
    case Failback::Duration:
      if (account->settings.failback_timeout > seconds(0)) next.until = now.mono + account->settings.failback_timeout;
      break;
  }
  account->substitute = std::move(next);
}

void Core::prefer_substitute(Now now, Sent& sent) {
  LocalAccount* account = accounts_.find(sent.account);
  if (account == nullptr || !account->substitute || sent.trail.failed_over) return;
  const auto& settings = account->settings;
  const bool renews = settings.failback == Failback::Registration && sent.use == Use::Register;
  if (renews || (account->substitute->until && *account->substitute->until <= now.mono))
    return account->substitute.reset();
  auto& left = sent.trail.left;
  const auto chosen = account->substitute->candidate;
  std::erase_if(left, [&](const Trail::Candidate& candidate) { return candidate.target == chosen.target; });
  left.insert(left.begin(), chosen);
}

void Core::send_ack(Now now, Sent& sent, std::string to_tag, const sip::Message& ack, std::string_view next_hop_uri) {
  SentAck kept{std::move(to_tag), {}, sent.flow, {}, ack};
  const auto next_hop = destination(next_hop_uri);
  transport::Location location;
  if (next_hop) location = port_.lookups->resolver.locate(now, *next_hop, policy(sent.account));
  sent.acks.push_back(std::move(kept));
  if (!location.pending) return send_waiting_ack(sent, sent.acks.back(), location);
  sent.acks.back().resolution = location.pending;
  port_.lookups->waiting[location.pending] = port_.owner(sent.key);
}

// A next hop that cannot be found: the way that its INVITE went.
void Core::send_waiting_ack(Sent& sent, SentAck& ack, const transport::Location& location) {
  ack.flow = location.targets.empty() ? sent.flow : flow_to(location.targets.front());
  ack.bytes = port_.transactions->acknowledge(*ack.waiting, ack.flow);
  ack.waiting.reset();
}

std::optional<transport::Destination> Core::destination(std::string_view text) {
  const auto uri = sip::Uri::parse(text);
  return uri ? transport::destination_of(*uri) : std::nullopt;
}

const std::vector<Server>& Core::servers(AccountId id) const {
  static const std::vector<Server> none;
  const LocalAccount* account = accounts_.find(id);
  return account == nullptr ? none : account->settings.servers;
}

std::shared_ptr<const transport::Policy> Core::policy(AccountId id) const {
  const LocalAccount* account = accounts_.find(id);
  return account == nullptr ? nullptr : account->settings.dns;
}

transport::Flow Core::flow_to(const transport::Target& target) const {
  return {target.protocol, local_, target.remote, 0, target.server_name};
}

}  // namespace offhook::ua
