#include "policy/router.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "sip/tel_uri.hpp"

namespace offhook::proxy {
namespace {

constexpr std::string_view kSos = "urn:service:sos";  // RFC 5031
constexpr int kWholeQ = 1000;                         // the highest q of a contact

std::string_view host_of(const Trunk& trunk, std::optional<sip::Uri>& storage) {
  if (!trunk.domain.empty()) return trunk.domain;
  if (auto uri = sip::Uri::parse(trunk.to)) storage = *uri;
  return storage ? storage->host : std::string_view{};
}

// "sip:host;params" with that user.
std::string with_user(std::string_view uri, std::string_view user) {
  const auto colon = uri.find(':') + 1;
  return std::string(uri.substr(0, colon)) + sip::escape_user(user) + '@' + std::string(uri.substr(colon));
}

bool is_same(const Target& a, const Target& b) { return a.uri == b.uri && a.connection.number == b.connection.number; }

}  // namespace

std::string route_to(std::string_view uri) {
  const auto parsed = sip::Uri::parse(uri);
  return '<' + std::string(uri) + (parsed && parsed->params.has("lr") ? ">" : ";lr>");
}

std::string dialled(const sip::Uri& uri) {
  const auto tel = sip::telephone(uri);
  return tel ? tel->number() : sip::unescape(uri.user);
}

Router::Router(Services services, Policy policy) : s_(services) { configure(std::move(policy)); }

void Router::configure(Policy policy) {
  plan_ = std::make_shared<const DialPlan>(std::move(policy));
  has_identities_ =
      std::ranges::any_of(plan_->policy().trunks, [](const Trunk& trunk) { return !trunk.identity.empty(); });
}

void Router::recognise(const transport::Flow& flow, Facts& facts) const {
  if (plan_->is_empty()) return;
  facts.peer = trunk_at(flow.remote.address);
  if (facts.peer != nullptr) {
    facts.from_us = false;  // whatever it says: it has no password of ours
    std::optional<sip::Uri> storage;
    const std::string_view host = host_of(*facts.peer, storage);
    if (facts.plan.remaining == 0 && facts.uri.is_sip() && iequals(facts.uri.host, host)) facts.to_us = true;
  }
  if (plan_->policy().emergency.numbers.empty() || facts.plan.remaining > 0 || !facts.to_tag.empty()) return;
  const std::string_view text = facts.uri.text;
  const bool is_sos = facts.uri.scheme == sip::Scheme::Other && text.size() >= kSos.size() &&
                      iequals(text.substr(0, kSos.size()), kSos) &&
                      (text.size() == kSos.size() || text[kSos.size()] == '.');
  facts.emergency = is_sos || (facts.to_us && plan_->is_emergency(dialled(facts.uri)));
  facts.to_us = facts.to_us || is_sos;
}

const Trunk* Router::trunk_at(const IpAddress& address) const {
  if (plan_->is_empty()) return nullptr;
  const Trunk* const trusted = plan_->trusting(address);
  return trusted != nullptr ? trusted : plan_->trunk(s_.registrations->trunk_at(address));
}

std::optional<Router::Route> Router::find(Now now, const Facts& facts) const {
  if (plan_->is_empty() || !facts.to_us || !facts.to_tag.empty()) return std::nullopt;
  if (facts.emergency && facts.uri.scheme == sip::Scheme::Other)
    return route_of(now, plan_->emergency(plan_->policy().emergency.numbers.front()));
  if (facts.uri.params.has("gr")) return std::nullopt;
  return find(now, dialled(facts.uri), {facts.from_us, facts.peer});
}

Router::Route Router::find(Now now, std::string_view number, const Sender& sender) const {
  return route_of(now, plan_->find(number, sender, [&](std::string_view name) { return is_user(now.mono, name); }));
}

bool Router::is_user(TimePoint now, std::string_view name) const {
  if (s_.authenticator->find(name) != nullptr) return true;
  for (const auto& entry : s_.location->find(s_.names->aor(sip::escape_user(name))))
    if (entry.is_live(now)) return true;
  return false;
}

Router::Route Router::route_of(Now now, const Leads& leads) const {
  switch (leads.kind) {
    case Leads::Kind::Nowhere: break;
    case Leads::Kind::Denied: return {{}, {403, "Not A Number For You"}};
    case Leads::Kind::User: return {bindings_of(now.mono, leads.number), {480}};
    case Leads::Kind::Group: return {group_targets(now, *leads.group), {480}};
    case Leads::Kind::Trunks: return {trunk_targets(leads), {503}};
  }
  return {};
}

std::vector<Target> Router::bindings_of(TimePoint now, std::string_view user) const {
  const std::string aor = s_.names->aor(sip::escape_user(user));
  auto out = targets_of(s_.location->find(aor), now);
  for (Target& target : out) target.aor = aor;
  return out;
}

// One after the other. An emergency call tries them all, whatever the first ones say.
std::vector<Target> Router::trunk_targets(const Leads& leads) {
  std::vector<Target> out;
  int q = static_cast<int>(leads.trunks.size());
  for (const Trunk* const trunk : leads.trunks) {
    Target target;
    target.uri = with_user(trunk->to, leads.emergency ? leads.number : DialPlan::number_at(*trunk, leads.number));
    if (!trunk->outbound_proxy.empty()) target.path = route_to(trunk->outbound_proxy);
    target.aor = trunk->to;
    target.q = q--;
    auto manner = std::make_shared<Manner>();
    if (q > 0) manner->patience = trunk->timeout;
    manner->until_heard = true;
    manner->stateless = trunk->stateless && !leads.emergency;
    manner->fails_over = !leads.emergency;
    manner->refuses_alone = leads.emergency;
    manner->trusted = !trunk->trusted.empty();
    manner->username = trunk->username;
    manner->password = trunk->password;
    if (!trunk->identity.empty()) manner->identity = '<' + trunk->identity + '>';
    target.manner = std::move(manner);
    out.push_back(std::move(target));
  }
  return out;
}

std::vector<Target> Router::group_targets(Now now, const Group& group) const {
  std::vector<Target> out;
  const auto add = [&](Target target, int q, const std::shared_ptr<const Manner>& manner) {
    if (std::ranges::any_of(out, [&](const Target& other) { return is_same(other, target); })) return;
    target.q = q;
    target.manner = manner;
    out.push_back(std::move(target));
  };
  const auto manner = std::make_shared<Manner>();
  manner->patience = group.ring_time;
  manner->refuses_alone = true;
  int round = group.strategy == Strategy::Parallel ? 0 : static_cast<int>(group.members.size());
  for (const std::string& member : group.members) {
    const Leads leads =
        plan_->find(member, {true, nullptr}, [&](std::string_view name) { return is_user(now.mono, name); });
    // A member's own order of contacts stands within his turn.
    const int q = round * (kWholeQ + 1);
    if (leads.kind == Leads::Kind::User)
      for (Target& target : bindings_of(now.mono, leads.number)) {
        const int own = group.strategy == Strategy::Parallel ? 0 : target.q;
        add(std::move(target), q + own, manner);
      }
    else if (leads.kind == Leads::Kind::Trunks && !leads.emergency)
      for (Target& target : trunk_targets(leads)) {
        auto of_trunk = std::make_shared<Manner>(*target.manner);
        of_trunk->patience = group.ring_time;
        of_trunk->until_heard = of_trunk->fails_over = false;
        of_trunk->refuses_alone = true;
        const int own = group.strategy == Strategy::Parallel ? 0 : target.q;
        add(std::move(target), q + own, of_trunk);
      }
    if (round > 0) --round;
  }
  return out;
}

}  // namespace offhook::proxy
