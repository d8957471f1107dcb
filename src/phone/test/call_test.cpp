// What a person sees of a call is a function of its facts: the whole table.
#include "call.hpp"

#include <gmock/gmock.h>

namespace offhook::phone {
namespace {

std::string shown(const CallFacts& facts) {
  std::string out(call_state_name(state_of(facts)));
  for (const auto action : actions_of(facts)) out += ' ' + std::string(action_name(action));
  return out;
}

struct Row {
  CallFacts facts;
  const char* expected;
  bool talks;
};

CallFacts up(HoldChange change = HoldChange::None, bool held = false, bool muted = false, bool by_remote = false,
             bool transferring = false) {
  return {Stage::Established, change, held, muted, by_remote, transferring, false};
}

TEST(CallFacts, StateAndButtonsOfEveryKindOfCall) {
  CallFacts answering{Stage::Ringing};
  answering.answer_pending = true;
  const Row kRows[] = {
      {{Stage::Waiting}, "dialing hangup", false},
      {{Stage::Dialing}, "dialing hangup", false},
      {{Stage::RingBack}, "ringback hangup", false},
      {{Stage::Ringing}, "ringing answer reject", false},
      {answering, "ringing reject", false},
      {{Stage::Answering}, "talking hangup", true},
      {up(), "talking hold transfer hangup", true},
      {up(HoldChange::Holding), "talking hangup", true},
      {up(HoldChange::None, true), "held resume transfer hangup", false},
      {up(HoldChange::None, false, true), "held resume transfer hangup", false},
      {up(HoldChange::Resuming, true), "held hangup", false},
      {up(HoldChange::None, false, false, true), "held-by-remote hold transfer hangup", true},
      {up(HoldChange::None, true, false, true), "held resume transfer hangup", false},
      {up(HoldChange::None, false, false, false, true), "transferring hangup", false},
      {{Stage::Ended}, "ended", false},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(shown(row.facts), row.expected);
    EXPECT_EQ(is_talking(row.facts), row.talks) << row.expected;
  }
}

}  // namespace
}  // namespace offhook::phone
