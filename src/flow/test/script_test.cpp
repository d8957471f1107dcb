#include "flow/script.hpp"

#include <gtest/gtest.h>

namespace offhook::flow {
namespace {

constexpr const char* kHead = "flow: f\ntitle: T\nparties: {A: 1001, B: 1002}\nsteps:\n";  // lines 1 to 4

std::string complaint(const std::string& yaml) {
  const auto script = load_script("x.yaml", yaml);
  return script ? "no complaint" : script.error().text();
}

TEST(Script, ReadsEveryKindOfStep) {
  const auto script = load_script("x.yaml", R"(
flow: sample
title: A sample
guide: "6.5"
about: words
proxy: P
parties:
  A: 1001
  B: {number: 1002, pilot: 900, settings: ["call_waiting.enable = 0"]}
before:
  - wait: 2s
steps:
  - do: "A: call B"
  - see: F1 A -> P INVITE
    carries: {request-uri: B, call-id: one, sdp: hold, headers: {Allow: REFER}}
    within: 700ms
  - any-order:
      - see: F2 P -> B INVITE
      - see: F3 B -> P 200 OK (BYE)
        optional: true
    rfc: because
  - see: P -> A NOTIFY
    rfc: RFC 3515
    loose: true
  - hear: A hears B
  - hear: B hears nobody
  - quiet: A, B
    for: 1s
  - calls: "A: talking, held"
  - calls: "B: none"
)");
  ASSERT_TRUE(script) << script.error().text();
  EXPECT_EQ(script->name, "sample");
  EXPECT_EQ(script->guide, "6.5");
  EXPECT_EQ(script->columns(), (std::vector<std::string>{"A", "P", "B"}));
  EXPECT_EQ(script->milestone_count(), 3);
  ASSERT_EQ(script->parties.size(), 2);
  EXPECT_EQ(script->parties[1].pilot_hz, 900);
  EXPECT_EQ(script->parties[1].settings, std::vector<std::string>{"call_waiting.enable = 0"});
  EXPECT_GT(script->parties[0].pilot_hz, 0);
  ASSERT_EQ(script->before.size(), 1);
  EXPECT_EQ(std::get<Wait>(script->before[0]).during, seconds(2));
  ASSERT_EQ(script->steps.size(), 9);
  const auto& act = std::get<Act>(script->steps[0]);
  EXPECT_EQ(act.party, "A");
  EXPECT_EQ(act.text, "call B");
  EXPECT_EQ(std::get<phone::Dial>(act.command).target, "1002");
  const auto& first = std::get<Milestone>(script->steps[1]);
  EXPECT_EQ(first.text(), "F1 A -> P INVITE");
  EXPECT_EQ(first.within, milliseconds(700));
  ASSERT_EQ(first.carries.size(), 4);
  EXPECT_EQ(first.carries[0].value, "1002");
  EXPECT_EQ(first.carries[3].name, "Allow");
  const auto& group = std::get<AnyOrder>(script->steps[2]);
  EXPECT_EQ(group.note, "because");
  EXPECT_EQ(group.milestones[1].method, "BYE");
  EXPECT_EQ(group.milestones[1].status, 200);
  EXPECT_TRUE(group.milestones[1].optional);
  EXPECT_EQ(std::get<Milestone>(script->steps[3]).source, Source::Rfc);
  EXPECT_EQ(std::get<Hear>(script->steps[4]).whom, std::vector<std::string>{"B"});
  EXPECT_TRUE(std::get<Hear>(script->steps[5]).whom.empty());
  EXPECT_EQ(std::get<Quiet>(script->steps[6]).parties, (std::vector<std::string>{"A", "B"}));
  EXPECT_EQ(std::get<Quiet>(script->steps[6]).during, seconds(1));
  EXPECT_EQ(std::get<Calls>(script->steps[7]).states,
            (std::vector<phone::CallState>{phone::CallState::Talking, phone::CallState::Held}));
  EXPECT_TRUE(std::get<Calls>(script->steps[8]).states.empty());
}

TEST(Script, PlannedOneNeedsNoSteps) {
  const auto script = load_script("x.yaml", "flow: later\ntitle: Later\nstatus: planned\n");
  ASSERT_TRUE(script) << script.error().text();
  EXPECT_TRUE(script->planned);
}

TEST(Script, FaultsAreNamedWithFileAndLine) {
  const std::pair<std::string, std::string> rows[]{
      {"- a\n", "a flow file is a map that begins with \"flow:\" (x.yaml:1)"},
      {"flow: f\ntitle: T\nsteps: []\n", "\"parties\" is missing (x.yaml:1)"},
      {"title: T\n", "\"flow\" is missing (x.yaml:1)"},
      {"flow: f\ntitle: T\nstatus: done\n", "status can only be \"planned\" (x.yaml:3)"},
      {"flow: f\ntitle: T\nstatus: planned\nsteps: [1]\n", "a planned flow has no steps yet (x.yaml:4)"},
      {"flow: f\ntitle: T\ncolour: red\n",
       "unknown key \"colour\"; known here: flow, title, guide, status, about, parties, proxy, before, steps "
       "(x.yaml:3)"},
      {"flow: f\ntitle: T\nparties: {A: 1001, A: 1002}\nsteps: []\n", "two parties have the name A (x.yaml:3)"},
      {"flow: f\ntitle: T\nparties: {A: 1001, B: 1001}\nsteps: []\n", "two parties have the number 1001 (x.yaml:3)"},
      {"flow: f\ntitle: T\nparties:\n  A: {number: 1, pilot: 9}\n", "\"steps\" is missing (x.yaml:1)"},
      {"flow: f\ntitle: T\nsteps: []\nparties:\n  A: {number: 1, pilot: 9}\n",
       "pilot is a frequency from 200 to 3400 Hz (x.yaml:5)"},
      {"flow: f\ntitle: T\nsteps: []\nparties:\n  A:\n    number: 1\n    settings: [on]\n",
       "a setting is a line \"name = value\" (x.yaml:7)"},
      {"flow: f\ntitle: T\nparties: {A: 1}\nbefore:\n  - see: F1 A -> P BYE\nsteps:\n  - wait: 1s\n",
       "the F numbers begin under \"steps\" (x.yaml:5)"},
      {kHead + std::string("  []\n"), "\"steps\" is a list of steps (x.yaml:5)"},
      {kHead + std::string("  - call: A\n"),
       "a step is one of see, any-order, do, hear, quiet, calls, digits, wait (x.yaml:5)"},
      {kHead + std::string("  - do: call B\n"), "an action is written as \"A: call B\" (x.yaml:5)"},
      {kHead + std::string("  - do: \"Z: call B\"\n"),
       "an action is written as \"A: call B\": unknown party \"Z\" (x.yaml:5)"},
      {kHead + std::string("  - see: F1 A P INVITE\n"),
       "a message is written as \"F1 A -> P INVITE\" or \"A -> P 200 OK (BYE)\" (x.yaml:5)"},
      {kHead + std::string("  - see: F1 A -> Q INVITE\n"), "unknown party \"Q\" (x.yaml:5)"},
      {kHead + std::string("  - see: F1 A -> P\n"), "which message? A method or a status is missing (x.yaml:5)"},
      {kHead + std::string("  - see: F1 A -> P DANCE\n"), "unknown method \"DANCE\" (x.yaml:5)"},
      {kHead + std::string("  - see: F1 A -> P 99 Low\n"), "a status is a number from 100 to 699 (x.yaml:5)"},
      {kHead + std::string("  - see: F1 A -> P 200 OK (DANCE)\n"),
       "the method that a status answers stands in brackets at the end: \"200 OK (BYE)\" (x.yaml:5)"},
      {kHead + std::string("  - see: A -> P INVITE\n"),
       "a step without an F number needs \"rfc\" or \"extra\" with the reason why it is there (x.yaml:5)"},
      {kHead + std::string("  - see: F1 A -> P INVITE\n    optional: true\n"),
       "an optional or loose step needs \"rfc\" or \"extra\" with the reason (x.yaml:5)"},
      {kHead + std::string("  - see: F1 A -> P INVITE\n    loose: maybe\n"), "\"loose\" is true or false (x.yaml:6)"},
      {kHead + std::string("  - see: F1 A -> P INVITE\n    within: soon\n"),
       "\"within\" is a time such as 400ms or 6s (x.yaml:6)"},
      {kHead + std::string("  - see: F1 A -> P INVITE\n    carries: {hat: red}\n"),
       "unknown fact \"hat\" in \"carries\" (x.yaml:6)"},
      {kHead + std::string("  - see: F1 A -> P INVITE\n    carries:\n      sdp: loud\n"),
       "sdp is sendrecv, sendonly, recvonly, inactive, hold or none (x.yaml:7)"},
      {kHead + std::string("  - see: F1 A -> P INVITE\n  - see: F3 A -> P ACK\n"),
       "F3 stands where F2 is due (x.yaml:6)"},
      {kHead + std::string("  - any-order:\n      - see: F1 A -> P INVITE\n      - see: F2 A -> P ACK\n"),
       "\"any-order\" needs \"rfc\" with the reason why the order is open (x.yaml:5)"},
      {kHead + std::string("  - any-order: [{see: F1 A -> P INVITE}]\n    rfc: r\n"),
       "\"any-order\" is a list of two or more messages (x.yaml:5)"},
      {kHead + std::string("  - hear: A B\n"),
       "who hears whom is written as \"A hears B\" or \"B hears nobody\" (x.yaml:5)"},
      {kHead + std::string("  - hear: A hears Z\n"), "unknown party \"Z\" (x.yaml:5)"},
      {kHead + std::string("  - calls: \"A: asleep\"\n"), "unknown call state \"asleep\" (x.yaml:5)"},
      {kHead + std::string("  - digits: \"A: 12x\"\n"), "digits are written as \"B: 123#\" or \"B: none\" (x.yaml:5)"},
      {kHead + std::string("  - quiet: P\n"), "unknown party \"P\" (x.yaml:5)"},
  };
  for (const auto& [yaml, expected] : rows) EXPECT_EQ(complaint(yaml), expected) << yaml;
}

TEST(Script, BrokenYamlIsAComplaintWithItsLine) {
  const std::string text = complaint("flow: f\ntitle: [T\nparties: }\n");
  EXPECT_TRUE(text.starts_with("not well-formed: ")) << text;
  EXPECT_NE(text.find("(x.yaml:"), std::string::npos) << text;
}

TEST(Script, UnknownCommandIsNamedInThePhonesOwnWords) {
  const std::string text = complaint(kHead + std::string("  - do: \"A: dance\"\n"));
  EXPECT_NE(text.find("dance"), std::string::npos) << text;
  EXPECT_NE(text.find("(x.yaml:5)"), std::string::npos) << text;
}

TEST(Script, AnyBytesGiveAnAnswer) {
  const std::string whole =
      "flow: f\ntitle: T\nparties: {A: 1001, B: 1002}\nsteps:\n  - see: F1 A -> P INVITE\n    carries: {from: A}\n";
  for (std::size_t i = 0; i < whole.size(); ++i) {
    (void)load_script("x.yaml", whole.substr(0, i));
    std::string spoiled = whole;
    spoiled[i] = '{';
    (void)load_script("x.yaml", spoiled);
    spoiled[i] = '\0';
    (void)load_script("x.yaml", spoiled);
  }
}

}  // namespace
}  // namespace offhook::flow
