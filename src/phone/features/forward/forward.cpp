#include "features/forward/forward.hpp"

#include <array>
#include <utility>

#include "base/ascii.hpp"
#include "desk.hpp"
#include "sip/uri.hpp"

namespace offhook::phone::forward {
namespace {

// forward.international.enable: a number that starts with 00 leaves the country.
bool is_permitted(const config::ForwardConfig& config, std::string_view target) {
  return config.international || !target.starts_with("00");
}

bool is_active(const config::ForwardConfig& config, const config::ForwardRule& rule) {
  return config.allowed && rule.enabled && !rule.target.empty() && is_permitted(config, rule.target);
}

std::string_view reason_text(ForwardReason reason) {
  switch (reason) {
    case ForwardReason::Unconditional: return "unconditional";
    case ForwardReason::UserBusy: return "user-busy";
    case ForwardReason::NoAnswer: return "no-answer";
  }
  return "unknown";
}

config::ForwardRule& rule_of(config::ForwardConfig& config, ForwardKind kind) {
  switch (kind) {
    case ForwardKind::Always: return config.always;
    case ForwardKind::Busy: return config.busy;
    case ForwardKind::NoAnswer: break;
  }
  return config.no_answer;
}

}  // namespace

std::optional<Forward> always(const config::ForwardConfig& config) {
  if (!is_active(config, config.always)) return std::nullopt;
  return Forward{config.always.target, ForwardReason::Unconditional, false};
}

std::optional<Forward> busy(const IncomingFacts& facts, const config::ForwardConfig& config) {
  if (!facts.busy && !facts.do_not_disturb) return std::nullopt;
  if (!is_active(config, config.busy)) return std::nullopt;
  // Flow 6.8 busy shows a 180 (F3, F4) before the 302 although the phone is busy; so do we.
  return Forward{config.busy.target, ForwardReason::UserBusy, !facts.do_not_disturb};
}

std::optional<Forward> no_answer(const config::ForwardConfig& config) {
  if (!is_active(config, config.no_answer)) return std::nullopt;
  return Forward{config.no_answer.target, ForwardReason::NoAnswer, false};
}

std::optional<IncomingVerdict> decide(const IncomingFacts& facts, const Desk&, const Line& line) {
  if (const auto verdict = always(line.forward)) return *verdict;
  if (const auto verdict = busy(facts, line.forward)) return *verdict;
  return std::nullopt;
}

void on_alert(Desk& desk, Now now, Call& call) {
  const auto& config = desk.lines[call.line].forward;
  if (!call.outgoing && no_answer(config)) desk.arm(call, CallTimer::NoAnswer, now.mono + config.no_answer_after);
}

void on_timer(Desk& desk, Now now, Call& call, CallTimer timer) {
  if (timer != CallTimer::NoAnswer || call.facts.stage != Stage::Ringing || call.facts.answer_pending) return;
  // Asked again: the person may have switched it off while it rang.
  if (const auto verdict = no_answer(desk.lines[call.line].forward)) send(desk, now, call, *verdict);
}

void send(Desk& desk, Now now, Call& call, const Forward& verdict) {
  const auto& line = desk.lines[call.line];
  if (verdict.ring_first) desk.ua.ring(now, call.ua);
  desk.ua.redirect(now, call.ua, target_uri(verdict.target, line.domain),
                   line.forward.diversion_header ? diversion(line, verdict.reason) : std::string());
  desk.end(now, call, "forwarded to " + verdict.target);
}

std::string target_uri(std::string_view target, std::string_view domain) {
  const auto scheme = to_lower(target.substr(0, target.find(':') + 1));  // "" without a colon
  if (scheme == "sip:" || scheme == "sips:") return std::string(target);
  if (target.find('@') != std::string_view::npos) return "sip:" + std::string(target);
  return "sip:" + sip::escape_user(target) + '@' + std::string(domain);
}

std::string diversion(const Line& line, ForwardReason reason) {
  return "<" + target_uri(line.user, line.domain) + ">;reason=" + std::string(reason_text(reason));
}

Checked<void> set(Desk& desk, const SetForward& command) {
  Line* chosen = desk.default_line();
  if (chosen == nullptr) return complain("the phone has no account");
  if (!chosen->forward.allowed) return complain("call forward is not allowed", "features.fwd.allow");
  const auto target = command.target.empty() ? rule_of(chosen->forward, command.kind).target : command.target;
  if (command.on && target.empty()) return complain("forward where? no target is set");
  if (command.on && !is_permitted(chosen->forward, target))
    return complain("forwarding to " + target + " is not permitted", "forward.international.enable");
  const bool custom = chosen->forward.mode == config::FeatureMode::Custom;
  for (auto& line : desk.lines) {
    if (custom && &line != chosen) continue;
    auto& rule = rule_of(line.forward, command.kind);
    rule.enabled = command.on;
    rule.target = target;
  }
  desk.changed(Change::Settings);
  return {};
}

std::string describe(const Line& line) {
  const auto& f = line.forward;
  const std::array<std::pair<std::string_view, const config::ForwardRule*>, 3> rules = {
      {{"always", &f.always}, {"busy", &f.busy}, {"no-answer", &f.no_answer}}};
  std::string out;
  for (const auto& [name, rule] : rules) {
    if (!is_active(f, *rule)) continue;
    if (!out.empty()) out += ", ";
    out += std::string(name) + ' ' + rule->target;
  }
  return out;
}

}  // namespace offhook::phone::forward
