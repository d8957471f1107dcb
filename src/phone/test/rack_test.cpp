// Many phones behind one engine: who gets which request, registrations, events and counts.
#include "phone/rack.hpp"

#include <gmock/gmock.h>

#include "test/sim_office.hpp"

namespace offhook::phone::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string request(const std::string& method, const std::string& uri, const std::string& to_tag = "") {
  return method + ' ' + uri + " SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5999;branch=z9hG4bK" + method +
         std::to_string(fnv1a(uri)) + "\r\nMax-Forwards: 70\r\nFrom: <sip:s@127.0.0.1>;tag=s\r\nTo: <" + uri + ">" +
         (to_tag.empty() ? "" : ";tag=" + to_tag) + "\r\nCall-ID: c-" + method + "@s\r\nCSeq: 1 " + method +
         "\r\nContact: <sip:s@127.0.0.1:5999>\r\nContent-Length: 0\r\n\r\n";
}

// The final answers that a stranger got.
std::vector<int> answers(SimOffice& office) {
  office.settle();
  std::vector<int> out;
  for (const auto& m : office.stranger.got)
    if (m.is_response() && m.status() >= 200) out.push_back(m.status());
  return out;
}

TEST(Rack, ARequestForNobodyIsAnswered404) {
  SimOffice office;
  office.add("A");
  office.stranger_sends("A", request("INVITE", "sip:4711@127.0.0.1:5061"));
  EXPECT_THAT(answers(office), ElementsAre(404));
}

TEST(Rack, ARequestInAnUnknownDialogIsAnswered481) {
  SimOffice office;
  office.add("A");
  office.stranger_sends("A", request("BYE", "sip:4711@127.0.0.1:5061", "nobody"));
  office.stranger_sends("A", request("INFO", "sip:1001@127.0.0.1:5061", "nobody"));
  EXPECT_THAT(answers(office), ElementsAre(481, 481));
}

TEST(Rack, ACancelForNothingIsAnswered481) {
  SimOffice office;
  office.add("A");
  office.stranger_sends("A", request("CANCEL", "sip:4711@127.0.0.1:5061"));
  EXPECT_THAT(answers(office), ElementsAre(481));
}

TEST(Rack, AnAckForNothingIsDropped) {
  SimOffice office;
  office.add("A");
  office.stranger_sends("A", request("ACK", "sip:4711@127.0.0.1:5061"));
  office.stranger_sends("A", request("ACK", "sip:1001@127.0.0.1:5061", "x"));
  EXPECT_THAT(answers(office), IsEmpty());
}

TEST(Rack, OptionsToTheBareHostIsAPing) {
  SimOffice office;
  office.add("A");
  office.stranger_sends("A", request("OPTIONS", "sip:127.0.0.1:5061"));
  EXPECT_THAT(answers(office), ElementsAre(200));
  EXPECT_TRUE(office.stranger.got.back().find(sip::HeaderId::Allow));
}

// Nobody has that number; the method and the scheme are looked at first.
TEST(Rack, WhatARequestAsksComesBeforeWhom) {
  SimOffice office;
  office.add("A");
  office.stranger_sends("A", request("FROB", "sip:4711@127.0.0.1:5061"));
  EXPECT_THAT(answers(office), ElementsAre(501));
  EXPECT_TRUE(office.stranger.got.back().find(sip::HeaderId::Allow));
  office.rack().add("B", SimOffice::plain_config("1002"), at(5061));  // two phones: the socket alone does not choose
  office.stranger_sends("A", request("OPTIONS", "soap.beep://127.0.0.1:5061"));
  EXPECT_THAT(answers(office), ElementsAre(501, 416));
}

// RFC 3261 §8.1.3.3: what has more Vias than ours is not for us.
TEST(Rack, AResponseThatWentAstrayIsDropped) {
  SimOffice office;
  office.tamper = [](const std::string& from, std::string& bytes) {
    if (from == "P" && bytes.starts_with("SIP/2.0 404"))
      bytes.insert(bytes.find("\r\nFrom:"), "\r\nVia: SIP/2.0/UDP 127.0.0.1:5999;branch=z9hG4bKother");
  };
  office.add("A");
  (void)office.tell("A", "call 4711");
  office.settle();
  EXPECT_EQ(office.state("A", 1), "dialing");
  office.tamper = {};
  office.run(seconds(1));
  EXPECT_EQ(office.state("A", 1), "ended") << "its true answer counts, when it comes again";
}

