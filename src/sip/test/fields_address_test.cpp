// Header fields that hold addresses and URIs.
#include "grammar.hpp"
#include "sip/header/diversion.hpp"
#include "sip/header/history_info.hpp"
#include "sip/header/identity.hpp"
#include "sip/header/info_uri.hpp"
#include "sip/header/refer_to.hpp"
#include "sip/header/referred_by.hpp"
#include "sip/header/remote_party_id.hpp"
#include "sip/header/reply_to.hpp"
#include "sip/header/route.hpp"

namespace offhook::sip {
namespace {

using test::check_grammar;

TEST(InfoUri, grammar) {
  check_grammar(
      InfoUri::parse,
      {"<http://www.example.com/sounds/moo.wav>", "<http://wwww.example.com/alice/photo.jpg> ;purpose=icon",
       "<sip:not-in-service-recording@atlanta.com>", "<urn:alert:service:call-waiting>",
       "<http://127.0.0.1/Bellcore-dr2>;info=\"Ring 2\"", "<sip:a@b>;appearance-index=1;appearance-state=idle"},
      {"", "http://x", "Auto Answer", "info=alert-autoanswer", "<>", "<http://x", "<noscheme>", "<:x>", "<a:>",
       "<a:b>;", "<a:b> x", "\"x\" <a:b>", "<a b:c>"});
  const auto read = InfoUri::parse("<http://x/y>;info=alert-autoanswer;purpose=icon;delay=0");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->uri, "http://x/y");
  EXPECT_EQ(read->info(), "alert-autoanswer");
  EXPECT_EQ(read->purpose(), "icon");
  EXPECT_EQ(read->params.find("delay"), "0");
}

TEST(AlertHint, isReadAsPhoneSystemsWriteIt) {
  for (const std::string_view value : {"Auto Answer", "auto answer;x=y", "info = Auto Answer", "INFO=\"auto answer\"",
                                       "<http://h>;info=\"Auto Answer\"", "<>; info = \"auto answer\""})
    EXPECT_TRUE(AlertHint::read(value).says("Auto Answer")) << value;
  for (const std::string_view value : {"", "Auto", "<Auto Answer>", "x=Auto Answer", "info", "<http://h>;x=Auto", "<"})
    EXPECT_FALSE(AlertHint::read(value).says("Auto Answer")) << value;
  EXPECT_EQ(AlertHint::read("answer-after = 0").find("Answer-After"), "0");
  EXPECT_EQ(AlertHint::read("<sip:a@b>;answer-after=5").find("answer-after"), "5");
  EXPECT_EQ(AlertHint::read("Intercom").find("answer-after"), std::nullopt);
  EXPECT_EQ(AlertHint::read("<http://127.0.0.1/Bellcore-dr2>").uri, "http://127.0.0.1/Bellcore-dr2");
  EXPECT_EQ(AlertHint::read("ringtone-2;x").text, "ringtone-2");
}

TEST(Diversion, grammar) {
  check_grammar(
      Diversion::parse,
      {"<sip:bob@b.com>;reason=user-busy", "\"Bob\" <tel:+1>;reason=no-answer;counter=1;privacy=off;screen=yes;limit=5",
       "<sip:a@b>", "<sip:a@b>;reason=\"own reason\";x=y;counter=99"},
      {"", "sip:a@b;reason=unknown", "<sip:a@b", "<sip:a@b>;counter=100", "<sip:a@b>;counter=x", "<sip:a@b>;limit=-1",
       "<sip:a@b>;counter", "<sip:a@b>;"});
  const auto read =
      Diversion::parse("\"B\" <sip:b@h>;reason=\"do-not-disturb\";counter=3;limit=7;privacy=full;screen=no");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->reason(), "do-not-disturb");
  EXPECT_EQ(read->counter(), 3);
  EXPECT_EQ(read->limit(), 7);
  EXPECT_EQ(read->privacy(), "full");
  EXPECT_EQ(read->screen(), "no");
  EXPECT_EQ(Diversion::parse("<sip:b@h>")->counter(), 1);
  EXPECT_EQ(Diversion::parse("<sip:b@h>")->limit(), std::nullopt);
  EXPECT_EQ(diversion_text("B", "sip:b@h", "user-busy"), "\"B\" <sip:b@h>;reason=user-busy");
  EXPECT_EQ(diversion_text("", "sip:b@h", "two words", 2), "<sip:b@h>;reason=\"two words\";counter=2");
}

