#include "registrar/registrar.hpp"

#include <algorithm>
#include <utility>

#include "awaiting.hpp"
#include "check.hpp"
#include "registrar/contacts.hpp"
#include "registrar/outbound.hpp"
#include "sip/header/date.hpp"
#include "sip/header/name_addr.hpp"
#include "sip/header/option_tags.hpp"

namespace offhook::proxy {
namespace {

using sip::HeaderId;

StoreWrite::Remove expired_name(const LocationTable::Entry& entry) {
  auto which = entry.name();
  which.only = entry.expires();
  return which;
}

Reply refusal(Stored outcome, Random& random) {
  if (outcome == Stored::Outdated) return {500, "CSeq Out of Order"};
  const bool unreachable = outcome == Stored::Unreachable;
  return {unreachable ? 503 : 500,
          unreachable ? "Store Unreachable" : "Not Stored",
          {{HeaderId::RetryAfter, retry_after(random)}}};
}

}  // namespace

void Registrar::load(Now now, const std::vector<Binding>& bindings) {
  std::vector<const Binding*> sorted;  // as they were refreshed, as far as that can be told
  for (const Binding& binding : bindings) sorted.push_back(&binding);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Binding* a, const Binding* b) { return a->expires < b->expires; });
  for (const Binding* binding : sorted) {
    const auto here = s_.nodes->localise(*binding);
    if (!here || binding->expires <= now.wall || !s_.location->put(now, *here))
      expired_.push_back({binding->aor, binding->contact, binding->instance, binding->reg_id, binding->expires});
  }
}

void Registrar::handle(Now now, transaction::ServerId id, sip::Message& request, const transport::Flow& flow) {
  ++s_.counters->registers;
  Order order{id, request, flow};
  const auto aor = admit(now, order);
  if (!aor) return;
  if (const auto busy = busy_.find(*aor); busy != busy_.end())
    busy->second.waiting.push_back({id, order.informs});
  else
    execute(now, order, *aor);
}

// §10.3 steps 2 to 5.
std::optional<std::string> Registrar::admit(Now now, Order& order) {
  const sip::Message& request = order.request;
  const auto refuse = [&](const Reply& reply) {
    s_.answers->send(now.mono, order.server, request, reply, true);
    return std::nullopt;
  };
  if (const auto refusal = check_options(request, HeaderId::Require)) return refuse(*refusal);
  const auto to = sip::NameAddr::parse(request.find(HeaderId::To).value_or(std::string_view{}));
  const auto uri = to ? to->parse_uri() : tl::unexpected(to.error());
  if (!uri) return refuse({400, "Bad To"});
  // Only a SIP URI names somebody here (§10.3 step 5; RFC 4475 §3.3.4); a telephone number is a user of ours.
  if (uri->scheme == sip::Scheme::Other) return refuse({400, "To Is Not A SIP URI"});
  if (!s_.names->is_us(*uri, order.flow.local) && uri->scheme != sip::Scheme::Tel) return refuse({404});
  const std::string user = sip::unescape(uri->user);
  if (const auto refusal = authenticate(now, order, user)) return refuse(*refusal);
  if (user.empty()) return refuse({404});
  if (const auto refusal = s_.guard->limit_user(now.mono, request, user)) return refuse(*refusal);
  return s_.names->aor(uri->user);
}

std::optional<Reply> Registrar::authenticate(Now now, Order& order, std::string_view user) {
  if (!s_.config->challenges_registrations()) return std::nullopt;
  const auto outcome = s_.authenticator->check(now.mono, order.request, order.flow, Realm::Registrar);
  s_.guard->judged(now, order.flow, outcome.verdict);
  s_.journal->judged(order.request, order.flow, outcome.verdict);
  order.informs = outcome.informs;
  switch (outcome.verdict) {
    case Authenticator::Verdict::Accepted: break;
    case Authenticator::Verdict::Malformed: ++s_.counters->bad_credentials; return Reply{400, "Bad Credentials"};
    case Authenticator::Verdict::Rejected: ++s_.counters->bad_credentials; [[fallthrough]];
    case Authenticator::Verdict::Missing:
    case Authenticator::Verdict::Stale:
      ++s_.counters->challenges;
      return s_.authenticator->challenge(now.mono, order.flow, Realm::Registrar,
                                         outcome.verdict == Authenticator::Verdict::Stale);
  }
  // Asked last, so that nobody learns without a password which users there are.
  if (s_.authenticator->find(user) == nullptr) return Reply{404};
  if (outcome.user->name != user) return Reply{403, "Not Your Address"};
  return std::nullopt;
}

