// Hold in its three forms, seen from both sides (RFC 3264 §8.4, §6.1).
#include <gmock/gmock.h>

#include "sdp/offer_answer.hpp"
#include "sdp/session_description.hpp"

namespace offhook::sdp {
namespace {

LocalAudio party(std::uint8_t host, Direction direction = Direction::SendRecv, bool old_style = false) {
  return {{IpAddress::v4(192, 0, 2, host), static_cast<std::uint16_t>(11780 + host * 2)},
          {pcmu(), pcma(), telephone_event()},
          direction,
          milliseconds(20),
          old_style};
}

struct Call {
  Session a{100}, b{200};
  LocalAudio b_wish = party(2);
  void exchange(Session& from, const LocalAudio& offer, Session& to, const LocalAudio& wish) {
    const auto answer = to.answer(from.make_offer(offer), wish);
    ASSERT_TRUE(answer) << answer.error().text;
    const auto accepted = from.accept_answer(*answer);
    ASSERT_TRUE(accepted) << accepted.error().text;
  }
  Call() { exchange(a, party(1), b, b_wish); }
};

struct HoldForm {
  Direction offered;
  bool old_style;
  Direction holder, held;  // effective
};
class Hold : public testing::TestWithParam<HoldForm> {};

TEST_P(Hold, StopsTheHeldSideAndResumeRestoresBoth) {
  const HoldForm& form = GetParam();
  Call call;
  EXPECT_EQ(call.a.negotiated()->direction, Direction::SendRecv);
  call.exchange(call.a, party(1, form.offered, form.old_style), call.b, call.b_wish);
  EXPECT_EQ(call.a.negotiated()->direction, form.holder);
  EXPECT_EQ(call.b.negotiated()->direction, form.held);
  EXPECT_FALSE(sends(call.b.negotiated()->direction));
  EXPECT_TRUE(call.b.negotiated()->on_hold_by_remote);
  EXPECT_FALSE(call.a.negotiated()->on_hold_by_remote);
  call.exchange(call.a, party(1), call.b, call.b_wish);
  EXPECT_EQ(call.a.negotiated()->direction, Direction::SendRecv);
  EXPECT_EQ(call.b.negotiated()->direction, Direction::SendRecv);
  EXPECT_FALSE(call.b.negotiated()->on_hold_by_remote);
}
INSTANTIATE_TEST_SUITE_P(Forms, Hold,
                         testing::Values(HoldForm{Direction::SendOnly, false, Direction::SendOnly, Direction::RecvOnly},
                                         HoldForm{Direction::Inactive, false, Direction::Inactive, Direction::Inactive},
                                         HoldForm{Direction::SendRecv, true, Direction::SendOnly, Direction::RecvOnly},
                                         HoldForm{Direction::SendOnly, true, Direction::SendOnly, Direction::RecvOnly},
                                         HoldForm{Direction::Inactive, true, Direction::Inactive,
                                                  Direction::Inactive}));

TEST(HoldText, OldStyleKeepsThePortAndTheRealOriginAddress) {
  Session s(1);
  const std::string offer = s.make_offer(party(1, Direction::SendOnly, true));
  EXPECT_THAT(offer, testing::HasSubstr("c=IN IP4 0.0.0.0\r\n"));
  EXPECT_THAT(offer, testing::HasSubstr("IN IP4 192.0.2.1\r\n"));
  EXPECT_THAT(offer, testing::HasSubstr("m=audio 11782 "));
  LocalAudio v6 = party(1, Direction::SendOnly, true);
  v6.rtp.address = *IpAddress::parse("2001:db8::1");
  EXPECT_THAT(s.make_offer(v6), testing::HasSubstr("c=IN IP6 ::\r\n"));
}

TEST(HoldBothSides, EachSideMustResumeBeforeAudioFlows) {
  Call call;
  call.exchange(call.a, party(1, Direction::SendOnly), call.b, party(2));
  // B holds too: nobody sends, and both know that the other holds.
  call.exchange(call.b, party(2, Direction::SendOnly), call.a, party(1, Direction::SendOnly));
  EXPECT_EQ(call.a.negotiated()->direction, Direction::Inactive);
  EXPECT_EQ(call.b.negotiated()->direction, Direction::Inactive);
  EXPECT_TRUE(call.a.negotiated()->on_hold_by_remote);
  EXPECT_TRUE(call.b.negotiated()->on_hold_by_remote);
  // A resumes: B still holds A.
  call.exchange(call.a, party(1), call.b, party(2, Direction::SendOnly));
  EXPECT_EQ(call.a.negotiated()->direction, Direction::RecvOnly);
  EXPECT_TRUE(call.a.negotiated()->on_hold_by_remote);
  EXPECT_FALSE(call.b.negotiated()->on_hold_by_remote);
}

TEST(HoldBothSides, InactiveOfferDoesNotForgetThatTheOtherHolds) {
  Call call;
  call.exchange(call.b, party(2, Direction::SendOnly), call.a, party(1));
  ASSERT_TRUE(call.a.negotiated()->on_hold_by_remote);
  call.exchange(call.a, party(1, Direction::Inactive), call.b, party(2, Direction::SendOnly));
  EXPECT_TRUE(call.a.negotiated()->on_hold_by_remote);
}

}  // namespace
}  // namespace offhook::sdp
