#include "commands.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/overloaded.hpp"

namespace offhook::api {
namespace {

using phone::ForwardKind;

// A command as one line, so that a table can hold what is expected.
std::string spell(const phone::Command& command) {
  const auto with = [](std::string word, int call) { return word + ' ' + std::to_string(call); };
  return std::visit(
      Overloaded{
          [](const phone::Dial& c) { return "dial " + c.target + " account " + std::to_string(c.account); },
          [&](const phone::Answer& c) { return with("answer", c.call); },
          [&](const phone::Reject& c) { return with("reject", c.call); },
          [&](const phone::Hold& c) { return with("hold", c.call); },
          [&](const phone::Resume& c) { return with("resume", c.call); },
          [&](const phone::Transfer& c) { return with("transfer " + c.target, c.call); },
          [&](const phone::HangUp& c) { return with("hangup", c.call); },
          [&](const phone::PressKeys& c) { return with("dtmf " + c.keys, c.call); },
          [](const phone::OffHook&) { return std::string("offhook"); },
          [](const phone::OnHook&) { return std::string("onhook"); },
          [](const phone::SetDnd& c) { return std::string(c.on ? "dnd on" : "dnd off"); },
          [](const phone::SetForward& c) {
            const auto kind = c.kind == ForwardKind::Always ? "always"
                              : c.kind == ForwardKind::Busy ? "busy"
                                                            : "no-answer";
            return std::string("forward ") + kind + (c.on ? " on " : " off ") + c.target;
          },
          [&](const phone::Conference& c) { return with("conference", c.call); },
          [](const phone::Split&) { return std::string("split"); },
          [](const phone::Page& c) { return "page " + c.group; },
          [](const phone::EndPage&) { return std::string("endpage"); },
      },
      command);
}

struct Row {
  const char* action;
  const char* body;
  const char* expected;  // the command, or the complaint
};

class ActionTable : public testing::TestWithParam<Row> {};

TEST_P(ActionTable, MakesTheCommandOrSaysWhatIsMissing) {
  const auto& row = GetParam();
  const auto* action = find_action(row.action);
  ASSERT_NE(action, nullptr);
  const auto arguments = Arguments::read({"POST", "", "", "application/json", row.body});
  ASSERT_TRUE(arguments);
  const auto command = action->command(*arguments);
  EXPECT_EQ(command ? spell(*command) : command.error().text(), row.expected);
}

INSTANTIATE_TEST_SUITE_P(
    Actions, ActionTable,
    testing::Values(Row{"dial", R"({"number":"1002"})", "dial 1002 account 0"}, Row{"conference", "{}", "conference 0"},
                    Row{"split", "{}", "split"}, Row{"page", R"({"group":2})", "page 2"},
                    Row{"page", R"({"group":"Fire"})", "page Fire"}, Row{"page", "{}", "\"group\" is missing"},
                    Row{"endpage", "{}", "endpage"},
                    Row{"dial", R"({"number":"bob@b.test","account":2})", "dial bob@b.test account 2"},
                    Row{"dial", "", "\"number\" is missing"},
                    Row{"dial", R"({"number":"1002","to":"x"})",
                        "there is no field \"to\" here; known: number, account"},
                    Row{"answer", "", "answer 0"}, Row{"answer", R"({"call":2})", "answer 2"},
                    Row{"answer", R"({"call":"x"})", "\"call\" is not a number from 1: x"},
                    Row{"reject", R"({"call":1})", "reject 1"}, Row{"hold", "{}", "hold 0"},
                    Row{"resume", R"({"call":3})", "resume 3"}, Row{"transfer", R"({"to":"1003"})", "transfer 1003 0"},
                    Row{"transfer", R"({"to":"1003","call":2})", "transfer 1003 2"},
                    Row{"transfer", R"({"call":2})", "\"to\" is missing"}, Row{"hangup", "", "hangup 0"},
                    Row{"dtmf", R"({"keys":"12#"})", "dtmf 12# 0"}, Row{"dtmf", "{}", "\"keys\" is missing"},
                    Row{"offhook", "", "offhook"}, Row{"onhook", "{}", "onhook"},
                    Row{"dnd", R"({"on":true})", "dnd on"}, Row{"dnd", R"({"on":false})", "dnd off"},
                    Row{"dnd", "", "\"on\" is missing"},
                    Row{"forward", R"({"kind":"always","on":true,"to":"1003"})", "forward always on 1003"},
                    Row{"forward", R"({"kind":"busy","to":"1003"})", "forward busy on 1003"},
                    Row{"forward", R"({"kind":"no-answer","on":false})", "forward no-answer off "},
                    Row{"forward", R"({"kind":"no_answer","on":false})", "forward no-answer off "},
                    Row{"forward", R"({"kind":"never"})", "\"kind\" is always, busy or no-answer, not never"},
                    Row{"forward", R"({"to":"1003"})", "\"kind\" is missing"}),
    [](const auto& row) { return std::string(row.param.action) + std::to_string(row.index); });

TEST(Actions, OtherNamesAreNone) {
  EXPECT_EQ(find_action("explode"), nullptr);
  EXPECT_EQ(find_action(""), nullptr);
  EXPECT_EQ(actions().size(), 16);
}

}  // namespace
}  // namespace offhook::api
