#include "ice/agent.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace offhook::media {
namespace {

constexpr int kMostRequests = 7;  // Rc of RFC 8489 §6.2.1
constexpr int kLastPause = 16;    // Rm
// Of 30 s at 4 s each (RFC 7675 §5.1).
constexpr std::size_t kMostQuestions = 8;

bool is_link_local(const IpAddress& address) {
  return address.is_v6() && address.bytes()[0] == 0xfe && (address.bytes()[1] & 0xc0U) == 0x80;
}

// RFC 1918, RFC 4193, and what is local to a machine or a link.
bool is_private(const IpAddress& address) {
  const auto& bytes = address.bytes();
  if (address.is_loopback() || is_link_local(address)) return true;
  if (address.is_v6()) return (bytes[0] & 0xfeU) == 0xfc;
  return bytes[0] == 10 || (bytes[0] == 172 && (bytes[1] & 0xf0U) == 16) || (bytes[0] == 192 && bytes[1] == 168) ||
         (bytes[0] == 169 && bytes[1] == 254);
}

}  // namespace

IceAgent::IceAgent(const IcePlan& plan, Random& random, const IceTimes& times)
    : times_(times), random_(&random), tie_breaker_(random.next()) {
  begin(plan);
}

void IceAgent::begin(const IcePlan& plan) {
  plan_ = plan;
  plan_.components = std::clamp<std::uint16_t>(plan.components, 1, 2);
  if (plan_.remote.lite) plan_.controlling = true;  // §6.1.1
  pairs_.clear();
  begun_.reset();
  given_up_ = false;
  state_ = State::Checking;
  auto candidates = plan_.remote.candidates;
  std::ranges::stable_sort(candidates, std::ranges::greater{}, &sdp::IceCandidate::priority);
  for (const auto& candidate : candidates) add_remote(candidate);
  set_priorities();
  thaw_first();
}

void IceAgent::update(const IcePlan& plan) {
  const bool restart = plan.remote.ufrag != plan_.remote.ufrag || plan.remote.password != plan_.remote.password ||
                       plan.local.ufrag != plan_.local.ufrag;
  const bool controlling = plan_.controlling;
  if (!restart) {
    plan_.local = plan.local;
    plan_.remote = plan.remote;
    for (const auto& candidate : plan_.remote.candidates) add_remote(candidate);
    return set_priorities();
  }
  for (std::uint16_t number = 1; number <= 2; ++number) {
    Component fresh;
    fresh.previous = previous_of(number);
    components_[number - 1U] = fresh;
  }
  begin(plan);
  if (!plan_.remote.lite) plan_.controlling = controlling;  // roles outlive a restart
  set_priorities();
}

void IceAgent::add_remote(const sdp::IceCandidate& remote) {
  if (remote.component == 0 || remote.component > plan_.components) return;
  add_pair(remote, false);
  if (relay_reaches(remote.component, remote.address.address)) add_pair(remote, true);
}

void IceAgent::add_pair(const sdp::IceCandidate& remote, bool relayed) {
  if (pairs_.size() >= times_.most_pairs) return;
  if (!may_pair(remote.address.address) || remote.address.port == 0) return;
  if (pair_with(remote.component, {remote.address, relayed}) != nullptr) return;
  Pair pair;
  pair.component = remote.component;
  pair.remote = remote;
  pair.relayed = relayed;
  pairs_.push_back(std::move(pair));
}

// A relay in the open does not reach into a private network; some servers end the allocation of who asks for that.
bool IceAgent::relay_reaches(std::uint16_t component, const IpAddress& remote) const {
  return std::ranges::any_of(plan_.local.candidates, [&](const sdp::IceCandidate& c) {
    return c.component == component && c.type == sdp::IceType::Relayed &&
           (is_private(c.address.address) || !is_private(remote));
  });
}

bool IceAgent::tries(std::uint16_t component, const IceWay& way) const {
  return std::ranges::any_of(pairs_, [&](const Pair& p) { return p.component == component && p.way() == way; });
}

// §6.1.2.2; what is local to a link is of no use to an address that is not.
bool IceAgent::may_pair(const IpAddress& remote) const {
  const auto base = std::ranges::find(plan_.local.candidates, sdp::IceType::Host, &sdp::IceCandidate::type);
  const bool local = base != plan_.local.candidates.end() && is_link_local(base->address.address);
  return remote.is_v6() == plan_.is_v6 && !remote.is_multicast() && !remote.is_unspecified() &&
         is_link_local(remote) == local;
}

