#include "features/conference/conference.hpp"

#include <algorithm>
#include <vector>

#include "desk.hpp"
#include "features/hold/hold.hpp"

namespace offhook::phone::conference {
namespace {

constexpr std::uint32_t kRoom = 1;

bool is_settled(const CallFacts& facts) {
  return facts.stage == Stage::Established && facts.change == HoldChange::None && !facts.transferring;
}
bool is_on_hold(const CallFacts& facts) { return is_settled(facts) && (facts.held || facts.muted); }
bool is_member(const Call& call) { return call.facts.conference && call.facts.stage != Stage::Ended; }

// The call and whoever is in a conference with it.
std::vector<Call*> all_with(Desk& desk, Call& call) {
  std::vector<Call*> out{&call};
  if (!is_member(call)) return out;
  for (Call& other : desk.calls)
    if (&other != &call && is_member(other)) out.push_back(&other);
  return out;
}

Call* held_last(Desk& desk) {
  Call* out = nullptr;
  for (Call& call : desk.calls)
    if (is_on_hold(call.facts) && (out == nullptr || call.since >= out->since)) out = &call;
  return out;
}

Checked<Call*> held_call(Desk& desk, int id) {
  Call* call = id == 0 ? held_last(desk) : desk.find(id);
  if (call == nullptr)
    return complain(id == 0 ? std::string("no call on hold to join") : "there is no call " + std::to_string(id));
  if (!is_on_hold(call->facts))
    return complain("cannot join call " + std::to_string(id) + ": it is " + std::string(call_state_name(call->shown)));
  return call;
}

}  // namespace

Checked<void> join(Desk& desk, Now now, int id) {
  Call* active = desk.talking();
  if (active == nullptr) return complain("no call that talks to join others to");
  if (!is_settled(active->facts)) return complain("call " + std::to_string(active->id) + " is just changing");
  const auto held = held_call(desk, id);
  if (!held) return tl::unexpected(held.error());
  auto members = all_with(desk, *active);
  for (Call* call : all_with(desk, **held))
    if (std::ranges::find(members, call) == members.end()) members.push_back(call);
  const auto parties = static_cast<int>(members.size()) + 1;
  if (parties > desk.settings.conference_parties)
    return complain("a conference of " + std::to_string(parties) + " is too large: this phone mixes " +
                    std::to_string(desk.settings.conference_parties));
  for (const Call* call : members)
    if (const Line& line = desk.lines[call->line]; line.network_conference)
      return complain("conferences of account " + std::to_string(line.index) +
                          " are the server's, which this phone does not ask for yet",
                      "account.X.conf_type");
  for (Call* call : members) {
    call->facts.conference = true;
    call->note.clear();
    if (is_on_hold(call->facts)) hold::resume(desk, now, *call);
    desk.refresh(now, *call);
  }
  return {};
}

Checked<void> split(Desk& desk, Now now) {
  bool any = false;
  for (Call& call : desk.calls) {
    if (!is_member(call)) continue;
    any = true;
    call.facts.conference = false;
    if (is_settled(call.facts) && is_talking(call.facts)) hold::request(desk, now, call);
    desk.refresh(now, call);
  }
  if (!any) return complain("there is no conference");
  return {};
}

void update(Desk& desk, Now now) {
  int members = 0;
  bool talks = false;  // a member, for good
  for (const Call& call : desk.calls) {
    if (!is_member(call)) continue;
    ++members;
    talks = talks || (is_settled(call.facts) && is_talking(call.facts));
  }
  if (members == 0) return;
  for (Call& call : desk.calls) {
    if (!is_member(call)) continue;
    const bool refused = talks && is_on_hold(call.facts);  // it was to be resumed with the others
    if (members > 1 && !refused && !call.facts.transferring) continue;
    call.facts.conference = false;
    --members;
    desk.refresh(now, call);
  }
  if (members == 1) update(desk, now);
}

std::uint32_t room_of(const Call& call) { return call.facts.conference ? kRoom : 0; }

void hold_all(Desk& desk, Now now, Call& call) {
  for (Call* each : all_with(desk, call))
    if (is_settled(each->facts) && is_talking(each->facts)) hold::request(desk, now, *each);
}

void resume_all(Desk& desk, Now now, Call& call) {
  for (Call* each : all_with(desk, call))
    if (is_on_hold(each->facts)) hold::resume(desk, now, *each);
}

}  // namespace offhook::phone::conference
