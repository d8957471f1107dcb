// RFC 6337: Table 1 (patterns), §3.1 (what stands in later messages is ignored), Tables 3 and 4 (crossing and glare).
#include "sdp/offer_answer_rules.hpp"

#include <gmock/gmock.h>

namespace offhook::sdp {
namespace {
using State = Session::State;

TEST(Carrier, IsMethodAndStatusAndReliability) {
  EXPECT_EQ(carrier_of("INVITE", 0, false), Carrier::Invite);
  EXPECT_EQ(carrier_of("INVITE", 183, false), Carrier::UnreliableProvisional);
  EXPECT_EQ(carrier_of("INVITE", 183, true), Carrier::ReliableProvisional);
  EXPECT_EQ(carrier_of("INVITE", 200, false), Carrier::InviteSuccess);
  EXPECT_EQ(carrier_of("INVITE", 488, false), Carrier::Other);
  EXPECT_EQ(carrier_of("ACK", 0, false), Carrier::Ack);
  EXPECT_EQ(carrier_of("PRACK", 0, false), Carrier::Prack);
  EXPECT_EQ(carrier_of("PRACK", 200, false), Carrier::PrackSuccess);
  EXPECT_EQ(carrier_of("PRACK", 481, false), Carrier::Other);
  EXPECT_EQ(carrier_of("UPDATE", 0, false), Carrier::Update);
  EXPECT_EQ(carrier_of("UPDATE", 200, false), Carrier::UpdateSuccess);
  EXPECT_EQ(carrier_of("UPDATE", 504, false), Carrier::Other);
  EXPECT_EQ(carrier_of("OPTIONS", 200, false), Carrier::Other);
}

// One message of an exchange as both sides see it.
struct Step {
  const char* what;
  Carrier carrier;
  bool by_caller;
  State caller, callee;  // before it
  bool had_offer, settled, answered;
  Role role;
};
class Pattern : public testing::TestWithParam<Step> {};
TEST_P(Pattern, HasTheSameRoleForBothSides) {
  const Step& s = GetParam();
  const Standing at_caller{s.caller, s.by_caller, s.had_offer, s.settled, s.answered};
  const Standing at_callee{s.callee, !s.by_caller, s.had_offer, s.settled, s.answered};
  EXPECT_EQ(role_of(s.carrier, at_caller), s.role) << s.what;
  EXPECT_EQ(role_of(s.carrier, at_callee), s.role) << s.what;
}
constexpr State kIdle = State::Idle, kSent = State::OfferSent, kReceived = State::OfferReceived,
                kStable = State::Stable;
INSTANTIATE_TEST_SUITE_P(
    Rfc6337Table1, Pattern,
    testing::Values(
        Step{"1 offer", Carrier::Invite, true, kIdle, kIdle, true, false, false, Role::Offer},
        Step{"1 answer", Carrier::InviteSuccess, false, kSent, kReceived, true, false, false, Role::Answer},
        Step{"1 ACK", Carrier::Ack, true, kStable, kStable, true, true, false, Role::None},
        Step{"2 INVITE of nothing, 2xx offer", Carrier::InviteSuccess, false, kIdle, kIdle, false, false, false,
             Role::Offer},
        Step{"2 answer", Carrier::Ack, true, kReceived, kSent, false, true, false, Role::Answer},
        Step{"2 in a re-INVITE", Carrier::InviteSuccess, false, kStable, kStable, false, false, false, Role::Offer},
        Step{"3 preview", Carrier::UnreliableProvisional, false, kSent, kReceived, true, false, false, Role::Preview},
        Step{"3 answer", Carrier::ReliableProvisional, false, kSent, kReceived, true, false, false, Role::Answer},
        Step{"3 repeated in a later 1xx", Carrier::ReliableProvisional, false, kStable, kStable, true, true, false,
             Role::None},
        Step{"3 repeated in a preview", Carrier::UnreliableProvisional, false, kStable, kStable, true, true, false,
             Role::None},
        Step{"3 repeated in the 2xx", Carrier::InviteSuccess, false, kStable, kStable, true, true, false, Role::None},
        Step{"4 offer", Carrier::ReliableProvisional, false, kIdle, kIdle, false, false, false, Role::Offer},
        Step{"4 answer", Carrier::Prack, true, kReceived, kSent, false, true, false, Role::Answer},
        Step{"4 nothing in an unreliable 1xx", Carrier::UnreliableProvisional, false, kIdle, kIdle, false, false, false,
             Role::None},
        Step{"4 nothing in the 2xx", Carrier::InviteSuccess, false, kStable, kStable, false, true, false, Role::None},
        Step{"5 offer", Carrier::Prack, true, kStable, kStable, true, true, true, Role::Offer},
        Step{"5 answer", Carrier::PrackSuccess, false, kSent, kReceived, true, true, true, Role::Answer},
        Step{"5 not on a 1xx without answer", Carrier::Prack, true, kSent, kReceived, true, false, false, Role::None},
        Step{"5 not on a later 1xx", Carrier::Prack, true, kStable, kStable, true, true, false, Role::None},
        Step{"6 offer of the caller", Carrier::Update, true, kStable, kStable, true, true, false, Role::Offer},
        Step{"6 answer", Carrier::UpdateSuccess, false, kSent, kReceived, true, true, false, Role::Answer},
        Step{"6 offer of the callee", Carrier::Update, false, kStable, kStable, true, true, false, Role::Offer},
        Step{"6 answer to the callee", Carrier::UpdateSuccess, true, kReceived, kSent, true, true, false, Role::Answer},
        Step{"6 never the first", Carrier::Update, true, kIdle, kIdle, false, false, false, Role::None},
        Step{"6 not while one is open", Carrier::Update, true, kSent, kReceived, true, false, false, Role::None},
        Step{"UPDATE without offer", Carrier::UpdateSuccess, false, kStable, kStable, true, true, false, Role::None},
        Step{"488 with capabilities", Carrier::Other, false, kSent, kReceived, true, false, false, Role::None}));

struct Crossing {
  const char* rule;
  Carrier carrier;
  bool has_offer;
  State state;
  Pending pending;
  Refusal refusal;
};
class CrossingRequest : public testing::TestWithParam<Crossing> {};
TEST_P(CrossingRequest, IsRefusedAsTheRuleSays) {
  const Crossing& c = GetParam();
  EXPECT_EQ(refuse_request(c.carrier, c.has_offer, c.state, c.pending), c.refusal) << c.rule;
}
constexpr auto kInvite = Carrier::Invite, kUpdate = Carrier::Update;
INSTANTIATE_TEST_SUITE_P(
    Rfc6337Section4_3, CrossingRequest,
    testing::Values(
        Crossing{"quiet", kInvite, true, kStable, {}, Refusal::None},
        Crossing{"quiet", kUpdate, true, kStable, {}, Refusal::None},
        Crossing{"UAS-IcI", kInvite, true, kSent, {.invite_client = true}, Refusal::RequestPending},
        Crossing{"UAS-IcI without offer", kInvite, false, kStable, {.invite_client = true}, Refusal::RequestPending},
        Crossing{"UAS-IcI PRACK", kInvite, true, kStable, {.acknowledgement_client = true}, Refusal::RequestPending},
        Crossing{"UAS-IsI", kInvite, true, kReceived, {.invite_server = true}, Refusal::RetryLater},
        Crossing{"UAS-IsI, ACK with the answer",
                 kInvite,
                 true,
                 kSent,
                 {.acknowledgement_server = true},
                 Refusal::RetryLater},
        Crossing{"UAS-UcI", kInvite, true, kSent, {.update_client = true}, Refusal::RequestPending},
        Crossing{"UAS-UsI", kInvite, false, kReceived, {.update_server = true}, Refusal::RetryLater},
        Crossing{"UAS-UcU", kUpdate, true, kSent, {.update_client = true}, Refusal::RequestPending},
        Crossing{"UAS-UsU", kUpdate, true, kReceived, {.update_server = true}, Refusal::RetryLater},
        Crossing{"UAS-UsU without offer", kUpdate, false, kStable, {.update_server = true}, Refusal::RetryLater},
        Crossing{"UAS-IcU", kUpdate, true, kSent, {.invite_client = true}, Refusal::RequestPending},
        Crossing{"UAS-IcU PRACK",
                 kUpdate,
                 true,
                 kStable,
                 {.invite_client = true, .acknowledgement_client = true},
                 Refusal::RequestPending},
        Crossing{"UAS-IsU", kUpdate, true, kReceived, {.invite_server = true}, Refusal::RetryLater},
        Crossing{"UAS-IsU, PRACK to come",
                 kUpdate,
                 true,
                 kStable,
                 {.invite_server = true, .acknowledgement_server = true},
                 Refusal::RetryLater},
        Crossing{"RFC 3311 §5.2, before the first exchange",
                 kUpdate,
                 true,
                 kIdle,
                 {.invite_server = true},
                 Refusal::RetryLater},
        Crossing{"the same at the caller", kUpdate, true, kIdle, {.invite_client = true}, Refusal::RequestPending},
        Crossing{"early dialog, exchange over", kUpdate, true, kStable, {.invite_server = true}, Refusal::None},
        Crossing{"UPDATE for its target alone", kUpdate, false, kSent, {.invite_client = true}, Refusal::None},
        Crossing{"other requests", Carrier::Prack, true, kSent, {.invite_client = true}, Refusal::None}));

TEST(MayOffer, NothingThatWouldCross) {
  EXPECT_TRUE(may_offer(kInvite, kStable, {}));
  EXPECT_TRUE(may_offer(kInvite, kIdle, {}));
  EXPECT_TRUE(may_offer(kUpdate, kStable, {}));
  EXPECT_TRUE(may_offer(kUpdate, kStable, {.invite_client = true})) << "early dialog";
  EXPECT_FALSE(may_offer(kUpdate, kIdle, {})) << "never the first";
  EXPECT_FALSE(may_offer(kInvite, kStable, {.invite_client = true})) << "UAC-II";
  EXPECT_FALSE(may_offer(kInvite, kStable, {.invite_server = true})) << "UAC-II";
  EXPECT_FALSE(may_offer(kInvite, kStable, {.acknowledgement_server = true})) << "UAC-II";
  EXPECT_FALSE(may_offer(kUpdate, kStable, {.update_client = true})) << "UAC-UU";
  EXPECT_FALSE(may_offer(kInvite, kStable, {.update_client = true})) << "UAC-UI";
  EXPECT_FALSE(may_offer(kUpdate, kStable, {.invite_client = true, .acknowledgement_client = true})) << "UAC-IU";
  EXPECT_FALSE(may_offer(kInvite, kSent, {}));
  EXPECT_FALSE(may_offer(kUpdate, kReceived, {}));
  EXPECT_FALSE(may_offer(Carrier::Ack, kStable, {}));
}

}  // namespace
}  // namespace offhook::sdp