IceAgent::Pair* IceAgent::pair_with(std::uint16_t component, const IceWay& way) {
  const auto found =
      std::ranges::find_if(pairs_, [&](const Pair& p) { return p.component == component && p.way() == way; });
  return found == pairs_.end() ? nullptr : &*found;
}

bool IceAgent::knows(std::uint16_t component, const Endpoint& address) const {
  return std::ranges::any_of(pairs_,
                             [&](const Pair& p) { return p.component == component && p.remote.address == address; });
}

// §6.1.2.3; our side of a pair is the host candidate, for a reflexive one is sent from its base (§6.1.2.4), or the
// relayed one.
void IceAgent::set_priorities() {
  for (Pair& pair : pairs_) {
    const auto type = pair.relayed ? sdp::IceType::Relayed : sdp::IceType::Host;
    const std::uint64_t ours = sdp::ice_priority(type, pair.component), theirs = pair.remote.priority;
    const std::uint64_t controlling = plan_.controlling ? ours : theirs, controlled = plan_.controlling ? theirs : ours;
    pair.priority = (std::min(controlling, controlled) << 32U) + 2 * std::max(controlling, controlled) +
                    (controlling > controlled ? 1 : 0);
  }
}

// §6.1.2.6: of each foundation the lowest component, of that the highest priority.
void IceAgent::thaw_first() {
  const auto comes_first = [](const Pair& a, const Pair& b) {
    return std::tuple(a.component, ~a.priority) < std::tuple(b.component, ~b.priority);
  };
  for (Pair& pair : pairs_) {
    const bool other = std::ranges::any_of(
        pairs_, [&](const Pair& p) { return &p != &pair && p.is_akin(pair) && comes_first(p, pair); });
    if (!other) pair.state = PairState::Waiting;
  }
}

// §6.1.4.2: nothing waits any more.
void IceAgent::thaw() {
  for (Pair& pair : pairs_) {
    if (pair.state != PairState::Frozen || components_[pair.component - 1U].selected) continue;
    const bool busy = std::ranges::any_of(pairs_, [&](const Pair& p) {
      return p.is_akin(pair) && (p.state == PairState::Waiting || p.state == PairState::InProgress);
    });
    if (!busy) pair.state = PairState::Waiting;
  }
}

std::string IceAgent::request(const stun::TransactionId& id, const Pair& pair, bool nominates) const {
  stun::CheckRequest out;
  out.id = id;
  out.username = plan_.remote.ufrag + ':' + plan_.local.ufrag;
  out.password = plan_.remote.password;
  // §7.1.1: that of a peer-reflexive candidate of ours; one behind a relay is the last of them.
  out.priority = sdp::ice_priority(sdp::IceType::PeerReflexive, pair.component, pair.relayed ? 0 : 65535);
  out.use_candidate = nominates;
  out.controlling = plan_.controlling;
  out.tie_breaker = tie_breaker_;
  return check_request(out);
}

std::vector<IceAgent::Datagram> IceAgent::tick(TimePoint now) {
  std::vector<Datagram> out;
  if (components_[0].lost) {
    given_up_ = now - lost_at_ >= times_.give_up;
    return out;
  }
  if (!begun_) begun_ = now;
  repeat_checks(now, out);
  if (plan_.controlling) nominate(now, out);
  start_next(now, out);
  ask_consent(now, out);
  judge(now);
  return out;
}

// §14.3
Duration IceAgent::first_pause() const {
  const auto open = std::ranges::count_if(
      pairs_, [](const Pair& p) { return p.state == PairState::Waiting || p.state == PairState::InProgress; });
  return std::max(times_.rto, times_.pace * static_cast<std::int64_t>(open));
}

void IceAgent::begin_check(TimePoint now, Pair& pair, bool nominates, std::vector<Datagram>& out) {
  pair.state = PairState::InProgress;
  pair.is_triggered = false;
  pair.request = {stun::new_transaction_id(*random_), nominates, plan_.controlling};
  pair.bytes = request(pair.request.id, pair, nominates);
  pair.sent = 1;
  pair.pause = first_pause();
  pair.due = now + pair.pause;
  next_start_ = now + times_.pace;
  out.push_back({pair.component, pair.remote.address, pair.bytes, pair.relayed});
}

