#include "flow/script.hpp"

#include <array>

#include "base/overloaded.hpp"

namespace offhook::flow {

std::string_view field_name(Field field) {
  static constexpr std::array<std::string_view, 14> kNames{"request-uri", "from",      "to",      "contact", "refer-to",
                                                           "referred-by", "diversion", "call-id", "method",  "cseq-of",
                                                           "to-tag",      "sdp",       "sipfrag", "header"};
  return kNames[static_cast<std::size_t>(field)];
}

std::string Milestone::text() const {
  std::string out = mark.empty() ? "" : mark + ' ';
  out += from + " -> " + to + ' ';
  if (status == 0) return out + method;
  out += std::to_string(status);
  if (method != "INVITE") out += " (" + method + ')';
  return out;
}

std::vector<std::string> Script::columns() const {
  std::vector<std::string> out;
  for (const PartyPlan& plan : parties) {
    out.push_back(plan.name);
    if (out.size() == 1) out.push_back(proxy);
  }
  return out;
}

const PartyPlan* Script::party(std::string_view party_name) const {
  for (const PartyPlan& plan : parties)
    if (plan.name == party_name) return &plan;
  return nullptr;
}

std::size_t Script::milestone_count() const {
  std::size_t count = 0;
  for (const Step& step : steps)
    std::visit(Overloaded{[&](const Milestone& milestone) { count += milestone.mark.empty() ? 0U : 1U; },
                          [&](const AnyOrder& group) {
                            for (const Milestone& milestone : group.milestones)
                              count += milestone.mark.empty() ? 0U : 1U;
                          },
                          [](const auto&) {}},
               step);
  return count;
}

}  // namespace offhook::flow
