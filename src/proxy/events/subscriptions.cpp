#include "events/subscriptions.hpp"

#include <algorithm>
#include <utility>

#include "base/ascii.hpp"
#include "registrar/outbound.hpp"
#include "sip/header/event.hpp"
#include "sip/header/numbers.hpp"
#include "sip/header/option_tags.hpp"

namespace offhook::proxy {
namespace {

using sip::HeaderId;

constexpr std::size_t kTagLength = 10;
constexpr std::size_t kMaxChanges = 32;  // then all of the state is told instead

// RFC 5057 §5.1: what a response to a NOTIFY says of the subscription.
bool ends_subscription(int status) {
  switch (status) {
    case 404:
    case 405:
    case 408:
    case 410:
    case 416:
    case 480:
    case 481:
    case 482:
    case 483:
    case 484:
    case 485:
    case 489:
    case 501:
    case 604: return true;
    default: return false;
  }
}

}  // namespace

std::string Subscriptions::key(const EventPackage& package, std::string_view resource) {
  return std::string(package.name()) + ' ' + std::string(resource);
}

const EventPackage* Subscriptions::find(std::string_view package, std::string_view resource) const {
  for (std::size_t i = packages_.size(); i-- > 0;)
    if (packages_[i].package->name() == package && packages_[i].package->covers(resource)) return packages_[i].package;
  return nullptr;
}

std::string Subscriptions::allow_events() const {
  std::string out;
  std::vector<std::string_view> names;
  for (const Package& each : packages_)
    if (std::find(names.begin(), names.end(), each.package->name()) == names.end())
      names.push_back(each.package->name());
  for (const std::string_view name : names) out.append(out.empty() ? "" : ", ").append(name);
  return out;
}

void Subscriptions::count(const EventPackage& package, std::ptrdiff_t by) {
  for (Package& each : packages_)
    if (each.package == &package) each.subscriptions += static_cast<std::size_t>(by);
}

bool Subscriptions::watches(const EventPackage& package) const {
  return std::any_of(packages_.begin(), packages_.end(),
                     [&](const Package& each) { return each.package == &package && each.subscriptions != 0; });
}

std::optional<Reply> Subscriptions::check(const sip::Message& request, const EventPackage& package,
                                          seconds& expires) const {
  if (request.find(HeaderId::Expires) && !sip::expires(request)) return Reply{400, "Bad Expires"};
  expires = seconds(sip::expires(request).value_or(static_cast<std::uint32_t>(package.default_expires().count())));
  // §4.2.1.1: who asks for an hour or more is never told that it is too short.
  if (expires.count() != 0 && expires < s_.config->min_expires && expires < seconds(3600))
    return Reply{423, {}, {{HeaderId::MinExpires, std::to_string(s_.config->min_expires.count())}}};
  expires = std::min(expires, s_.config->max_expires);
  if (!package.is_accepted(request)) return Reply{406, {}, {{HeaderId::Accept, std::string(package.content_type())}}};
  if (!package.option().empty() && !sip::has_option_tag(request, HeaderId::Supported, package.option()))
    return Reply{421, {}, {{HeaderId::Require, std::string(package.option())}}};
  return std::nullopt;
}

void Subscriptions::subscribe(Now now, transaction::ServerId id, const sip::Message& request,
                              const transport::Flow& flow, const EventPackage& package, std::string resource,
                              std::string watcher) {
  const auto refuse = [&](const Reply& reply) { s_.answers->send(now.mono, id, request, reply); };
  seconds expires{};
  if (const auto refusal = check(request, package, expires)) return refuse(*refusal);
  const auto held = of_watcher_.find(watcher);
  if (held != of_watcher_.end() && held->second >= s_.config->max_subscriptions)
    return refuse({403, "Too Many Subscriptions"});
  auto dialog = dialog::Dialog::from_request(request, s_.random->token(kTagLength));
  if (!dialog) return refuse({400, "Bad Contact"});

  const Id made = table_.insert(*std::move(dialog));
  Subscription& subscription = *table_.find(made);
  subscription.package = &package;
  subscription.event = request.find(HeaderId::Event).value_or(std::string_view{});
  subscription.until = now.mono + expires;
  subscription.not_before = now.mono;
  take_flow(subscription, request, flow);
  by_dialog_[subscription.dialog.id()] = made;
  auto& watchers = by_resource_[key(package, resource)];
  watchers.push_back(made);
  ++of_watcher_[watcher];
  count(package, 1);
  if (watched_ && watchers.size() == 1) watched_(package, resource);
  subscription.resource = std::move(resource);
  subscription.watcher = std::move(watcher);
  accept(now, id, request, subscription, expires);
  step(now, made);
}

void Subscriptions::resubscribe(Now now, transaction::ServerId id, const sip::Message& request,
                                const transport::Flow& flow) {
  const auto refuse = [&](const Reply& reply) { s_.answers->send(now.mono, id, request, reply); };
  const auto found = by_dialog_.find(dialog::dialog_id_of_request(request));
  if (found == by_dialog_.end()) return refuse({481});
  Subscription& subscription = *table_.find(found->second);
  const auto event = sip::Event::parse(request.find(HeaderId::Event).value_or(std::string_view{}));
  const auto own = sip::Event::parse(subscription.event);
  if (subscription.is_over || !event || !own || event->package != own->package || event->id() != own->id())
    return refuse({481});
  if (!subscription.dialog.accept_request(request)) return refuse({500, "CSeq Out of Order"});
  seconds expires{};
  if (const auto refusal = check(request, *subscription.package, expires)) return refuse(*refusal);
  subscription.dialog.refresh_target(request);
  take_flow(subscription, request, flow);
  subscription.until = now.mono + expires;
  subscription.all_due = true;
  subscription.not_before = now.mono;
  accept(now, id, request, subscription, expires);
  step(now, found->second);
}

void Subscriptions::take_flow(Subscription& subscription, const sip::Message& request,
                              const transport::Flow& flow) const {
  subscription.flow = flow;
  subscription.is_near = has_one_via(request) && subscription.dialog.route_set().empty();
}

// §4.2.1.1: 200, never 202.
void Subscriptions::accept(Now now, transaction::ServerId id, const sip::Message& request,
                           const Subscription& subscription, seconds expires) const {
  auto ok = sip::Builder::response(request, 200, subscription.dialog.id().local_tag);
  ok.copy(request, HeaderId::RecordRoute);
  ok.add(HeaderId::Contact, s_.names->contact(subscription.flow))
      .add(HeaderId::Expires, std::to_string(expires.count()));
  if (!subscription.package->option().empty()) ok.add(HeaderId::Require, subscription.package->option());
  if (!s_.config->server_name.empty()) ok.add(HeaderId::Server, s_.config->server_name);
  s_.transactions->respond(now.mono, id, ok.build());
}

bool Subscriptions::is_watched(const EventPackage& package, std::string_view resource) const {
  return !by_resource_.empty() && by_resource_.contains(key(package, resource));
}

void Subscriptions::changed(TimePoint now, const EventPackage& package, std::string_view resource,
                            const std::shared_ptr<const EventChange>& change) {
  const auto found = by_resource_.find(key(package, resource));
  if (found == by_resource_.end()) return;
  for (const Id id : found->second) {
    Subscription& subscription = *table_.find(id);
    if (subscription.is_over || subscription.all_due) continue;
    subscription.changes.push_back(change);
    if (subscription.changes.size() > kMaxChanges) subscription.all_due = true;
    arm(now, id);
  }
}

void Subscriptions::wake(Now now) {
  wheel_.advance(now.mono, [&](std::uint64_t payload) {
    const Id id = Id::from_number(payload);
    if (Subscription* subscription = table_.find(id)) {
      subscription->timer = {};
      step(now, id);
    }
  });
}

// What is due now.
void Subscriptions::step(Now now, Id id) {
  Subscription& subscription = *table_.find(id);
  if (subscription.is_over) return;
  const bool is_news = subscription.all_due || !subscription.changes.empty();
  if (!subscription.is_sending && now.mono >= subscription.until) return notify(now, id, true);
  if (!subscription.is_sending && is_news && now.mono >= subscription.not_before) return notify(now, id, false);
  arm(now.mono, id);
}

void Subscriptions::arm(TimePoint now, Id id) {
  Subscription& subscription = *table_.find(id);
  wheel_.cancel(subscription.timer);
  if (subscription.is_over || subscription.is_sending) return;  // goes on with the answer
  TimePoint at = subscription.until;
  if (subscription.all_due || !subscription.changes.empty()) at = std::min(at, std::max(now, subscription.not_before));
  subscription.timer = wheel_.arm(at, id.number());
}

void Subscriptions::notify(Now now, Id id, bool last) {
  Subscription& subscription = *table_.find(id);
  const EventPackage& package = *subscription.package;
  const auto left = std::chrono::ceil<seconds>(subscription.until - now.mono).count();
  auto request = subscription.dialog.request(sip::Method::Notify);
  request.add(HeaderId::Contact, s_.names->contact(subscription.flow)).add(HeaderId::Event, subscription.event);
  request.add(HeaderId::SubscriptionState,
              last ? "terminated;reason=timeout" : "active;expires=" + std::to_string(left));
  if (!package.option().empty()) request.add(HeaderId::Require, package.option());
  if (!s_.config->server_name.empty()) request.add(HeaderId::UserAgent, s_.config->server_name);
  const bool all = last || subscription.all_due;
  const auto body =
      package.body(now, subscription.resource, subscription.version, all ? nullptr : &subscription.changes);
  request.body(body.type, body.text);
  ++subscription.version;
  ++s_.counters->notifies;
  subscription.all_due = false;
  subscription.changes.clear();
  subscription.not_before = now.mono + package.pace();
  subscription.is_sending = true;
  subscription.is_over = last;
  wheel_.cancel(subscription.timer);
  send(now, id, request.build());
}

void Subscriptions::send(Now now, Id id, sip::Message request) {
  Subscription& subscription = *table_.find(id);
  if (subscription.is_near) return launch(now, id, request, subscription.flow);
  const auto uri = sip::Uri::parse(subscription.dialog.next_hop());
  const auto destination = uri ? transport::destination_of(*uri) : std::nullopt;
  if (!destination) return erase(id);
  const auto location = s_.resolver->locate(now, *destination);
  if (location.pending) {
    subscription.resolution = location.pending;
    subscription.waiting = std::move(request);
    waiting_[location.pending] = id;
    return;
  }
  if (location.targets.empty()) return erase(id);
  const transport::Target& to = location.targets.front();
  const auto local = s_.names->local_for(to.protocol, to.remote.address, subscription.flow);
  if (!local) return erase(id);
  launch(now, id, request, {to.protocol, *local, to.remote, 0, to.server_name});
}

void Subscriptions::launch(Now now, Id id, const sip::Message& request, const transport::Flow& flow) {
  table_.find(id)->client = s_.transactions->start(now.mono, request, flow, kOwner | id.number());
}

bool Subscriptions::located(Now now, const transport::Located& event) {
  const auto found = waiting_.extract(event.id);
  if (found.empty()) return false;
  const Id id = found.mapped();
  Subscription& subscription = *table_.find(id);
  subscription.resolution = {};
  const sip::Message request = *std::exchange(subscription.waiting, std::nullopt);
  for (const transport::Target& to : event.location.targets) {
    const auto local = s_.names->local_for(to.protocol, to.remote.address, subscription.flow);
    if (!local) continue;
    launch(now, id, request, {to.protocol, *local, to.remote, 0, to.server_name});
    return true;
  }
  erase(id);
  return true;
}

void Subscriptions::respond(Now now, const transaction::ResponseReceived& event) {
  const Id id = Id::from_number(event.owner & ~kOwner);
  const Subscription* subscription = table_.find(id);
  if (subscription == nullptr || subscription->client != event.id || event.response.status() < 200) return;
  answered(now, id, event.response.status());
}

void Subscriptions::answered(Now now, Id id, int status) {
  Subscription& subscription = *table_.find(id);
  if (subscription.is_over || ends_subscription(status)) return erase(id);
  subscription.is_sending = false;
  step(now, id);
}

void Subscriptions::fail(transaction::Owner owner, transaction::ClientId client) {
  const Id id = Id::from_number(owner & ~kOwner);
  const Subscription* subscription = table_.find(id);
  if (subscription != nullptr && subscription->client == client) erase(id);
}

void Subscriptions::erase(Id id) {
  Subscription& subscription = *table_.find(id);
  wheel_.cancel(subscription.timer);
  if (subscription.resolution) {
    waiting_.erase(subscription.resolution);
    s_.resolver->cancel(subscription.resolution);
  }
  count(*subscription.package, -1);
  by_dialog_.erase(subscription.dialog.id());
  const auto resource = by_resource_.find(key(*subscription.package, subscription.resource));
  std::erase(resource->second, id);
  const bool was_last = resource->second.empty();
  if (was_last) by_resource_.erase(resource);
  if (watched_ && was_last) watched_(*subscription.package, subscription.resource);
  const auto watcher = of_watcher_.find(subscription.watcher);
  if (--watcher->second == 0) of_watcher_.erase(watcher);
  table_.erase(id);
}

}  // namespace offhook::proxy
