// The half of a session whose peer is found by connectivity checks: RFC 8445, RFC 7675.
#include "session.hpp"

namespace offhook::media {
namespace {

constexpr std::size_t kMostEarly = 4, kLongestCheck = 576;
constexpr std::string_view kNoWay = "no connectivity check was answered", kSilence = "the other side answers no more";

IcePlan plan_of(const AudioPlan& plan) {
  IcePlan out;
  out.local = plan.checks->local;
  out.remote = plan.checks->remote;
  out.controlling = plan.checks->offered_by_us;
  out.components = sdp::ice_components(*plan.checks, plan.rtcp_mux);
  out.is_v6 = plan.local.address.is_v6();
  return out;
}

}  // namespace

// After the plan's addresses have been taken: what checks find goes before them.
void Session::plan_checks(const AudioPlan& plan) {
  if (!plan.checks) {
    early_checks_.reset();
    if (!checks_) return;
    if (link_) link_->lead_to(std::nullopt);
    checks_.reset();  // RFC 8839 §4.4.3.1: a peer that has no ICE any more is spoken to by its description
    remote_rtp_ = plan.remote;
    remote_rtcp_ = plan.rtcp_mux ? remote_rtp_ : plan.remote_rtcp.value_or(rtcp_of(remote_rtp_));
    return;
  }
  const IcePlan ice = plan_of(plan_);
  if (!checks_)
    checks_ = std::make_unique<Checks>(Checks{IceAgent(ice, random_)});
  else
    checks_->agent.update(ice);
  checks_->admitted = false;
  follow_checks();
}

// Media goes to the pair that works, and to the better one as soon as it is chosen; to none, it goes nowhere.
void Session::follow_checks() {
  const auto rtp = checks_->agent.way(1), rtcp = plan_.rtcp_mux ? rtp : checks_->agent.way(2);
  remote_rtp_ = rtp ? rtp->remote : Endpoint{};
  remote_rtcp_ = rtcp ? rtcp->remote : Endpoint{};
  checks_->relayed = {rtp && rtp->relayed, rtcp && rtcp->relayed};
  if (link_) link_->lead_to(rtp ? std::optional(rtp->remote) : std::nullopt, relay_of(false));
}

void Session::receive_check(Now now, const Arrival& at, std::span<const std::uint8_t> bytes, Outbox& out) {
  const std::string_view datagram(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (gatherer_ && !at.relayed && gatherer_->receive(at.rtcp, at.from, datagram)) return;
  if (const auto answer = checks_->agent.receive(now.mono, at.rtcp ? 2 : 1, at.from, datagram, at.relayed))
    send_check(now, at, *answer, out);
  follow_checks();
}

// They may come before the answer that speaks of them (RFC 8445 §7.3): the first few are answered when that is here.
void Session::keep_check(bool rtcp, Endpoint from, std::span<const std::uint8_t> bytes) {
  if (!early_checks_) early_checks_ = std::make_unique<std::vector<EarlyCheck>>();
  if (early_checks_->size() < kMostEarly && bytes.size() <= kLongestCheck)
    early_checks_->push_back({{from, {bytes.begin(), bytes.end()}}, rtcp});
}

void Session::tick_checks(Now tick, Outbox& out) {
  if (early_checks_) {
    for (const EarlyCheck& each : *early_checks_)
      receive_check(tick, {each.check.from, each.rtcp, false}, each.check.bytes, out);
    early_checks_.reset();
  }
  for (const IceAgent::Datagram& check : checks_->agent.tick(tick.mono))
    send_check(tick, {check.to, check.component == 2, check.relayed}, check.bytes, out);
  follow_checks();
  if (relay_) keep_peers(tick.mono);
}

// By the way that `to` names.
void Session::send_check(Now now, const Arrival& to, std::string_view bytes, Outbox& out) {
  if (to.relayed) return relay_check(now, to, bytes, out);
  out.add(to.rtcp ? rtcp_of(plan_.local) : plan_.local, to.from,
          [&](std::vector<std::uint8_t>& kept) { kept.insert(kept.end(), bytes.begin(), bytes.end()); });
}

Session::CheckNews Session::take_check_news() {
  CheckNews out;
  const IceAgent& agent = checks_->agent;
  if (agent.changes() != checks_->seen && agent.state() == IceAgent::State::Completed) {
    checks_->seen = agent.changes();
    out.choice = agent.choice();
  }
  const bool failed = agent.state() == IceAgent::State::Failed && checks_->state != IceAgent::State::Failed;
  const bool given_up = agent.is_given_up() && !checks_->given_up;
  checks_->state = agent.state();
  checks_->given_up = agent.is_given_up();
  if (!failed && !given_up) return out;
  const bool lost = agent.has_lost_consent();
  out.failure = LinkFailure{{},
                            lost && !given_up ? LinkFailure::What::Silence : LinkFailure::What::NoWay,
                            std::string(lost ? kSilence : kNoWay)};
  return out;
}

}  // namespace offhook::media