TEST(Rack, ACallToTheBareAddressReachesThePhoneOfThatSocket) {
  SimOffice office;
  office.add("A");
  office.stranger_sends("A", request("INVITE", "sip:127.0.0.1:5061"));
  office.settle();
  EXPECT_EQ(office.state("A", 1), "ringing");
}

TEST(Rack, GarbageHarmsNothing) {
  SimOffice office;
  office.add("A");
  office.add("B");
  for (const char* bytes :
       {"", "\r\n\r\n", "INVITE", "INVITE sip:1001@x SIP/2.0\r\n\r\n", "SIP/2.0 200 OK\r\n\r\n", "\x00\xff\xfe"})
    office.stranger_sends("A", bytes);
  office.settle();
  office.connect("B", "A");
  EXPECT_EQ(office.state("A", 1), "talking");
}

TEST(Rack, PhonesOnOneSocketAreToldApartByUser) {
  SimOffice office;
  office.add("A");
  std::vector<PhoneId> ids;
  for (int i = 0; i < 50; ++i) {
    const auto number = std::to_string(7000 + i);
    ids.push_back(office.rack().add("crowd" + number, SimOffice::plain_config(number), at(5061)));
    office.rack().start(office.now(), ids.back());
    office.pbx().known[number] = at(5061);
  }
  office.settle();
  for (const auto id : ids) EXPECT_TRUE(office.rack().is_registered(id));
  office.add("B");
  (void)office.tell("B", "call 7031");
  office.settle();
  for (std::size_t i = 0; i < ids.size(); ++i)
    EXPECT_EQ(office.rack().view(ids[i]).calls.size(), i == 31 ? 1u : 0u) << i;
  EXPECT_TRUE(office.rack().command(office.now(), ids[31], Answer{}));
  office.settle();
  EXPECT_EQ(office.state("B", 1), "talking");
  EXPECT_TRUE(office.rack().command(office.now(), ids[31], HangUp{}));
  office.settle();
  EXPECT_EQ(office.state("B", 1), "ended");
  office.stranger_sends("A", request("OPTIONS", "sip:127.0.0.1:5061"));
  EXPECT_THAT(answers(office), ElementsAre(200)) << "the host answers when no single phone does";
}

TEST(Rack, FindsPhonesByName) {
  SimOffice office;
  office.add_all(2);
  EXPECT_EQ(office.rack().phones().size(), 2u);
  EXPECT_EQ(office.view("B").name, "B");
  EXPECT_EQ(office.rack().find("nobody"), std::nullopt);
  EXPECT_EQ(office.rack().view(PhoneId{7, 1}).name, "");
  EXPECT_FALSE(office.rack().is_registered(PhoneId{7, 1}));
}

TEST(Rack, RegistrationIsSeenInTheView) {
  SimOffice office;
  office.add("A");
  const auto view = office.view("A");
  ASSERT_EQ(view.accounts.size(), 1u);
  EXPECT_TRUE(view.accounts[0].registered);
  EXPECT_EQ(view.accounts[0].status, "registered");
  EXPECT_EQ(view.accounts[0].domain, "127.0.0.1");
  EXPECT_EQ(view.model, "T46G");
  EXPECT_EQ(view.local, at(5061));
  EXPECT_THAT(office.changes, ElementsAre("A registration", "A registration"));
}

TEST(Rack, ARefusedRegistrationSaysWhyAndIsTriedAgain) {
  SimOffice office;
  office.pbx().refuse_registrations = 403;
  office.add("A");
  EXPECT_FALSE(office.rack().is_registered(office.id("A")));
  EXPECT_THAT(office.view("A").accounts[0].status, testing::StartsWith("403 "));
  office.run(seconds(5));
  EXPECT_EQ(office.rack().counts().call_timers, 0u) << "the retry is no call's timer";
  office.pbx().refuse_registrations = 0;
  office.run(seconds(60));
  EXPECT_TRUE(office.rack().is_registered(office.id("A")));
  EXPECT_EQ(office.rack().counts().call_timers, 0u);
}

TEST(Rack, ARegistrationIsRenewedWithoutNews) {
  SimOffice office;
  office.add("A", [](auto& c) { c.accounts[0].servers[0].expires = seconds(60); });
  office.changes.clear();
  office.run(seconds(600));
  EXPECT_GE(std::ranges::count(office.seen, std::string("A"), &SimOffice::Seen::from), 9);
  EXPECT_TRUE(office.rack().is_registered(office.id("A")));
  EXPECT_THAT(office.changes, IsEmpty());
}

