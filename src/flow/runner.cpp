#include "flow/runner.hpp"

#include <algorithm>
#include <optional>
#include <span>

#include "base/overloaded.hpp"
#include "matcher.hpp"

namespace offhook::flow {
namespace {

using phone::Action;
using phone::CallState;
using phone::CallView;

// A call that is not over.
bool lives(const CallView& call) { return call.state != CallState::Ended; }

std::vector<CallState> states_of(const phone::PhoneView& view) {
  std::vector<CallState> out;
  for (const CallView& call : view.calls)
    if (lives(call)) out.push_back(call.state);
  std::sort(out.begin(), out.end());
  return out;
}

// Of the newest call in which there were any.
std::string digits_of(const phone::PhoneView& view) {
  std::string out;
  for (const CallView& call : view.calls) {
    if (call.digits_heard.empty()) continue;
    out.clear();
    for (const auto& digit : call.digits_heard) out += digit.digit;
  }
  return out;
}

std::string names(const std::vector<CallState>& states) {
  std::string out;
  for (const CallState state : states) out.append(out.empty() ? "" : ", ").append(phone::call_state_name(state));
  return out.empty() ? "none" : out;
}

std::string names(const std::vector<std::string>& parties) {
  std::string out;
  for (const std::string& party : parties) out.append(out.empty() ? "" : ", ").append(party);
  return out.empty() ? "nobody" : out;
}

struct Need {
  Action action;
  int call;
};
// The button that a command presses, when it presses one.
std::optional<Need> need_of(const phone::Command& command) {
  using Out = std::optional<Need>;
  return std::visit(Overloaded{[](const phone::Answer& c) { return Out({Action::Answer, c.call}); },
                               [](const phone::Reject& c) { return Out({Action::Reject, c.call}); },
                               [](const phone::Hold& c) { return Out({Action::Hold, c.call}); },
                               [](const phone::Resume& c) { return Out({Action::Resume, c.call}); },
                               [](const phone::Transfer& c) { return Out({Action::Transfer, c.call}); },
                               [](const phone::HangUp& c) { return Out({Action::HangUp, c.call}); },
                               [](const auto&) { return Out{}; }},
                    command);
}

bool offers(const phone::PhoneView& view, Need need) {
  return std::any_of(view.calls.begin(), view.calls.end(), [&](const CallView& call) {
    return (need.call == 0 || call.id == need.call) &&
           std::find(call.actions.begin(), call.actions.end(), need.action) != call.actions.end();
  });
}

class Run {
 public:
  Run(const Script& script, World& world, const RunOptions& options)
      : script_(script), world_(world), options_(options), matcher_(world.record(), options.lossy) {
    report_ = {script.name, script.title, script.guide, script.file, script.columns(), {}, {}, {}, 0, 0};
  }

  Report go() {
    for (const Step& step : script_.before) do_step(step, 0);
    // What is still on its way belongs to what was before.
    if (!script_.before.empty()) pass(milliseconds(300));
    report_.notes.clear();
    list_milestones();
    matcher_.begin();
    report_.first = matcher_.first();
    std::size_t entry = 0;
    for (const Step& step : script_.steps) entry += do_step(step, entry);
    if (!report_.failure) finish();
    matcher_.fill(report_.steps);
    report_.last = world_.record().sip().empty() ? 0 : world_.record().sip().back().number;
    if (options_.hang_up && !hang_up_all(world_, script_.parties, options_.patience) && !report_.failure)
      fail("", "a call cannot be ended", 0);
    return std::move(report_);
  }

 private:
  void list_milestones() {
    const auto add = [&](const Milestone& milestone, const std::string& note) {
      report_.steps.push_back({milestone.mark, milestone.text(), milestone.note.empty() ? note : milestone.note,
                               milestone.line, milestone.optional, 0});
    };
    for (const Step& step : script_.steps) {
      if (const auto* milestone = std::get_if<Milestone>(&step)) add(*milestone, "");
      if (const auto* group = std::get_if<AnyOrder>(&step))
        for (const Milestone& milestone : group->milestones) add(milestone, group->note);
    }
  }

  // How many places of the report the step takes.
  std::size_t do_step(const Step& step, std::size_t entry) {
    if (const auto* milestone = std::get_if<Milestone>(&step)) {
      if (!report_.failure) see({milestone, 1}, entry);
      return 1;
    }
    if (const auto* group = std::get_if<AnyOrder>(&step)) {
      if (!report_.failure) see(group->milestones, entry);
      return group->milestones.size();
    }
    if (report_.failure) return 0;
    std::visit(
        Overloaded{[&](const Act& s) { act(s); }, [&](const Hear& s) { hear(s); }, [&](const Quiet& s) { quiet(s); },
                   [&](const Calls& s) { calls(s); }, [&](const DigitsHeard& s) { digits(s); },
                   [&](const Wait& s) { pass(s.during); }, [](const Milestone&) {}, [](const AnyOrder&) {}},
        step);
    return 0;
  }

  void see(std::span<const Milestone> milestones, std::size_t entry) {
    matcher_.forget_expected();
    Duration within{};
    for (const Milestone& milestone : milestones) {
      // A message that may be missing holds up nothing.
      matcher_.expect(milestone, entry++, milestone.loose || milestone.optional);
      within = std::max(within, milestone.within);
    }
    if (world_.run_until([&] { return matcher_.poll(); }, patience(within))) return;
    miss(matcher_.missing(false));
  }

  void finish() {
    matcher_.forget_expected();
    if (!world_.run_until([&] { return matcher_.poll_loose(); }, patience(seconds(5)))) miss(matcher_.missing(true));
  }

