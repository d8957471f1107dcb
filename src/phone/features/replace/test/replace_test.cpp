#include "features/replace/replace.hpp"

#include <gmock/gmock.h>

#include "sip/header/replaces.hpp"
#include "test/sim_office.hpp"

namespace offhook::phone::test {
namespace {

using sip::HeaderId;

// A stranger takes the place of a call that A has.
class Replace : public ::testing::Test {
 protected:
  Replace() { office.add_all(3); }
  // As A names the dialog of the newest `response` that B has sent it.
  std::string dialog(const std::string& response) const {
    const auto* seen = office.find_sent(response);
    EXPECT_NE(seen, nullptr);
    if (seen == nullptr) return {};
    return sip::Replaces{seen->message.call_id(), seen->message.from_tag(), seen->message.to_tag(), false}.text();
  }
  void replace(const std::string& dialog, const std::string& codec = "0") {
    const std::string contact = line_of_a();
    auto invite = sip::Builder::request(sip::Method::Invite, contact);
    invite.add(HeaderId::Via, "SIP/2.0/UDP 127.0.0.1:5999;branch=z9hG4bKstranger");
    invite.add(HeaderId::MaxForwards, "70").add(HeaderId::From, "\"Guest\" <sip:2001@127.0.0.1>;tag=s1");
    invite.add(HeaderId::To, "<sip:1001@127.0.0.1>").add(HeaderId::CallId, "stranger");
    invite.add(HeaderId::CSeq, "1 INVITE").add(HeaderId::Contact, "<sip:2001@127.0.0.1:5999>");
    invite.add(HeaderId::Replaces, dialog);
    invite.body("application/sdp",
                "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP " +
                    codec + "\r\na=rtpmap:96 odd/8000\r\n");
    office.stranger_sends("A", invite.build().release());
    office.settle();
  }
  void acknowledge() {
    auto ack = sip::Builder::request(sip::Method::Ack, line_of_a());
    ack.add(HeaderId::Via, "SIP/2.0/UDP 127.0.0.1:5999;branch=z9hG4bKstranger-ack");
    ack.add(HeaderId::MaxForwards, "70").add(HeaderId::From, "<sip:2001@127.0.0.1>;tag=s1");
    ack.add(HeaderId::To, "<sip:1001@127.0.0.1>;tag=" + std::string(office.stranger.got.back().to_tag()));
    ack.add(HeaderId::CallId, "stranger").add(HeaderId::CSeq, "1 ACK");
    office.stranger_sends("A", ack.build().release());
    office.settle();
  }
  int answered() const { return office.stranger.got.empty() ? 0 : office.stranger.got.back().status(); }
  // The URI in A's Contact.
  std::string line_of_a() const {
    const auto value = std::string(*office.find_sent("A INVITE")->message.find(HeaderId::Contact));
    return value.substr(1, value.find('>') - 1);
  }
  SimOffice office;
};

TEST_F(Replace, ARingingCallIsTakenAndTheAudioMovesOver) {
  (void)office.tell("A", "call 1002");
  office.settle();
  replace(dialog("B 180 INVITE"));
  ASSERT_EQ(answered(), 200);
  acknowledge();
  EXPECT_EQ(office.state("A", 1), "ended");
  EXPECT_EQ(office.note("A", 1), "taken over by 2001");
  EXPECT_EQ(office.audio("A", 1), "closed");
  EXPECT_EQ(office.state("A", 2), "talking");
  EXPECT_EQ(office.call("A", 2).peer_name, "Guest");
  EXPECT_EQ(office.note("A", 2), "in place of 1002");
  EXPECT_EQ(office.audio("A", 2), "sendrecv");
  EXPECT_EQ(office.note("B", 1), "answered elsewhere");
  EXPECT_EQ(office.view("A").tone, "") << "no busy tone, no ringback";
}

TEST_F(Replace, ACallThatStandsIsTaken) {
  office.connect("A", "B");
  replace(dialog("B 200 INVITE"));
  acknowledge();
  EXPECT_EQ(office.state("A", 2), "talking");
  EXPECT_EQ(office.audio("A", 2), "sendrecv");
  EXPECT_EQ(office.state("B", 1), "ended");
}

TEST_F(Replace, NeitherDoNotDisturbNorForwardingNorABusyLineKeepsItOut) {
  office.connect("A", "B");
  (void)office.tell("A", "dnd on");
  (void)office.tell("A", "forward always 1003");
  replace(dialog("B 200 INVITE"));
  EXPECT_EQ(answered(), 200);
}

TEST_F(Replace, WhoIsOnHoldStaysOnHoldUntilResumed) {
  office.connect("A", "B");
  (void)office.tell("A", "hold");
  office.settle();
  replace(dialog("B 200 INVITE"));
  acknowledge();
  EXPECT_EQ(office.state("A", 2), "held");
  EXPECT_EQ(office.audio("A", 2), "inactive");
}

TEST_F(Replace, AnotherCallGoesOnBesideIt) {
  office.connect("A", "B");
  const std::string first = dialog("B 200 INVITE");
  (void)office.tell("A", "call 1003");
  office.settle();
  (void)office.tell("C", "answer");
  office.settle();
  ASSERT_EQ(office.state("A", 1), "held");
  replace(first);
  acknowledge();
  EXPECT_EQ(office.state("A", 2), "talking");
  EXPECT_EQ(office.audio("A", 2), "sendrecv");
  EXPECT_EQ(office.state("A", 3), "held");
}

TEST_F(Replace, WhatCannotBeHeardChangesNothing) {
  office.connect("A", "B");
  replace(dialog("B 200 INVITE"), "96");
  EXPECT_EQ(answered(), 488);
  EXPECT_EQ(office.state("A", 1), "talking");
  EXPECT_EQ(office.audio("A", 1), "sendrecv");
}

TEST_F(Replace, ACallMadeForATransferIsReportedAsMade) {
  office.connect("B", "A");
  (void)office.tell("B", "transfer 1003");
  office.settle();
  ASSERT_EQ(office.state("C", 1), "ringing");
  replace(dialog("C 180 INVITE"));
  acknowledge();
  EXPECT_EQ(office.note("B", 1), "transferred to 1003");
  const auto* last = office.find_sent("A NOTIFY");
  ASSERT_NE(last, nullptr);
  std::vector<std::string> reports;
  for (const auto& seen : office.seen)
    if (seen.from == "A" && seen.first_line == "NOTIFY") reports.emplace_back(seen.message.body());
  EXPECT_THAT(reports.back(), testing::HasSubstr("200 OK"));
}

TEST_F(Replace, NothingIsLeftOver) {
  (void)office.tell("A", "call 1002");
  office.settle();
  replace(dialog("B 180 INVITE"));
  acknowledge();
  (void)office.tell("A", "hangup 2");
  office.run(minutes(2));
  EXPECT_EQ(office.rack().counts().calls, 0U);
  EXPECT_EQ(office.rack().counts().media_legs, 0U);
  EXPECT_EQ(office.rack().counts().transactions, 0U);
}

}  // namespace
}  // namespace offhook::phone::test