TEST(Rack, AServerThatCannotBeFoundIsNamed) {
  SimOffice office;
  office.add("A", [](auto& c) { c.accounts[0].servers[0].address = "pbx.example.test"; });
  const auto question = office.rack().poll_question();
  ASSERT_TRUE(question);
  EXPECT_EQ(question->name, "pbx.example.test");
  office.rack().answer(office.now(), question->id, {transport::dns::Outcome::NxDomain, {}, {}, {}});
  office.run(milliseconds(10));
  EXPECT_EQ(office.view("A").accounts[0].status, "503 cannot find host pbx.example.test: no such server");
  EXPECT_FALSE(office.rack().is_registered(office.id("A")));
}

TEST(Rack, AServerThatIsANameIsLookedUp) {
  SimOffice office;
  office.add("A", [](auto& c) { c.accounts[0].servers[0].address = "pbx.example.test"; });
  const auto question = office.rack().poll_question();
  ASSERT_TRUE(question);
  EXPECT_EQ(question->type, transport::dns::Type::A);
  office.rack().answer(office.now(), question->id,
                       {transport::dns::Outcome::NoError, std::vector{at(5060).address}, seconds(60), {}});
  office.run(milliseconds(50));
  EXPECT_TRUE(office.rack().is_registered(office.id("A")));
}

TEST(Rack, StaticRecordsOfTheAccountNeedNoDns) {
  SimOffice office;
  office.add("A", [](auto& c) {
    auto& account = c.accounts[0];
    account.servers[0].address = "pbx.example.test";
    account.servers[0].port = 0;
    account.servers[0].transport = config::Transport::DnsNaptr;
    account.dns.naptr = account.dns.static_first = true;
    account.dns.pointers = {{"pbx.example.test", "S", 1, 1, "SIP+D2U", "_sip._udp.pbx.example.test", seconds(300)}};
    account.dns.services = {{"_sip._udp.pbx.example.test", "one.example.test", 5060, 1, 1, seconds(300)}};
    account.dns.addresses = {{"one.example.test", "127.0.0.1", seconds(300)}};
  });
  EXPECT_FALSE(office.rack().poll_question());
  EXPECT_TRUE(office.rack().is_registered(office.id("A")));
  EXPECT_EQ(office.view("A").accounts[0].domain, "pbx.example.test");
}

TEST(Rack, TheTransportIsTheServers) {
  SimOffice office;
  std::string first;
  office.tamper = [&](const std::string&, std::string& bytes) { first = first.empty() ? bytes : first; };
  office.add("A", [](auto& c) { c.accounts[0].servers[0].transport = config::Transport::Tcp; });
  EXPECT_THAT(first, testing::HasSubstr("\r\nVia: SIP/2.0/TCP 127.0.0.1:5061;"));
  EXPECT_THAT(first, testing::HasSubstr("\r\nContact: <sip:1001@127.0.0.1:5061;transport=tcp;"));
}

TEST(Rack, TheServersPortIsPartOfTheDomainUnlessItIs5060) {
  SimOffice office;
  office.add("A", [](auto& c) { c.accounts[0].servers[0].port = 5080; });
  EXPECT_EQ(office.view("A").accounts[0].domain, "127.0.0.1:5080");
}

TEST(Rack, APhoneWithoutAccountSaysSo) {
  SimOffice office;
  office.add("A", [](auto& c) { c.accounts.clear(); });
  EXPECT_TRUE(office.rack().is_registered(office.id("A")));
  EXPECT_EQ(office.tell("A", "call 1002"), "the phone has no account");
  EXPECT_EQ(office.tell("A", "dnd on"), "the phone has no account");
  EXPECT_EQ(office.tell("A", "forward always 1"), "the phone has no account");
}

TEST(Rack, EachChangeIsToldOnceUntilItIsTaken) {
  SimOffice office;
  office.add("A");
  auto& rack = office.rack();
  while (rack.poll_event()) {
  }
  for (int i = 0; i < 100; ++i) (void)rack.command(office.now(), office.id("A"), SetDnd{i % 2 == 0});
  int told = 0;
  while (rack.poll_event()) ++told;
  EXPECT_EQ(told, 1);
  (void)rack.command(office.now(), office.id("A"), SetDnd{true});
  EXPECT_TRUE(rack.poll_event());
}

// Of the calls that have ended, each once.
std::vector<bool> ended_encrypted(SimOffice& office) {
  std::vector<bool> out;
  office.run(seconds(10));
  while (const auto ended = office.rack().poll_ended()) out.push_back(ended->encrypted);
  return out;
}

