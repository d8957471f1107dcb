// Another address of our audio in a call: the pair that the checks of ICE have come to, or checks that begin anew. RFC
// 8839 §4.3.4, §4.4. The wish shares the machine of hold (reinvite.cpp).
#include "calls.hpp"

namespace offhook::ua {
namespace {

constexpr std::size_t kUfrag = 8, kPassword = 32;  // RFC 8445 §5.3: 24 and 128 bits at the least

}  // namespace

void Calls::readdress(Now now, CallId id, const AudioAddress& rtp, Announce announce) {
  Call* call = find(id);
  if (call == nullptr || call->phase == Phase::Over) return;
  call->rtp = rtp;
  if (announce == Announce::Later) return;
  call->hold.wishes.again = true;
  call->hold.wishes.restart = call->hold.wishes.restart || announce == Announce::Restart;
  pursue_hold(now, *call);
}

void Calls::name_candidates(const Call& call, sdp::LocalAudio& audio) const {
  auto side = *call.rtp.candidates;
  side.ufrag = core_->random().token(kUfrag);
  side.password = core_->random().token(kPassword);
  audio.candidates = std::make_shared<const sdp::IceSide>(std::move(side));
  audio.choice = call.rtp.choice;
  audio.restart_ice = call.hold.wishes.restart;
}

// The peer's name for this ICE session; empty: there is none, or nobody waits for another one.
std::string Calls::names_of(const Call& call) {
  if (!call.hold.wishes.restart) return {};
  const auto agreed = call.session.negotiated();
  return agreed && agreed->checks ? agreed->checks->remote.ufrag : std::string();
}

// Our answer has said our address; where the peer has begun its checks anew, ours have begun anew with them.
void Calls::note_address(Call& call, const std::string& names_before) {
  if (call.hold.wishes.restart && names_of(call) == names_before) return;
  call.hold.wishes.again = call.hold.wishes.restart = false;
}

}  // namespace offhook::ua