TEST(HistoryInfo, grammar) {
  check_grammar(
      HistoryInfo::parse,
      {"<sip:bob@example.com>;index=1", "<sip:bob@192.0.2.4?Reason=SIP%3Bcause%3D302>;index=1.1;rc=1",
       "\"B\" <sip:b@h;p=x?Privacy=history&Reason=SIP%3Bcause%3D486>;index=1.2.11;mp=1.2", "<tel:+1>;index=10;np=1",
       "<sip:b@h>;foo=bar;index=1"},
      {"", "<sip:b@h>", "sip:b@h;index=1", "<sip:b@h>;index=", "<sip:b@h>;index=1.", "<sip:b@h>;index=.1",
       "<sip:b@h>;index=1..1", "<sip:b@h>;index=1a", "<sip:b@h>;index=1;rc=x", "<sip:b@h>;index", "<sip:>;index=1"});
  const auto read = HistoryInfo::parse(
      "<sip:bob@h;cause=408?Reason=Q.850%3Bcause%3D17%2CSIP%3Bcause%3D486%3Btext%3D%22Busy%20Here%22&privacy=history>"
      ";index=1.2;mp=1.1");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->index(), "1.2");
  EXPECT_EQ(read->mp(), "1.1");
  EXPECT_EQ(read->rc(), "");
  EXPECT_EQ(read->reason(), "Q.850;cause=17,SIP;cause=486;text=\"Busy Here\"");
  EXPECT_EQ(read->privacy(), "history");
  EXPECT_EQ(read->cause(), 486);
  EXPECT_EQ(HistoryInfo::parse("<sip:b@h;cause=302>;index=1")->cause(), 302) << "RFC 4458";
  EXPECT_EQ(HistoryInfo::parse("<sip:b@h>;index=1")->cause(), std::nullopt);
}

TEST(HistoryInfo, isWrittenSoThatItReadsBack) {
  const std::string text =
      history_info_text({"Bob", "sip:b@h", "1.3", "SIP;cause=302;text=\"a&b\"", "history", "rc", "1"});
  const auto read = HistoryInfo::parse(text);
  ASSERT_TRUE(read) << text;
  EXPECT_EQ(read->address.display_name(), "Bob");
  EXPECT_EQ(read->reason(), "SIP;cause=302;text=\"a&b\"");
  EXPECT_EQ(read->privacy(), "history");
  EXPECT_EQ(read->rc(), "1");
  EXPECT_EQ(history_info_text({"", "sip:b@h", "1", "", "", "", ""}), "<sip:b@h>;index=1");
}

TEST(Identity, grammar) {
  check_grammar(
      Identity::parse,
      {"\"Cullen Jennings\" <sip:fluffy@cisco.com>", "tel:+14085264000", "<sips:a@b>", "sip:a@b", "A B <tel:+1>"},
      {"", "<http://x>", "<sip:a@b>;x=y", "\"x\"", "<sip:@b>", "alice", "<tel:>"});
  const auto message = Message::parse(
      "INVITE sip:a SIP/2.0\r\nP-Asserted-Identity: <http://x>, \"C\" <sip:c@d>, <tel:+1>\r\n"
      "P-Asserted-Identity: <sip:e@f>\r\nP-Preferred-Identity: <sip:p@q>\r\n\r\n");
  ASSERT_TRUE(message);
  const Identities found = identities(*message, HeaderId::PAssertedIdentity);
  ASSERT_TRUE(found.sip && found.tel);
  EXPECT_EQ(found.sip->uri.user, "c");
  EXPECT_EQ(found.tel->uri.user, "+1");
  EXPECT_EQ(identities(*message, HeaderId::PPreferredIdentity).sip->uri.user, "p");
  EXPECT_FALSE(identities(*message, HeaderId::PPreferredIdentity).tel);
}

