#include "features/ringing/ringer.hpp"

#include <gtest/gtest.h>

#include "line.hpp"

namespace offhook::phone::test {
namespace {

struct Row {
  const char* alert_info;
  const char* ringer;
};

TEST(Ringer, ByAlertInfo) {
  Line line;
  line.ring_type = "Ring5.wav";
  config::RingerConfig config;
  config.alert_info = {{"family", "3"}, {"Boss", "Splash.wav"}, {"door", "bell.wav"}, {"odd", "99"}};
  config.files = {"bell.wav"};
  constexpr Row kRows[] = {
      {"", "Ring5.wav"},
      {"<http://192.0.2.1/>;info=family", "Ring3.wav"},
      {"<http://192.0.2.1/>; INFO = x", "Ring5.wav"},
      {"<http://192.0.2.1/x>;info=BOSS;x-line-id=0", "Splash.wav"},
      {"info=\"boss\"", "Splash.wav"},
      {";info=door", "bell.wav"},
      {"info=odd", "Ring5.wav"},
      {"info=stranger", "Ring5.wav"},
      {"<http://127.0.0.1/Bellcore-dr2>", "Ring2.wav"},
      {"Bellcore-dr8", "Ring8.wav"},
      {"bellcore-DR10", "Splash.wav"},
      {"Bellcore-dr11", "Ring5.wav"},
      {"Bellcore-dr", "Ring5.wav"},
      {"<http://192.0.2.1/ringtone-4>", "Ring4.wav"},
      {"MyMelody6", "Ring6.wav"},
      {"<http://192.0.2.1/rings/Ring7.wav>;info=family", "Ring7.wav"},
      {"<http://192.0.2.1/bell.wav?x=1>", "bell.wav"},
      {"<http://192.0.2.1/unknown.wav>;info=family", "Ring3.wav"},
      {"<>", "Ring5.wav"},
      {"><", "Ring5.wav"},
      {"<http://192.0.2.1/Bellcore-dr1", "Ring1.wav"},
  };
  for (const Row& row : kRows)
    EXPECT_EQ(ringing::ringer_of(row.alert_info, line, config), row.ringer) << row.alert_info;
  line.alert_info_url = false;
  EXPECT_EQ(ringing::ringer_of("<http://192.0.2.1/rings/Ring7.wav>;info=family", line, config), "Ring3.wav");
  config.bellcore_patterns = true;
  EXPECT_EQ(ringing::ringer_of("Bellcore-dr2", line, config), "Bellcore-dr2");
  EXPECT_EQ(ringing::ringer_of("Bellcore-dr8", line, config), "Ring8.wav");
}

TEST(Ringer, TheAccountsBeforeThePhones) {
  Line line;
  config::RingerConfig config;
  config.ring_type = "Ring2.wav";
  EXPECT_EQ(ringing::ringer_of("", line, config), "Ring2.wav");
  line.ring_type = "Silent.wav";
  EXPECT_EQ(ringing::ringer_of("", line, config), "Silent.wav");
  line.ring_type = "common";
  config.ring_type = "";
  EXPECT_EQ(ringing::ringer_of("", line, config), "Ring1.wav");
}

}  // namespace
}  // namespace offhook::phone::test
