// Candidates of full ICE agents in offers and answers, clause by clause: RFC 8839 §4.2 to §4.4.
#include <gmock/gmock.h>

#include "sdp/offer_answer.hpp"
#include "sdp/session_description.hpp"

namespace offhook::sdp {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

Endpoint host(std::uint8_t number, std::uint16_t port = 4000) { return {IpAddress::v4(10, 0, 0, number), port}; }
Endpoint seen(std::uint8_t number, std::uint16_t port = 40'000) { return {IpAddress::v4(203, 0, 113, number), port}; }

// Behind a NAT: a host candidate and a reflexive one for RTP and RTCP; `generation` are the names that are drawn.
LocalAudio party(std::uint8_t number, char generation = 'a') {
  LocalAudio out{seen(number), {pcmu(), telephone_event()}, Direction::SendRecv, milliseconds(20), false};
  IceSide side;
  side.ufrag = std::string("name") + static_cast<char>('0' + number) + generation;
  side.password = side.ufrag + std::string(26, 'x');
  for (const std::uint16_t component : {std::uint16_t{1}, std::uint16_t{2}}) {
    const auto above = static_cast<std::uint16_t>(component - 1);
    side.candidates.push_back({"1",
                               component,
                               ice_priority(IceType::Host, component),
                               host(number, static_cast<std::uint16_t>(4000 + above)),
                               IceType::Host,
                               {}});
    side.candidates.push_back({"2", component, ice_priority(IceType::ServerReflexive, component),
                               seen(number, static_cast<std::uint16_t>(40'000 + above)), IceType::ServerReflexive,
                               host(number, static_cast<std::uint16_t>(4000 + above))});
  }
  out.candidates = std::make_shared<const IceSide>(std::move(side));
  return out;
}
LocalAudio plain(std::uint8_t number) {
  LocalAudio out = party(number);
  out.candidates.reset();
  return out;
}
std::shared_ptr<const IceChoice> choice(std::uint8_t of, std::uint8_t other, bool controlling, char generation = 'a') {
  IceChoice out;
  out.local_ufrag = std::string("name") + static_cast<char>('0' + of) + generation;
  out.controlling = controlling;
  const LocalAudio audio = party(of);
  const auto& all = audio.candidates->candidates;
  out.local = {all[0], all[2]};
  out.remote = {host(other), host(other, 4001)};
  return std::make_shared<const IceChoice>(out);
}
std::size_t count(const std::string& text, std::string_view what) {
  std::size_t out = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++out;
  return out;
}
std::string without(std::string text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

struct Both {
  Session a{1}, b{2};
  std::string offer, answer;
  void exchange(const LocalAudio& of_a, const LocalAudio& of_b) {
    offer = a.make_offer(of_a);
    const auto made = b.answer(offer, of_b);
    ASSERT_TRUE(made) << offer;
    answer = *made;
    ASSERT_TRUE(a.accept_answer(answer));
  }
};

TEST(OfferAnswerIce, BothSayTheirCandidatesAndKnowEachOther) {
  Both w;
  w.exchange(party(1), party(2));
  for (const auto& text : {w.offer, w.answer})
    EXPECT_THAT(text, AllOf(HasSubstr("a=ice-options:ice2\r\n"), Not(HasSubstr("a=ice-lite")),
                            Not(HasSubstr("a=remote-candidates"))));
  EXPECT_EQ(count(w.offer, "a=candidate:"), 4U);
  EXPECT_THAT(w.offer, HasSubstr("a=ice-ufrag:name1a\r\n"));
  EXPECT_THAT(w.answer, HasSubstr("a=candidate:2 2 UDP 1694498814 203.0.113.2 40001 typ srflx raddr 10.0.0.2 rport"));
  const auto of_a = w.a.negotiated(), of_b = w.b.negotiated();
  ASSERT_TRUE(of_a->checks && of_b->checks);
  EXPECT_TRUE(of_a->checks->offered_by_us);
  EXPECT_FALSE(of_b->checks->offered_by_us);
  EXPECT_EQ(of_a->checks->remote.password, of_b->checks->local.password);
  EXPECT_EQ(of_b->checks->remote.ufrag, "name1a");
  EXPECT_THAT(of_a->checks->remote.candidates, SizeIs(4));
  EXPECT_TRUE(of_a->checks->remote.ice2);
  EXPECT_EQ(ice_components(*of_a->checks, false), 2);
  EXPECT_EQ(ice_components(*of_a->checks, true), 1);
}

TEST(OfferAnswerIce, WhoHasNoneIsSpokenToAsEver) {
  Both w;
  w.exchange(party(1), plain(2));
  EXPECT_THAT(w.offer, HasSubstr("a=candidate:"));
  EXPECT_THAT(w.answer, Not(HasSubstr("ice")));
  EXPECT_FALSE(w.a.negotiated()->checks);
  w.exchange(party(1, 'b'), plain(2));
  EXPECT_THAT(w.offer, Not(HasSubstr("ice"))) << "it is known by now";

  Both other;
  other.exchange(plain(1), party(2));
  EXPECT_THAT(other.answer, Not(HasSubstr("ice"))) << "§4.3.2";
  EXPECT_FALSE(other.b.negotiated()->checks);
}

// §4.2.5: somebody between has put his own address there.
TEST(OfferAnswerIce, AChangedAddressIsAMismatchThatIsSaid) {
  Session a(1), b(2);
  const auto offer = without(a.make_offer(party(1)), "c=IN IP4 203.0.113.1", "c=IN IP4 198.51.100.5");
  const auto answer = b.answer(offer, party(2));
  ASSERT_TRUE(answer);
  EXPECT_THAT(*answer, AllOf(HasSubstr("a=ice-mismatch\r\n"), Not(HasSubstr("candidate")), Not(HasSubstr("ufrag"))));
  EXPECT_FALSE(b.negotiated()->checks);
  EXPECT_EQ(b.negotiated()->remote.address, IpAddress::v4(198, 51, 100, 5));
  ASSERT_TRUE(a.accept_answer(*answer));
  EXPECT_FALSE(a.negotiated()->checks);
}

TEST(OfferAnswerIce, AChangedAddressOfTheAnswerEndsItAsWell) {
  Session a(1), b(2);
  const auto answer = b.answer(a.make_offer(party(1)), party(2));
  ASSERT_TRUE(a.accept_answer(without(*answer, "c=IN IP4 203.0.113.2", "c=IN IP4 198.51.100.5")));
  EXPECT_FALSE(a.negotiated()->checks);
  EXPECT_EQ(a.negotiated()->remote.address, IpAddress::v4(198, 51, 100, 5));
}

TEST(OfferAnswerIce, AChangedPortOfRtcpIsAMismatchToo) {
  Session a(1), b(2);
  LocalAudio local = party(1);
  local.rtcp = seen(1, 40'007);
  EXPECT_THAT(*b.answer(a.make_offer(local), party(2)), HasSubstr("a=ice-mismatch\r\n"));
}

// §4.4.1.2: the names stay over hold and resume, by whoever; what is the same is the same value.
TEST(OfferAnswerIce, NamesStayUntilSomebodyBeginsAnew) {
  Both w;
  w.exchange(party(1), party(2));
  const auto first = w.a.negotiated()->checks, first_b = w.b.negotiated()->checks;
  LocalAudio hold = party(1, 'b');
  hold.direction = Direction::SendOnly;
  w.exchange(hold, party(2, 'b'));
  EXPECT_THAT(w.offer, HasSubstr("a=ice-ufrag:name1a\r\n"));
  EXPECT_THAT(w.answer, HasSubstr("a=ice-ufrag:name2a\r\n"));
  EXPECT_EQ(w.a.negotiated()->checks, first);
  EXPECT_EQ(w.b.negotiated()->checks, first_b);
  std::swap(w.a, w.b);
  w.exchange(party(2, 'c'), party(1, 'c'));
  EXPECT_THAT(w.offer, HasSubstr("a=ice-ufrag:name2a\r\n"));
  EXPECT_EQ(w.a.negotiated()->checks, first_b) << "who offers now has no bearing on the roles";
}

// §4.4.1.1.1: c=0.0.0.0 would be a restart.
TEST(OfferAnswerIce, HoldDoesNotHideTheAddress) {
  Both w;
  w.exchange(party(1), party(2));
  LocalAudio hold = party(1);
  hold.direction = Direction::SendOnly;
  hold.rfc2543_hold = true;
  w.exchange(hold, party(2));
  EXPECT_THAT(w.offer, AllOf(HasSubstr("c=IN IP4 203.0.113.1\r\n"), HasSubstr("a=sendonly\r\n")));
  EXPECT_TRUE(w.b.negotiated()->on_hold_by_remote);
  Both old;
  old.exchange(party(1), plain(2));
  old.exchange(hold, plain(2));
  EXPECT_THAT(old.offer, HasSubstr("c=IN IP4 0.0.0.0\r\n"));
}

// §4.4.1.1.1, §4.4.2.1
TEST(OfferAnswerIce, ARestartHasOtherNamesOnBothSides) {
  Both w;
  w.exchange(party(1), party(2));
  LocalAudio anew = party(1, 'b');
  anew.restart_ice = true;
  anew.choice = choice(1, 2, true);
  LocalAudio of_b = party(2, 'b');
  of_b.choice = choice(2, 1, false);
  w.exchange(anew, of_b);
  EXPECT_THAT(w.offer, HasSubstr("a=ice-ufrag:name1b\r\n"));
  EXPECT_THAT(w.answer, HasSubstr("a=ice-ufrag:name2b\r\n"));
  for (const auto& text : {w.offer, w.answer}) {
    EXPECT_EQ(count(text, "a=candidate:"), 4U) << "all of them are checked again";
    EXPECT_THAT(text, Not(HasSubstr("a=remote-candidates")));
  }
  EXPECT_TRUE(w.a.negotiated()->checks->offered_by_us);
}

// §4.3.4, §4.4.1.2.2, §4.4.2
TEST(OfferAnswerIce, WhatIsChosenIsNamedFromThenOn) {
  Both w;
  w.exchange(party(1), party(2));
  LocalAudio of_a = party(1), of_b = party(2);
  of_a.choice = choice(1, 2, true);
  of_b.choice = choice(2, 1, false);
  w.exchange(of_a, of_b);
  EXPECT_THAT(w.offer, AllOf(HasSubstr("c=IN IP4 10.0.0.1\r\n"), HasSubstr("m=audio 4000 "), Not(HasSubstr("a=rtcp:")),
                             HasSubstr("a=remote-candidates:1 10.0.0.2 4000 2 10.0.0.2 4001\r\n")));
  EXPECT_EQ(count(w.offer, "a=candidate:"), 2U);
  EXPECT_THAT(w.answer,
              AllOf(HasSubstr("c=IN IP4 10.0.0.2\r\n"), HasSubstr("m=audio 4000 "), Not(HasSubstr("remote-cand"))));
  EXPECT_EQ(count(w.answer, "a=candidate:"), 2U);
  EXPECT_TRUE(w.a.negotiated()->checks && w.b.negotiated()->checks);
  EXPECT_THAT(w.b.negotiated()->checks->remote.remote, ElementsAre(host(2), host(2, 4001)));
}

// §4.4.1.2.2: whom we have chosen is the controlling one's to say.
TEST(OfferAnswerIce, TheControlledOneNamesItsOwnPairOnly) {
  Both w;
  w.exchange(party(1), party(2));
  LocalAudio of_b = party(2);
  of_b.choice = choice(2, 1, false);
  const std::string offer = w.b.make_offer(of_b);
  EXPECT_THAT(offer, AllOf(HasSubstr("c=IN IP4 10.0.0.2\r\n"), Not(HasSubstr("remote-candidates"))));
  EXPECT_EQ(count(offer, "a=candidate:"), 2U);
}

// A peer that has seen a mismatch, and says its candidates all the same.
TEST(OfferAnswerIce, TheirMismatchEndsItWhateverElseTheySay) {
  Session a(1), b(2);
  const auto answer = b.answer(a.make_offer(party(1)), party(2));
  ASSERT_TRUE(a.accept_answer(*answer + "a=ice-mismatch\r\n"));
  EXPECT_FALSE(a.negotiated()->checks);
}

// §4.4.2 and appendix B: the offer was faster than the check that tells the same.
TEST(OfferAnswerIce, RemoteCandidatesTellWhatOurChecksDoNotYetKnow) {
  Both w;
  w.exchange(party(1), party(2));
  LocalAudio of_a = party(1);
  of_a.choice = choice(1, 2, true);
  w.exchange(of_a, party(2));
  EXPECT_THAT(w.answer, HasSubstr("c=IN IP4 10.0.0.2\r\n"));
  EXPECT_EQ(count(w.answer, "a=candidate:"), 2U);
  EXPECT_THAT(w.answer, HasSubstr("10.0.0.2 4001 typ host\r\n"));
  EXPECT_TRUE(w.a.negotiated()->checks) << "no mismatch";

  auto other = *choice(1, 2, true);
  other.remote = {seen(9, 1234), seen(9, 1235)};  // as only the peer's checks have seen us
  of_a.choice = std::make_shared<const IceChoice>(other);
  w.exchange(of_a, party(2));
  EXPECT_THAT(w.answer, HasSubstr(" 203.0.113.9 1234 typ prflx raddr 10.0.0.2 rport 4000\r\n"));
  EXPECT_THAT(w.answer, AllOf(HasSubstr("c=IN IP4 203.0.113.9\r\n"), HasSubstr("m=audio 1234 ")));
}

TEST(OfferAnswerIce, OneComponentWhereRtcpSharesThePort) {
  LocalAudio of_a = party(1), of_b = party(2);
  of_a.rtcp_mux = of_b.rtcp_mux = true;
  Both w;
  w.exchange(of_a, of_b);
  EXPECT_EQ(count(w.offer, "a=candidate:"), 4U) << "it may not be taken";
  EXPECT_EQ(count(w.answer, "a=candidate:"), 2U);
  EXPECT_EQ(ice_components(*w.a.negotiated()->checks, w.a.negotiated()->rtcp_mux), 1);
  w.exchange(of_a, of_b);
  EXPECT_EQ(count(w.offer, "a=candidate:"), 2U);
}

// §4.4.3.1: a server without ICE plays music on hold; after it all begins anew.
TEST(OfferAnswerIce, AnAnswerWithoutItIsNoHarmAndTheNextOfferHasOtherNames) {
  Both w;
  w.exchange(party(1), party(2));
  Session server(3);
  const auto answer = server.answer(w.a.make_offer(party(1, 'b')), plain(3));
  ASSERT_TRUE(w.a.accept_answer(*answer));
  EXPECT_FALSE(w.a.negotiated()->checks);
  EXPECT_EQ(w.a.negotiated()->remote, seen(3));
  w.exchange(party(1, 'c'), party(2, 'c'));
  EXPECT_THAT(w.offer, HasSubstr("a=ice-ufrag:name1c\r\n"));
  EXPECT_TRUE(w.a.negotiated()->checks && w.b.negotiated()->checks);
}

LocalAudio secured(LocalAudio out, char name) {
  out.srtp = Srtp::Mandatory;
  out.rtcp_mux = true;
  std::string digest = "sha-256 ";
  for (int i = 0; i < 32; ++i) digest += std::string(i == 0 ? "" : ":") + name + name;
  out.dtls = LocalDtls{digest, true, std::string(24, name), std::string(8, name), std::string(24, name)};
  return out;
}

TEST(OfferAnswerIce, BesideDtlsThereIsNoLiteAgent) {
  Both w;
  w.exchange(secured(party(1), 'A'), secured(party(2), 'B'));
  for (const auto& text : {w.offer, w.answer}) {
    EXPECT_THAT(text, AllOf(HasSubstr("a=fingerprint:"), Not(HasSubstr("a=ice-lite"))));
    EXPECT_EQ(count(text, "a=ice-ufrag:"), 1U);
  }
  ASSERT_TRUE(w.a.negotiated()->dtls && w.a.negotiated()->checks);
  EXPECT_FALSE(w.a.negotiated()->ice);
  EXPECT_FALSE(w.b.negotiated()->ice);
}

TEST(OfferAnswerIce, ALitePeerIsKnownAsSuch) {
  Both w;
  w.exchange(secured(party(1), 'A'), secured(plain(2), 'B'));
  EXPECT_THAT(w.answer, HasSubstr("a=ice-lite\r\n"));
  ASSERT_TRUE(w.a.negotiated()->checks);
  EXPECT_TRUE(w.a.negotiated()->checks->remote.lite);
  EXPECT_FALSE(w.a.negotiated()->checks->remote.ice2) << "it says nothing of it";
  EXPECT_FALSE(w.b.negotiated()->checks);
  EXPECT_TRUE(w.b.negotiated()->ice);
}

// Its candidates are names (mDNS): it will show itself, and it is not on hold.
TEST(OfferAnswerIce, ABrowserWithoutAnAddressYet) {
  Session b(2);
  const std::string offer =
      "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\nc=IN IP4 0.0.0.0\r\n"
      "a=ice-ufrag:8hhY\r\na=ice-pwd:asd88fgpdd777uzjYhagZg\r\na=ice-options:trickle\r\n"
      "a=candidate:1 1 udp 2113937151 0a1b2c3d.local 50000 typ host\r\na=fingerprint:" +
      secured(party(1), 'A').dtls->fingerprint + "\r\na=setup:actpass\r\na=mid:0\r\na=rtcp-mux\r\na=sendrecv\r\n";
  const auto answer = b.answer(offer, secured(party(2), 'B'));
  ASSERT_TRUE(answer);
  EXPECT_THAT(*answer, AllOf(HasSubstr("a=candidate:"), HasSubstr("a=sendrecv\r\n"), Not(HasSubstr("ice-lite"))));
  ASSERT_TRUE(b.negotiated()->checks);
  EXPECT_THAT(b.negotiated()->checks->remote.candidates, SizeIs(0));
  EXPECT_FALSE(b.negotiated()->on_hold_by_remote);
}

TEST(OfferAnswerIce, ARefusedOfferLeavesTheNamesAsTheyWere) {
  Both w;
  w.exchange(party(1), party(2));
  LocalAudio anew = party(1, 'b');
  anew.restart_ice = true;
  (void)w.a.make_offer(anew);
  w.a.rollback();
  w.exchange(party(1, 'c'), party(2, 'c'));
  EXPECT_THAT(w.offer, HasSubstr("a=ice-ufrag:name1a\r\n"));
}

}  // namespace
}  // namespace offhook::sdp
