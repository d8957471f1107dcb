#include "srtp/link.hpp"

#include <utility>

#include "rtp/demux.hpp"

namespace offhook::media {
namespace {

constexpr std::string_view kNoCheck = "other side made no connectivity check";
constexpr std::string_view kEnded = "other side has ended it";

}  // namespace

void Link::set_plan(const DtlsPlan& plan, const std::optional<sdp::IceTerms>& ice, Endpoint remote, bool checked) {
  checked_ = checked;
  if (remote != planned_) source_.reset();
  planned_ = remote;
  if (!ice) {
    ice_.reset();
  } else {
    if (!ice_) ice_.emplace();
    ice_->set(*ice);
  }
  const bool was_held = std::exchange(held_, plan.terms.role == sdp::Setup::HoldConn);
  gone_by_.reset();
  // Who has let it go for the time of a holdconn wants one again after it.
  const bool renewed = was_held && association_ && association_->state() == dtls::State::Closed;
  if (held_ || (plan_ == plan && !renewed)) return;  // what came to nothing once is not tried again on the same terms
  plan_ = plan;
  association_.emplace(plan.identity, plan.terms.role == sdp::Setup::Active, plan.terms.remote);
  source_.reset();
  no_check_by_.reset();
  failure_.reset();
}

bool Link::receive(Now now, Endpoint from, std::span<const std::uint8_t> bytes, Outbox& out) {
  switch (rtp::traffic_of(bytes)) {
    case rtp::Traffic::Stun:
      if (!ice_) return false;
      if (const auto answer = ice_->receive(from, bytes))
        out.add(local_, from,
                [&](std::vector<std::uint8_t>& to) { to.insert(to.end(), answer->begin(), answer->end()); });
      return false;
    case rtp::Traffic::Dtls: {
      if (!association_) return false;
      const auto before = association_->state();
      if (before == dtls::State::Waiting) source_ = from;
      association_->receive(now.mono, bytes);
      flush(out);
      return judge(before);
    }
    case rtp::Traffic::Rtp:
    case rtp::Traffic::Other: return false;
  }
  return false;
}

bool Link::tick(Now now, Outbox& out) {
  if (association_ && association_->state() == dtls::State::Closed) return outlive(now);
  if (!association_ || association_->state() != dtls::State::Waiting) return false;
  if (checked_ && !checked_remote_) return false;  // nobody to talk to yet; who checks knows when it is in vain
  if (ice_ && !ice_->remote()) {
    if (!no_check_by_) no_check_by_ = now.mono + dtls::kPatience;
    if (now.mono < *no_check_by_) return false;
    association_.reset();
    fail(kNoCheck);
    return true;
  }
  association_->wake(now.mono);
  flush(out);
  return judge(dtls::State::Waiting);
}

// A goodbye comes with the end of the call, or before another association. Neither: nothing will be heard any more.
bool Link::outlive(Now now) {
  if (held_) return false;
  if (!gone_by_) gone_by_ = now.mono + dtls::kPatience;
  if (now.mono < *gone_by_) return false;
  association_.reset();
  fail(kEnded);
  return true;
}

void Link::close(Outbox& out) {
  if (!association_) return;
  association_->close();
  flush(out);
}

void Link::flush(Outbox& out) {
  const Endpoint to = remote().value_or(checked_ ? Endpoint{} : planned_);
  while (const auto datagram = association_->poll_transmit()) {
    if (to.port == 0 || to.address.is_unspecified()) continue;
    const auto write = [&](std::vector<std::uint8_t>& bytes) {
      bytes.insert(bytes.end(), datagram->begin(), datagram->end());
    };
    if (relay_ != nullptr)
      out.add(local_, relay_->server(), [&](std::vector<std::uint8_t>& bytes) { relay_->frame(bytes, to, write); });
    else
      out.add(local_, to, write);
  }
}

bool Link::judge(dtls::State before) {
  if (association_->state() == before) return false;
  if (association_->state() == dtls::State::Failed) fail(association_->failure());
  return true;
}

void Link::fail(std::string_view why) { failure_ = std::string(why); }

bool Link::is_secured() const { return !held_ && association_ && association_->state() == dtls::State::Secured; }

sdp::SrtpKeys Link::keys() const { return is_secured() ? *association_->keys() : sdp::SrtpKeys{}; }

std::optional<std::string> Link::take_failure() { return std::exchange(failure_, std::nullopt); }

std::optional<Endpoint> Link::remote() const { return checked_ ? checked_remote_ : ice_ ? ice_->remote() : source_; }

}  // namespace offhook::media
