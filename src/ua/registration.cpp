#include "registration.hpp"

#include <algorithm>

#include "capabilities.hpp"
#include "sip/header/contact.hpp"
#include "sip/header/name_addr.hpp"
#include "sip/header/numbers.hpp"
#include "sip/header/via.hpp"

namespace offhook::ua {
namespace {

using sip::HeaderId;
using sip::Method;

// A registrar's answer that would have us ask every moment, or never again, is bent to what makes sense.
constexpr seconds kShortestRefresh{1};
constexpr seconds kLongestExpires{7 * 24 * 3600};

// What the 200 grants to `contact`: the expires of our own binding among all of them, else the Expires field, else what
// we asked for (§10.2.4).
seconds granted_to(std::string_view contact, const sip::Message& response, seconds asked) {
  const auto ours = sip::NameAddr::parse(contact);
  const auto our_uri = ours ? ours->parse_uri() : Result<sip::Uri>(tl::unexpected(ours.error()));
  const auto general = sip::expires(response);
  const seconds fallback = general ? seconds(*general) : asked;
  if (!our_uri) return fallback;
  for (const std::string_view value : response.values(HeaderId::Contact)) {
    const auto binding = sip::Contact::parse(value);
    if (!binding || binding->star) continue;
    const auto uri = binding->address.parse_uri();
    if (!uri || !sip::equal(*uri, *our_uri)) continue;
    const auto expires = binding->expires();
    return expires ? seconds(*expires) : fallback;
  }
  return fallback;
}

// Half of a short time; of a longer one at least the time that a lost REGISTER needs to be noticed (64*T1), spread so
// that phones that started together do not come back together.
Duration refresh_delay(seconds granted, Random& random) {
  if (granted < seconds(240)) return std::max<Duration>(Duration(granted) / 2, kShortestRefresh);
  const auto spread = static_cast<std::uint64_t>(granted.count()) / 8;
  return granted * 3 / 4 + seconds(random.below(spread));
}

}  // namespace

void Registrations::start(Now now, AccountId id) {
  const LocalAccount* account = core_->account(id);
  if (account == nullptr) return;
  Registration& registration = registrations_[id];
  registration.stop_wanted = false;
  switch (registration.state) {
    case State::Registering: return;
    case State::Unregistering: registration.start_wanted = true; return;
    case State::Idle:
    case State::Registered: break;
  }
  if (registration.call_id.empty()) {
    registration.call_id = core_->new_call_id();
    registration.from_tag = core_->new_tag();
    registration.expires = std::max(account->settings.expires, kShortestRefresh);
  }
  send(now, id, registration, registration.expires);
}

void Registrations::stop(Now now, AccountId id) {
  Registration& registration = registrations_[id];
  registration.start_wanted = false;
  switch (registration.state) {
    case State::Unregistering: return;
    case State::Registering: registration.stop_wanted = true; return;
    case State::Idle:
      // Nothing is known to stand there: there is nothing to take away, but a retry must not put it there.
      if (!registration.stands) return ended(now, id, registration);
      break;
    case State::Registered: break;
  }
  send(now, id, registration, seconds(0));
}

bool Registrations::is_registered(AccountId id) const {
  const auto it = registrations_.find(id);
  return it != registrations_.end() && it->second.stands && it->second.state != State::Unregistering;
}

std::size_t Registrations::count() const {
  return static_cast<std::size_t>(std::count_if(registrations_.begin(), registrations_.end(), [](const auto& entry) {
    return entry.second.stands || entry.second.state != State::Idle;
  }));
}

void Registrations::due(Now now, AccountId id) {
  const auto it = registrations_.find(id);
  if (it == registrations_.end()) return;
  it->second.alarm = 0;
  start(now, id);
}

void Registrations::send(Now now, AccountId id, Registration& registration, seconds expires) {
  const LocalAccount& account = *core_->account(id);
  core_->disarm(registration.alarm);
  registration.state = expires == seconds(0) ? State::Unregistering : State::Registering;
  registration.expires_raised = false;
  registration.contact = core_->contact(id);
  registration.address = core_->advertised(id);
  ++registration.cseq;
  sip::Message signed_request =
      registration.authenticator.sign(account.settings, core_->random(), request(account, id, registration, expires));
  Sent sent;
  sent.use = Use::Register;
  sent.account = id;
  sent.request = std::move(signed_request);
  core_->send(now, std::move(sent));
}

sip::Message Registrations::request(const LocalAccount& account, AccountId id, const Registration& registration,
                                    seconds expires) const {
  const Account& settings = account.settings;
  const std::string address =
      sip::name_addr(settings.display_name, "sip:" + sip::escape_user(settings.user) + '@' + settings.domain);
  sip::Builder builder = sip::Builder::request(Method::Register, "sip:" + settings.domain);
  if (!settings.route().empty()) builder.add(HeaderId::Route, settings.route());
  builder.add(HeaderId::MaxForwards, "70");
  builder.add(HeaderId::From, address + ";tag=" + registration.from_tag).add(HeaderId::To, address);
  builder.add(HeaderId::CallId, registration.call_id)
      .add(HeaderId::CSeq, std::to_string(registration.cseq) + " REGISTER");
  builder.add(HeaderId::Contact, core_->contact(id))
      .add(HeaderId::Allow, kAllow)
      .add(HeaderId::AllowEvents, kAllowEvents);
  if (!registration.stale.empty()) builder.add(HeaderId::Contact, registration.stale + ";expires=0");
  add_user_agent(builder, settings);
  return builder.add(HeaderId::Expires, std::to_string(expires.count())).build();
}

void Registrations::response(Now now, Key key, const sip::Message& response) {
  if (response.status() < 200) return;
  auto sent = core_->take(key);
  if (!sent) return;
  const AccountId id = sent->account;
  Registration& registration = registrations_[id];
  const int status = response.status();
  if ((status == 401 || status == 407) && answer_challenge(now, registration, *sent, response)) return;
  if (registration.state == State::Unregistering) return ended(now, id, registration);
  if (status < 300) {
    // Whoever does not know the password is not our registrar (RFC 7616 §3.5).
    if (!registration.authenticator.take_information(sent->request, response))
      return refused(now, id, registration, status, "Server Not Authentic", seconds(0));
    if (core_->account(id)->settings.learns_address) learn_address(id, *sent, response);
    succeeded(now, id, registration, response);
    if (registration.stands) keep_alives_.begin(now, id, sent->flow);
    return;
  }
  if (status == 423 && raise_expires(now, id, registration, response)) return;
  const auto retry_after = sip::retry_after(response);
  refused(now, id, registration, status, response.reason(), seconds(retry_after.value_or(0)));
}

void Registrations::failed(Now now, Key key, int status) {
  const auto sent = core_->take(key);
  if (!sent) return;
  Registration& registration = registrations_[sent->account];
  if (registration.state == State::Unregistering) return ended(now, sent->account, registration);
  const std::string& trouble = sent->trail.trouble;
  refused(now, sent->account, registration, status,
          trouble.empty() ? sip::reason_phrase(status) : std::string_view(trouble), seconds(0));
}

void Registrations::lost(Now now, const transport::Flow& flow) {
  for (const AccountId id : keep_alives_.lost(flow)) {
    Registration& registration = registrations_[id];
    if (registration.state != State::Registered) continue;
    core_->disarm(registration.alarm);
    // Not all at once: a server that falls over takes many phones with it (RFC 5626 §4.5).
    const auto pause = milliseconds(core_->random().below(2000));
    registration.alarm = core_->arm(now, pause, {AlarmKind::RegistrationDue, id, {}, 0});
  }
}

// RFC 3581: what the server, or the NAT before it, has seen of us.
void Registrations::learn_address(AccountId id, const Sent& sent, const sip::Message& response) {
  if (transport::is_reliable(sent.flow.protocol)) return;
  const auto value = response.top(HeaderId::Via);
  const auto via = value ? sip::Via::parse(*value) : tl::unexpected(Error{});
  if (!via || !via->rport()) return;
  const auto address = via->has_received() ? via->received() : IpAddress::parse(via->host);
  if (address && !address->is_unspecified()) core_->advertise(id, Endpoint{*address, *via->rport()});
}

void Registrations::advertise(Now now, AccountId id, std::optional<Endpoint> address) {
  core_->advertise(id, address);
  const auto it = registrations_.find(id);
  // One that is under way finds out when it is answered.
  if (it != registrations_.end() && it->second.state == State::Registered && is_moved(id, it->second)) start(now, id);
}

bool Registrations::is_moved(AccountId id, Registration& registration) {
  if (registration.address == core_->advertised(id)) return false;
  registration.stale = registration.contact;
  return true;
}

void Registrations::pong_overdue(Now now, AccountId id) {
  keep_alives_.end(id);
  Registration& registration = registrations_[id];
  if (registration.state != State::Registered) return;
  core_->disarm(registration.alarm);
  start(now, id);
}

bool Registrations::answer_challenge(Now now, Registration& registration, Sent& sent, const sip::Message& response) {
  const LocalAccount& account = *core_->account(sent.account);
  auto again =
      registration.authenticator.answer(account.settings, core_->random(), sent, response, registration.cseq + 1);
  if (!again) return false;
  ++registration.cseq;
  sent.request = std::move(*again);
  core_->send(now, std::move(sent));
  return true;
}

bool Registrations::raise_expires(Now now, AccountId id, Registration& registration, const sip::Message& response) {
  const auto minimum = sip::min_expires(response);
  if (!minimum || registration.expires_raised || seconds(*minimum) <= registration.expires ||
      seconds(*minimum) > kLongestExpires)
    return false;
  registration.expires = seconds(*minimum);
  send(now, id, registration, registration.expires);
  registration.expires_raised = true;
  return true;
}

void Registrations::succeeded(Now now, AccountId id, Registration& registration, const sip::Message& response) {
  const seconds granted = std::min(granted_to(core_->contact(id), response, registration.expires), kLongestExpires);
  if (granted <= seconds(0))
    return refused(now, id, registration, response.status(), "Registration not granted", seconds(0));
  const bool is_new = !registration.stands || registration.granted != granted;
  registration.state = State::Registered;
  registration.stands = true;
  registration.granted = granted;
  if (is_new) core_->tell(Registered{id, granted});
  registration.stale.clear();
  if (std::exchange(registration.stop_wanted, false)) return stop(now, id);
  // Once: a NAT that has a new address for every request shall not keep us registering.
  if (!std::exchange(registration.moved, false) && is_moved(id, registration)) {
    registration.moved = true;
    return start(now, id);
  }
  registration.alarm =
      core_->arm(now, refresh_delay(granted, core_->random()), {AlarmKind::RegistrationDue, id, {}, 0});
}

void Registrations::refused(Now now, AccountId id, Registration& registration, int status, std::string_view reason,
                            seconds retry_after) {
  registration.state = State::Idle;
  registration.stands = false;
  keep_alives_.end(id);
  if (std::exchange(registration.stop_wanted, false)) return ended(now, id, registration);
  const seconds interval = core_->account(id)->settings.retry_interval;
  const bool will_retry = interval > seconds(0);
  core_->tell(Unregistered{id, status, std::string(reason), will_retry});
  if (will_retry)
    registration.alarm = core_->arm(now, std::max(interval, std::min(retry_after, kLongestExpires)),
                                    {AlarmKind::RegistrationDue, id, {}, 0});
}

void Registrations::ended(Now now, AccountId id, Registration& registration) {
  core_->disarm(registration.alarm);
  keep_alives_.end(id);
  registration.state = State::Idle;
  registration.stands = false;
  core_->tell(Unregistered{id, 0, {}, false});
  if (std::exchange(registration.start_wanted, false)) start(now, id);
}

}  // namespace offhook::ua