  void act(const Act& step) {
    const auto need = need_of(step.command);
    const bool ready =
        !need || world_.run_until([&] { return offers(world_.view(step.party), *need); }, patience(seconds(3)));
    // Before the command: what it sends comes after it in the ladder.
    const TimePoint at = world_.now().mono;
    const auto done =
        ready ? world_.command(step.party, step.command)
              : complain("it has no call for that; its calls: " + names(states_of(world_.view(step.party))));
    note({at, Note::Kind::Act, {step.party}, {}, step.text});
    if (!done) fail("", step.party + " cannot \"" + step.text + "\": " + done.error().text(), step.line);
  }

  void hear(const Hear& step) {
    const bool heard = world_.run_until([&] { return world_.hears(step.party) == step.whom; },
                                        options_.lossy ? Duration(seconds(10)) : Duration(seconds(3)));
    std::string how;
    for (const std::string& each : world_.hearing_in_words(step.party))
      how.append(how.empty() ? "" : "; ").append(each);
    note({world_.now().mono, Note::Kind::Hear, {step.party}, step.whom, std::move(how)});
    if (!heard)
      fail("", step.party + " hears " + names(world_.hears(step.party)) + " instead of " + names(step.whom), step.line);
  }

  // A packet that was on its way when the last message arrived may still leave.
  void quiet(const Quiet& step) {
    pass(milliseconds(60));
    std::vector<std::uint64_t> before;
    for (const std::string& party : step.parties) before.push_back(world_.record().rtp_sent(party));
    pass(step.during);
    note({world_.now().mono, Note::Kind::Quiet, step.parties, {}, {}});
    for (std::size_t i = 0; i < step.parties.size(); ++i) {
      const std::uint64_t packets = world_.record().rtp_sent(step.parties[i]) - before[i];
      if (packets != 0) fail("", step.parties[i] + " sends RTP: " + std::to_string(packets) + " packets", step.line);
    }
  }

  // Where provisional responses may be lost, nobody can tell "ringback" from "dialing".
  [[nodiscard]] std::vector<CallState> comparable(std::vector<CallState> states) const {
    if (options_.lossy) std::replace(states.begin(), states.end(), CallState::RingBack, CallState::Dialing);
    std::sort(states.begin(), states.end());
    return states;
  }

  void calls(const Calls& step) {
    const std::vector<CallState> wanted = comparable(step.states);
    const auto holds = [&] { return comparable(states_of(world_.view(step.party))) == wanted; };
    if (world_.run_until(holds, patience(seconds(5)))) return;
    fail("",
         "the calls of " + step.party + " are " + names(states_of(world_.view(step.party))) + " instead of " +
             names(step.states),
         step.line);
  }

  void digits(const DigitsHeard& step) {
    const auto heard = [&] { return digits_of(world_.view(step.party)); };
    if (world_.run_until([&] { return heard() == step.digits; }, patience(seconds(5)))) return;
    const auto shown = [](const std::string& digits) { return digits.empty() ? std::string("none") : digits; };
    fail("", step.party + " has heard the digits " + shown(heard()) + " instead of " + shown(step.digits), step.line);
  }

  void pass(Duration during) {
    world_.run_until([] { return false; }, during);
  }
  [[nodiscard]] Duration patience(Duration strict) const {
    return options_.lossy ? std::max(strict, options_.patience) : strict;
  }
  void note(Note entry) { report_.notes.push_back(std::move(entry)); }
  void miss(const Milestone* milestone) {
    if (milestone != nullptr) fail(milestone->mark, milestone->text() + " is missing", milestone->line);
  }
  void fail(std::string mark, std::string what, int line) {
    if (!report_.failure) report_.failure = Failure{std::move(mark), std::move(what), line, matcher_.instead()};
  }

  const Script& script_;
  World& world_;
  RunOptions options_;
  Matcher matcher_;
  Report report_;
};

// The first call of the party that can be ended, and with which button.
std::optional<phone::Command> way_out(const phone::PhoneView& view) {
  for (const CallView& call : view.calls) {
    if (!lives(call)) continue;
    if (std::find(call.actions.begin(), call.actions.end(), Action::HangUp) != call.actions.end())
      return phone::HangUp{call.id};
    if (std::find(call.actions.begin(), call.actions.end(), Action::Reject) != call.actions.end())
      return phone::Reject{call.id};
  }
  return std::nullopt;
}

}  // namespace

Report run(const Script& script, World& world, const RunOptions& options) { return Run(script, world, options).go(); }

// One call after the other, so that no two BYEs cross.
bool hang_up_all(World& world, const std::vector<PartyPlan>& parties, Duration patience) {
  const auto idle = [&](const PartyPlan& plan) { return states_of(world.view(plan.name)).empty(); };
  const auto all_idle = [&] { return std::all_of(parties.begin(), parties.end(), idle); };
  constexpr int kMostCalls = 100;
  for (int i = 0; i < kMostCalls && !all_idle(); ++i) {
    bool pressed = false;
    for (const PartyPlan& plan : parties) {
      const std::size_t before = states_of(world.view(plan.name)).size();
      const auto command = way_out(world.view(plan.name));
      if (!command || !world.command(plan.name, *command)) continue;
      world.run_until([&] { return states_of(world.view(plan.name)).size() < before; }, patience);
      pressed = true;
      break;
    }
    // Nothing to press: a far end's BYE is on its way.
    if (!pressed && !world.run_until(all_idle, patience)) return false;
  }
  return all_idle();
}

}  // namespace offhook::flow
