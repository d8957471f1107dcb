// Local conference (guide: Local Conference; SIP flows 6.9): the phone mixes its own calls, and each party hears all
// others. Three parties with the person at this phone, five on a CP860.
//
//   join     what talks and what is on hold: that is resumed, and mixed from then on
//   hold, resume, hang up   without the number of a call: all of it
//   split    calls on hold again, each for itself
//   a party that leaves      leaves the others; the last one is a call like any other
#pragma once
#include "base/result.hpp"
#include "base/time.hpp"

namespace offhook::phone {
struct Call;
class Desk;
}  // namespace offhook::phone
namespace offhook::phone::conference {

// `id`: the call on hold; 0: the one that was held last.
Checked<void> join(Desk& desk, Now now, int id);
Checked<void> split(Desk& desk, Now now);
// After each input: who has left or did not come back is no member any more.
void update(Desk& desk, Now now);
// The room of the mixer in which this call is; 0: none.
[[nodiscard]] std::uint32_t room_of(const Call& call);

// Holds or resumes the call; with a member, the whole conference.
void hold_all(Desk& desk, Now now, Call& call);
void resume_all(Desk& desk, Now now, Call& call);

}  // namespace offhook::phone::conference
