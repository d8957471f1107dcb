// Judging one recorded message against a milestone, inside this module.
#pragma once
#include <map>
#include <optional>
#include <string>

#include "flow/facts.hpp"
#include "flow/recorder.hpp"
#include "flow/script.hpp"

namespace offhook::flow {

// What earlier milestones have fixed: the Call-ID behind each name, and the CSeq number of each mark.
struct Known {
  std::map<std::string, std::string, std::less<>> call_ids;
  std::map<std::string, std::uint32_t, std::less<>> cseqs;

  void learn(const Milestone& milestone, const Facts& facts);
};

// Is this the message that the milestone speaks of: right parties, right method or status?
[[nodiscard]] bool is_message(const Milestone& milestone, const Record& record, const Facts& facts);
// What it should carry and does not: "request-uri is 1003 instead of 1002"; nothing when all is right.
[[nodiscard]] std::optional<std::string> misses(const Milestone& milestone, const Facts& facts, const Known& known);

}  // namespace offhook::flow
