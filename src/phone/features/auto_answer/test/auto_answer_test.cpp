#include "features/auto_answer/auto_answer.hpp"

#include <gmock/gmock.h>

#include "test/sim_office.hpp"

namespace offhook::phone::test {
namespace {

class AutoAnswer : public testing::Test {
 protected:
  void add_all(const std::function<void(config::PhoneConfig&)>& adjust = {}) {
    office.add("A", [&](config::PhoneConfig& c) {
      c.accounts[0].auto_answer.enabled = true;
      if (adjust) adjust(c);
    });
    office.add("B");
    office.add("C");
  }
  // Sounds over everything else, as the media engine was told.
  std::vector<std::string> beeps() const {
    std::vector<std::string> out;
    for (const auto& sound : office.sounds)
      if (const auto* tone = std::get_if<config::CallTone>(&sound.sound);
          tone != nullptr && sound.place == media::LocalSound::Key)
        out.push_back(config::to_text(*tone));
    return out;
  }
  SimOffice office;
};

TEST_F(AutoAnswer, AnswersAfterItsDelayWithABeep) {
  add_all([](auto& c) { c.auto_answer.delay = seconds(2); });
  (void)office.tell("B", "call 1001");
  office.run(milliseconds(1'900));
  EXPECT_EQ(office.state("A", 1), "ringing");
  EXPECT_THAT(beeps(), testing::IsEmpty());
  office.run(milliseconds(300));
  EXPECT_EQ(office.state("A", 1), "talking");
  EXPECT_EQ(office.state("B", 1), "talking");
  EXPECT_THAT(beeps(), testing::ElementsAre("!880/200"));
}

TEST_F(AutoAnswer, BeepsAsConfiguredOrNotAtAll) {
  add_all([](auto& c) { c.tones.own = {{"autoanswer", *config::parse_tone("500/100,0/100,500/100", 8)}}; });
  (void)office.tell("B", "call 1001");
  office.run(seconds(2));
  EXPECT_THAT(beeps(), testing::ElementsAre("!500/100,!0/100,!500/100"));
  SimOffice quiet;
  quiet.add("A", [](auto& c) {
    c.accounts[0].auto_answer.enabled = true;
    c.auto_answer.tone = false;
  });
  quiet.add("B");
  (void)quiet.tell("B", "call 1001");
  quiet.run(seconds(2));
  EXPECT_EQ(quiet.state("A", 1), "talking");
  for (const auto& sound : quiet.sounds) EXPECT_NE(sound.place, media::LocalSound::Key);
}

TEST_F(AutoAnswer, ASecondCallRings) {
  add_all();
  (void)office.tell("B", "call 1001");
  office.run(seconds(2));
  (void)office.tell("C", "call 1001");
  office.run(seconds(5));
  EXPECT_EQ(office.state("A", 1), "talking");
  EXPECT_EQ(office.state("A", 2), "ringing");
}

TEST_F(AutoAnswer, OrIsAnsweredAndTheFirstIsHeld) {
  add_all([](auto& c) { c.auto_answer.first_call_only = false; });
  (void)office.tell("B", "call 1001");
  office.run(seconds(2));
  (void)office.tell("C", "call 1001");
  office.run(seconds(3));
  EXPECT_EQ(office.state("A", 1), "held");
  EXPECT_EQ(office.state("A", 2), "talking");
}

TEST_F(AutoAnswer, ACallThatIsDialledMeanwhileComesFirst) {
  add_all([](auto& c) { c.auto_answer.delay = seconds(4); });
  (void)office.tell("B", "call 1001");
  office.run(seconds(1));
  (void)office.tell("A", "call 1003");
  office.run(seconds(5));
  EXPECT_EQ(office.state("A", 1), "ringing");
}

TEST_F(AutoAnswer, OtherAccountsRing) {
  office.add("A");
  office.add("B");
  (void)office.tell("B", "call 1001");
  office.run(seconds(5));
  EXPECT_EQ(office.state("A", 1), "ringing");
}

}  // namespace
}  // namespace offhook::phone::test
