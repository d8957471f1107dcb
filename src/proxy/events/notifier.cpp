#include "events/notifier.hpp"

#include "sip/builder.hpp"
#include "sip/header/name_addr.hpp"

namespace offhook::proxy {
namespace {

using sip::HeaderId;

constexpr std::size_t kTagLength = 10, kCallIdLength = 20;
constexpr std::size_t kMostWaiting = 1000;

// The first hop: a Path's, or the contact itself.
std::string next_hop(const Target& target) {
  if (target.path.empty()) return target.uri;
  const auto first = sip::NameAddr::parse(sip::CommaSplitter(target.path).next().value_or(std::string_view{}));
  return first ? std::string(first->uri) : target.uri;
}

}  // namespace

// Behind a NAT only the socket gets in that the phone has spoken to.
std::optional<Endpoint> Notifier::local_for(const transport::Target& to, const BindingFlow& binding) const {
  const auto fits = [&](const Endpoint& local) { return local.address.is_v6() == to.remote.address.is_v6(); };
  if (s_.names->listens_at(to.protocol, binding.local) && fits(binding.local)) return binding.local;
  for (const transport::Listen& listen : s_.names->listen())
    if (listen.protocol == to.protocol && fits(listen.endpoint)) return listen.endpoint;
  return std::nullopt;
}

std::size_t Notifier::notify(Now now, std::string_view user, const Notice& notice) {
  const std::string aor = s_.names->aor(sip::escape_user(user));
  const auto targets = targets_of(s_.location->find(aor), now.mono);
  for (const Target& target : targets) send(now, target, make(aor, target, notice));
  return targets.size();
}

sip::Message Notifier::make(std::string_view aor, const Target& target, const Notice& notice) const {
  const std::string self = "sip:" + s_.names->canonical_host();
  auto out = sip::Builder::request(sip::Method::Notify, target.uri);
  out.add(HeaderId::MaxForwards, "70");
  if (!target.path.empty()) out.add(HeaderId::Route, target.path);
  out.add(HeaderId::From, '<' + self + ">;tag=" + s_.random->token(kTagLength));
  out.add(HeaderId::To, '<' + std::string(aor) + '>');
  out.add(HeaderId::CallId, s_.random->token(kCallIdLength)).add(HeaderId::CSeq, "1 NOTIFY");
  out.add(HeaderId::Contact, '<' + self + '>').add(HeaderId::Event, notice.event);
  out.add(HeaderId::SubscriptionState, notice.state);
  if (!s_.config->server_name.empty()) out.add(HeaderId::UserAgent, s_.config->server_name);
  if (!notice.body.empty()) out.body(notice.type, notice.body);
  return out.build();
}

void Notifier::send(Now now, const Target& target, sip::Message request) {
  const BindingFlow& known = target.connection;
  if (target.path.empty() && known.number != 0) {
    ++s_.counters->notifies;
    s_.transactions->start(now.mono, request, {known.protocol, known.local, known.remote, known.number}, 0);
    return;
  }
  const std::string hop = next_hop(target);
  const auto uri = sip::Uri::parse(hop);
  const auto destination = uri ? transport::destination_of(*uri) : std::nullopt;
  if (!destination) return;
  if (target.path.empty() && target.received) {
    const auto protocol = destination->transport.value_or(transport::Protocol::Udp);
    return launch(now, request, {transport::Target{protocol, *target.received}}, known);
  }
  auto location = s_.resolver->locate(now, *destination);
  if (!location.pending) return launch(now, request, location.targets, known);
  if (waiting_.size() < kMostWaiting) waiting_.emplace(location.pending, Waiting{std::move(request), known});
}

void Notifier::launch(Now now, const sip::Message& request, const std::vector<transport::Target>& servers,
                      const BindingFlow& binding) {
  for (const transport::Target& to : servers) {
    const auto local = local_for(to, binding);
    if (!local) continue;
    ++s_.counters->notifies;
    s_.transactions->start(now.mono, request, {to.protocol, *local, to.remote, 0, to.server_name}, 0);
    return;
  }
}

bool Notifier::located(Now now, const transport::Located& event) {
  const auto found = waiting_.extract(event.id);
  if (found.empty()) return false;
  launch(now, found.mapped().request, event.location.targets, found.mapped().binding);
  return true;
}

}  // namespace offhook::proxy
