#include <gmock/gmock.h>

#include "base/overloaded.hpp"
#include "phone/command.hpp"

namespace offhook::phone {
namespace {

// One text for each command, so that a table can show it.
std::string shown(const Checked<Command>& parsed) {
  if (!parsed) return "error: " + parsed.error().what;
  const auto kind = [](ForwardKind k) {
    return k == ForwardKind::Always ? "always" : k == ForwardKind::Busy ? "busy" : "no-answer";
  };
  return std::visit(
      Overloaded{[](const Dial& c) { return "Dial " + c.target + '/' + std::to_string(c.account); },
                 [](const Answer& c) { return "Answer " + std::to_string(c.call); },
                 [](const Reject& c) { return "Reject " + std::to_string(c.call); },
                 [](const Hold& c) { return "Hold " + std::to_string(c.call); },
                 [](const Resume& c) { return "Resume " + std::to_string(c.call); },
                 [](const Transfer& c) { return "Transfer " + c.target + '/' + std::to_string(c.call); },
                 [](const HangUp& c) { return "HangUp " + std::to_string(c.call); },
                 [](const PressKeys& c) { return "Keys " + c.keys + '/' + std::to_string(c.call); },
                 [](const OffHook&) { return std::string("OffHook"); },
                 [](const OnHook&) { return std::string("OnHook"); },
                 [](const SetDnd& c) { return std::string("Dnd ") + (c.on ? "on" : "off"); },
                 [&](const SetForward& c) {
                   return std::string("Forward ") + kind(c.kind) + (c.on ? " on " : " off ") + c.target;
                 },
                 [](const Conference& c) { return "Conference " + std::to_string(c.call); },
                 [](const Split&) { return std::string("Split"); }, [](const Page& c) { return "Page " + c.group; },
                 [](const EndPage&) { return std::string("EndPage"); }},
      *parsed);
}

struct Row {
  const char* text;
  const char* expected;
};

TEST(ParseCommand, TextsThatPeopleType) {
  constexpr Row kRows[] = {
      {"call 1002", "Dial 1002/0"},
      {"  dial\t1002  ", "Dial 1002/0"},
      {"CALL sip:1002@127.0.0.1:5062", "Dial sip:1002@127.0.0.1:5062/0"},
      {"call 1002 from 2", "Dial 1002/2"},
      {"conference", "Conference 0"},
      {"conference 2", "Conference 2"},
      {"split", "Split"},
      {"split 1", "error: \"split\" takes nothing more"},
      {"page 2", "Page 2"},
      {"page All of us", "Page All of us"},
      {"page", "error: \"page\" needs the number or label of a paging group"},
      {"endpage", "EndPage"},
      {"answer", "Answer 0"},
      {"answer 2", "Answer 2"},
      {"answer #2", "Answer 2"},
      {"reject", "Reject 0"},
      {"hold 1", "Hold 1"},
      {"resume", "Resume 0"},
      {"transfer 1003", "Transfer 1003/0"},
      {"transfer 1003 on 2", "Transfer 1003/2"},
      {"hangup", "HangUp 0"},
      {"hangup 3", "HangUp 3"},
      {"offhook", "OffHook"},
      {"onhook", "OnHook"},
      {"onhook 2", "error: \"onhook\" takes nothing more"},
      {"dtmf 12*#", "Keys 12*#/0"},
      {"dtmf 9 on 2", "Keys 9/2"},
      {"dnd on", "Dnd on"},
      {"dnd off", "Dnd off"},
      {"forward always 1003", "Forward always on 1003"},
      {"forward busy off", "Forward busy off "},
      {"forward no-answer on", "Forward no-answer on "},
      {"forward noanswer 1004", "Forward no-answer on 1004"},
  };
  for (const auto& row : kRows) EXPECT_EQ(shown(parse_command(row.text)), row.expected) << row.text;
}

TEST(ParseCommand, ComplaintsSayWhatIsWrong) {
  constexpr Row kRows[] = {
      {"", "error: no command given"},
      {"   ", "error: no command given"},
      {"park", "error: unknown command \"park\""},
      {"call", "error: \"call\" needs a number or address"},
      {"call 1002 1003", "error: \"call\" takes a target and perhaps \"from N\", not \"1003\""},
      {"call 1002 from", "error: \"call\" takes a target and perhaps \"from N\", not \"from\""},
      {"transfer 1003 on 0", "error: \"transfer\" takes a target and perhaps \"on N\", not \"on 0\""},
      {"answer two", "error: \"answer\" takes a call's number, not \"two\""},
      {"answer 0", "error: \"answer\" takes a call's number, not \"0\""},
      {"hold -1", "error: \"hold\" takes a call's number, not \"-1\""},
      {"hangup 99999999999", "error: \"hangup\" takes a call's number, not \"99999999999\""},
      {"dnd", "error: \"dnd\" takes on or off"},
      {"dnd maybe", "error: \"dnd\" takes on or off"},
      {"forward 1003", "error: \"forward\" takes always, busy or no-answer, then a number, on or off"},
      {"forward always", "error: \"forward\" takes always, busy or no-answer, then a number, on or off"},
      {"forward busy 1003 now", "error: \"forward\" takes always, busy or no-answer, then a number, on or off"},
  };
  for (const auto& row : kRows) EXPECT_EQ(shown(parse_command(row.text)), row.expected) << row.text;
}

}  // namespace
}  // namespace offhook::phone
