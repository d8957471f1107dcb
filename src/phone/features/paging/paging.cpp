#include "features/paging/paging.hpp"

#include <algorithm>
#include <utility>

#include "base/ascii.hpp"
#include "desk.hpp"
#include "features/hold/hold.hpp"
#include "media/codec.hpp"

namespace offhook::phone::paging {
namespace {

const config::PagingAddress* address_of(const std::vector<config::PagingAddress>& all, int number) {
  const auto found = std::ranges::find(all, number, &config::PagingAddress::number);
  return found == all.end() ? nullptr : &*found;
}

const config::PagingAddress* address_of(const std::vector<config::PagingAddress>& all, std::string_view name) {
  if (const auto number = parse_number<int>(name)) return address_of(all, *number);
  const auto found = std::ranges::find_if(all, [&](const auto& address) { return iequals(address.label, name); });
  return found == all.end() ? nullptr : &*found;
}

// Each of them has a static payload type (RFC 3551).
sdp::Codec codec_of(std::string_view name) {
  if (iequals(name, "PCMU")) return sdp::pcmu();
  if (iequals(name, "PCMA")) return sdp::pcma();
  return {9, "G722", 8000, 1, {}};
}

bool waits_for_page(const Desk& desk, const Call& call) {
  return std::ranges::find(desk.page.held, call.id) != desk.page.held.end();
}

bool is_in_progress(const CallFacts& facts) {
  const bool up = facts.stage != Stage::Ended && facts.stage != Stage::Ringing;
  return up && !facts.held && !facts.muted && facts.change != HoldChange::Holding;
}

bool is_undisturbed(Desk& desk) {
  const Line* line = desk.default_line();
  return line != nullptr && line->dnd.allowed && line->dnd.enabled;
}

Facts facts_of(Desk& desk) {
  const State& state = desk.page;
  const bool in_call = std::ranges::any_of(
      desk.calls, [&](const Call& c) { return is_in_progress(c.facts) || waits_for_page(desk, c); });
  return {state.sent != 0, in_call, is_undisturbed(desk), state.heard, state.sounding & ~state.dismissed};
}

void interrupt(Desk& desk, Now now) {
  for (Call& call : desk.calls) {
    const CallFacts& facts = call.facts;
    if (facts.stage != Stage::Established || facts.change != HoldChange::None || !is_talking(facts)) continue;
    desk.page.held.push_back(call.id);
    hold::request(desk, now, call);
  }
}

// Gives the calls back that waited; one whose hold is still on its way goes on waiting. Whoever has taken up another
// call meanwhile keeps that one.
void give_back(Desk& desk, Now now) {
  auto& held = desk.page.held;
  const bool busy = desk.deferred || std::ranges::any_of(desk.calls, [&](const Call& c) {
                      return is_in_progress(c.facts) && !waits_for_page(desk, c);
                    });
  if (busy || !desk.settings.paging.resumes_calls) return held.clear();
  std::erase_if(held, [&](int id) {
    Call* call = desk.find(id);
    if (call == nullptr || call->facts.stage != Stage::Established || call->facts.change == HoldChange::Resuming)
      return true;
    if (call->facts.change == HoldChange::Holding) return false;
    if (call->facts.held || call->facts.muted) hold::resume(desk, now, *call);
    return true;
  });
}

void end_sent(Desk& desk) {
  State& state = desk.page;
  if (std::exchange(state.sent, 0) == 0) return;
  desk.close_port({std::exchange(state.leg, 0), std::exchange(state.port, std::uint16_t{0})});
  desk.changed(Change::Calls);
}

void hear(Desk& desk, Now now, int number) {
  State& state = desk.page;
  if (state.heard == number) return;
  state.heard = number;
  if (number != 0) state.since = now.mono;
  desk.post(HearPage{desk.id(), number});
  desk.changed(Change::Calls);
}

}  // namespace

int choose(const config::PagingConfig& config, const Facts& facts) {
  if (facts.sending) return 0;
  int lowest = static_cast<int>(facts.sounding.size()) - 1;  // that may be heard
  if (facts.in_call) lowest = std::min(lowest, config.interrupts_calls);
  if (facts.do_not_disturb) lowest = std::min(lowest, config.ignores_dnd);
  const auto sounds = [&](int number) { return facts.sounding[static_cast<std::size_t>(number)]; };
  if (!config.ranked && facts.heard != 0 && facts.heard <= lowest && sounds(facts.heard)) return facts.heard;
  for (int number = 1; number <= lowest; ++number)
    if (sounds(number)) return number;
  return 0;
}

void start(Desk& desk) {
  if (desk.settings.paging.listen.empty()) return;
  ListenPages command{desk.id(), desk.address(), {}};
  for (const auto& address : desk.settings.paging.listen) command.groups.push_back({address.number, address.group});
  desk.post(std::move(command));
}

void stop(Desk& desk) {
  end_sent(desk);
  desk.page.sounding.reset();
  desk.page.held.clear();
  if (!desk.settings.paging.listen.empty()) desk.post(ListenPages{desk.id(), desk.address(), {}});
}

Checked<void> send(Desk& desk, Now now, const Page& command) {
  const auto& config = desk.settings.paging;
  const auto name = std::string(trim(command.group));
  const config::PagingAddress* to = address_of(config.send, name);
  if (to == nullptr) return complain("there is no paging group " + name, "multicast.paging_address.X");
  State& state = desk.page;
  if (state.sent != 0) return complain("page " + std::to_string(state.sent) + " is being sent already");
  if (const auto why = media::why_missing(config.codec); !why.empty())
    return complain("cannot speak " + config.codec + ": " + std::string(why), "multicast.codec");
  if (desk.address().is_v6()) return complain("pages go to IPv4 groups, and this phone has an IPv6 address");
  const Desk::AudioPort port = desk.open_port();
  if (port.leg == 0) return complain("no free RTP port", desk.address().text());
  media::AudioPlan plan;
  plan.local = {desk.address(), port.port};
  plan.remote = to->group;
  plan.codec = codec_of(config.codec);
  plan.direction = sdp::Direction::SendOnly;
  plan.page = true;
  desk.post(UpdateLeg{port.leg, std::move(plan)});
  state.leg = port.leg;
  state.port = port.port;
  state.sent = to->number;
  state.since = now.mono;
  desk.off_hook = false;
  desk.changed(Change::Calls);
  return {};
}

bool end(Desk& desk) {
  State& state = desk.page;
  if (state.sent != 0) {
    end_sent(desk);
    return true;
  }
  if (state.heard == 0) return false;
  state.dismissed.set(static_cast<std::size_t>(state.heard));
  return true;
}

void step_aside(Desk& desk) { (void)end(desk); }

void changed(Desk& desk, const PageChange& change) {
  State& state = desk.page;
  const auto at = static_cast<std::size_t>(change.slot);
  if (change.slot < 1 || at >= state.sounding.size()) return;
  state.sounding.set(at, change.sounding);
  if (!change.sounding) state.dismissed.reset(at);
}

void update(Desk& desk, Now now) {
  const State& state = desk.page;
  if (state.sounding.none() && state.heard == 0 && state.sent == 0 && state.held.empty()) return;
  hear(desk, now, choose(desk.settings.paging, facts_of(desk)));
  if (is_on(desk))
    interrupt(desk, now);
  else
    give_back(desk, now);
}

std::optional<PageView> view(const Desk& desk) {
  const State& state = desk.page;
  if (!is_on(desk)) return std::nullopt;
  const bool sent = state.sent != 0;
  const auto& config = desk.settings.paging;
  const auto* address = address_of(sent ? config.send : config.listen, sent ? state.sent : state.heard);
  if (address == nullptr) return std::nullopt;
  return PageView{sent, address->number, address->label, address->group, state.since};
}

bool is_on(const Desk& desk) { return desk.page.sent != 0 || desk.page.heard != 0; }

}  // namespace offhook::phone::paging
