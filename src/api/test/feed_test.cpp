#include "feed.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/overloaded.hpp"

namespace offhook::api {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Everything that is due, as "client what".
std::vector<std::string> drain(Feed& feed) {
  std::vector<std::string> out;
  while (const auto due = feed.next()) {
    const auto what = std::visit(Overloaded{
                                     [](Feed::Snapshot) { return std::string("snapshot"); },
                                     [](Feed::PhoneChange c) { return "phone " + std::to_string(c.phone.index); },
                                     [](const Feed::HearingChange& c) { return "hearing " + c.phone; },
                                     [](Feed::MessageChange c) { return "message " + std::to_string(c.number); },
                                 },
                                 due->what);
    out.push_back(std::to_string(due->socket) + ' ' + what);
  }
  return out;
}

TEST(Feed, NewClientGetsASnapshotThatCoversAllBefore) {
  Feed feed;
  feed.message_changed(1);
  EXPECT_TRUE(feed.connect(7));
  feed.message_changed(2);
  feed.phone_changed({1, 1});
  EXPECT_THAT(drain(feed), ElementsAre("7 snapshot"));
}

TEST(Feed, TellsEachClientEachChangeOnce) {
  Feed feed;
  feed.connect(1);
  feed.connect(2);
  drain(feed);
  feed.message_changed(5);
  feed.message_changed(4);
  feed.message_changed(5);
  feed.phone_changed({3, 1});
  feed.phone_changed({3, 1});
  feed.hearing_changed("A");
  EXPECT_THAT(drain(feed), ElementsAre("1 phone 3", "1 hearing A", "1 message 4", "1 message 5", "2 phone 3",
                                       "2 hearing A", "2 message 4", "2 message 5"));
  EXPECT_THAT(drain(feed), IsEmpty());
}

TEST(Feed, ClientThatFellBehindStartsOver) {
  Feed feed;
  feed.connect(1);
  drain(feed);
  for (std::uint64_t i = 1; i <= Feed::kWaiting; ++i) feed.message_changed(i);
  EXPECT_EQ(drain(feed).size(), Feed::kWaiting);
  for (std::uint64_t i = 1; i <= 3 * Feed::kWaiting; ++i) feed.message_changed(i);
  EXPECT_THAT(drain(feed), ElementsAre("1 snapshot"));
}

TEST(Feed, ForgetsWhoLeft) {
  Feed feed;
  feed.connect(1);
  feed.disconnect(1);
  feed.disconnect(99);
  feed.message_changed(1);
  EXPECT_THAT(drain(feed), IsEmpty());
}

TEST(Feed, TakesALimitedNumberOfClients) {
  Feed feed;
  for (SocketId i = 1; i <= Feed::kClients; ++i) EXPECT_TRUE(feed.connect(i));
  EXPECT_TRUE(feed.is_full());
  EXPECT_FALSE(feed.connect(999));
  feed.disconnect(1);
  EXPECT_TRUE(feed.connect(999));
}

}  // namespace
}  // namespace offhook::api
