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
  follow_checks();
}

// Media goes to the pair that works, and to the better one as soon as it is chosen; to none, it goes nowhere.
void Session::follow_checks() {
  const auto rtp = checks_->agent.remote(1);
  remote_rtp_ = rtp.value_or(Endpoint{});
  remote_rtcp_ = plan_.rtcp_mux ? remote_rtp_ : checks_->agent.remote(2).value_or(Endpoint{});
  if (link_) link_->lead_to(rtp);
}

void Session::receive_check(Now now, bool rtcp, Endpoint from, std::span<const std::uint8_t> bytes, Outbox& out) {
  const std::string_view datagram(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (gatherer_ && gatherer_->receive(rtcp, from, datagram)) return;
  if (const auto answer = checks_->agent.receive(now.mono, rtcp ? 2 : 1, from, datagram))
    out.add(rtcp ? rtcp_of(plan_.local) : plan_.local, from,
            [&](std::vector<std::uint8_t>& to) { to.insert(to.end(), answer->begin(), answer->end()); });
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
      receive_check(tick, each.rtcp, each.check.from, each.check.bytes, out);
    early_checks_.reset();
  }
  for (const IceAgent::Datagram& check : checks_->agent.tick(tick.mono))
    out.add(check.component == 2 ? rtcp_of(plan_.local) : plan_.local, check.to,
            [&](std::vector<std::uint8_t>& to) { to.insert(to.end(), check.bytes.begin(), check.bytes.end()); });
  follow_checks();
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
