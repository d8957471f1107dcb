// The state machine of sdp::Session: every input in every state, and the direction that every pair of wishes gives.
#include <gmock/gmock.h>

#include "sdp/offer_answer.hpp"
#include "sdp/session_description.hpp"

namespace offhook::sdp {
namespace {
using State = Session::State;

LocalAudio party(std::uint8_t host, Direction direction = Direction::SendRecv) {
  return {{IpAddress::v4(192, 0, 2, host), 4000}, {pcmu(), telephone_event()}, direction, milliseconds(20), false};
}
constexpr std::string_view kTheirs =
    "v=0\r\no=x 1 1 IN IP4 203.0.113.5\r\ns=-\r\nc=IN IP4 203.0.113.5\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";

Session in(State state, bool was_agreed) {
  Session s(1);
  if (was_agreed) {
    (void)s.make_offer(party(1));
    EXPECT_TRUE(s.accept_answer(kTheirs));
  }
  if (state == State::OfferSent) (void)s.make_offer(party(1));
  if (state == State::OfferReceived) {
    EXPECT_TRUE(s.receive_offer(kTheirs, party(1)));
  }
  return s;
}

enum class Input : std::uint8_t { MakeOffer, ReceiveOffer, ReceiveBadOffer, Answer, AcceptAnswer, AcceptBad, Rollback };
bool feed(Session& s, Input input) {
  switch (input) {
    case Input::MakeOffer: return !s.make_offer(party(1, Direction::SendOnly)).empty();
    case Input::ReceiveOffer: return s.receive_offer(kTheirs, party(1)).has_value();
    case Input::ReceiveBadOffer: return s.receive_offer("v=0\r\nrubbish", party(1)).has_value();
    case Input::Answer: return s.answer(party(1)).has_value();
    case Input::AcceptAnswer: return s.accept_answer(kTheirs).has_value();
    case Input::AcceptBad: return s.accept_answer("rubbish").has_value();
    case Input::Rollback: s.rollback(); return true;
  }
  return false;
}

struct Cell {
  State state;
  Input input;
  bool good;
  State next;            // from a session that has never agreed
  State next_if_agreed;  // from one that has
};
class SessionMachine : public testing::TestWithParam<Cell> {};
TEST_P(SessionMachine, GoesWhereTheTableSays) {
  const Cell& cell = GetParam();
  for (const bool agreed : {false, true}) {
    if (cell.state == (agreed ? State::Idle : State::Stable)) continue;
    Session s = in(cell.state, agreed);
    ASSERT_EQ(s.state(), cell.state);
    const auto before = s.negotiated();
    EXPECT_EQ(feed(s, cell.input), cell.good);
    EXPECT_EQ(s.state(), agreed ? cell.next_if_agreed : cell.next);
    if (s.state() != State::Stable) {
      EXPECT_EQ(s.negotiated(), before) << "an open offer changes nothing yet";
    }
    if (!cell.good) {
      EXPECT_EQ(s.negotiated(), before);
    }
  }
}
constexpr State kIdle = State::Idle, kSent = State::OfferSent, kReceived = State::OfferReceived,
                kStable = State::Stable;
INSTANTIATE_TEST_SUITE_P(
    Table, SessionMachine,
    testing::Values(
        Cell{kIdle, Input::MakeOffer, true, kSent, kSent}, Cell{kIdle, Input::ReceiveOffer, true, kReceived, kReceived},
        Cell{kIdle, Input::ReceiveBadOffer, false, kIdle, kIdle}, Cell{kIdle, Input::Answer, false, kIdle, kIdle},
        Cell{kIdle, Input::AcceptAnswer, false, kIdle, kIdle}, Cell{kIdle, Input::Rollback, true, kIdle, kIdle},
        Cell{kStable, Input::MakeOffer, true, kSent, kSent},
        Cell{kStable, Input::ReceiveOffer, true, kReceived, kReceived},
        Cell{kStable, Input::ReceiveBadOffer, false, kStable, kStable},
        Cell{kStable, Input::Answer, false, kStable, kStable},
        Cell{kStable, Input::AcceptAnswer, false, kStable, kStable},
        Cell{kStable, Input::Rollback, true, kStable, kStable}, Cell{kSent, Input::MakeOffer, true, kSent, kSent},
        Cell{kSent, Input::ReceiveOffer, false, kSent, kSent}, Cell{kSent, Input::Answer, false, kSent, kSent},
        Cell{kSent, Input::AcceptAnswer, true, kStable, kStable}, Cell{kSent, Input::AcceptBad, false, kSent, kSent},
        Cell{kSent, Input::Rollback, true, kIdle, kStable},
        Cell{kReceived, Input::ReceiveOffer, false, kReceived, kReceived},
        Cell{kReceived, Input::Answer, true, kStable, kStable},
        Cell{kReceived, Input::AcceptAnswer, false, kReceived, kReceived},
        Cell{kReceived, Input::Rollback, true, kIdle, kStable}));

// RFC 3264 §6.1 from both sides: who may send is who wants to and is wanted.
TEST(Directions, EveryPairOfWishes) {
  constexpr std::array kAll{Direction::SendRecv, Direction::SendOnly, Direction::RecvOnly, Direction::Inactive};
  for (const Direction offered : kAll) {
    for (const Direction wished : kAll) {
      Session a(1), b(2);
      const auto text = b.answer(a.make_offer(party(1, offered)), party(2, wished));
      ASSERT_TRUE(text);
      ASSERT_TRUE(a.accept_answer(*text));
      const Direction at_a = a.negotiated()->direction, at_b = b.negotiated()->direction;
      EXPECT_EQ(sends(at_a), sends(offered) && receives(wished));
      EXPECT_EQ(receives(at_a), receives(offered) && sends(wished));
      EXPECT_EQ(sends(at_a), receives(at_b));
      EXPECT_EQ(receives(at_a), sends(at_b));
      const auto d = parse(*text);
      EXPECT_EQ(d->direction_of(d->media()[0]), at_b);
      // What the answer may say to which offer (§6.1).
      if (offered == Direction::SendOnly) {
        EXPECT_FALSE(sends(at_b));
      }
      if (offered == Direction::RecvOnly) {
        EXPECT_FALSE(receives(at_b));
      }
      if (offered == Direction::Inactive) {
        EXPECT_EQ(at_b, Direction::Inactive);
      }
      EXPECT_EQ(b.negotiated()->on_hold_by_remote, !receives(offered));
    }
  }
}

}  // namespace
}  // namespace offhook::sdp