void IceAgent::repeat_checks(TimePoint now, std::vector<Datagram>& out) {
  for (Pair& pair : pairs_) {
    if (pair.state != PairState::InProgress || now < pair.due) continue;
    if (pair.sent >= kMostRequests) {
      fail(pair);
      continue;
    }
    const Duration first = pair.pause / (std::int64_t{1} << (pair.sent - 1));
    pair.pause = pair.pause * 2;
    ++pair.sent;
    pair.due = now + (pair.sent < kMostRequests ? pair.pause : first * kLastPause);
    out.push_back({pair.component, pair.remote.address, pair.bytes, pair.relayed});
  }
}

// One new check each Ta: those that the peer's own checks have asked for first (§6.1.4.2). A component that has its
// pair asks no further.
void IceAgent::start_next(TimePoint now, std::vector<Datagram>& out) {
  if (now < next_start_) return;
  const auto wants = [&](const Pair& p) {
    return p.state == PairState::Waiting && (p.is_triggered || !components_[p.component - 1U].selected);
  };
  if (std::ranges::none_of(pairs_, wants)) thaw();
  Pair* next = nullptr;
  const auto rank = [](const Pair& p) { return std::tuple(p.is_triggered, p.priority); };
  for (Pair& pair : pairs_)
    if (wants(pair) && (next == nullptr || rank(pair) > rank(*next))) next = &pair;
  if (next != nullptr) begin_check(now, *next, false, out);
}

std::optional<std::size_t> IceAgent::best(std::uint16_t component, bool valid) const {
  std::optional<std::size_t> out;
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    const Pair& pair = pairs_[i];
    if (pair.component != component || pair.state == PairState::Failed || (valid && !pair.is_valid)) continue;
    if (!out || pair.priority > pairs_[*out].priority) out = i;
  }
  return out;
}

std::optional<std::size_t> IceAgent::in_use(std::uint16_t component) const {
  const auto& selected = components_[component - 1U].selected;
  return selected ? selected : best(component, true);
}

// §8.1.1, regular nomination: the best of all, or, when that is long in coming, the best that works.
void IceAgent::nominate(TimePoint now, std::vector<Datagram>& out) {
  for (std::uint16_t number = 1; number <= plan_.components; ++number) {
    const Component& component = components_[number - 1U];
    if (component.selected || !component.works_since || now < next_start_) continue;
    const auto under_way = [&](const Pair& p) {
      return p.component == number && p.request.nominates && p.state == PairState::InProgress;
    };
    if (std::ranges::any_of(pairs_, under_way)) continue;
    const auto valid = best(number, true);
    if (!valid || pairs_[*valid].state != PairState::Succeeded) continue;
    const Duration patience = pairs_[*valid].has_relay() ? times_.patience_with_relay : times_.patience;
    if (valid != best(number, false) && now - *component.works_since < patience) continue;
    begin_check(now, pairs_[*valid], true, out);
  }
}

// §8.1.1: of several that an older peer has nominated the one of the highest priority. §8.1.2: what is worse is over.
void IceAgent::select(TimePoint now, std::size_t index) {
  Pair& pair = pairs_[index];
  pair.is_wanted = false;
  Component& component = components_[pair.component - 1U];
  if (component.selected) {
    const Pair& used = pairs_[*component.selected];
    const bool answers = now - used.agreed < 2 * times_.consent_every;
    if (component.selected == index || (answers && used.priority >= pair.priority)) return;
  }
  component.selected = index;
  ++changes_;
  for (Pair& other : pairs_)
    if (&other != &pair && other.component == pair.component && other.state == PairState::InProgress &&
        other.priority < pair.priority)
      fail(other);
}

void IceAgent::ask_consent(TimePoint now, std::vector<Datagram>& out) {
  for (std::uint16_t number = 1; number <= plan_.components; ++number) {
    Component& component = components_[number - 1U];
    const auto used = in_use(number);
    if (!used || component.lost || now < component.ask) continue;
    component.ask = now + times_.consent_every * static_cast<std::int64_t>(80 + random_->below(41)) / 100;
    if (component.asked.size() == kMostQuestions) component.asked.erase(component.asked.begin());
    component.asked.push_back({stun::new_transaction_id(*random_), *used, plan_.controlling});
    const Pair& pair = pairs_[*used];
    out.push_back({number, pair.remote.address, request(component.asked.back().id, pair, false), pair.relayed});
  }
}

