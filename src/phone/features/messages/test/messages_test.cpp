#include "features/messages/messages.hpp"

#include <gmock/gmock.h>

#include "body/message_summary.hpp"
#include "test/sim_office.hpp"

namespace offhook::phone::test {
namespace {

class MessagesRoom : public testing::Test {
 protected:
  void server_says(const std::string& summary) {
    const std::string number = SimOffice::number_of("A"), id = std::to_string(++sent_);
    office.stranger_sends(
        "A", "NOTIFY sip:" + number + "@127.0.0.1:5061 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5999;branch=z9hG4bKm" +
                 id + "\r\nMax-Forwards: 70\r\nFrom: <sip:vm@127.0.0.1>;tag=v\r\nTo: <sip:" + number +
                 "@127.0.0.1>\r\nCall-ID: m" + id +
                 "\r\nCSeq: 1 NOTIFY\r\nEvent: message-summary\r\nSubscription-State: active\r\nContent-Type: " +
                 std::string(body::kMessageSummaryType) + "\r\nContent-Length: " + std::to_string(summary.size()) +
                 "\r\n\r\n" + summary);
    office.settle();
    ASSERT_FALSE(office.stranger.got.empty());
    EXPECT_EQ(office.stranger.got.back().status(), 200);
  }
  Messages messages() const { return office.view("A").accounts.at(0).messages; }
  std::string tone() const { return office.view("A").tone; }

  SimOffice office;

 private:
  int sent_ = 0;
};

const std::string kTwoNew = "Messages-Waiting: yes\r\nVoice-Message: 2/5\r\n";
const std::string kNone = "Messages-Waiting: no\r\nVoice-Message: 0/7\r\n";

TEST_F(MessagesRoom, AreShownWithTheAccountUntilTheyAreHeard) {
  office.add("A");
  EXPECT_EQ(messages(), Messages{});
  office.changes.clear();
  server_says(kTwoNew);
  EXPECT_EQ(messages(), (Messages{true, 2, 5}));
  EXPECT_THAT(office.changes, testing::ElementsAre("A registration"));
  server_says(kTwoNew);
  EXPECT_EQ(office.changes.size(), 1U) << "that is no news";
  server_says(kNone);
  EXPECT_EQ(messages(), (Messages{false, 0, 7}));
}

TEST_F(MessagesRoom, AreHeardInTheDialTone) {
  office.add("A");
  server_says(kTwoNew);
  EXPECT_EQ(tone(), "");
  (void)office.tell("A", "offhook");
  EXPECT_EQ(tone(), "stutter");
  ASSERT_FALSE(office.sounds.empty());
  const auto* played = std::get_if<config::CallTone>(&office.sounds.back().sound);
  ASSERT_NE(played, nullptr);
  EXPECT_EQ(played->steps.size(), 21U) << "ten short ones, then the dial tone";
  EXPECT_EQ(config::to_text(*played).substr(0, 12), "!350+440/100");
  (void)office.tell("A", "onhook");
  EXPECT_EQ(tone(), "");
  server_says(kNone);
  (void)office.tell("A", "offhook");
  EXPECT_EQ(tone(), "dial");
}

TEST_F(MessagesRoom, NotWhereTheToneIsSwitchedOff) {
  office.add("A", [](auto& c) { c.tones.voice_mail = false; });
  server_says(kTwoNew);
  EXPECT_TRUE(messages().waiting);
  (void)office.tell("A", "offhook");
  EXPECT_EQ(tone(), "dial");
}

TEST_F(MessagesRoom, NorAtAnAccountThatDoesNotShowThem) {
  office.add("A", [](auto& c) { c.accounts[0].shows_messages = false; });
  server_says(kTwoNew);
  EXPECT_EQ(messages(), Messages{});
  (void)office.tell("A", "offhook");
  EXPECT_EQ(tone(), "dial");
}

}  // namespace
}  // namespace offhook::phone::test
