// NOTIFY of message-summary outside of any subscription, as voice mail servers send it. RFC 3842 §3.5.
#include "world.hpp"

namespace offhook::ua::test {
namespace {

using sip::HeaderId;
using testing::HasSubstr;

constexpr std::string_view kType = "application/simple-message-summary";

class MessageSummary : public testing::Test {
 protected:
  MessageSummary() : a(world, "A", 1, account("1001")), p(world, "P", 50) {}
  sip::Message notify(std::string_view type, std::string_view body, std::string_view uri = "sip:1001@10.0.0.1",
                      std::string_view event = "message-summary") {
    auto request = p.request("NOTIFY", uri);
    request.add(HeaderId::Event, event).add(HeaderId::SubscriptionState, "active");
    if (!body.empty()) request.body(type, body);
    p.send(request.build(), a.local);
    world.run_for(seconds(1));
    return p.responses.empty() ? sip::Message{} : p.responses.back();
  }
  World world;
  Agent a;
  Peer p;
};

TEST_F(MessageSummary, IsToldWithItsCounts) {
  EXPECT_EQ(notify(kType, "Messages-Waiting: yes\r\nVoice-Message: 2/8 (1/0)\r\n").status(), 200);
  const auto told = a.last<MessagesWaiting>();
  EXPECT_EQ(told.account, a.account_id);
  EXPECT_TRUE(told.waiting);
  EXPECT_EQ(told.fresh, 2U);
  EXPECT_EQ(told.old, 8U);
  EXPECT_TRUE(world.settle());
  a.expect_clean();
}

TEST_F(MessageSummary, WithoutCountsOrWithoutMessages) {
  EXPECT_EQ(notify(kType, "Messages-Waiting: yes\r\n").status(), 200);
  EXPECT_TRUE(a.last<MessagesWaiting>().waiting);
  EXPECT_EQ(a.last<MessagesWaiting>().fresh, 0U);
}

TEST_F(MessageSummary, AnEmptyOneSaysNothing) {
  EXPECT_EQ(notify(kType, "").status(), 200);
  EXPECT_TRUE(a.all<MessagesWaiting>().empty());
}

TEST_F(MessageSummary, OfAnotherTypeIsRefusedWithWhatIsTaken) {
  const auto response = notify("text/plain", "Messages-Waiting: yes\r\n");
  EXPECT_EQ(response.status(), 415);
  EXPECT_THAT(std::string(response.bytes()), HasSubstr("Accept: application/simple-message-summary\r\n"));
  EXPECT_TRUE(a.all<MessagesWaiting>().empty());
}

TEST_F(MessageSummary, ThatCannotBeReadIsRefused) {
  EXPECT_EQ(notify(kType, "Voice-Message: many\r\n").status(), 400);
  EXPECT_TRUE(a.all<MessagesWaiting>().empty());
}

TEST_F(MessageSummary, ForNobodyHereIsNotFound) {
  EXPECT_EQ(notify(kType, "Messages-Waiting: yes\r\n", "sip:4711@10.0.0.1").status(), 404);
  EXPECT_TRUE(a.all<MessagesWaiting>().empty());
}

}  // namespace
}  // namespace offhook::ua::test
