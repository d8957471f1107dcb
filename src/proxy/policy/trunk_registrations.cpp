#include "policy/trunk_registrations.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "sip/header/contact.hpp"
#include "sip/header/numbers.hpp"

namespace offhook::proxy {
namespace {

using sip::HeaderId;

constexpr std::size_t kCallIdLength = 20, kTagLength = 10, kMostChallenges = 3;
constexpr seconds kFirstPause{30}, kLongestPause{1800}, kLongestExpires{7 * 24 * 3600};

bool is_same_account(const Trunk& a, const Trunk& b) {
  return a.to == b.to && a.outbound_proxy == b.outbound_proxy && a.username == b.username && a.password == b.password &&
         a.domain == b.domain && a.expires == b.expires;
}

std::string domain_of(const Trunk& trunk) {
  if (!trunk.domain.empty()) return trunk.domain;
  const auto uri = sip::Uri::parse(trunk.to);
  return uri ? std::string(uri->host) : std::string{};
}

// Half of a short time, three quarters of a long one and a bit.
Duration refresh_after(seconds granted, Random& random) {
  if (granted < seconds(240)) return std::max<Duration>(Duration(granted) / 2, seconds(1));
  return granted * 3 / 4 + seconds(random.below(static_cast<std::uint64_t>(granted.count()) / 8));
}

// What the 200 grants to our contact, else the Expires field, else what was asked for (§10.2.4).
seconds granted_to(std::string_view contact, const sip::Message& response, seconds asked) {
  const auto general = sip::expires(response);
  const seconds otherwise = general ? seconds(*general) : asked;
  const auto ours = sip::NameAddr::parse(contact);
  const auto our_uri = ours ? ours->parse_uri() : tl::unexpected(ours.error());
  for (const std::string_view value : response.values(HeaderId::Contact)) {
    const auto binding = sip::Contact::parse(value);
    const auto uri = binding && !binding->star ? binding->address.parse_uri() : tl::unexpected(Error{});
    if (!our_uri || !uri || !sip::equal(*uri, *our_uri)) continue;
    const auto expires = binding->expires();
    return expires ? seconds(*expires) : otherwise;
  }
  return otherwise;
}

}  // namespace

TrunkRegistrations::TrunkRegistrations(Services services, const std::vector<Trunk>& trunks) : s_(services) {
  configure(trunks);
}

void TrunkRegistrations::configure(const std::vector<Trunk>& trunks) {
  if (retired_) return;
  for (auto& [name, registration] : registrations_) {
    const auto found = std::ranges::find(trunks, name, &Trunk::name);
    const bool stays = found != trunks.end() && found->registers && is_same_account(*found, registration.trunk);
    if (stays) continue;
    registration.ending = true;
    if (registration.due) registration.due = TimePoint{};
  }
  for (const Trunk& trunk : trunks) {
    if (!trunk.registers) continue;
    const auto old = registrations_.find(trunk.name);
    // Of an account that has changed the old one just expires.
    if (old != registrations_.end() && !old->second.ending) continue;
    if (old != registrations_.end()) end(trunk.name);
    Registration& fresh = registrations_.emplace(trunk.name, trunk).first->second;
    fresh.owner = kOwner | ++last_;
    fresh.asked = trunk.expires;
    fresh.call_id = s_.random->token(kCallIdLength);
    fresh.from_tag = s_.random->token(kTagLength);
  }
}

void TrunkRegistrations::retire(Now now) {
  retired_ = true;
  for (auto next = registrations_.begin(); next != registrations_.end();) {
    const std::string name = next->first;
    Registration& registration = (next++)->second;
    registration.ending = true;
    if (registration.due) registration.due = now.mono;
    if (!registration.resolution) continue;  // what is under way is heard first
    if (registration.registered)
      registration.asked = seconds(0);
    else
      end(name);
  }
  wake(now);
}

void TrunkRegistrations::end(const std::string& name) {
  const auto found = registrations_.find(name);
  if (found == registrations_.end()) return;
  if (found->second.resolution) s_.resolver->cancel(found->second.resolution);
  registrations_.erase(found);
}

std::optional<TimePoint> TrunkRegistrations::deadline() const {
  std::optional<TimePoint> first;
  for (const auto& [name, registration] : registrations_)
    if (registration.due && (!first || *registration.due < *first)) first = registration.due;
  return first;
}

void TrunkRegistrations::wake(Now now) {
  for (auto next = registrations_.begin(); next != registrations_.end();) {
    const std::string name = next->first;
    Registration& registration = (next++)->second;
    if (!registration.due || *registration.due > now.mono) continue;
    if (registration.ending && !registration.registered)
      end(name);
    else
      begin(now, registration);
  }
}

TrunkRegistrations::Registration* TrunkRegistrations::find(transaction::Owner owner) {
  const auto found = std::ranges::find_if(registrations_, [&](const auto& one) { return one.second.owner == owner; });
  return found == registrations_.end() ? nullptr : &found->second;
}

void TrunkRegistrations::begin(Now now, Registration& registration) {
  registration.due.reset();
  registration.challenges = 0;
  registration.expires_raised = false;
  if (registration.ending) registration.asked = seconds(0);
  const Trunk& trunk = registration.trunk;
  const auto uri = sip::Uri::parse(trunk.outbound_proxy.empty() ? trunk.to : trunk.outbound_proxy);
  if (!uri) return refused(now, registration, 503, seconds(0));
  auto location = s_.resolver->locate(now, *uri);
  registration.servers = std::move(location.targets);
  registration.resolution = location.pending;
  if (!location.pending) next_server(now, registration, 503, seconds(0));
}

bool TrunkRegistrations::located(Now now, const transport::Located& event) {
  for (auto& [name, registration] : registrations_) {
    if (!registration.resolution || registration.resolution != event.id) continue;
    registration.resolution = {};
    registration.servers = event.location.targets;
    next_server(now, registration, 503, seconds(0));
    return true;
  }
  return false;
}

// `status` and `retry_after` are of the server before.
void TrunkRegistrations::next_server(Now now, Registration& registration, int status, seconds retry_after) {
  while (!registration.servers.empty()) {
    const transport::Target server = std::move(registration.servers.front());
    registration.servers.erase(registration.servers.begin());
    if (send_to(now, registration, server)) return;
  }
  refused(now, registration, status, retry_after);
}

bool TrunkRegistrations::send_to(Now now, Registration& registration, const transport::Target& server) {
  const auto& listening = s_.names->listen();
  const auto local = std::ranges::find_if(listening, [&](const transport::Listen& listen) {
    return listen.protocol == server.protocol && listen.endpoint.address.is_v6() == server.remote.address.is_v6();
  });
  if (local == listening.end()) return false;
  registration.server = server;
  registration.flow = {server.protocol, local->endpoint, server.remote, 0, server.server_name};
  registration.contact = "<sip:" + sip::escape_user(registration.trunk.username) + '@' +
                         s_.names->name_of(server.protocol, local->endpoint);
  if (server.protocol != transport::Protocol::Udp)
    registration.contact += ";transport=" + to_lower(transport::protocol_name(server.protocol));
  registration.contact += '>';
  send(now, registration);
  return true;
}

void TrunkRegistrations::send(Now now, Registration& registration) {
  registration.client = s_.transactions->start(now.mono, request(registration), registration.flow, registration.owner);
}

sip::Message TrunkRegistrations::request(Registration& registration) {
  const Trunk& trunk = registration.trunk;
  const std::string domain = domain_of(trunk);
  const std::string uri = "sip:" + domain, address = "<sip:" + sip::escape_user(trunk.username) + '@' + domain + '>';
  auto out = sip::Builder::request(sip::Method::Register, uri);
  if (!trunk.outbound_proxy.empty()) {
    const auto route = sip::Uri::parse(trunk.outbound_proxy);
    out.add(HeaderId::Route, '<' + trunk.outbound_proxy + (route && route->params.has("lr") ? ">" : ";lr>"));
  }
  out.add(HeaderId::MaxForwards, "70");
  out.add(HeaderId::From, address + ";tag=" + registration.from_tag).add(HeaderId::To, address);
  out.add(HeaderId::CallId, registration.call_id);
  out.add(HeaderId::CSeq, std::to_string(++registration.cseq) + " REGISTER");
  out.add(HeaderId::Contact, registration.contact).add(HeaderId::Expires, std::to_string(registration.asked.count()));
  registration.credentials.add(out, "REGISTER", uri, *s_.random);
  return out.build();
}

void TrunkRegistrations::respond(Now now, const transaction::ResponseReceived& event) {
  Registration* const registration = find(event.owner);
  const int status = event.response.status();
  if (registration == nullptr || registration->client != event.id || status < 200) return;
  registration->client = {};
  if (status < 300) return succeeded(now, *registration, event.response);
  if ((status == 401 || status == 407) && registration->challenges++ < kMostChallenges &&
      registration->credentials.learn(event.response))
    return send(now, *registration);
  if (status == 423 && !registration->expires_raised) {
    const auto least = sip::min_expires(event.response);
    if (least && seconds(*least) > registration->asked && seconds(*least) <= kLongestExpires) {
      registration->expires_raised = true;
      registration->asked = seconds(*least);
      return send(now, *registration);
    }
  }
  const seconds retry_after(sip::retry_after(event.response).value_or(0));
  if (status != 503) return refused(now, *registration, status, retry_after);
  s_.resolver->failed(now, registration->server, retry_after);
  next_server(now, *registration, status, retry_after);
}

void TrunkRegistrations::fail(Now now, transaction::Owner owner, transaction::ClientId client, int status) {
  Registration* const registration = find(owner);
  if (registration == nullptr || registration->client != client) return;
  registration->client = {};
  s_.resolver->failed(now, registration->server);
  next_server(now, *registration, status, seconds(0));
}

void TrunkRegistrations::succeeded(Now now, Registration& registration, const sip::Message& response) {
  s_.resolver->succeeded(registration.server);
  registration.status = response.status();
  if (registration.asked == seconds(0)) {
    s_.journal->trunk_unregistered(registration.trunk.name);
    return end(std::string(registration.trunk.name));
  }
  const seconds granted = std::min(granted_to(registration.contact, response, registration.asked), kLongestExpires);
  if (granted <= seconds(0)) return refused(now, registration, response.status(), seconds(0));
  if (!registration.registered) s_.journal->trunk_registered(registration.trunk.name, granted);
  registration.registered = true;
  registration.granted = granted;
  registration.failures = 0;
  registration.due = registration.ending ? now.mono : now.mono + refresh_after(granted, *s_.random);
}

void TrunkRegistrations::refused(Now now, Registration& registration, int status, seconds retry_after) {
  if (registration.ending) {
    if (registration.registered) s_.journal->trunk_kept(registration.trunk.name, status);
    return end(std::string(registration.trunk.name));
  }
  registration.status = status;
  registration.registered = false;
  const std::size_t doublings = std::min<std::size_t>(registration.failures++, 6);
  const seconds pause = std::min(kFirstPause * (1 << doublings), kLongestPause);
  s_.journal->trunk_refused(registration.trunk.name, status, pause);
  // Spread by a quarter, so that many that have lost the same server do not come back together.
  const auto spread = milliseconds(s_.random->below(static_cast<std::uint64_t>(pause.count()) * 250));
  registration.due = now.mono + std::max<Duration>(pause + spread, std::min(retry_after, kLongestExpires));
}

void TrunkRegistrations::lose(Now now, const transport::Flow& flow) {
  for (auto& [name, registration] : registrations_)
    if (registration.registered && registration.due && registration.flow.protocol != transport::Protocol::Udp &&
        transport::concerns(flow, registration.flow))
      registration.due = now.mono + milliseconds(s_.random->below(2000));
}

std::string_view TrunkRegistrations::trunk_at(const IpAddress& address) const {
  for (const auto& [name, registration] : registrations_)
    if (registration.registered && registration.server.remote.address == address) return name;
  return {};
}

std::vector<TrunkState> TrunkRegistrations::states() const {
  std::vector<TrunkState> out;
  out.reserve(registrations_.size());
  for (const auto& [name, registration] : registrations_)
    out.push_back(
        {name, true, registration.registered, registration.status, registration.granted, registration.failures});
  return out;
}

}  // namespace offhook::proxy