// A call without RTCP is one all the same: what its component comes to is no failure.
void IceAgent::judge(TimePoint now) {
  bool all = true;
  for (std::uint16_t number = 1; number <= plan_.components; ++number) {
    Component& component = components_[number - 1U];
    if (const auto used = in_use(number); used && now - pairs_[*used].agreed >= times_.consent_lasts) {
      if (component.selected)
        component.lost = true;
      else
        fail(pairs_[*used]);
    }
    if (component.previous && now - component.previous->agreed >= times_.consent_lasts) component.previous.reset();
    all = all && component.selected;
  }
  if (components_[0].lost) {
    components_[1].lost = true;  // it would have nothing to report
    lost_at_ = now;
  }
  const bool hopeless = !components_[0].selected && !best(1, false) && now - *begun_ >= times_.give_up;
  state_ = components_[0].lost || hopeless ? State::Failed : all ? State::Completed : State::Checking;
  if (state_ == State::Failed)
    for (Component& component : components_) component.previous.reset();
}

std::optional<std::string> IceAgent::receive(TimePoint now, std::uint16_t component, const Endpoint& from,
                                             std::string_view datagram, bool relayed) {
  if (component == 0 || component > plan_.components) return std::nullopt;
  const auto message = stun::Message::parse(datagram);
  if (!message || message->method != stun::kBinding) return std::nullopt;
  if (message->message_class == stun::Class::Request) {
    const stun::CheckRole role{plan_.controlling, tie_breaker_};
    auto answer = stun::answer_check(datagram, from, plan_.local.ufrag, plan_.local.password, role);
    if (!answer) return std::nullopt;
    // One of another branch of a forked call knows our name, too: its password is not the one that we know (§7.3.1.4).
    if (answer->good && answer->peer == plan_.remote.ufrag) take_request(now, component, {from, relayed}, *answer);
    return std::move(answer->bytes);
  }
  if (message->message_class != stun::Class::Indication)
    take_response(now, component, {from, relayed}, datagram, *message);
  return std::nullopt;
}

// §7.3.1: the source is a candidate of the peer, known or not, and the pair with it is checked from here as well.
void IceAgent::take_request(TimePoint now, std::uint16_t component, const IceWay& from,
                            const stun::CheckAnswer& answer) {
  if (answer.switches_role) set_role(!plan_.controlling);
  Pair* pair = pair_with(component, from);
  if (pair == nullptr) {
    sdp::IceCandidate learned;
    learned.foundation = '?' + std::to_string(pairs_.size());  // no other has such a one
    learned.component = component;
    learned.priority = answer.priority;
    learned.address = from.remote;
    learned.type = sdp::IceType::PeerReflexive;
    add_pair(learned, from.relayed);
    set_priorities();
    pair = pair_with(component, from);
    if (pair == nullptr) return;
  }
  const bool nominated = answer.nominates && !plan_.controlling;
  const auto index = static_cast<std::size_t>(pair - pairs_.data());
  // Consent is that of the pair in use. One that has worked long ago is asked again before it is used.
  const bool stale = in_use(component) != index && now - pair->agreed >= 2 * times_.consent_every;
  if (pair->is_valid && !(nominated && stale)) {
    if (nominated) select(now, index);
    return;
  }
  pair->is_wanted = pair->is_wanted || nominated;
  // One that is under way is begun anew: the peer's check has opened the way (§7.3.1.4).
  if (pair->state == PairState::InProgress) pair->before = pair->request;
  pair->state = PairState::Waiting;
  pair->is_triggered = true;
}

