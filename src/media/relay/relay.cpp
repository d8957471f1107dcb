#include "relay/relay.hpp"

namespace offhook::media {
namespace {

using State = turn::Allocation::State;

constexpr std::string_view kLate = "the TURN server does not answer in time";

}  // namespace

Relay::Relay(TimePoint now, std::shared_ptr<const turn::Server> server, Random& random)
    : allocations_{turn::Allocation(now, server, random), turn::Allocation(now, server, random)},
      late_(now + kPatience) {}

std::optional<Mapped> Relay::take_result(TimePoint now, bool waits, std::optional<Gatherer::Result> seen) {
  if (seen) seen_ = seen;
  if (told_ || (waits && !seen_)) return std::nullopt;
  Mapped out;
  for (turn::Allocation& each : allocations_) {
    if (each.state() != State::Asking) continue;
    if (now < late_) return std::nullopt;
    each.close(now);  // what still comes is given back
    out.no_relay = kLate;
    out.relay_is_silent = true;
  }
  told_ = true;
  if (seen_) {
    out.rtp = seen_->rtp;
    out.rtcp = seen_->rtcp;
  }
  for (const bool rtcp : {false, true}) {
    const turn::Allocation& each = of(rtcp);
    if (each.state() == State::Failed) out.no_relay = each.failure();
    if (each.state() != State::Allocated) continue;
    (rtcp ? out.relayed_rtcp : out.relayed_rtp) = each.relayed();
    auto& mapped = rtcp ? out.rtcp : out.rtp;
    if (!mapped) mapped = each.mapped();
  }
  return out;
}

void Relay::close(TimePoint now) {
  for (turn::Allocation& each : allocations_) each.close(now);
}

}  // namespace offhook::media
