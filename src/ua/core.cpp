#include "core.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "sip/uri.hpp"

namespace offhook::ua {
namespace {

std::string hex(std::uint64_t value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (int shift = 56; shift >= 0; shift -= 4) out += kDigits[value >> shift & 15U];
  return out;
}

}  // namespace

Core::~Core() {
  if (port_.timers == nullptr) return;
  for (auto& [key, armed] : alarms_) port_.timers->cancel(armed.timer);
}

AccountId Core::add_account(Account account) {
  // The same after a restart, so that the new binding replaces the one that was left at the registrar; another one for
  // each account and phone of a rack.
  const std::string name = account.user + '@' + account.domain + ' ' + local_.text() + ' ' +
                           std::to_string(port_.index) + ' ' + std::to_string(accounts_.size());
  std::string line = account.contact_line_param ? hex(fnv1a(name)) : std::string{};
  auto protocol = transport::Protocol::Udp;
  if (!account.servers.empty()) protocol = account.servers.front().destination.transport.value_or(protocol);
  const AccountId id = accounts_.insert(LocalAccount{std::move(account), std::move(line), protocol});
  style_via();
  return id;
}

void Core::advertise(AccountId id, std::optional<Endpoint> address) {
  LocalAccount* account = accounts_.find(id);
  if (account == nullptr) return;
  account->advertised = address == local_ ? std::nullopt : address;
  style_via();
}

// A mapping of UDP says nothing of streams, unless the port is forwarded as it is.
Endpoint Core::advertised(AccountId id) const {
  const LocalAccount* account = accounts_.find(id);
  if (account == nullptr || !account->advertised) return local_;
  const bool counts = account->protocol == transport::Protocol::Udp || account->advertised->port == local_.port;
  return counts ? *account->advertised : local_;
}

// Accounts share the socket, and so what its Via says.
void Core::style_via() const {
  if (port_.transport == nullptr) return;
  transport::Layer::ViaStyle style{{}, false};
  accounts_.for_each([&](AccountId, const LocalAccount& account) {
    style.rport = style.rport || account.settings.rport;
    if (!style.sent_by) style.sent_by = account.advertised;
  });
  port_.transport->set_via(local_, style);
}

bool Core::knows_line(const sip::Uri& request_uri) const {
  const auto line = request_uri.params.find("line");
  if (!line || line->empty()) return false;
  bool found = false;
  accounts_.for_each([&](AccountId, const LocalAccount& a) { found = found || a.line == *line; });
  return found;
}

AccountId Core::account_of(const sip::Uri& request_uri) const {
  const auto line = request_uri.params.find("line");
  const std::string user = sip::unescape(request_uri.user);
  AccountId by_line, by_user, first;
  accounts_.for_each([&](AccountId id, const LocalAccount& a) {
    if (!first) first = id;
    if (!by_user && a.settings.user == user) by_user = id;
    if (!by_line && line && !line->empty() && a.line == *line) by_line = id;
  });
  if (by_line) return by_line;
  return user.empty() ? first : by_user;
}

Key Core::next(Key& counter) {
  // Keys with the top bit set are not ours (port.hpp); a counter that wraps meets no key of two thousand million sends
  // ago.
  counter = counter + 1 >= Port::kForeignKey ? 1 : counter + 1;
  return counter;
}

Sent* Core::sent(Key key) {
  const auto it = sent_.find(key);
  return it == sent_.end() ? nullptr : &it->second;
}

std::optional<Sent> Core::take(Key key) {
  auto node = sent_.extract(key);
  if (node.empty()) return std::nullopt;
  return std::move(node.mapped());
}

bool Core::has_sent(CallId call) const {
  return std::any_of(sent_.begin(), sent_.end(), [&](const auto& entry) { return entry.second.call == call; });
}

std::size_t Core::sent_count(Use use) const {
  return static_cast<std::size_t>(
      std::count_if(sent_.begin(), sent_.end(), [&](const auto& entry) { return entry.second.use == use; }));
}

Key Core::arm(Now now, Duration delay, Alarm alarm) {
  const Key key = next(last_alarm_);
  alarms_[key] = {alarm, port_.timers->arm(now.mono + delay, port_.owner(key))};
  return key;
}

void Core::disarm(Key& key) {
  if (const auto it = alarms_.find(key); it != alarms_.end()) {
    port_.timers->cancel(it->second.timer);
    alarms_.erase(it);
  }
  key = 0;
}

std::optional<Alarm> Core::take_alarm(Key key) {
  const auto node = alarms_.extract(key);
  if (node.empty()) return std::nullopt;
  return node.mapped().alarm;
}

void Core::disarm_all(CallId call) {
  for (auto it = alarms_.begin(); it != alarms_.end();) {
    if (it->second.alarm.call == call) {
      port_.timers->cancel(it->second.timer);
      it = alarms_.erase(it);
    } else {
      ++it;
    }
  }
}

void Core::respond(Now now, transaction::ServerId id, const sip::Message& response) {
  port_.transactions->respond(now.mono, id, response);
}

void Core::respond(Now now, transaction::ServerId id, const sip::Message& request, int status, std::string_view to_tag,
                   std::string_view reason) {
  const std::string tag = to_tag.empty() && status > 100 ? new_tag() : std::string(to_tag);
  respond(now, id, sip::Builder::response(request, status, tag, reason).build());
}

std::optional<Event> Core::poll() {
  if (events_.empty()) return std::nullopt;
  Event event = std::move(events_.front());
  events_.pop_front();
  return event;
}

std::string Core::new_tag() { return std::to_string(random().next() >> 20U); }

std::string Core::new_call_id() {
  return std::to_string(call_ids_++) + '_' + std::to_string(random().next() >> 12U) + '@' + local_.address.text();
}

std::string Core::contact(AccountId id) const {
  const LocalAccount* account = accounts_.find(id);
  std::string out = "<sip:";
  if (account != nullptr && !account->settings.user.empty()) out += sip::escape_user(account->settings.user) + '@';
  const Endpoint at = advertised(id);
  out += at.address.uri_host() + ':' + std::to_string(at.port);
  if (account != nullptr && account->protocol != transport::Protocol::Udp)
    out += ";transport=" + to_lower(transport::protocol_name(account->protocol));
  if (account != nullptr && !account->line.empty()) out += ";line=" + account->line;
  return out + '>';
}

const transaction::Timers& Core::timers(AccountId id) const {
  const LocalAccount* account = accounts_.find(id);
  return account == nullptr ? default_timers_ : account->settings.timers;
}

}  // namespace offhook::ua
