#include "phone/rack.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/overloaded.hpp"
#include "outbox.hpp"
#include "phone.hpp"
#include "router.hpp"
#include "rtp_ports.hpp"
#include "sip/builder.hpp"
#include "sip/uri.hpp"
#include "stun/message.hpp"
#include "transaction/layer.hpp"
#include "transport/layer.hpp"
#include "ua/allow.hpp"

namespace offhook::phone {
namespace {

// Phones stay as long as the rack does: one generation is enough.
constexpr std::uint32_t kGeneration = 1;
// Port::index of the first phone. Owner 0 is then nobody's: that of transactions which the rack answers itself.
constexpr std::uint32_t kFirstIndex = 1;

// A request for nobody here, by what it asks before whom (RFC 3261 §8.2.1, §8.2.2.1). A ping of the host is answered.
int status_for_nobody(const sip::Message& request) {
  const auto uri = sip::Uri::parse(request.request_uri());
  if (request.method() == sip::Method::Unknown) return 501;
  if (!request.to_tag().empty() || request.method() == sip::Method::Cancel) return 481;  // §12.2.2, §9.2
  if (!uri || !uri->is_sip()) return 416;
  return request.method() == sip::Method::Options && uri->user.empty() ? 200 : 404;
}

// §8.1.3.3: one with more Vias than ours went astray.
bool is_astray(const sip::Message& response) {
  auto via = response.values(sip::HeaderId::Via).begin();
  if (via != std::default_sentinel) ++via;
  return response.is_response() && via != std::default_sentinel;
}

}  // namespace

class Rack::Impl {
 public:
  Impl(Random& numbers, const transport::Locator& hosts)
      : random(&numbers), lookups(numbers, hosts), transport(numbers), transactions(transport, numbers) {
    transactions.use(lookups.resolver);
  }

  Phone* phone(PhoneId id) const {
    return id.generation == kGeneration && id.index < phones.size() ? phones[id.index].get() : nullptr;
  }
  Phone* owner_of(std::uint64_t owner) const { return phone({ua::Port::index_of(owner) - kFirstIndex, kGeneration}); }

  void drain(Now now) {
    take_events(now);
    while (const auto located = lookups.resolver.poll_located()) {
      if (transactions.located(*located)) {
        take_events(now);
        continue;
      }
      const auto waiting = lookups.waiting.extract(located->id);
      if (waiting.empty()) continue;
      if (Phone* p = owner_of(waiting.mapped())) p->located(now, ua::Port::key_of(waiting.mapped()), *located);
      take_events(now);
    }
  }

  void take_events(Now now) {
    while (auto event = transactions.poll()) dispatch(now, std::move(*event));
  }

  void dispatch(Now now, transaction::Event event) {
    const auto failed = [&](transaction::Owner owner, int status) {
      if (Phone* p = owner_of(owner)) p->failed(now, owner, status);
    };
    std::visit(Overloaded{
                   [&](transaction::RequestReceived& e) { request(now, std::move(e)); },
                   [&](transaction::ResponseReceived& e) {
                     if (Phone* p = owner_of(e.owner)) p->response(now, std::move(e));
                   },
                   [&](transaction::ClientTimeout& e) { failed(e.owner, 408); },
                   [&](transaction::ClientTransportError& e) { failed(e.owner, 503); },
                   [&](transaction::ServerFailed& e) {
                     if (Phone* p = owner_of(e.owner)) p->server_failed(now, e.owner);
                   },
                   // Nothing is kept for a transaction here, and a stray response means nothing to a user agent (RFC
                   // 3261 §18.1.2).
                   [](transaction::ClientTerminated&) {},
                   [](transaction::ServerTerminated&) {},
                   [](transaction::StrayResponse&) {},
               },
               event);
  }

  void request(Now now, transaction::RequestReceived event) {
    if (event.request.method() == sip::Method::Cancel && event.cancels) {
      if (Phone* p = owner_of(event.cancels_owner)) return p->request(now, std::move(event));
    }
    if (const auto found = router.find(event.request, event.flow.local, phones))
      return phones[*found]->request(now, std::move(event));
    refuse(now, event);
  }

