#include "sim/rules.hpp"

#include <utility>

#include "sip/message.hpp"

namespace offhook::sim {
namespace {

bool looks_like(const Pick& pick, std::string_view from, std::string_view to, std::string_view label) {
  return (pick.from.empty() || pick.from == from) && (pick.to.empty() || pick.to == to) &&
         (pick.what.empty() || pick.what == label);
}

// Is this the one? Counts those that look like it.
bool picks(const Pick& pick, int& seen, std::string_view from, std::string_view to, std::string_view label) {
  if (!looks_like(pick, from, to, label)) return false;
  ++seen;
  return pick.nth == 0 || seen == pick.nth;
}

}  // namespace

Rule drop(Pick pick) { return {std::move(pick), Rule::Action::Drop, {}, {}}; }
Rule delay(Pick pick, Duration by) { return {std::move(pick), Rule::Action::Delay, by, {}}; }
Rule hold(Pick pick, Pick until) { return {std::move(pick), Rule::Action::Hold, {}, std::move(until)}; }

Rules::Verdict Rules::leaves(std::string_view from, std::string_view to, std::string_view bytes) {
  Verdict out;
  if (rules_.empty()) return out;
  const std::string label = message_label(bytes);
  bool decided = false;
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    Entry& entry = rules_[i];
    const bool is_hold = entry.rule.action == Rule::Action::Hold;
    if (is_hold && !entry.released && picks(entry.rule.until, entry.seen_until, from, to, label)) {
      entry.released = true;
      out.let_go.push_back(i);
    }
    if (!picks(entry.rule.pick, entry.seen, from, to, label) || decided) continue;
    decided = true;
    switch (entry.rule.action) {
      case Rule::Action::Drop: out.dropped = true; break;
      case Rule::Action::Delay: out.delay = entry.rule.delay; break;
      case Rule::Action::Hold:
        if (!entry.released) out.held_by = i;
        break;
    }
  }
  return out;
}

std::string message_label(std::string_view bytes) {
  const auto message = sip::Message::parse(std::string(bytes));
  if (!message) return {};
  if (message->is_request()) return std::string(message->method_text());
  return std::to_string(message->status()) + ' ' + std::string(sip::method_name(message->method()));
}

}  // namespace offhook::sim
