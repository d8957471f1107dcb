// Typed header values: what they take, what they refuse, and what they say.
#include <gtest/gtest.h>

#include "base/ascii.hpp"
#include "sip/header/contact.hpp"
#include "sip/header/cseq.hpp"
#include "sip/header/event.hpp"
#include "sip/header/name_addr.hpp"
#include "sip/header/numbers.hpp"
#include "sip/header/replaces.hpp"
#include "sip/header/via.hpp"
#include "sip/header_id.hpp"
#include "sip/method.hpp"

namespace offhook::sip {
namespace {

TEST(HeaderIds, areFoundUnderEveryName) {
  for (int i = 1; i < static_cast<int>(HeaderId::kCount); ++i) {
    const auto id = static_cast<HeaderId>(i);
    const std::string name(header_name(id));
    EXPECT_EQ(header_id(name), id) << name;
    EXPECT_EQ(header_id(to_lower(name)), id) << name;
    EXPECT_EQ(header_id(name + "x"), HeaderId::Other) << name;
    std::string other = name;
    other[other.size() / 2] = '.';
    EXPECT_EQ(header_id(other), HeaderId::Other) << other;
  }
  struct Compact {
    std::string_view letter;
    HeaderId id;
  };
  for (const auto& [letter, id] : std::initializer_list<Compact>{{"b", HeaderId::ReferredBy},
                                                                 {"c", HeaderId::ContentType},
                                                                 {"e", HeaderId::ContentEncoding},
                                                                 {"f", HeaderId::From},
                                                                 {"i", HeaderId::CallId},
                                                                 {"k", HeaderId::Supported},
                                                                 {"l", HeaderId::ContentLength},
                                                                 {"m", HeaderId::Contact},
                                                                 {"o", HeaderId::Event},
                                                                 {"r", HeaderId::ReferTo},
                                                                 {"s", HeaderId::Subject},
                                                                 {"t", HeaderId::To},
                                                                 {"u", HeaderId::AllowEvents},
                                                                 {"V", HeaderId::Via},
                                                                 {"x", HeaderId::SessionExpires},
                                                                 {"a", HeaderId::AcceptContact},
                                                                 {"d", HeaderId::RequestDisposition},
                                                                 {"j", HeaderId::RejectContact},
                                                                 {"n", HeaderId::IdentityInfo},
                                                                 {"Y", HeaderId::Identity},
                                                                 {"h", HeaderId::Other},
                                                                 {"z", HeaderId::Other},
                                                                 {"1", HeaderId::Other},
                                                                 {"", HeaderId::Other},
                                                                 {"X-Via", HeaderId::Other},
                                                                 {"T0", HeaderId::Other}})
    EXPECT_EQ(header_id(letter), id) << letter;
}

TEST(Methods, areCaseSensitive) {
  for (int i = 1; i <= static_cast<int>(Method::Update); ++i) {
    const auto method = static_cast<Method>(i);
    const std::string name(method_name(method));
    EXPECT_EQ(method_of(name), method) << name;
    EXPECT_EQ(method_of(to_lower(name)), Method::Unknown);
    EXPECT_EQ(method_of(name + "X"), Method::Unknown);
    EXPECT_EQ(method_of(name.substr(0, name.size() - 1)), Method::Unknown);
  }
  EXPECT_EQ(method_of(""), Method::Unknown);
}

TEST(Via, readsEveryPart) {
  const auto via = Via::parse(
      "SIP / 2.0\r\n /UDP  Host.Example.com : 5070 ; branch = z9hG4bKx;rport=15060; received=[2001:db8::1] ;ttl=1");
  ASSERT_TRUE(via);
  EXPECT_EQ(via->transport, "UDP");
  EXPECT_EQ(via->host, "Host.Example.com");
  EXPECT_EQ(via->port, 5070);
  EXPECT_EQ(via->branch(), "z9hG4bKx");
  EXPECT_TRUE(via->wants_rport());
  EXPECT_EQ(via->rport(), 15060);
  EXPECT_EQ(via->received(), IpAddress::parse("2001:db8::1"));
  EXPECT_EQ(via->sent_by(), "host.example.com:5070");
}

TEST(Via, readsTheLeastOne) {
  const auto via = Via::parse("SIP/2.0/TLS [2001:DB8::9:1]");
  ASSERT_TRUE(via);
  EXPECT_EQ(via->host, "[2001:DB8::9:1]");
  EXPECT_EQ(via->port, std::nullopt);
  EXPECT_EQ(via->branch(), "");
  EXPECT_EQ(via->received(), std::nullopt);
  EXPECT_FALSE(via->wants_rport());
  EXPECT_EQ(via->rport(), std::nullopt);
  EXPECT_EQ(via->sent_by(), "[2001:db8::9:1]");
}

TEST(Via, refuses) {
  for (const auto* text : {"", "SIP/2.0/UDP", "SIP/2.0/UDP ", "SIP/2.0 a", "SIP/2.0/UDP a b", "SIP/2.0/UDP a:",
                           "SIP/2.0/UDP a:x", "SIP/2.0/UDP a:65536", "SIP/2.0/UDP [::1", "SIP/2.0/UDP []",
                           "SIP/2.0/UDP ::1", "SIP/2.0/UDP[::1]", "/2.0/UDP a", "SIP/2.0/UDP ;branch=x"})
    EXPECT_FALSE(Via::parse(text)) << text;
}

TEST(Via, keepsAddressWhenOnlyItsParametersAreBroken) {
  const auto via = Via::parse("SIP/2.0/UDP 192.0.2.15;;");
  ASSERT_TRUE(via);
  EXPECT_EQ(via->host, "192.0.2.15");
  EXPECT_FALSE(via->params.well_formed());
}

struct Address {
  std::string_view text, display, uri, tag;
};

TEST(NameAddr, readsEveryForm) {
  for (const auto& [text, display, uri, tag] : std::initializer_list<Address>{
           {"<sip:a@b>", "", "sip:a@b", ""},
           {"<sip:a@b;lr>;tag=1", "", "sip:a@b;lr", "1"},
           {"sip:a@b;tag=1", "", "sip:a@b", "1"},
           {"sip:a@b\r\n ; tag = 1", "", "sip:a@b", "1"},
           {"Alice<sip:a@b>;tag=1", "Alice", "sip:a@b", "1"},
           {"Alice B. Toklas <sip:a@b>", "Alice B. Toklas", "sip:a@b", ""},
           {"\"A \\\" <sip:x@y>\" <sip:a@b>;x=\"<;>\";TAG=\"q\"", "A \" <sip:x@y>", "sip:a@b", "q"},
           {"sip:a@b;x=\"<sip:c>\";tag=2", "", "sip:a@b", "2"},
           {"\"\"<tel:+1-201-555-0123;phone-context=x>", "", "tel:+1-201-555-0123;phone-context=x", ""},
           {"J\xc3\xb6rg <sip:a@b>", "J\xc3\xb6rg", "sip:a@b", ""},
           {"isbn:2983792873", "", "isbn:2983792873", ""},
       }) {
    const auto address = NameAddr::parse(text);
    ASSERT_TRUE(address) << text << ": " << address.error().text;
    EXPECT_EQ(address->display_name(), display) << text;
    EXPECT_EQ(address->uri, uri) << text;
    EXPECT_EQ(address->tag(), tag) << text;
  }
}

TEST(NameAddr, refuses) {
  for (const auto* text : {"",
                           "alice",
                           "<>",
                           "<sip:a@b",
                           "\"Alice <sip:a@b>",
                           "\"Alice\" sip:a@b",
                           "Bell, Alexander <sip:a@b>",
                           "< sip:a@b >",
                           "<sip:a b@c>",
                           "<sip:a@b>;",
                           "<sip:a@b>;;x",
                           "<sip:a@b>;x=",
                           "<sip:a@b>;x=\"",
                           "<sip:a@b>;=1",
                           "<sip:a@b> x",
                           "<sip:a@b>x;y",
                           "sip:a@b?Route=x",
                           "sip:a,b@c",
                           "sip:a@b;tag=1 2",
                           "sip:a@b;ta g=1",
                           "<sip:a@b>;x=\"1\"2"})
    EXPECT_FALSE(NameAddr::parse(text)) << text;
}

TEST(NameAddr, isWrittenSoThatItReadsBack) {
  EXPECT_EQ(name_addr("", "sip:a@b"), "<sip:a@b>");
  const std::string text = name_addr("A \"B\" \\ C", "sip:a@b");
  EXPECT_EQ(text, R"("A \"B\" \\ C" <sip:a@b>)");
  EXPECT_EQ(NameAddr::parse(text)->display_name(), "A \"B\" \\ C");
}

TEST(Params, areFoundAndWalked) {
  const Params params("; a=1 ;B ; c = \"x;\\\"y\" ;d=[::1]");
  EXPECT_TRUE(params.well_formed());
  EXPECT_EQ(params.find("A"), "1");
  EXPECT_EQ(params.find("b"), "");
  EXPECT_EQ(params.find("c"), "x;\\\"y");
  EXPECT_EQ(params.find("d"), "[::1]");
  EXPECT_EQ(params.find("e"), std::nullopt);
  EXPECT_TRUE(params.has("b"));
  EXPECT_FALSE(params.has(""));
  std::string_view rest = params.text();
  int count = 0;
  while (const auto param = Params::next(rest)) {
    ++count;
    EXPECT_EQ(param->value.has_value(), param->name != "B") << param->name;
    EXPECT_TRUE(param->name != "c" || param->value == "\"x;\\\"y\"");
  }
  EXPECT_EQ(count, 4);
  EXPECT_TRUE(Params().well_formed());
}

TEST(Params, readPastWhatIsBroken) {
  const Params params(";;a=1; ;=2;b=\"unended;c=3");
  EXPECT_FALSE(params.well_formed());
  EXPECT_EQ(params.find("a"), "1");
  EXPECT_EQ(params.find("c"), "3");
}

TEST(QuotedStrings, goThereAndBack) {
  EXPECT_EQ(unquote("\"a\\\"b\\\\c\""), "a\"b\\c");
  EXPECT_EQ(unquote("plain"), "plain");
  EXPECT_EQ(unquote("\""), "\"");
  EXPECT_EQ(unquote(quote("\\\"")), "\\\"");
}

TEST(CSeq, reads) {
  EXPECT_EQ(CSeq::parse("0009\r\n  INVITE")->number, 9);
  EXPECT_EQ(CSeq::parse("4294967295 BYE")->number, 4294967295);
  EXPECT_EQ(CSeq::parse("1 RE%47")->method, "RE%47");
  for (const auto* text : {"", "1", "1 ", "INVITE", "4294967296 BYE", "-1 BYE", "1INVITE", "1 A B", "1 A,"})
    EXPECT_FALSE(CSeq::parse(text)) << text;
}

struct Preference {
  std::string_view text;
  std::optional<int> thousandths;
};

TEST(Contact, readsItsPreference) {
  for (const auto& [text, q] : std::initializer_list<Preference>{{"<sip:a>", std::nullopt},
                                                                 {"<sip:a>;q=1", 1000},
                                                                 {"<sip:a>;q=1.000", 1000},
                                                                 {"<sip:a>;q=0", 0},
                                                                 {"<sip:a>;q=0.", 0},
                                                                 {"<sip:a>;q=0.33", 330},
                                                                 {"<sip:a>;q=0.105", 105},
                                                                 {"<sip:a>;q=1.001", std::nullopt},
                                                                 {"<sip:a>;q=2", std::nullopt},
                                                                 {"<sip:a>;q=0.1234", std::nullopt},
                                                                 {"<sip:a>;q=0x1", std::nullopt},
                                                                 {"<sip:a>;q=.5", std::nullopt},
                                                                 {"<sip:a>;q", std::nullopt}})
    EXPECT_EQ(Contact::parse(text)->q(), q) << text;
}

TEST(Contact, readsItsExpiry) {
  EXPECT_TRUE(Contact::parse(" * ")->star);
  EXPECT_FALSE(Contact::parse("<sip:*>")->star);
  EXPECT_EQ(Contact::parse("<sip:a>")->expires(), std::nullopt);
  EXPECT_EQ(Contact::parse("<sip:a>;expires=0")->expires(), 0);
  EXPECT_EQ(Contact::parse("<sip:a>;expires=\"60\"")->expires(), 60);
  EXPECT_EQ(Contact::parse("<sip:a>;expires=280297596632815")->expires(), 3600);
  EXPECT_EQ(Contact::parse("<sip:a>;expires=soon")->expires(), 3600);
  EXPECT_FALSE(Contact::parse("sip:user@example.com?Route=%3Csip:sip.example.com%3E"));
}

TEST(Event, readsPackageAndState) {
  const auto event = Event::parse("dialog; id=a7 ;sla");
  ASSERT_TRUE(event);
  EXPECT_EQ(event->package, "dialog");
  EXPECT_EQ(event->id(), "a7");
  EXPECT_TRUE(event->params.has("sla"));
  const auto state = SubscriptionState::parse("terminated;reason=timeout;expires=12");
  ASSERT_TRUE(state);
  EXPECT_EQ(state->state, "terminated");
  EXPECT_EQ(state->reason(), "timeout");
  EXPECT_EQ(state->expires(), 12);
  EXPECT_EQ(SubscriptionState::parse("active")->expires(), std::nullopt);
  for (const auto* text : {"", ";id=1", "a b", "a;", "a;id="}) {
    EXPECT_FALSE(Event::parse(text)) << text;
    EXPECT_FALSE(SubscriptionState::parse(text)) << text;
  }
}

TEST(Replaces, reads) {
  const auto replaces = Replaces::parse("98732@sip.example.com;from-tag=r33th4x0r ;To-Tag=ff87ff;early-only");
  ASSERT_TRUE(replaces);
  EXPECT_EQ(replaces->call_id, "98732@sip.example.com");
  EXPECT_EQ(replaces->from_tag, "r33th4x0r");
  EXPECT_EQ(replaces->to_tag, "ff87ff");
  EXPECT_TRUE(replaces->early_only);
  EXPECT_FALSE(Replaces::parse("a;to-tag=1;from-tag=2")->early_only);
  for (const auto* text : {"", ";to-tag=1;from-tag=2", "a", "a;to-tag=1", "a;from-tag=1", "a;to-tag;from-tag=1",
                           "a;to-tag=1;to-tag=1;from-tag=2", "a b;to-tag=1;from-tag=2"})
    EXPECT_FALSE(Replaces::parse(text)) << text;
}

TEST(Numbers, areReadOrAbsent) {
  const auto m = Message::parse(
      "SIP/2.0 503 x\r\nMax-Forwards: 0068\r\nExpires: 10000000000000\r\nMin-Expires: 60\r\nRetry-After: 120 "
      "(busy);duration=9\r\n\r\n");
  ASSERT_TRUE(m);
  EXPECT_EQ(max_forwards(*m), 68);
  EXPECT_EQ(expires(*m), std::nullopt);
  EXPECT_EQ(min_expires(*m), 60);
  EXPECT_EQ(retry_after(*m), 120);
  const auto other = Message::parse("SIP/2.0 503 x\r\nRetry-After: 12x\r\nMax-Forwards: -1\r\n\r\n");
  ASSERT_TRUE(other);
  EXPECT_EQ(retry_after(*other), std::nullopt);
  EXPECT_EQ(max_forwards(*other), std::nullopt);
  EXPECT_EQ(expires(*other), std::nullopt);
}

}  // namespace
}  // namespace offhook::sip