bool Registrar::execute(Now now, const Order& order, const std::string& aor) {
  auto decision = plan_register({now, &order.request, order.flow, aor, s_.location->find(aor)}, *s_.config, *s_.names);
  if (const auto* refusal = std::get_if<Reply>(&decision)) {
    s_.answers->send(now.mono, order.server, order.request, *refusal);
    return false;
  }
  auto& write = std::get<StoreWrite>(decision);
  if (write.put.empty() && write.remove.empty()) {
    s_.answers->send(now.mono, order.server, order.request,
                     success(now, {order.request, order.flow, order.informs}, aor));
    return false;
  }
  for (Binding& binding : write.put) binding.through = s_.nodes->through(binding);
  flush_expired();
  write.id = ++last_id_;
  busy_.try_emplace(aor);
  writes_.push_back({write.id});
  Pending& pending = pending_[write.id];
  pending.server = order.server;
  pending.request = std::move(order.request);
  pending.informs = order.informs;
  pending.write = std::move(write);
  return true;
}

void Registrar::flush_expired() {
  if (expired_.empty()) return;
  writes_.push_back({++last_id_, std::exchange(expired_, {})});
}

void Registrar::expire(Now now) {
  s_.location->expire(now.mono, [&](const LocationTable::Entry& entry) {
    if (s_.observer->is_watching(entry.aor())) s_.observer->changed(now, entry, body::ContactEvent::Expired);
    gone(expired_name(entry));
  });
}

void Registrar::lose(Now now, std::uint64_t connection) {
  if (!pending_.empty()) lost_.push_back(connection);
  take_out(now, connection);
}

void Registrar::take_out(Now now, std::uint64_t connection) {
  for (const StoreWrite::Remove& which : s_.location->lose(connection)) drop(now, which);
}

void Registrar::drop(Now now, const StoreWrite::Remove& which) {
  for (const auto& entry : s_.location->find(which.aor)) {
    if (!entry.is(which.contact, which.instance, which.reg_id)) continue;
    ++s_.counters->dead_bindings;
    auto name = expired_name(entry);
    remove(now, which, body::ContactEvent::Deactivated);
    return gone(std::move(name));
  }
}

std::size_t Registrar::clear(Now now, const std::string& aor) {
  std::vector<StoreWrite::Remove> all;
  for (const auto& entry : s_.location->find(aor)) all.push_back(entry.name());
  for (StoreWrite::Remove& which : all) {
    remove(now, which, body::ContactEvent::Rejected);
    gone(std::move(which));
  }
  return all.size();
}

void Registrar::remove(Now now, const StoreWrite::Remove& which, body::ContactEvent event) {
  if (s_.observer->is_watching(which.aor))
    for (const auto& entry : s_.location->find(which.aor))
      if (which.contact.empty() || entry.is(which.contact, which.instance, which.reg_id))
        s_.observer->changed(now, entry, event);
  s_.location->remove(which);
}

void Registrar::put(Now now, const Binding& binding) {
  if (!s_.observer->is_watching(binding.aor)) {
    s_.location->put(now, binding);
    return;
  }
  const auto find = [&]() -> const LocationTable::Entry* {
    for (const auto& entry : s_.location->find(binding.aor))
      if (entry.is(binding.contact, binding.instance, binding.reg_id)) return &entry;
    return nullptr;
  };
  const auto event = find() == nullptr ? body::ContactEvent::Registered : body::ContactEvent::Refreshed;
  s_.location->put(now, binding);
  if (const auto* entry = find()) s_.observer->changed(now, *entry, event);
}

// Out of memory; the store follows.
void Registrar::gone(StoreWrite::Remove which) {
  const auto busy = busy_.find(which.aor);
  (busy == busy_.end() ? expired_ : busy->second.expired).push_back(std::move(which));
}

std::optional<StoreWrite> Registrar::poll_store() {
  if (writes_.empty()) flush_expired();
  if (writes_.empty()) return std::nullopt;
  Queued next = std::move(writes_.front());
  writes_.pop_front();
  if (const auto pending = pending_.find(next.id); pending != pending_.end()) return pending->second.write;
  return StoreWrite{next.id, {}, std::move(next.expired)};
}

std::optional<std::uint64_t> Registrar::poll_store_id() {
  expired_.clear();  // of no interest to nobody
  if (writes_.empty()) return std::nullopt;
  const std::uint64_t id = writes_.front().id;
  writes_.pop_front();
  return id;
}

