// The index over a message's bytes: what parse() takes, what it refuses, and what it finds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sip/message.hpp"

namespace offhook::sip {
namespace {

using testing::ElementsAre;

Message parsed(std::string bytes) {
  auto message = Message::parse(std::move(bytes));
  EXPECT_TRUE(message) << message.error().text << " at " << message.error().offset;
  return message ? std::move(*message) : Message{};
}

std::vector<std::string> elements(const Message& message, HeaderId id) {
  std::vector<std::string> out;
  for (const std::string_view v : message.values(id)) out.emplace_back(v);
  return out;
}

TEST(Message, findsThePartsOfARequest) {
  const Message m = parsed(
      "INVITE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nf: <sip:a@b>;tag=77\r\nTo: "
      "sip:bob@example.com\r\n"
      "Call-ID: x@y\r\nCSeq: 17 INVITE\r\nX-Own: one\r\nl: 4\r\n\r\nbody");
  EXPECT_TRUE(m.is_request());
  EXPECT_EQ(m.method(), Method::Invite);
  EXPECT_EQ(m.method_text(), "INVITE");
  EXPECT_EQ(m.request_uri(), "sip:bob@example.com");
  EXPECT_EQ(m.version(), "SIP/2.0");
  EXPECT_EQ(m.start_line(), "INVITE sip:bob@example.com SIP/2.0");
  EXPECT_EQ(m.body(), "body");
  EXPECT_EQ(m.call_id(), "x@y");
  EXPECT_EQ(m.from_tag(), "77");
  EXPECT_EQ(m.to_tag(), "");
  EXPECT_EQ(m.cseq(), 17);
  EXPECT_EQ(m.header_count(), 7);
  EXPECT_EQ(m.header(1).name, "f");
  EXPECT_EQ(m.header(1).id, HeaderId::From);
  EXPECT_EQ(m.find("x-own"), "one");
  EXPECT_EQ(m.find("v"), "SIP/2.0/UDP a;branch=z9hG4bK1");
  EXPECT_EQ(m.find(HeaderId::Contact), std::nullopt);
}

TEST(Message, findsThePartsOfAResponse) {
  const Message m = parsed("SIP/2.0 486 Busy Here\r\nCSeq: 3 BYE\r\n\r\n");
  EXPECT_TRUE(m.is_response());
  EXPECT_EQ(m.status(), 486);
  EXPECT_EQ(m.reason(), "Busy Here");
  EXPECT_EQ(m.version(), "SIP/2.0");
  EXPECT_EQ(m.method(), Method::Bye);
  EXPECT_EQ(m.method_text(), "BYE");
  EXPECT_EQ(m.request_uri(), "");
}

TEST(Message, viewsSurviveTheMoveOfAShortMessage) {
  Message first = parsed("A b SIP/2.0\r\n\r\n");  // short enough to lie inside the string object itself
  const Message second = std::move(first);
  EXPECT_EQ(second.request_uri(), "b");
}

TEST(Message, splitsListsOverFieldsAndCommas) {
  const Message m = parsed(
      "OPTIONS sip:a SIP/2.0\r\nRoute: <sip:a;x=1,2>, \"q, \\\" <\" <sip:b>\r\nVia: x\r\nRoute: <sip:c>;p=\"1,2\" ,, "
      "\r\n <sip:d>,\r\nRoute:\r\n"
      "WWW-Authenticate: Digest realm=\"a\", nonce=\"b\"\r\n\r\n");
  EXPECT_THAT(elements(m, HeaderId::Route),
              ElementsAre("<sip:a;x=1,2>", "\"q, \\\" <\" <sip:b>", "<sip:c>;p=\"1,2\"", "<sip:d>"));
  EXPECT_THAT(elements(m, HeaderId::WwwAuthenticate), ElementsAre("Digest realm=\"a\", nonce=\"b\""));
  EXPECT_EQ(m.count(HeaderId::Route), 3);
  EXPECT_EQ(m.top(HeaderId::Route), "<sip:a;x=1,2>");
  EXPECT_EQ(m.top(HeaderId::Path), std::nullopt);
}

TEST(Message, keepsFoldsInsideAValueAndTrimsThemAtItsEnds) {
  const Message m = parsed("OPTIONS sip:a SIP/2.0\r\nSubject \t:\r\n one\r\n\ttwo \r\n \r\nEvent:\r\n\r\n");
  EXPECT_EQ(m.find(HeaderId::Subject), "one\r\n\ttwo");
  EXPECT_EQ(m.find(HeaderId::Event), "");
}

TEST(Message, takesMoreHeaderFieldsThanItHasRoomForInside) {
  std::string text = "OPTIONS sip:a SIP/2.0\r\n";
  for (int i = 0; i < 100; ++i) text += "X-" + std::to_string(i) + ": v" + std::to_string(i) + "\r\n";
  const Message m = parsed(text + "\r\n");
  EXPECT_EQ(m.header_count(), 100);
  EXPECT_EQ(m.find("X-99"), "v99");
}

TEST(Message, dropsWhatSurroundsTheMessageInADatagram) {
  const Message m = parsed("\r\n\r\nOPTIONS sip:a SIP/2.0\r\nContent-Length: 2\r\n\r\nabINVITE");
  EXPECT_EQ(m.bytes(), "OPTIONS sip:a SIP/2.0\r\nContent-Length: 2\r\n\r\nab");
}

TEST(Message, takesTheRestAsBodyWithoutContentLength) {
  const Message m = parsed("A b SIP/2.0\r\n\r\nrest\r\n");
  EXPECT_EQ(m.body(), "rest\r\n");
}

TEST(Message, takesBareLineFeeds) {
  const Message m = parsed("OPTIONS sip:a SIP/2.0\nSubject: one\n two\n\nbody");
  EXPECT_EQ(m.find(HeaderId::Subject), "one\n two");
  EXPECT_EQ(m.body(), "body");
}

struct Refused {
  std::string bytes;
  std::size_t offset;
};

TEST(Message, refusesWhatIsNoMessageAndSaysWhere) {
  const std::vector<Refused> cases{
      {"", 0},
      {"\r\n\r\n", 0},
      {"OPTIONS sip:a SIP/2.0", 0},
      {"OPTIONS sip:a\r\n\r\n", 13},
      {"OPTIONS  sip:a SIP/2.0\r\n\r\n", 8},
      {"OPTIONS sip:a SIP/2.0 \r\n\r\n", 14},
      {"OPTIONS sip:a HTTP/1.1\r\n\r\n", 14},
      {"OPT(IONS sip:a SIP/2.0\r\n\r\n", 0},
      {"OPTIONS sip:a SIP/2.0\r\nSubject: x\r\n", 35},
      {"OPTIONS sip:a SIP/2.0\r\nSubject: x", 23},
      {"OPTIONS sip:a SIP/2.0\r\nSubject\r\n\r\n", 23},
      {"OPTIONS sip:a SIP/2.0\r\n Subject: x\r\n\r\n", 23},
      {"OPTIONS sip:a SIP/2.0\r\nSub ject: x\r\n\r\n", 23},
      {"OPTIONS sip:a SIP/2.0\r\n: x\r\n\r\n", 23},
      {"OPTIONS sip:a SIP/2.0\r\nA: x\rVia: y\r\n\r\n", 23},
      {"OPTIONS sip:a SIP/2.0\r\nl: 5\r\n\r\nbody", 31},
      {"OPTIONS sip:a SIP/2.0\r\nl: -1\r\n\r\nbody", 26},
      {"OPTIONS sip:a SIP/2.0\r\nl: 4 4\r\n\r\nbody", 26},
      {"OPTIONS sip:a SIP/2.0\r\nl: 99999999999999999999\r\n\r\nbody", 26},
      {"OPTIONS sip:a SIP/2.0\r\nl:\r\n\r\nbody", 25},
      {"\r\nOPTIONS sip:a SIP/2.0\r\nl: 4\r\nl: 4\r\n\r\nbody", 34},
      {"SIP/2.0 099 x\r\n\r\n", 8},
      {"SIP/2.0 700 x\r\n\r\n", 8},
      {"SIP/2.0 20 x\r\n\r\n", 7},
      {"SIP/2.0 2000 x\r\n\r\n", 7},
      {"SIP/2.0\r\n\r\n", 7},
      {"SIP/x 200 OK\r\n\r\n", 0},
  };
  for (const auto& [bytes, offset] : cases) {
    const auto result = Message::parse(bytes);
    ASSERT_FALSE(result) << bytes;
    EXPECT_EQ(result.error().offset, offset) << bytes << ": " << result.error().text;
    EXPECT_EQ(result.error().module, Module::Sip);
  }
}

TEST(Message, keepsItsLimits) {
  const std::string text = "OPTIONS sip:a SIP/2.0\r\nA: 12345678\r\nB: 2\r\n\r\n";
  EXPECT_TRUE(Message::parse(text, {text.size(), 2, 8}));
  EXPECT_FALSE(Message::parse(text, {text.size() - 1, 2, 8}));
  EXPECT_FALSE(Message::parse(text, {text.size(), 1, 8}));
  EXPECT_FALSE(Message::parse(text, {text.size(), 2, 7}));
}

TEST(Message, saysWhichLimitWasPassed) {
  const std::string text = "OPTIONS sip:a SIP/2.0\r\nA: 12345678\r\nB: 2\r\n\r\n";
  EXPECT_EQ(limit_of(Message::parse(text, {text.size() - 1, 2, 8}).error()), Limit::Message);
  EXPECT_EQ(limit_of(Message::parse(text, {text.size(), 1, 8}).error()), Limit::Headers);
  EXPECT_EQ(limit_of(Message::parse(text, {text.size(), 2, 7}).error()), Limit::HeaderLength);
  EXPECT_EQ(limit_of(Message::parse("x").error()), std::nullopt);
}

TEST(Message, givesBackWhatItDoesNotTake) {
  std::string bytes = "\r\nOPTIONS sip:a SIP/2.0\r\nA 1\r\n\r\n";
  const auto refused = Message::take(bytes);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().offset, 25);
  EXPECT_EQ(bytes, "OPTIONS sip:a SIP/2.0\r\nA 1\r\n\r\n");
}

// More fields than an octet counts, of one kind and of several: each is found, in order, and a copy has them too.
TEST(Message, findsEachOfManyFields) {
  std::string text = "OPTIONS sip:a SIP/2.0\r\nRoute: <sip:r0>\r\n";
  for (int i = 0; i < 600; ++i) text += "Via: v" + std::to_string(i) + "\r\nX: " + std::to_string(i) + "\r\n";
  text += "Route: <sip:r1>\r\nTo: <sip:t>\r\nTo: <sip:u>\r\n\r\n";
  const auto parsed_one = Message::parse(text, {SIZE_MAX, SIZE_MAX, SIZE_MAX});
  ASSERT_TRUE(parsed_one);
  Message copy = *parsed_one;
  const Message moved = std::move(copy);
  for (const Message* m : {&*parsed_one, &moved}) {
    EXPECT_EQ(m->count(HeaderId::Via), 600);
    EXPECT_EQ(elements(*m, HeaderId::Via).back(), "v599");
    EXPECT_THAT(elements(*m, HeaderId::Route), ElementsAre("<sip:r0>", "<sip:r1>"));
    EXPECT_THAT(elements(*m, HeaderId::To), ElementsAre("<sip:t>", "<sip:u>"));
    EXPECT_EQ(m->find("X"), "0");
    EXPECT_EQ(m->count(HeaderId::From), 0);
  }
  EXPECT_EQ(copy.header_count(), 0);  // NOLINT: what is moved from is an empty index
}

// What a splice leaves behind is what parsing its bytes would give.
TEST(Message, splicesInPlace) {
  const std::string text =
      "INVITE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP a;rport;branch=z9hG4bK1, SIP/2.0/UDP b\r\n"
      "To: sip:bob@example.com\r\nEvent:\r\nl: 4\r\n\r\nbody";
  const auto expect_parsed_again = [](const Message& m) {
    const Message again = parsed(std::string(m.bytes()));
    ASSERT_EQ(m.header_count(), again.header_count());
    for (std::size_t i = 0; i < m.header_count(); ++i) {
      EXPECT_EQ(m.header(i).name, again.header(i).name);
      EXPECT_EQ(m.header(i).value, again.header(i).value);
    }
    EXPECT_EQ(m.start_line(), again.start_line());
    EXPECT_EQ(m.request_uri(), again.request_uri());
    EXPECT_EQ(m.version(), again.version());
    EXPECT_EQ(m.body(), again.body());
  };
  Message m = parsed(text);
  const auto top = *m.top(HeaderId::Via);
  m.splice(top.substr(top.size()), ";received=192.0.2.1\r\nEvil: x");
  EXPECT_EQ(m.top(HeaderId::Via), "SIP/2.0/UDP a;rport;branch=z9hG4bK1;received=192.0.2.1  Evil: x");
  expect_parsed_again(m);
  m.splice(m.top(HeaderId::Via)->substr(14, 5), "rp");
  EXPECT_EQ(m.top(HeaderId::Via), "SIP/2.0/UDP a;rp;branch=z9hG4bK1;received=192.0.2.1  Evil: x");
  expect_parsed_again(m);
  m.splice(m.request_uri(), "sip:a-much-longer-name@example.com");
  EXPECT_EQ(m.request_uri(), "sip:a-much-longer-name@example.com");
  expect_parsed_again(m);
  m.splice(m.find(HeaderId::To)->substr(19), ";tag=1");
  EXPECT_EQ(m.to_tag(), "1");
  EXPECT_EQ(m.body(), "body");
  expect_parsed_again(m);
}

// A view of a message that is about to die does not compile.
template <class M>
constexpr bool kGivesViews =
    requires(M&& m) { static_cast<M&&>(m).body(); } || requires(M&& m) { static_cast<M&&>(m).bytes(); } ||
    requires(M&& m) { static_cast<M&&>(m).find(HeaderId::To); } || requires(M&& m) { static_cast<M&&>(m).header(0); } ||
    requires(M&& m) { static_cast<M&&>(m).values(HeaderId::To); } ||
    requires(M&& m) { static_cast<M&&>(m).top(HeaderId::To); } || requires(M&& m) { static_cast<M&&>(m).call_id(); } ||
    requires(M&& m) { static_cast<M&&>(m).from_tag(); } || requires(M&& m) { static_cast<M&&>(m).request_uri(); };
static_assert(kGivesViews<const Message&>);
static_assert(kGivesViews<Message&>);
static_assert(!kGivesViews<Message>);

}  // namespace
}  // namespace offhook::sip