TEST(ReferTo, grammar) {
  check_grammar(ReferTo::parse,
                {"sip:alice@atlanta.example.com",
                 "<sip:bob@biloxi.example.net?Accept-Contact=sip:bobsdesk.biloxi.example.net&Call-ID=55432%40alicepc>",
                 "Dave <sip:dave@d?Replaces=425928%40b.1%3Bto-tag%3D7743%3Bfrom-tag%3D6472>",
                 "<sip:carol@c;method=SUBSCRIBE>", "<tel:+1>;x=y", "http://www.ietf.org"},
                {"", "alice", "<sip:a@b", "sip:a@b?Replaces=x", "<sip:a b@c>", "<sip:a@b>;", "<sip:>"});
  const auto read =
      ReferTo::parse("<sip:dave@d;method=INVITE?replaces=425%40b%3Bto-tag%3D7%3Bfrom-tag%3D6&Require=replaces>");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->header("Replaces"), "425@b;to-tag=7;from-tag=6");
  EXPECT_EQ(read->header("Require"), "replaces");
  EXPECT_EQ(read->header("Subject"), std::nullopt);
  EXPECT_EQ(ReferTo::parse("<sip:a;method=BYE>")->method(), "BYE");
  EXPECT_EQ(ReferTo::parse("<sip:a>")->method(), "INVITE");
  EXPECT_EQ(ReferTo::parse(refer_to_text("", "sip:a@b", "x@y;to-tag=1;from-tag=2"))->header("Replaces"),
            "x@y;to-tag=1;from-tag=2");
  EXPECT_EQ(refer_to_text("A", "sip:a@b?Subject=x", "c"), "\"A\" <sip:a@b?Subject=x&Replaces=c>");
  EXPECT_EQ(refer_to_text("", "sip:a@b", ""), "<sip:a@b>");
}

TEST(ReferredBy, grammar) {
  check_grammar(ReferredBy::parse,
                {"sip:referror@referror.example;cid=\"20398823.2UWQFN309shb3@referror.example\"", "<sip:a@b>",
                 "A <sip:a@b>;x=1", "sip:a@b"},
                {"", "a", "<sip:a@b>;cid=\"x\"", "<sip:a@b>;cid", "<sip:a@b>;cid=\"@x\"", "<sip:a@b>;cid=\"x@\"",
                 "<sip:a@b>;cid=\"a b@c\"", "<sip:a@b"});
  EXPECT_EQ(ReferredBy::parse("<sip:a@b>;cid=\"x@y\"")->cid(), "x@y");
  EXPECT_EQ(ReferredBy::parse("<sip:a@b>")->cid(), std::nullopt);
}

TEST(RemotePartyId, grammar) {
  check_grammar(RemotePartyId::parse,
                {"\"Alice\" <sip:a@b>;party=calling;screen=yes;privacy=off",
                 "<sip:a@b>;id-type=subscriber;privacy=full-network", "sip:a@b;party=called"},
                {"", "Alice", "<sip:a@b", "<sip:a@b>;", "<sip:a@b>;screen="});
  const auto read = RemotePartyId::parse("<sip:a@b>;party=called;screen=Yes;privacy=\"uri, name-network\"");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->party(), "called");
  EXPECT_TRUE(read->screened());
  EXPECT_TRUE(read->hides_name());
  EXPECT_TRUE(read->hides_uri());
  const auto full = RemotePartyId::parse("<sip:a@b>;privacy=full;screen=no");
  EXPECT_TRUE(full->hides_name() && full->hides_uri());
  EXPECT_FALSE(full->screened());
  const auto off = RemotePartyId::parse("<sip:a@b>;privacy=off");
  EXPECT_FALSE(off->hides_name() || off->hides_uri());
  EXPECT_TRUE(RemotePartyId::parse("<sip:a@b>;privacy=name")->hides_name());
  EXPECT_FALSE(RemotePartyId::parse("<sip:a@b>;privacy=name")->hides_uri());
}

TEST(ReplyTo, grammar) {
  check_grammar(ReplyTo::parse, {"Bob <sip:bob@biloxi.com>", "sip:a@b;x=y", "<tel:+1>"},
                {"", "bob", "<sip:a@b", "<sip:a@b>;;"});
}

TEST(Route, grammar) {
  check_grammar(RouteParam::parse,
                {"<sip:bigbox3.site3.atlanta.com;lr>", "\"P\" <sips:p:5061;lr>;x=y", "<sip:p;lr=on>",
                 "<sip:u@[2001:db8::1];lr>", "<sip:strict>"},
                {"", "sip:p;lr", "<sip:p;lr", "<sip:>", "<sip:p;lr> x", "\"P\"", "<sip:p;lr>;"});
  EXPECT_TRUE(RouteParam::parse("<sip:p;lr>")->loose());
  EXPECT_TRUE(RouteParam::parse("<sip:p;LR=on>")->loose());
  EXPECT_FALSE(RouteParam::parse("<sip:p>;lr")->loose()) << "a parameter of the field is none of the URI";
}

TEST(Addresses, tellWhereTheUriIsWrong) {
  const auto route = RouteParam::parse("\"P\" <sip:p:70000>");
  ASSERT_FALSE(route);
  EXPECT_GT(route.error().offset, 4);
  const auto target = ReferTo::parse("<sip:a@b:x>");
  ASSERT_FALSE(target);
  EXPECT_EQ(target.error().offset, 9);
}

}  // namespace
}  // namespace offhook::sip
