// Keys do not serve for ever: before ours has had its lifetime, the call gets new ones by a re-INVITE that changes
// nothing else. RFC 3711 §9.2, RFC 4568 §6.1. The wish shares the machine of hold (reinvite.cpp).
#include <algorithm>

#include "calls.hpp"

namespace offhook::ua {
namespace {

// Beyond some months the call is over before its key is.
constexpr std::uint64_t kPacketsThatMatter = std::uint64_t{1} << 30U;
constexpr seconds kPauseAfterRefusal{30};

// When three quarters of the packets have gone.
Duration due(const sdp::Negotiated& negotiated) {
  const auto ptime = std::max(negotiated.ptime, milliseconds(10));
  return ptime * static_cast<std::int64_t>(negotiated.srtp->local.lifetime * 3 / 4);
}

}  // namespace

// After each agreement, also one without change: where our key is another than before, its time begins.
void Calls::watch_key(Now now, Call& call) {
  const auto& negotiated = call.session.negotiated();
  const auto before = call.told_media ? call.told_media->srtp : std::nullopt;
  const bool kept = negotiated && negotiated->srtp && before && negotiated->srtp->local == before->local;
  if (!kept) call.hold.wishes.renew = false;
  const bool limited = call.phase == Phase::Established && negotiated && negotiated->srtp &&
                       negotiated->srtp->local.lifetime != 0 && negotiated->srtp->local.lifetime <= kPacketsThatMatter;
  if (limited && negotiated->srtp->local.material == call.watched_key) return;
  core_->disarm(call.rekey_alarm);
  call.watched_key = limited ? negotiated->srtp->local.material : sdp::KeyMaterial();
  if (limited) call.rekey_alarm = core_->arm(now, due(*negotiated), {AlarmKind::RekeyDue, call.account, call.id, 0});
}

void Calls::rekey(Now now, Call& call) {
  call.rekey_alarm = 0;
  call.hold.wishes.renew = true;
  pursue_hold(now, call);
}

// The peer does not want it now.
void Calls::rekey_refused(Now now, Call& call) {
  if (call.rekey_alarm == 0 && call.watched_key.size > 0)  // else the old ones may serve on
    call.rekey_alarm = core_->arm(now, kPauseAfterRefusal, {AlarmKind::RekeyDue, call.account, call.id, 0});
}

}  // namespace offhook::ua