// Optional on one side, compulsory on the other; then two that cannot come together.
TEST(Rack, EncryptedCallsSayThatTheyAre) {
  SimOffice office;
  const auto with = [](config::SrtpUse use) {
    return [use](config::PhoneConfig& config) { config.accounts[0].srtp.use = use; };
  };
  office.add("A", with(config::SrtpUse::Optional));
  office.add("B", with(config::SrtpUse::Compulsory));
  office.add("C");
  office.rack().tell_ended_calls();
  office.connect("A", "B");
  EXPECT_TRUE(office.call("A", 1).encrypted);
  EXPECT_TRUE(office.call("B", 1).encrypted);
  const auto a = office.plan(*office.rack().leg_of(office.id("A"), 1)).srtp;
  const auto b = office.plan(*office.rack().leg_of(office.id("B"), 1)).srtp;
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->local, b->remote);
  EXPECT_EQ(a->remote, b->local);
  EXPECT_EQ(office.tell("A", "hangup"), "");
  office.settle();
  EXPECT_FALSE(office.call("A", 1).encrypted);
  EXPECT_EQ(ended_encrypted(office), (std::vector{true, true})) << "and of a call that is over it is known";
  office.connect("A", "C");
  EXPECT_EQ(office.state("A", 2), "talking");
  EXPECT_FALSE(office.call("A", 2).encrypted);
  EXPECT_EQ(office.tell("A", "hangup"), "");
  office.settle();
  EXPECT_EQ(ended_encrypted(office), (std::vector{false, false}));
  EXPECT_EQ(office.tell("C", "call 1002"), "");
  office.settle();
  EXPECT_EQ(office.state("C", 2), "ended") << "plain, to one that must encrypt";
  EXPECT_EQ(office.state("B", 2), "gone") << "and nobody was called for it";
}

// Keys that come by an association: the plans name one, by the certificates of the two phones.
TEST(Rack, CallsWithDtlsPlanAnAssociation) {
  SimOffice office;
  const auto with = [](config::DtlsUse use) {
    return [use](config::PhoneConfig& config) {
      config.accounts[0].srtp.use = config::SrtpUse::Optional;
      config.accounts[0].srtp.dtls = use;
    };
  };
  office.add("A", with(config::DtlsUse::Offered));
  office.add("B", with(config::DtlsUse::Offered));
  office.add("C", with(config::DtlsUse::Taken));
  office.rack().tell_ended_calls();
  office.connect("A", "B");
  EXPECT_TRUE(office.call("A", 1).encrypted);
  const auto a = office.plan(*office.rack().leg_of(office.id("A"), 1));
  const auto b = office.plan(*office.rack().leg_of(office.id("B"), 1));
  ASSERT_TRUE(a.dtls && b.dtls && a.dtls->identity && b.dtls->identity);
  EXPECT_FALSE(a.srtp);
  EXPECT_TRUE(a.rtcp_mux && b.rtcp_mux);
  EXPECT_NE(a.dtls->identity, b.dtls->identity) << "each phone has its own";
  EXPECT_EQ(a.dtls->terms.role, sdp::Setup::Passive);
  EXPECT_EQ(b.dtls->terms.role, sdp::Setup::Active);
  const auto fingerprint = *sdp::Fingerprint::parse(b.dtls->identity->fingerprint());
  EXPECT_TRUE(std::ranges::equal(a.dtls->terms.remote.at(0).bytes, fingerprint.bytes));

  // Its keys come to nothing: the call is over on both sides, and the person reads why.
  office.rack().link_failed(office.now(), {*office.rack().leg_of(office.id("A"), 1), office.id("A"), "a reason"});
  office.settle();
  EXPECT_EQ(office.state("A", 1), "ended");
  EXPECT_EQ(office.call("A", 1).note, "no encryption: a reason");
  EXPECT_EQ(office.state("B", 1), "ended");
  EXPECT_EQ(ended_encrypted(office), (std::vector{true, true}));
  office.rack().link_failed(office.now(), {77, office.id("A"), "of a leg that nobody has"});

  office.connect("C", "A");
  EXPECT_TRUE(office.call("C", 1).encrypted);
  EXPECT_TRUE(office.plan(*office.rack().leg_of(office.id("C"), 1)).srtp) << "it offers keys in the description";
  EXPECT_FALSE(office.plan(*office.rack().leg_of(office.id("C"), 1)).dtls);
}

TEST(Rack, AnUnreachablePeerEndsTheCall) {
  SimOffice office;
  office.add("A");
  (void)office.tell("A", "call 1002");
  office.rack().unreachable(office.now(), {transport::Protocol::Udp, at(5061), at(5060), 0});
  office.settle();
  EXPECT_EQ(office.state("A", 1), "ended");
}

}  // namespace
}  // namespace offhook::phone::test
