#include "cluster/neighbours.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "sip/builder.hpp"
#include "sip/header/name_addr.hpp"

namespace offhook::proxy {
namespace {

using sip::HeaderId;

constexpr std::size_t kMost = 256, kMostChanges = 64;
constexpr std::size_t kTagLength = 10, kCallIdLength = 20;
constexpr std::uint16_t kSipPort = 5060;

bool is_at(const sip::Uri& a, const sip::Uri& b) {
  return iequals(a.host, b.host) && a.port.value_or(kSipPort) == b.port.value_or(kSipPort);
}

}  // namespace

void Neighbours::meet(Now now, std::string_view node) {
  const auto known = std::ranges::find(neighbours_, node, &Neighbour::node);
  if (known != neighbours_.end()) {
    known->met = now.mono;
    return;
  }
  if (!asks()) return;
  if (Neighbour* const fresh = add(now, node)) fresh->due = now.mono;
}

Neighbours::Neighbour* Neighbours::add(Now now, std::string_view node) {
  if (neighbours_.size() >= kMost || !sip::Uri::parse("sip:" + std::string(node))) return nullptr;
  Neighbour& fresh = neighbours_.emplace_back();
  fresh.node = node;
  fresh.owner = kOwner | ++last_;
  fresh.met = now.mono;
  return &fresh;
}

void Neighbours::adopt(Now now, const NodeChange& change) {
  const auto known = std::ranges::find(neighbours_, change.node, &Neighbour::node);
  Neighbour* const one = known != neighbours_.end() ? &*known : add(now, change.node);
  if (one == nullptr || !set_dead(now, *one, !change.answers) || change.answers) return;
  s_.died(now, change.node);
}

bool Neighbours::is_dead(std::string_view node) const {
  return dead_ != 0 &&
         std::ranges::any_of(neighbours_, [&](const auto& one) { return one.is_dead && one.node == node; });
}

bool Neighbours::is_dead_hop(std::string_view route) const {
  if (dead_ == 0 || route.empty()) return false;
  const auto value = sip::NameAddr::parse(route);
  const auto hop = value ? value->parse_uri() : tl::unexpected(value.error());
  if (!hop) return false;
  return std::ranges::any_of(neighbours_, [&](const Neighbour& one) {
    if (!one.is_dead) return false;
    const std::string text = "sip:" + one.node;
    const auto uri = sip::Uri::parse(text);
    return uri && is_at(*uri, *hop);
  });
}

std::optional<NodeChange> Neighbours::poll() {
  if (changes_.empty()) return std::nullopt;
  NodeChange out = std::move(changes_.front());
  changes_.erase(changes_.begin());
  return out;
}

std::optional<TimePoint> Neighbours::deadline() const {
  std::optional<TimePoint> first;
  for (const Neighbour& one : neighbours_)
    for (const auto& at : {one.due, one.judged})
      if (at && (!first || *at < *first)) first = at;
  return first;
}

void Neighbours::wake(Now now) {
  for (Neighbour& one : neighbours_) {
    if (one.judged && *one.judged <= now.mono) dies(now, one);
    if (one.due && *one.due <= now.mono) ask(now, one);
  }
  // No binding leads to one that has been dead for longer than any of them lasts.
  dead_ -= std::erase_if(neighbours_, [&](const Neighbour& one) {
    return one.is_dead && (one.due || !asks()) && now.mono - std::max(one.died, one.met) > s_.config->max_expires;
  });
}

Neighbours::Neighbour* Neighbours::find(transaction::Owner owner) {
  const auto found = std::ranges::find(neighbours_, owner, &Neighbour::owner);
  return found == neighbours_.end() ? nullptr : &*found;
}

void Neighbours::ask(Now now, Neighbour& neighbour) {
  neighbour.due.reset();
  if (!neighbour.is_dead) neighbour.judged = now.mono + kPatience;
  const std::string text = "sip:" + neighbour.node;
  const auto uri = sip::Uri::parse(text);
  if (!uri) return;
  auto location = s_.resolver->locate(now, *uri);
  neighbour.resolution = location.pending;
  if (!location.pending) send(now, neighbour, location.targets);
}

bool Neighbours::located(Now now, const transport::Located& event) {
  for (Neighbour& one : neighbours_) {
    if (!one.resolution || one.resolution != event.id) continue;
    one.resolution = {};
    send(now, one, event.location.targets);
    return true;
  }
  return false;
}

void Neighbours::send(Now now, Neighbour& neighbour, const std::vector<transport::Target>& servers) {
  const auto& listening = s_.names->listen();
  for (const transport::Target& to : servers) {
    const auto local = std::ranges::find_if(listening, [&](const transport::Listen& listen) {
      return listen.protocol == to.protocol && listen.endpoint.address.is_v6() == to.remote.address.is_v6();
    });
    if (local == listening.end()) continue;
    const transport::Flow flow{to.protocol, local->endpoint, to.remote, 0, to.server_name};
    neighbour.client = s_.transactions->start(now.mono, options(neighbour), flow, neighbour.owner);
    return;
  }
  neighbour.due = now.mono + kPause;  // its name is not known now, or no socket of ours leads there
}

sip::Message Neighbours::options(const Neighbour& neighbour) const {
  const std::string uri = "sip:" + neighbour.node;
  auto out = sip::Builder::request(sip::Method::Options, uri);
  out.add(HeaderId::MaxForwards, "70");
  out.add(HeaderId::From, "<sip:" + s_.names->canonical_host() + ">;tag=" + s_.random->token(kTagLength));
  out.add(HeaderId::To, '<' + uri + '>');
  out.add(HeaderId::CallId, s_.random->token(kCallIdLength)).add(HeaderId::CSeq, "1 OPTIONS");
  if (!s_.config->server_name.empty()) out.add(HeaderId::UserAgent, s_.config->server_name);
  return out.build();
}

void Neighbours::respond(Now now, const transaction::ResponseReceived& event) {
  Neighbour* const neighbour = find(event.owner);
  if (neighbour != nullptr && neighbour->client == event.id && event.response.status() >= 200) lives(now, *neighbour);
}

void Neighbours::fail(Now now, transaction::Owner owner, transaction::ClientId client) {
  Neighbour* const neighbour = find(owner);
  if (neighbour == nullptr || neighbour->client != client) return;
  neighbour->client = {};
  neighbour->due = now.mono + kPause;
  dies(now, *neighbour);
}

void Neighbours::lives(Now now, Neighbour& neighbour) {
  neighbour.client = {};
  neighbour.judged.reset();
  neighbour.due = now.mono + kPause;
  if (set_dead(now, neighbour, false)) report(neighbour);
}

bool Neighbours::set_dead(Now now, Neighbour& neighbour, bool dead) {
  if (std::exchange(neighbour.is_dead, dead) == dead) return false;
  if (dead) neighbour.died = now.mono;
  if (dead)
    ++dead_;
  else
    --dead_;
  return true;
}

void Neighbours::report(const Neighbour& neighbour) {
  if (changes_.size() < kMostChanges) changes_.push_back({neighbour.node, !neighbour.is_dead});
}

// The OPTIONS that is under way goes on: its answer says that the node is there again.
void Neighbours::dies(Now now, Neighbour& neighbour) {
  neighbour.judged.reset();
  if (!set_dead(now, neighbour, true)) return;
  report(neighbour);
  s_.died(now, neighbour.node);
}

}  // namespace offhook::proxy
