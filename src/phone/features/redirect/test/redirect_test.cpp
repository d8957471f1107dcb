#include "features/redirect/redirect.hpp"

#include <gmock/gmock.h>

#include "test/sim_office.hpp"

namespace offhook::phone::test {
namespace {

TEST(Redirect, TheCallersScreenFollowsTheForward) {
  SimOffice office;
  office.add("A");
  office.add("B", [](auto& c) { c.accounts[0].forward.always = {true, "1003", "", ""}; });
  office.add("C");
  (void)office.tell("A", "call 1002");
  office.settle();
  const auto call = office.call("A", 1);
  EXPECT_EQ(call.peer_number, "1003");
  EXPECT_EQ(call.note, "forwarded to 1003");
  EXPECT_EQ(call.state, CallState::RingBack);
  (void)office.tell("C", "answer");
  office.settle();
  EXPECT_EQ(office.audio("A", 1), "sendrecv");
  EXPECT_EQ(office.audio("C", 1), "sendrecv");
}

TEST(Redirect, AForwardedCallCanBeGivenUp) {
  SimOffice office;
  office.add("A");
  office.add("B", [](auto& c) { c.accounts[0].forward.always = {true, "1003", "", ""}; });
  office.add("C");
  (void)office.tell("A", "call 1002");
  office.settle();
  (void)office.tell("A", "hangup");
  office.settle();
  EXPECT_EQ(office.state("C", 1), "ended");
  office.run(seconds(60));
  EXPECT_EQ(office.rack().counts().transactions, 0u);
}

}  // namespace
}  // namespace offhook::phone::test
