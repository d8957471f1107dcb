#include "features/refuse/refuse.hpp"

#include <gmock/gmock.h>

#include "test/sim_office.hpp"

namespace offhook::phone::test {
namespace {

TEST(Refuse, RejectSendsTheConfiguredCode) {
  for (const int code : {404, 480, 486, 603}) {
    SimOffice office;
    office.add("A");
    office.add("B", [&](auto& c) { c.refuse.normal_code = code; });
    (void)office.tell("A", "call 1002");
    office.settle();
    EXPECT_EQ(office.tell("B", "reject"), "");
    EXPECT_EQ(office.state("B", 1), "ended");
    EXPECT_EQ(office.note("B", 1), "rejected");
    office.settle();
    EXPECT_NE(office.find_sent("B " + std::to_string(code) + " INVITE"), nullptr) << code;
    EXPECT_EQ(office.state("A", 1), "ended");
  }
}

TEST(Refuse, HangingUpOnACallerWhoRingsIsToReject) {
  SimOffice office;
  office.add("A");
  office.add("B", [](auto& c) { c.refuse.normal_code = 603; });
  (void)office.tell("A", "call 1002");
  office.settle();
  EXPECT_EQ(office.tell("B", "hangup"), "");
  office.settle();
  EXPECT_NE(office.find_sent("B 603 INVITE"), nullptr);
}

TEST(Refuse, OnlyARingingCallCanBeRejected) {
  SimOffice office;
  office.add_all(2);
  EXPECT_EQ(office.tell("B", "reject"), "no call to reject");
  office.connect("A", "B");
  EXPECT_EQ(office.tell("B", "reject 1"), "cannot reject call 1: it is talking");
}

}  // namespace
}  // namespace offhook::phone::test
