// Requests that are answered without a call: refusals and capabilities. RFC 3261 §8.2, §11, RFC 6665 §4.1.3; each by
// its status and what it must carry.
#include "sip/multipart.hpp"
#include "world.hpp"

namespace offhook::ua::test {
namespace {

using sip::HeaderId;
using testing::HasSubstr;

struct Rig {
  Rig() : a(world, "A", 1, account("1001")), p(world, "P", 50) {}
  sip::Message ask(sip::Message request) {
    const std::string method(request.method_text());
    p.send(std::move(request), a.local);
    world.run_for(seconds(1));
    return p.responses.empty() ? sip::Message{} : p.responses.back();
  }
  World world;
  Agent a;
  Peer p;
};

struct Row {
  std::string_view name, method, uri;
  HeaderId field;
  std::string_view value, type, body;
  int status;
  std::string_view carries;
};

std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.name; }

class Refusals : public testing::TestWithParam<Row> {};

TEST_P(Refusals, AreAnsweredWithTheirStatus) {
  const Row& row = GetParam();
  Rig rig;
  auto request = rig.p.request(row.method, row.uri);
  if (!row.value.empty()) request.add(row.field, row.value);
  if (!row.body.empty()) request.body(row.type, row.body);
  const auto response = rig.ask(request.build());
  EXPECT_EQ(response.status(), row.status);
  EXPECT_THAT(std::string(response.bytes()), HasSubstr(std::string(row.carries)));
  EXPECT_FALSE(response.to_tag().empty());
  EXPECT_EQ(rig.a.all<IncomingCall>().size(), 0U);
  EXPECT_TRUE(rig.world.settle());
  rig.a.expect_clean();
}

constexpr std::string_view kUs = "sip:1001@10.0.0.1";
constexpr std::string_view kOddCodec =
    "v=0\r\no=- 1 1 IN IP4 1.1.1.1\r\ns=-\r\nc=IN IP4 1.1.1.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 96\r\na=rtpmap:96 "
    "odd/8000\r\n";
constexpr HeaderId kNone = HeaderId::Other;

INSTANTIATE_TEST_SUITE_P(
    Rows, Refusals,
    testing::Values(
        Row{"unknown method", "FROB", kUs, kNone, "", "", "", 501, "Allow: INVITE"},
        Row{"method not for us", "MESSAGE", kUs, kNone, "", "", "", 405, "Allow: INVITE"},
        Row{"register to a phone", "REGISTER", kUs, kNone, "", "", "", 405, "Allow: INVITE"},
        Row{"unknown user", "INVITE", "sip:4711@10.0.0.1", kNone, "", "", "", 404, ""},
        Row{"sips", "INVITE", "sips:1001@10.0.0.1", kNone, "", "", "", 416, ""},
        Row{"tel", "INVITE", "tel:+491234", kNone, "", "", "", 416, ""},
        Row{"other scheme", "OPTIONS", "nobodyKnows:soup", kNone, "", "", "", 416, ""},
        Row{"unknown extension", "INVITE", kUs, HeaderId::Require, "100rel, frob", "", "", 420,
            "Unsupported: 100rel, frob\r\n"},
        Row{"body of another type", "INVITE", kUs, kNone, "", "text/plain", "hello", 415,
            "Accept: application/sdp\r\n"},
        Row{"session in another type", "INVITE", kUs, HeaderId::Accept, "text/plain, application/sdp;q=0",
            "application/sdp", kSdp, 406, "Warning: 399 "},
        Row{"no session at all", "INVITE", kUs, HeaderId::Accept, "text/*", "", "", 406, "Warning: 399 "},
        Row{"coded body", "INVITE", kUs, HeaderId::ContentEncoding, "gzip", "application/sdp", "xx", 415,
            "Accept-Encoding: identity\r\n"},
        Row{"no session description", "INVITE", kUs, kNone, "", "application/sdp", "hello", 400,
            "Bad Session Description"},
        Row{"no codec in common", "INVITE", kUs, kNone, "", "application/sdp", kOddCodec, 488, "Warning: 305 "},
        Row{"NOTIFY that nobody asked for", "NOTIFY", kUs, HeaderId::Event, "presence", "", "", 489,
            "Allow-Events: refer\r\n"},
        Row{"SUBSCRIBE", "SUBSCRIBE", kUs, HeaderId::Event, "dialog", "", "", 489, "Allow-Events: refer\r\n"},
        Row{"BYE without a call", "BYE", kUs, kNone, "", "", "", 481, ""},
        Row{"INFO without a call", "INFO", kUs, kNone, "", "", "", 481, ""},
        Row{"UPDATE without a call", "UPDATE", kUs, kNone, "", "", "", 481, ""},
        Row{"PRACK", "PRACK", kUs, HeaderId::RAck, "1 1 INVITE", "", "", 481, ""},
        Row{"REFER without a call", "REFER", kUs, HeaderId::ReferTo, "<sip:x@y>", "", "", 603, ""}));

TEST(Options, AreAnsweredWithWhatWeCan) {
  Rig rig;
  const auto response = rig.ask(rig.p.request("OPTIONS", "sip:1001@10.0.0.1").build());
  EXPECT_EQ(response.status(), 200);
  const std::string text(response.bytes());
  EXPECT_THAT(text, HasSubstr("Allow: INVITE, ACK, CANCEL, BYE"));
  EXPECT_THAT(text, HasSubstr("Accept: application/sdp\r\n"));
  EXPECT_THAT(text, HasSubstr("Accept-Encoding: identity\r\n"));
  EXPECT_THAT(text, HasSubstr("Accept-Language: en\r\n"));
  EXPECT_THAT(text, HasSubstr("Allow-Events: refer\r\n"));
  EXPECT_THAT(text, HasSubstr("Contact: <sip:1001@10.0.0.1:5060"));
  EXPECT_THAT(text, HasSubstr("Supported: replaces\r\n"));
  EXPECT_THAT(text, HasSubstr("m=audio 0 RTP/AVP 0 8 101\r\n"));
}

TEST(Options, ToTheBareAddressReachTheFirstAccount) {
  Rig rig;
  EXPECT_EQ(rig.ask(rig.p.request("OPTIONS", "sip:10.0.0.1:5060").build()).status(), 200);
}

// §20.1: every way to say that session descriptions are welcome.
TEST(Accept, WithRoomForASessionRings) {
  for (const std::string_view accept : {"application/sdp", "APPLICATION/SDP;level=1", "application/*", "*/*;q=0.1",
                                        "text/plain, application/sdp;q=0.001"}) {
    Rig rig;
    rig.ask(rig.p.request("INVITE", "sip:1001@10.0.0.1")
                .add(HeaderId::Accept, accept)
                .body("application/sdp", kSdp)
                .build());
    EXPECT_EQ(rig.a.all<IncomingCall>().size(), 1U) << accept;
  }
}

TEST(Options, GiveNoSessionToWhoCannotReadIt) {
  Rig rig;
  const auto response =
      rig.ask(rig.p.request("OPTIONS", "sip:1001@10.0.0.1").add(HeaderId::Accept, "text/plain").build());
  EXPECT_EQ(response.status(), 200);
  EXPECT_EQ(response.body(), "");
}

TEST(Dialog, RequestsOfAnUnknownOneAre481) {
  for (const std::string_view method : {"INVITE", "BYE", "INFO", "UPDATE", "REFER", "NOTIFY", "OPTIONS"}) {
    Rig rig;
    auto request = sip::Builder::request(method, "sip:1001@10.0.0.1");
    request.add(HeaderId::MaxForwards, "70")
        .add(HeaderId::From, "<sip:p@10.0.0.50>;tag=f")
        .add(HeaderId::To, "<sip:1001@10.0.0.1>;tag=t");
    request.add(HeaderId::CallId, "gone")
        .add(HeaderId::CSeq, "7 " + std::string(method))
        .add(HeaderId::Contact, "<sip:p@10.0.0.50>");
    EXPECT_EQ(rig.ask(request.build()).status(), 481) << method;
  }
}

TEST(Invite, ByTwoWaysRingsOnce) {
  Rig rig;
  Peer other(rig.world, "Q", 51);
  auto invite = rig.p.request("INVITE", "sip:1001@10.0.0.1").body("application/sdp", kSdp).build();
  rig.p.send(invite, rig.a.local);
  rig.world.run_for(milliseconds(10));
  other.send(invite, rig.a.local);  // the same From tag, Call-ID and CSeq with another branch
  rig.world.run_for(milliseconds(10));
  EXPECT_EQ(other.last_status(), 482);
  EXPECT_EQ(rig.a.all<IncomingCall>().size(), 1U);
}

// §8.2.2.2: also when the person has said no meanwhile, as long as the first one's transaction lives.
TEST(Invite, ByASlowSecondWayDoesNotRingAgainAfterARefusal) {
  Rig rig;
  Peer other(rig.world, "Q", 51);
  auto invite = rig.p.request("INVITE", "sip:1001@10.0.0.1").body("application/sdp", kSdp).build();
  rig.p.send(invite, rig.a.local);
  rig.world.run_for(milliseconds(10));
  rig.a.act([&] { rig.a.ua.reject(rig.world.now(), rig.a.last<IncomingCall>().call, 486); });
  rig.world.run_for(milliseconds(10));
  EXPECT_EQ(rig.p.last_status(), 486);
  other.send(invite, rig.a.local);
  rig.world.run_for(milliseconds(10));
  EXPECT_EQ(other.last_status(), 482);
  EXPECT_EQ(rig.a.all<IncomingCall>().size(), 1U);
  // When nothing of the first is left, it is a new request.
  ASSERT_TRUE(rig.world.settle());
  other.send(invite, rig.a.local);
  rig.world.run_for(milliseconds(10));
  EXPECT_EQ(rig.a.all<IncomingCall>().size(), 2U);
}

// §8.2.2.2 holds for every request outside of a dialog, refused ones too, as long as the first is not over.
TEST(Merged, RequestsOfAnyMethodAre482) {
  for (const std::string_view method : {"OPTIONS", "SUBSCRIBE", "INVITE"}) {
    Rig rig;
    Peer other(rig.world, "Q", 51);
    const auto request = rig.p.request(method, "sip:1001@10.0.0.1").body("text/plain", "x").build();
    rig.p.send(request, rig.a.local);
    rig.world.run_for(milliseconds(10));
    EXPECT_NE(rig.p.last_status(), 482) << method;
    other.send(request, rig.a.local);
    rig.world.run_for(milliseconds(10));
    EXPECT_EQ(other.last_status(), 482) << method;
    // The next one of that caller is another one.
    other.send(rig.p.request(method, "sip:1001@10.0.0.1", "peer-call", 2).body("text/plain", "x").build(), rig.a.local);
    rig.world.run_for(milliseconds(10));
    EXPECT_NE(other.last_status(), 482) << method;
    EXPECT_TRUE(rig.world.settle());
    rig.a.expect_clean();
  }
}

TEST(Merged, IsNoOneAfterTheFirstIsOver) {
  Rig rig;
  const auto request = rig.p.request("OPTIONS", "sip:1001@10.0.0.1").build();
  EXPECT_EQ(rig.ask(request).status(), 200);
  EXPECT_TRUE(rig.world.settle());
  EXPECT_EQ(rig.ask(request).status(), 200);
}

// §13.3.1: the caller gave it five seconds.
TEST(Invite, ThatExpiresIs487) {
  Rig rig;
  rig.p.send(
      rig.p.request("INVITE", "sip:1001@10.0.0.1").add(HeaderId::Expires, "5").body("application/sdp", kSdp).build(),
      rig.a.local);
  rig.world.run_for(seconds(1));
  rig.a.ring(rig.a.last<IncomingCall>().call);
  rig.world.run_for(milliseconds(3900));
  EXPECT_EQ(rig.p.last_status(), 180);
  rig.world.run_for(milliseconds(200));
  EXPECT_EQ(rig.p.last_status(), 487);
  EXPECT_EQ(rig.a.last<CallEnded>().status, 487);
  EXPECT_TRUE(rig.world.settle());
  rig.a.expect_clean();
}

TEST(Invite, ThatWasAnsweredDoesNotExpire) {
  Rig rig;
  rig.a.auto_answer = true;
  rig.p.send(
      rig.p.request("INVITE", "sip:1001@10.0.0.1").add(HeaderId::Expires, "1").body("application/sdp", kSdp).build(),
      rig.a.local);
  rig.world.run_for(seconds(2));
  EXPECT_EQ(rig.p.last_status(), 200);
  EXPECT_TRUE(rig.a.all<CallEnded>().empty());
}

// A 421 asks for an extension that we do not have: the call is over (§21.4.16), and says why.
TEST(Invite, RefusedWith421Ends) {
  Rig rig;
  rig.world.users["4711"] = &rig.p;
  rig.p.on_request = [&](transaction::RequestReceived& e) {
    if (e.request.method() == sip::Method::Invite)
      rig.p.transactions.respond(rig.world.now().mono, e.id,
                                 sip::Builder::response(e.request, 421, "t").add(HeaderId::Require, "frob").build());
  };
  rig.a.call("4711");
  rig.world.run_for(seconds(1));
  EXPECT_EQ(rig.a.last<CallEnded>().status, 421);
  EXPECT_EQ(rig.world.count("A>P INVITE"), 1U);
  EXPECT_TRUE(rig.world.settle());
  rig.a.expect_clean();
}

TEST(Invite, FindsTheAccountByTheLineOfItsContact) {
  World world;
  Agent a(world, "A", 1, account("1001"));
  Peer p(world, "P", 50);
  Account second = account("2001");
  const AccountId second_id = a.ua.add_account(second);
  world.users["registrar"] = &p;
  a.act([&] { a.ua.register_account(world.now(), second_id); });
  world.run_for(milliseconds(10));
  const std::string contact(*p.requests.front().request.top(HeaderId::Contact));
  const std::string uri = contact.substr(1, contact.find('>') - 1);
  p.send(p.request("INVITE", uri).body("application/sdp", kSdp).build(), a.local);
  world.run_for(milliseconds(10));
  EXPECT_EQ(a.last<IncomingCall>().account, second_id);
  const auto stranger = p.request("INVITE", "sip:2001@10.0.0.1;line=ffff").build();
  EXPECT_FALSE(a.ua.owns(stranger));
  EXPECT_TRUE(a.ua.owns(p.request("INVITE", "sip:2001@10.0.0.1").build()));
  EXPECT_FALSE(a.ua.owns(p.request("INVITE", "sip:3001@10.0.0.1").build()));
}

// A body of multiparts within multiparts is read so deep and no deeper; what was refused beyond that is counted.
TEST(Nesting, IsCountedWhereItIsRefused) {
  const auto nested = [](std::size_t depth) {
    std::string body = "deep", type = "text/plain";
    for (; depth > 0; --depth) {
      const std::string b = "b" + std::to_string(depth);
      body = "--" + b + "\r\nContent-Type: " + type + "\r\n\r\n" + body + "\r\n--" + b + "--";
      type = "multipart/mixed;boundary=" + b;
    }
    return std::pair{type, body};
  };
  for (const std::size_t more : {0, 1}) {
    Rig rig;
    const auto [type, body] = nested(sip::kMultipartNesting + more);
    EXPECT_EQ(rig.ask(rig.p.request("INVITE", kUs).body(type, body).build()).status(), 415);
    EXPECT_EQ(rig.a.transport.counters().nested_too_deep, more);
  }
}

TEST(Contact, IsTheSameAfterARestart) {
  const auto contact_of = [](std::uint64_t seed) {
    World world(seed);
    Agent a(world, "A", 1, account("1001"));
    Peer p(world, "P", 50);
    world.users["registrar"] = &p;
    a.act([&] { a.ua.register_account(world.now(), a.account_id); });
    world.run_for(milliseconds(10));
    return std::string(*p.requests.front().request.top(HeaderId::Contact));
  };
  EXPECT_EQ(contact_of(1), contact_of(2));
}

TEST(Invite, CarriesAlertInfoUp) {
  Rig rig;
  auto invite = rig.p.request("INVITE", "sip:1001@10.0.0.1");
  invite.add(HeaderId::AlertInfo, "<http://x/y>;info=ring3").body("application/sdp", kSdp);
  rig.p.send(invite.build(), rig.a.local);
  rig.world.run_for(milliseconds(10));
  EXPECT_EQ(rig.a.last<IncomingCall>().alert_info, "<http://x/y>;info=ring3");
}

}  // namespace
}  // namespace offhook::ua::test
