// [events], [features] and [[list]] of proxy.toml.
#include <gmock/gmock.h>

#include "io/proxy_file.hpp"

namespace offhook::io {
namespace {

using testing::ElementsAre;

Checked<ProxySettings> read(const std::string& text) { return read_proxy_file("p.toml", "domains = [\"a\"]\n" + text); }

TEST(EventsFile, ReachesTheEngine) {
  const auto settings = read(R"([events]
blf = "self"
presence = "off"
messages = false
unsolicited_messages = false
voicemail = "*500"
calls = false
call_silence = 60
[features]
pickup = "*97"
group_pickup = "*98"
park = "*68"
retrieve = "*88"
park_time = 0
[[list]]
name = "sales"
members = ["1001", "ann.lee"]
[[list]]
name = "all"
members = ["1002"]
)");
  ASSERT_TRUE(settings) << settings.error().text();
  const proxy::Config config = settings->to_config();
  EXPECT_EQ(config.events.blf, proxy::Watchers::Self);
  EXPECT_EQ(config.events.presence, proxy::Watchers::Nobody);
  EXPECT_FALSE(config.events.messages);
  EXPECT_FALSE(config.events.unsolicited_messages);
  EXPECT_EQ(config.events.voicemail, "*500");
  EXPECT_FALSE(config.calls.on);
  EXPECT_EQ(config.calls.silence, seconds(60));
  EXPECT_EQ(config.features.pickup, "*97");
  EXPECT_EQ(config.features.group_pickup, "*98");
  EXPECT_EQ(config.features.park, "*68");
  EXPECT_EQ(config.features.retrieve, "*88");
  EXPECT_EQ(config.features.park_time, seconds(0));
  ASSERT_EQ(config.events.lists.size(), 2U);
  EXPECT_EQ(config.events.lists[0].name, "sales");
  EXPECT_THAT(config.events.lists[0].members, ElementsAre("1001", "ann.lee"));
  EXPECT_EQ(config.events.lists[0].line, 16U);
  EXPECT_EQ(config.events.lists[1].line, 19U);
}

TEST(EventsFile, WhatIsNotSaid) {
  const auto settings = read("");
  ASSERT_TRUE(settings);
  const proxy::Config config = settings->to_config();
  EXPECT_EQ(config.events.blf, proxy::Watchers::Users);
  EXPECT_EQ(config.events.presence, proxy::Watchers::Users);
  EXPECT_TRUE(config.events.messages);
  EXPECT_TRUE(config.events.unsolicited_messages);
  EXPECT_EQ(config.events.voicemail, "");
  EXPECT_TRUE(config.events.lists.empty());
  EXPECT_TRUE(config.calls.on);
  EXPECT_EQ(config.calls.silence, seconds(12 * 3600));
  EXPECT_EQ(config.features.pickup, "");
  EXPECT_EQ(config.features.group_pickup, "");
}

TEST(EventsFile, SaysWhatIsWrongAndWhere) {
  const std::string user = R"(the part of an address before the @, as in "1001")";
  const std::pair<std::string, std::string> cases[] = {
      {"[events]\nblf = \"all\"", R"(blf must be "users", "self" or "off" (all) (p.toml:3))"},
      {"[events]\nblf = true", R"(blf must be "users", "self" or "off" (true) (p.toml:3))"},
      {"[events]\npresence = \"\"", R"(presence must be "users", "self" or "off" (p.toml:3))"},
      {"[events]\nmessages = \"yes\"", "messages must be true or false (yes) (p.toml:3)"},
      {"[events]\nunsolicited_messages = 1", "unsolicited_messages must be true or false (1) (p.toml:3)"},
      {"[events]\n\nvoicemail = \"500@a\"", "voicemail wants " + user + " (500@a) (p.toml:4)"},
      {"[events]\nvoicemail = \"sip:500\"", "voicemail wants " + user + " (sip:500) (p.toml:3)"},
      {"[events]\nvoicemail = 500", "voicemail must be a text (500) (p.toml:3)"},
      {"[events]\ncalls = 0", "calls must be true or false (0) (p.toml:3)"},
      {"[events]\ncall_silence = 0", "call_silence must be a number of seconds (0) (p.toml:3)"},
      {"[events]\ncall_silence = \"1h\"", "call_silence must be a number of seconds (1h) (p.toml:3)"},
      {"[events]\nlamps = true",
       "unknown field 'lamps' of [events]; known are blf, presence, messages, unsolicited_messages, voicemail, calls, "
       "call_silence (p.toml:3)"},
      {"events = 1", "events must be a table: [events] (1) (p.toml:2)"},
      {"[features]\npickup = \"\"", "pickup wants " + user + " (p.toml:3)"},
      {"[features]\npickup = \"*9 7\"", "pickup wants " + user + " (*9 7) (p.toml:3)"},
      {"[features]\ngroup_pickup = 98", "group_pickup must be a text (98) (p.toml:3)"},
      {"[features]\npickup = \"*97\"\ngroup_pickup = \"*97\"",
       "pickup and group_pickup are the same number '*97' (p.toml:2)"},
      {"[features]\npark = \"*6 8\"", "park wants " + user + " (*6 8) (p.toml:3)"},
      {"[features]\nretrieve = 88", "retrieve must be a text (88) (p.toml:3)"},
      {"[features]\npark_time = -1", "park_time must be a number of seconds up to 86400; 0 is never (-1) (p.toml:3)"},
      {"[features]\norbit = \"*68\"",
       "unknown field 'orbit' of [features]; known are pickup, group_pickup, park, retrieve, park_time (p.toml:3)"},
      {"[[list]]\nname = \"sales\"", "a [[list]] needs a name and members (p.toml:2)"},
      {"[[list]]\nmembers = [\"1001\"]", "a [[list]] needs a name and members (p.toml:2)"},
      {"[[list]]\nname = \"sales\"\nmembers = []", "members must be a list of texts (an empty list) (p.toml:4)"},
      {"[[list]]\nname = \"sales\"\nmembers = [1001]", "members must be a list of texts (1001) (p.toml:4)"},
      {"[[list]]\nname = \"sales\"\nmembers = \"1001\"", "members must be a list of texts (1001) (p.toml:4)"},
      {"[[list]]\nname = \"sales\"\nmembers = [\"1001\",\n\"sip:1002@a\"]",
       "each of members wants " + user + " (sip:1002@a) (p.toml:5)"},
      {"[[list]]\nname = \"sales\"\nmembers = [\"\"]", "each of members wants " + user + " (p.toml:4)"},
      {"[[list]]\nname = \"sales\"\nmembers = [\"1001\", \"1001\"]", "a member is there twice (1001) (p.toml:4)"},
      {"[[list]]\nname = \"sales floor\"\nmembers = [\"1001\"]", "name wants " + user + " (sales floor) (p.toml:3)"},
      {"[[list]]\nname = \"sales\"\nmembers = [\"1001\"]\n[[list]]\nname = \"sales\"\nmembers = [\"1002\"]",
       "list 'sales' is there twice (p.toml:5)"},
      {"[[list]]\nname = \"sales\"\nusers = [\"1001\"]",
       "unknown field 'users' of [[list]]; known are name, members (p.toml:4)"},
      {"[list]\nname = \"sales\"", "list must be written as [[list]] tables (a table) (p.toml:2)"},
  };
  for (const auto& [text, complaint] : cases) {
    const auto settings = read(text);
    ASSERT_FALSE(settings) << text;
    EXPECT_EQ(settings.error().text(), complaint) << text;
  }
}

TEST(EventsFile, WhatIsOddAboutLists) {
  const auto settings = read(R"([[user]]
name = "1001"
password = "x"
[[list]]
name = "1001"
members = ["1001", "1009"]
[[group]]
name = "g"
members = ["nobody"]
)");
  ASSERT_TRUE(settings) << settings.error().text();
  std::vector<std::string> odd;
  for (const auto& finding : settings->lint()) odd.push_back(std::to_string(finding.line) + ": " + finding.text);
  EXPECT_THAT(odd, ElementsAre("5: list '1001' hides the lamp of the user of that name",
                               "5: list '1001' has a member that is no user: '1009'",
                               "8: group 'g' has a member that is no user and no number: 'nobody'"));
  EXPECT_TRUE(read("[[list]]\nname = \"sales\"\nmembers = [\"1001\"]\n")->lint().empty()) << "the users are in a store";
}

}  // namespace
}  // namespace offhook::io