void Registrar::stored(Now now, std::uint64_t id, Stored outcome) {
  const bool ok = outcome == Stored::Yes;
  if (!ok) ++s_.counters->store_failures;
  auto pending = pending_.extract(id);
  if (pending.empty()) return;  // a batch of expired bindings: one that failed is tried again by load()
  StoreWrite& write = pending.mapped().write;
  const std::string aor = write.put.empty() ? write.remove.front().aor : write.put.front().aor;
  if (ok) {
    for (const auto& which : write.remove) remove(now, which, body::ContactEvent::Unregistered);
    for (const Binding& binding : write.put) put(now, binding);
  }
  const std::vector<std::uint64_t> lost = pending_.empty() ? std::exchange(lost_, {}) : lost_;
  for (const std::uint64_t connection : lost) take_out(now, connection);
  const auto& [server, request, informs, _] = pending.mapped();
  // The transaction may have ended while the store was busy; what is stored counts all the same.
  const auto flow = s_.transactions->flow_of(server);
  if (flow && !s_.transactions->has_final(server)) {
    const Reply reply = ok ? success(now, {request, *flow, informs}, aor) : refusal(outcome, *s_.random);
    s_.answers->send(now.mono, server, request, reply);
    if (ok) ++s_.counters->registered;
  }
  finish(now, aor);
}

// The write of that address-of-record is done: what waited for it goes on.
void Registrar::finish(Now now, const std::string& aor) {
  auto node = busy_.extract(aor);
  Busy& busy = node.mapped();
  for (StoreWrite::Remove& which : busy.expired) {
    bool back = false;
    for (const auto& entry : s_.location->find(aor))
      back = back || entry.is(which.contact, which.instance, which.reg_id);
    if (!back) expired_.push_back(std::move(which));
  }
  busy.expired.clear();
  while (!busy.waiting.empty()) {
    const Waiting next = busy.waiting.front();
    busy.waiting.erase(busy.waiting.begin());
    const sip::Message* waiting = s_.transactions->request_of(next.server);
    const auto flow = s_.transactions->flow_of(next.server);
    if (waiting == nullptr || !flow) continue;
    sip::Message request = *waiting;  // request_of is good until the next call only
    if (!execute(now, {next.server, request, *flow, next.informs}, aor)) continue;
    busy_[aor].waiting = std::move(busy.waiting);
    return;
  }
}

std::string Registrar::contact_value(Now now, const LocationTable::Entry& entry, bool with_gruus) const {
  std::string value = '<' + std::string(entry.contact()) + ">;expires=" + std::to_string(entry.remaining(now.mono));
  if (entry.q() != 1000) {
    const std::string digits = std::to_string(entry.q());
    value += ";q=0." + std::string(3 - digits.size(), '0') + digits;
  }
  if (entry.instance().empty()) return value;
  value.append(";+sip.instance=\"<").append(entry.instance()).append(">\"");
  if (entry.reg_id() != 0) value += ";reg-id=" + std::to_string(entry.reg_id());
  if (!with_gruus) return value;
  return value + ";pub-gruu=\"" + s_.gruus->public_for(entry) + "\";temp-gruu=\"" +
         s_.gruus->temporary_for(entry, *s_.random) + '"';
}

// Step 8.
Reply Registrar::success(Now now, const Success& which, const std::string& aor) const {
  const sip::Message& request = which.request;
  Reply reply{200};
  const bool with_gruus = sip::has_option_tag(request, HeaderId::Supported, "gruu");
  for (const auto& entry : s_.location->find(aor)) {
    if (!entry.is_live(now.mono)) continue;
    reply.headers.emplace_back(HeaderId::Contact, contact_value(now, entry, with_gruus));
  }
  for (const std::string_view path : request.values(HeaderId::Path)) reply.headers.emplace_back(HeaderId::Path, path);
  for (const std::string& route : s_.config->service_route) reply.headers.emplace_back(HeaderId::ServiceRoute, route);
  if (is_outbound(request)) {
    reply.headers.emplace_back(HeaderId::Require, "outbound");
    // Over UDP the phone's own pace is right: a NAT forgets a datagram's way after half a minute (§4.4.2).
    if (s_.config->flow_timer.count() != 0 && transport::is_reliable(which.flow.protocol) && has_one_via(request))
      reply.headers.emplace_back(HeaderId::FlowTimer, std::to_string(s_.config->flow_timer.count()));
  }
  reply.headers.emplace_back(HeaderId::Date, sip::date_text(now.wall));
  if (!which.informs) return reply;
  if (auto info = s_.authenticator->information(now.mono, request, Realm::Registrar); !info.empty())
    reply.headers.emplace_back(HeaderId::AuthenticationInfo, std::move(info));
  return reply;
}

}  // namespace offhook::proxy
