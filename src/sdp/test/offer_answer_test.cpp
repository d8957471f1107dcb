#include "sdp/offer_answer.hpp"

#include <gmock/gmock.h>

#include "sdp/session_description.hpp"

namespace offhook::sdp {
namespace {
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using State = Session::State;

LocalAudio alice() {
  return {{IpAddress::v4(192, 0, 2, 1), 11780},
          {pcmu(), pcma(), telephone_event()},
          Direction::SendRecv,
          milliseconds(20),
          false};
}
LocalAudio bob() {
  return {{IpAddress::v4(198, 51, 100, 2), 20000},
          {pcma(), pcmu(), telephone_event(97)},
          Direction::SendRecv,
          milliseconds(30),
          false};
}

std::string described(std::string_view media, std::string_view connection = "IN IP4 203.0.113.5") {
  return "v=0\r\no=x 1 1 IN IP4 203.0.113.5\r\ns=-\r\nc=" + std::string(connection) + "\r\nt=0 0\r\n" +
         std::string(media);
}
std::uint64_t version_of(const std::string& text) {
  return std::stoull(std::string(parse(text)->origin().session_version));
}

TEST(Offer, IsTheDescriptionOfTheLocalSide) {
  Session s(4711, "1001");
  EXPECT_EQ(s.make_offer(alice()),
            "v=0\r\no=1001 4711 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
            "m=audio 11780 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
            "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n");
  EXPECT_EQ(s.state(), State::OfferSent);
  EXPECT_FALSE(s.negotiated());
}

TEST(Answer, TakesTheOffersOrderAndPayloadTypesAndBothSidesAgree) {
  Session a(1), b(2);
  const auto answer = b.answer(a.make_offer(alice()), bob());
  ASSERT_TRUE(answer) << answer.error().text;
  EXPECT_THAT(*answer, HasSubstr("m=audio 20000 RTP/AVP 0 8 101\r\n"));
  ASSERT_TRUE(a.accept_answer(*answer));
  EXPECT_EQ(a.state(), State::Stable);
  EXPECT_EQ(b.state(), State::Stable);
  const auto at_a = *a.negotiated(), at_b = *b.negotiated();
  EXPECT_EQ(at_a.local, alice().rtp);
  EXPECT_EQ(at_a.remote, bob().rtp);
  EXPECT_EQ(at_b.remote, alice().rtp);
  EXPECT_THAT(at_a.codecs, ElementsAre(pcmu(), pcma()));
  EXPECT_EQ(at_a.codecs, at_b.codecs);
  EXPECT_EQ(at_b.telephone_event_payload, 101);
  EXPECT_EQ(at_a.ptime, milliseconds(30));  // what Bob asks for
  EXPECT_EQ(at_b.ptime, milliseconds(20));
  EXPECT_FALSE(at_a.on_hold_by_remote);
}

TEST(Answer, WithOtherPayloadTypesIsTakenAtItsWord) {
  Session a(1);
  (void)a.make_offer(alice());
  ASSERT_TRUE(a.accept_answer(described("m=audio 4000 RTP/AVP 8 97\r\na=rtpmap:97 telephone-event/8000\r\n")));
  EXPECT_THAT(a.negotiated()->codecs, ElementsAre(pcma()));
  EXPECT_EQ(a.negotiated()->telephone_event_payload, 97);
  // Our next offer keeps our own number.
  EXPECT_THAT(a.make_offer(alice()), HasSubstr("RTP/AVP 0 8 101\r\n"));
}

TEST(Offer, AfterAnAnswerKeepsThePeersPayloadTypes) {
  Session b(2);
  ASSERT_TRUE(b.answer(described("m=audio 4000 RTP/AVP 0 96\r\na=rtpmap:96 telephone-event/8000\r\n"), bob()));
  EXPECT_THAT(b.make_offer(bob()), HasSubstr("RTP/AVP 8 0 96\r\n"));
}

TEST(Answer, WithoutCodecInCommonIsAnErrorAndChangesNothing) {
  for (const auto* media :
       {"m=audio 4000 RTP/AVP 18\r\n", "m=audio 4000 RTP/AVP 101\r\na=rtpmap:101 telephone-event/8000\r\n",
        "m=audio 4000 RTP/AVP 0\r\na=rtpmap:0 PCMU/16000\r\n", "m=video 4000 RTP/AVP 31\r\n",
        "m=audio 4000 RTP/SAVP 0\r\n"}) {
    Session b(2);
    EXPECT_FALSE(b.answer(described(media), bob())) << media;
    EXPECT_EQ(b.state(), State::Idle);
    EXPECT_EQ(b.local_description(), "");
  }
}

TEST(Answer, RefusesFurtherStreamsInOrder) {
  Session b(2);
  const auto answer =
      b.answer(described("m=video 51372 RTP/AVP 31 34\r\nm=audio 4000 RTP/AVP 0\r\nm=audio 4002 RTP/AVP 8\r\n"
                         "m=application 9 TCP/BFCP *\r\n"),
               bob());
  ASSERT_TRUE(answer);
  const auto d = parse(*answer);
  ASSERT_EQ(d->media().size(), 4U);
  EXPECT_EQ(d->media()[0].port, 0);
  EXPECT_EQ(d->media()[0].type, "video");
  EXPECT_EQ(d->media()[1].port, 20000);
  EXPECT_EQ(d->media()[2].port, 0);
  EXPECT_EQ(d->media()[3].protocol, "TCP/BFCP");
  // And a later offer of ours has the same lines.
  const std::string offer = b.make_offer(bob());
  EXPECT_EQ(parse(offer)->media().size(), 4U);
  EXPECT_EQ(parse(offer)->media()[1].port, 20000);
  EXPECT_FALSE(b.accept_answer(described("m=audio 4000 RTP/AVP 0\r\n"))) << "fewer m= lines than the offer";
}

TEST(Answer, TakesTheFirstAudioStreamItCanUse) {
  Session b(2);
  const auto answer =
      b.answer(described("m=audio 4000 RTP/SAVP 0\r\nm=audio 4002 RTP/AVP 18\r\nm=audio 4004 RTP/AVP 8\r\n"), bob());
  ASSERT_TRUE(answer);
  EXPECT_EQ(b.negotiated()->remote.port, 4004);
}

TEST(Answer, ToADisabledStreamDisablesItToo) {
  Session b(2);
  ASSERT_TRUE(b.answer(described("m=audio 4000 RTP/AVP 0\r\n"), bob()));
  const auto answer = b.answer(described("m=audio 0 RTP/AVP 0\r\n"), bob());
  ASSERT_TRUE(answer);
  EXPECT_THAT(*answer, HasSubstr("m=audio 0 RTP/AVP 0\r\n"));
  EXPECT_FALSE(b.negotiated());
  ASSERT_TRUE(b.answer(described("m=audio 4000 RTP/AVP 0\r\n"), bob()));
  EXPECT_TRUE(b.negotiated());
}

TEST(Offer, RefusedStreamInTheAnswerLeavesNothingAgreed) {
  Session a(1);
  (void)a.make_offer(alice());
  ASSERT_TRUE(a.accept_answer(described("m=audio 0 RTP/AVP 0\r\n")));
  EXPECT_EQ(a.state(), State::Stable);
  EXPECT_FALSE(a.negotiated());
}

TEST(Answer, MustFitTheOffer) {
  Session a(1);
  EXPECT_FALSE(a.accept_answer(described("m=audio 4000 RTP/AVP 0\r\n"))) << "no offer yet";
  (void)a.make_offer(alice());
  EXPECT_FALSE(a.accept_answer("rubbish"));
  EXPECT_FALSE(a.accept_answer(described("m=audio 4000 RTP/AVP 18\r\n")));
  EXPECT_FALSE(a.accept_answer(described("m=video 4000 RTP/AVP 0\r\n")));
  EXPECT_FALSE(a.accept_answer(described("m=audio 4000 RTP/SAVP 0\r\n")));
  EXPECT_FALSE(a.accept_answer(described("m=audio 4000 RTP/AVP 0\r\n", "IN IP4 host.example")));
  EXPECT_EQ(a.state(), State::OfferSent);
  EXPECT_TRUE(a.accept_answer(described("m=audio 4000 RTP/AVP 0\r\n")));
}

TEST(Version, CountsChangesOfContentOnly) {
  Session a(1);
  const auto first = a.make_offer(alice());
  ASSERT_TRUE(a.accept_answer(described("m=audio 4000 RTP/AVP 0\r\n")));
  const auto same = a.make_offer(alice());
  EXPECT_EQ(version_of(same), version_of(first));
  a.rollback();
  auto hold = alice();
  hold.direction = Direction::SendOnly;
  EXPECT_EQ(version_of(a.make_offer(hold)), version_of(first) + 1);
  a.rollback();
  EXPECT_EQ(version_of(a.make_offer(alice())), version_of(first) + 2) << "never back, even after a refused offer";
}

TEST(Rollback, BringsBackTheEarlierAgreement) {
  Session a(1);
  (void)a.make_offer(alice());
  a.rollback();
  EXPECT_EQ(a.state(), State::Idle);
  (void)a.make_offer(alice());
  ASSERT_TRUE(a.accept_answer(described("m=audio 4000 RTP/AVP 0\r\n")));
  const auto before = a.negotiated();
  auto hold = alice();
  hold.direction = Direction::SendOnly;
  (void)a.make_offer(hold);
  a.rollback();
  EXPECT_EQ(a.state(), State::Stable);
  EXPECT_EQ(a.negotiated(), before);
  ASSERT_TRUE(a.receive_offer(described("m=audio 5000 RTP/AVP 0\r\n"), alice()));
  EXPECT_EQ(a.negotiated(), before) << "ringing changes nothing yet";
  a.rollback();
  EXPECT_EQ(a.negotiated(), before);
}

TEST(Glare, AnOfferWhileOurOwnIsOpenIsRefused) {
  Session a(1);
  (void)a.make_offer(alice());
  EXPECT_FALSE(a.receive_offer(described("m=audio 5000 RTP/AVP 0\r\n"), alice()));
  EXPECT_EQ(a.state(), State::OfferSent);
}

TEST(LateOffer, TheCalleeOffersAndTheCallerAnswersInTheAck) {
  Session caller(1), callee(2);
  const std::string in_200 = callee.make_offer(bob());
  const auto in_ack = caller.answer(in_200, alice());
  ASSERT_TRUE(in_ack);
  ASSERT_TRUE(callee.accept_answer(*in_ack));
  EXPECT_EQ(callee.negotiated()->remote, alice().rtp);
  EXPECT_EQ(caller.negotiated()->codecs, callee.negotiated()->codecs);
}

TEST(RingingFirst, TheOfferIsCheckedAtOnceAndAnsweredLater) {
  Session b(2);
  EXPECT_FALSE(b.answer(bob()));
  EXPECT_FALSE(b.receive_offer(described("m=audio 4000 RTP/AVP 18\r\n"), bob()));
  ASSERT_TRUE(b.receive_offer(described("m=audio 4000 RTP/AVP 0\r\n"), bob()));
  EXPECT_EQ(b.state(), State::OfferReceived);
  EXPECT_FALSE(b.negotiated());
  EXPECT_TRUE(b.answer(bob()));
  EXPECT_TRUE(b.negotiated());
}

TEST(Ipv6, ConnectionLinesBothWays) {
  auto a6 = alice(), b6 = bob();
  a6.rtp.address = *IpAddress::parse("2001:db8::1");
  b6.rtp.address = *IpAddress::parse("2001:db8::2");
  Session a(1), b(2);
  const std::string offer = a.make_offer(a6);
  EXPECT_THAT(offer, HasSubstr("c=IN IP6 2001:db8::1\r\n"));
  const auto answer = b.answer(offer, b6);
  ASSERT_TRUE(answer && a.accept_answer(*answer));
  EXPECT_EQ(a.negotiated()->remote, b6.rtp);
}

TEST(Rejoined, MediaLevelConnectionWinsOverSessionLevel) {
  Session b(2);
  ASSERT_TRUE(b.answer(described("m=audio 4000 RTP/AVP 0\r\nc=IN IP4 203.0.113.77\r\n"), bob()));
  EXPECT_EQ(b.negotiated()->remote.text(), "203.0.113.77:4000");
}

// RFC 4317 §2.1 and §2.4, reduced to the audio stream and written with our own words.
TEST(Rfc4317, AudioVideoOfferWithManyAudioCodecsAnsweredWithOne) {
  Session bob_session(2808844564, "bob");
  LocalAudio ilbc_only = bob();
  ilbc_only.codecs = {{97, "iLBC", 8000, 1, {}}};
  const auto answer = bob_session.answer(
      "v=0\r\no=alice 2890844526 2890844526 IN IP4 host.atlanta.example.com\r\ns= \r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\n"
      "m=audio 49170 RTP/AVP 0 8 97\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:97 iLBC/8000\r\n"
      "m=video 51372 RTP/AVP 31 32\r\na=rtpmap:31 H261/90000\r\na=rtpmap:32 MPV/90000\r\n",
      ilbc_only);
  ASSERT_TRUE(answer) << answer.error().text;
  EXPECT_THAT(*answer, HasSubstr("m=audio 20000 RTP/AVP 97\r\na=rtpmap:97 iLBC/8000\r\n"));
  EXPECT_THAT(*answer, HasSubstr("m=video 0 RTP/AVP 31\r\n"));
}

TEST(Rfc4317, SecondExchangeNarrowsToOneCodecAndAddsTelephoneEvents) {
  Session a(2890844526, "alice");
  (void)a.make_offer(alice());
  ASSERT_TRUE(a.accept_answer(described("m=audio 49172 RTP/AVP 0 8\r\n")));
  EXPECT_EQ(a.negotiated()->codecs.size(), 2U);
  auto narrowed = alice();
  narrowed.codecs = {pcmu(), telephone_event(98)};
  const auto offer = a.make_offer(narrowed);
  EXPECT_EQ(version_of(offer), 2U);
  EXPECT_THAT(offer, Not(HasSubstr("PCMA")));
  ASSERT_TRUE(a.accept_answer(described("m=audio 49172 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n")));
  EXPECT_THAT(a.negotiated()->codecs, ElementsAre(pcmu()));
  EXPECT_EQ(a.negotiated()->telephone_event_payload, 101);
}

}  // namespace
}  // namespace offhook::sdp