void IceAgent::take_response(TimePoint now, std::uint16_t component, const IceWay& from, std::string_view datagram,
                             const stun::Message& message) {
  if (!stun::fingerprint_is_right(datagram, message)) return;
  auto& asked_for_consent = components_[component - 1U].asked;
  const auto question = std::ranges::find(asked_for_consent, message.id, &Question::id);
  if (question != asked_for_consent.end()) {
    if (take_consent(now, *question, from, datagram, message)) asked_for_consent.erase(question);
    return;
  }
  const auto found = std::ranges::find_if(pairs_, [&](const Pair& p) {
    return p.component == component && ((p.state == PairState::InProgress && p.request.id == message.id) ||
                                        (p.before && p.before->id == message.id));
  });
  if (found == pairs_.end()) return;
  const bool is_before = found->before && found->before->id == message.id;
  const Request asked = is_before ? *found->before : found->request;
  const bool authentic = stun::integrity_is_right(datagram, message, plan_.remote.password);
  if (message.message_class == stun::Class::Success) {
    const auto mapped = stun::without_unprotected(message).mapped_address();
    if (!authentic) return;
    if (from == found->way() && mapped)
      return succeeded(now, static_cast<std::size_t>(found - pairs_.begin()), asked.nominates && plan_.controlling,
                       *mapped);
  } else if (authentic && stun::error_code(message) == stun::kRoleConflict) {
    return conflict(*found, asked);
  }
  // §7.2.5.2: an error, or a way back that is another than the way there.
  if (is_before)
    found->before.reset();
  else
    fail(*found);
}

// True: it was the answer, which counts once.
bool IceAgent::take_consent(TimePoint now, const Question& question, const IceWay& from, std::string_view datagram,
                            const stun::Message& message) {
  Pair& pair = pairs_[question.pair];
  if (from != pair.way() || !stun::integrity_is_right(datagram, message, plan_.remote.password)) return false;
  if (message.message_class == stun::Class::Success)
    pair.agreed = now;
  else if (stun::error_code(message) == stun::kRoleConflict)
    set_role(!question.controlling);
  return true;
}

// §7.2.5.1; several checks may have met the same conflict.
void IceAgent::conflict(Pair& pair, const Request& asked) {
  set_role(!asked.controlling);
  tie_breaker_ = random_->next();
  pair.before.reset();
  pair.state = PairState::Waiting;
  pair.is_triggered = true;
}

void IceAgent::succeeded(TimePoint now, std::size_t index, bool nominated, const Endpoint& mapped) {
  Pair& pair = pairs_[index];
  pair.state = PairState::Succeeded;
  pair.is_valid = true;
  pair.is_triggered = false;
  pair.before.reset();
  pair.mapped = mapped;
  pair.agreed = now;
  for (Pair& other : pairs_)  // §7.2.5.3.3
    if (other.state == PairState::Frozen && other.is_akin(pair)) other.state = PairState::Waiting;
  Component& component = components_[pair.component - 1U];
  if (!component.works_since) {
    component.works_since = now;
    component.ask = now + times_.consent_every;
  }
  component.previous.reset();
  if (nominated || (pair.is_wanted && !plan_.controlling)) select(now, index);
}

void IceAgent::fail(Pair& pair) {
  pair.state = PairState::Failed;
  pair.is_valid = pair.is_wanted = pair.is_triggered = false;
  pair.before.reset();
}

void IceAgent::set_role(bool controlling) {
  if (plan_.controlling == controlling) return;
  plan_.controlling = controlling;
  ++changes_;
  for (Pair& pair : pairs_) pair.is_wanted = false;
  set_priorities();
}

std::optional<IceWay> IceAgent::way(std::uint16_t component) const {
  const auto known = previous_of(component);
  return known ? std::optional(known->way) : std::nullopt;
}

std::optional<Endpoint> IceAgent::remote(std::uint16_t component) const {
  const auto known = way(component);
  return known ? std::optional(known->remote) : std::nullopt;
}

bool IceAgent::has_selected(std::uint16_t component) const {
  return component != 0 && component <= plan_.components && components_[component - 1U].selected;
}

// What would be that of a session that begins now.
std::optional<IceAgent::Previous> IceAgent::previous_of(std::uint16_t component) const {
  if (component == 0 || component > plan_.components || components_[component - 1U].lost) return std::nullopt;
  const auto used = in_use(component);
  return used ? std::optional(Previous{pairs_[*used].way(), pairs_[*used].agreed})
              : components_[component - 1U].previous;
}

std::optional<sdp::IceChoice> IceAgent::choice() const {
  sdp::IceChoice out;
  out.local_ufrag = plan_.local.ufrag;
  out.controlling = plan_.controlling;
  for (std::uint16_t number = 1; number <= plan_.components; ++number) {
    const auto& selected = components_[number - 1U].selected;
    if (!selected) return std::nullopt;
    out.local.push_back(sdp::candidate_at(plan_.local.candidates, number, pairs_[*selected].mapped));
    out.remote.push_back(pairs_[*selected].remote.address);
  }
  return out;
}

}  // namespace offhook::media