  // A request for nobody here.
  void refuse(Now now, const transaction::RequestReceived& event) {
    if (event.request.method() == sip::Method::Ack || !event.id) return;
    const int status = status_for_nobody(event.request);
    auto answer = sip::Builder::response(event.request, status, random->token(10));
    if (status == 200 || status == 501) answer.add(sip::HeaderId::Allow, ua::kAllow);
    if (status == 200) {
      answer.add(sip::HeaderId::Accept, ua::kSdpType).add(sip::HeaderId::AcceptEncoding, "identity");
      answer.add(sip::HeaderId::AcceptLanguage, "en").add(sip::HeaderId::Supported, ua::kSupported);
    }
    transactions.respond(now.mono, event.id, answer.build());
  }

  Random* random;
  ua::Lookups lookups;
  transport::Layer transport;
  transaction::Layer transactions;
  TimerWheel timers;
  Outbox out;
  RtpPorts rtp_ports;
  std::vector<std::unique_ptr<Phone>> phones;  // by PhoneId::index
  Router router;
  std::unordered_map<std::string, std::uint32_t> names;
  std::unordered_multimap<Endpoint, std::uint32_t> behind_nat;  // phones that ask STUN servers, by their socket
};

Rack::Rack(Random& random, const transport::Locator& locator) : impl_(std::make_unique<Impl>(random, locator)) {}
Rack::~Rack() = default;

void Rack::tell_ended_calls() { impl_->out.tells_ends = true; }

void Rack::speak_tcp() { impl_->transport.speak_tcp(); }

PhoneId Rack::add(std::string name, config::PhoneConfig config, Endpoint local) {
  auto& rack = *impl_;
  const auto index = static_cast<std::uint32_t>(rack.phones.size());
  const PhoneId id{index, kGeneration};
  const ua::Port port{&rack.transport, &rack.transactions, &rack.timers,
                      rack.random,     &rack.lookups,      index + kFirstIndex};
  rack.names.emplace(name, index);
  rack.phones.push_back(std::make_unique<Phone>(id, port, std::move(name), config, local, rack.out, rack.rtp_ports));
  rack.router.add(index, local, rack.phones.back()->lines());
  const auto asks = [](const config::AccountConfig& a) { return a.nat.way == config::NatConfig::Way::Stun; };
  if (std::ranges::any_of(config.accounts, asks)) rack.behind_nat.emplace(local, index);
  return id;
}

void Rack::start(Now now, PhoneId phone) {
  if (Phone* p = impl_->phone(phone)) p->start(now);
  impl_->drain(now);
}

void Rack::stop(Now now, PhoneId phone) {
  if (Phone* p = impl_->phone(phone)) p->stop(now);
  impl_->drain(now);
}

std::optional<PhoneId> Rack::find(std::string_view name) const {
  const auto found = impl_->names.find(std::string(name));
  if (found == impl_->names.end()) return std::nullopt;
  return PhoneId{found->second, kGeneration};
}

std::vector<PhoneId> Rack::phones() const {
  std::vector<PhoneId> out;
  for (std::uint32_t i = 0; i < impl_->phones.size(); ++i) out.push_back({i, kGeneration});
  return out;
}

Checked<void> Rack::command(Now now, PhoneId phone, const Command& command) {
  Phone* p = impl_->phone(phone);
  if (p == nullptr) return complain("no such phone");
  auto result = p->command(now, command);
  impl_->drain(now);
  return result;
}

void Rack::media_report(Now now, const LegQuality& report) {
  if (Phone* p = impl_->phone(report.phone)) p->media_report(now, report);
  impl_->drain(now);
}

PhoneView Rack::view(PhoneId phone) const {
  const Phone* p = impl_->phone(phone);
  return p == nullptr ? PhoneView{} : p->view();
}

bool Rack::is_registered(PhoneId phone) const {
  const Phone* p = impl_->phone(phone);
  return p != nullptr && p->is_registered();
}

std::optional<std::uint64_t> Rack::leg_of(PhoneId phone, int call) const {
  const Phone* p = impl_->phone(phone);
  return p == nullptr ? std::nullopt : p->leg_of(call);
}

void Rack::leg_mapped(Now now, const LegMapped& mapped) {
  if (Phone* p = impl_->phone(mapped.phone)) p->leg_mapped(now, mapped);
  impl_->drain(now);
}

void Rack::leg_chosen(Now now, const LegChosen& chosen) {
  if (Phone* p = impl_->phone(chosen.phone)) p->leg_chosen(now, chosen);
  impl_->drain(now);
}

void Rack::digit_heard(Now now, const LegDigit& digit) {
  if (Phone* p = impl_->phone(digit.phone)) p->digit_heard(now, digit);
  impl_->drain(now);
}

void Rack::page_changed(Now now, const PageChange& change) {
  if (Phone* p = impl_->phone(change.phone)) p->page_changed(now, change);
  impl_->drain(now);
}

void Rack::link_failed(Now now, const LegFailure& failure) {
  if (Phone* p = impl_->phone(failure.phone)) p->link_failed(now, failure);
  impl_->drain(now);
}

void Rack::receive(Now now, const transport::Flow& flow, std::string bytes) {
  if (transport::is_reliable(flow.protocol) && bytes == "\r\n")
    for (const auto& phone : impl_->phones)
      if (phone->local() == flow.local) phone->pong(flow);
  if (!impl_->behind_nat.empty() && flow.protocol == transport::Protocol::Udp && stun::looks_like_stun(bytes)) {
    const auto [begin, end] = impl_->behind_nat.equal_range(flow.local);
    for (auto it = begin; it != end; ++it) impl_->phones[it->second]->stun(now, flow, bytes);
  }
  if (auto incoming = impl_->transport.receive(flow, std::move(bytes)); incoming && !is_astray(incoming->message))
    impl_->transactions.receive(now.mono, std::move(*incoming));
  impl_->drain(now);
}

void Rack::wake(Now now) {
  impl_->transactions.wake(now.mono);
  impl_->lookups.resolver.wake(now);
  impl_->drain(now);
  impl_->timers.advance(now.mono, [&](std::uint64_t payload) {
    if (Phone* p = impl_->owner_of(payload)) p->timer(now, ua::Port::key_of(payload));
  });
  impl_->drain(now);
}

std::optional<TimePoint> Rack::deadline() const {
  const auto a = impl_->transactions.deadline();
  std::optional<TimePoint> first = a;
  for (const auto next : {impl_->timers.deadline(), impl_->lookups.resolver.deadline()})
    if (next && (!first || *next < *first)) first = next;
  return first;
}

std::optional<transport::Transmit> Rack::poll_transmit() { return impl_->transport.poll_transmit(); }
std::optional<transport::Alias> Rack::poll_alias() { return impl_->transport.poll_alias(); }

void Rack::unreachable(Now now, const transport::Flow& flow) {
  if (transport::is_reliable(flow.protocol))
    for (const auto& phone : impl_->phones)
      if (phone->local() == flow.local) phone->lost(now, flow);
  impl_->transactions.unreachable(now.mono, flow);
  impl_->drain(now);
}

std::optional<transport::dns::Question> Rack::poll_question() { return impl_->lookups.resolver.poll_question(); }

void Rack::answer(Now now, std::uint64_t question, const transport::dns::Answer& answer) {
  impl_->lookups.resolver.answer(now, question, answer);
  impl_->drain(now);
}

std::optional<MediaCommand> Rack::poll_media() {
  auto& media = impl_->out.media;
  if (media.empty()) return std::nullopt;
  auto command = std::move(media.front());
  media.pop_front();
  return command;
}

std::optional<PhoneEvent> Rack::poll_event() {
  auto& events = impl_->out.events;
  if (events.empty()) return std::nullopt;
  const auto event = events.front();
  events.pop_front();
  if (Phone* p = impl_->phone(event.phone)) p->taken(event.change);
  return event;
}

std::optional<EndedCall> Rack::poll_ended() {
  auto& ended = impl_->out.ended;
  if (ended.empty()) return std::nullopt;
  auto [id, call] = std::move(ended.front());
  ended.pop_front();
  if (const Phone* p = impl_->phone(id)) call.phone = p->name();
  return std::move(call);
}

Counts Rack::counts() const {
  Counts out;
  out.phones = impl_->phones.size();
  std::size_t registrations = 0;
  for (const auto& phone : impl_->phones) {
    const auto counts = phone->agent().counts();
    out.calls += counts.calls + phone->waiting_calls();
    out.dialogs += counts.dialogs;
    out.subscriptions += counts.subscriptions;
    // One alarm each: the refresh of what stands, or the retry of what failed; and their keep-alives.
    registrations += counts.registrations + counts.keep_alive_timers + phone->nat_timers();
    for (const auto& line : phone->lines()) registrations += line.retrying ? 1 : 0;
  }
  out.transactions = impl_->transactions.client_count() + impl_->transactions.server_count();
  out.call_timers = impl_->timers.size() - std::min(impl_->timers.size(), registrations);
  out.media_legs = impl_->out.open_legs;
  return out;
}

}  // namespace offhook::phone
