// Header fields that are tokens, numbers, times and names of calls.
#include "grammar.hpp"
#include "sip/header/allow.hpp"
#include "sip/header/allow_events.hpp"
#include "sip/header/answer_mode.hpp"
#include "sip/header/call_id.hpp"
#include "sip/header/date.hpp"
#include "sip/header/entity_tag.hpp"
#include "sip/header/info_package.hpp"
#include "sip/header/join.hpp"
#include "sip/header/numbers.hpp"
#include "sip/header/option_tags.hpp"
#include "sip/header/p_access_network_info.hpp"
#include "sip/header/p_early_media.hpp"
#include "sip/header/priority.hpp"
#include "sip/header/privacy.hpp"
#include "sip/header/rack.hpp"
#include "sip/header/reason.hpp"
#include "sip/header/refer_sub.hpp"
#include "sip/header/replaces.hpp"
#include "sip/header/session_expires.hpp"
#include "sip/header/target_dialog.hpp"
#include "sip/header/timestamp.hpp"
#include "sip/header/vendor.hpp"

namespace offhook::sip {
namespace {

using test::check_grammar;

Message with(std::string_view fields) {
  auto message = Message::parse("OPTIONS sip:a SIP/2.0\r\n" + std::string(fields) + "\r\n");
  EXPECT_TRUE(message) << fields;
  return message ? *message : Message{};
}

TEST(Allow, grammar) {
  check_grammar(MethodSet::parse, {"", "INVITE", "INVITE, ACK,BYE", "INVITE,X-OWN", "a.b"},
                {"INVITE ACK", "IN(VITE", "INVITE, \"ACK\""});
  const auto set = MethodSet::parse("ACK, INVITE, X, invite");
  ASSERT_TRUE(set);
  EXPECT_TRUE(set->has(Method::Invite));
  EXPECT_FALSE(set->has(Method::Bye));
  EXPECT_FALSE(set->has(Method::Unknown));
  EXPECT_EQ(set->text(), "INVITE, ACK");
  EXPECT_TRUE(MethodSet().empty());
}

TEST(Allow, gathersItsFields) {
  EXPECT_EQ(allowed_methods(with("")), std::nullopt);
  EXPECT_TRUE(allowed_methods(with("Allow:\r\n"))->empty());
  const Message m = with("Allow: INVITE\r\nAllow: BYE, X-OWN\r\n");
  EXPECT_EQ(*allowed_methods(m), MethodSet().add(Method::Bye).add(Method::Invite));
  EXPECT_TRUE(allows_method(m, "X-OWN"));
  EXPECT_FALSE(allows_method(m, "x-own"));
}

TEST(AllowEvents, grammar) {
  check_grammar(parse_event_type, {"presence", "presence.winfo", "as-feature-event"},
                {"", ".winfo", "presence.", "a..b", "a b", "a;b"});
  EXPECT_TRUE(allows_event(with("u: talk,hold\r\nAllow-Events: refer\r\n"), "refer"));
  EXPECT_FALSE(allows_event(with("u: talk\r\n"), "TALK"));
}

TEST(AnswerMode, grammar) {
  check_grammar(AnswerMode::parse, {"Auto", "manual;require", "other;x=y"}, {"", ";require", "Auto;", "Auto Manual"});
  EXPECT_TRUE(AnswerMode::parse("auto;require")->is_auto());
  EXPECT_TRUE(AnswerMode::parse("auto;require")->required());
  EXPECT_TRUE(AnswerMode::parse("Manual")->is_manual());
  EXPECT_FALSE(AnswerMode::parse("Manual")->required());
}

TEST(CallId, grammar) {
  check_grammar(
      parse_call_id,
      {"f81d4fae-7dec-11d0-a765-00a0c91e6bf6@biloxi.com", "a", "0_1234@10.0.0.1", "a(b)<c>:\\\"/[]?{}@x", " a@b "},
      {"", "a b", "a@", "@b", "a@b@c", "a;b", "a,b", "a=b"});
  const Message m = with("In-Reply-To: a@b, c@d\r\n");
  EXPECT_TRUE(replies_to(m, "c@d"));
  EXPECT_FALSE(replies_to(m, "C@d"));
}

TEST(Date, grammar) {
  check_grammar(parse_date,
                {"Sat, 13 Nov 2010 23:29:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "Tue, 29 Feb 2000 12:34:56 GMT",
                 " Sat, 13 Nov 2010 23:29:00 GMT "},
                {"", "Sat, 13 Nov 2010 23:29:00 EST", "Fri, 13 Nov 2010 23:29:00 GMT", "Sat, 31 Nov 2010 23:29:00 GMT",
                 "Thu, 29 Feb 2001 12:34:56 GMT", "Sat, 13 Nov 2010 24:00:00 GMT", "Sat, 13 Nov 2010 23:60:00 GMT",
                 "Sat, 13 Nov 2010 23:29:60 GMT", "Sat, 13 Nov 10 23:29:00 GMT", "Saturday, 13-Nov-10 23:29:00 GMT",
                 "sat, 13 Nov 2010 23:29:00 GMT", "Sat, 13 Nor 2010 23:29:00 GMT", "Sat, 3 Nov 2010 23:29:00 GMT",
                 "Sat, 13 Nov 2010 23:29:00 GMT+1", "Sat Nov 13 23:29:00 2010", "1289690940",
                 "Sat,\r\n 13 Nov 2010 23:29:00 GMT", "Sat, 00 Nov 2010 23:29:00 GMT"});
  EXPECT_EQ(date_text(WallTime{}), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(date_text(WallTime{seconds(951827696)}), "Tue, 29 Feb 2000 12:34:56 GMT");
  EXPECT_EQ(date_text(WallTime{seconds(1289690940) + microseconds(999'999)}), "Sat, 13 Nov 2010 23:29:00 GMT");
  EXPECT_EQ(*parse_date("Sat, 13 Nov 2010 23:29:00 GMT"), WallTime{seconds(1289690940)});
  EXPECT_EQ(date_text(*parse_date("Sat, 13 Nov 0021 23:29:00 GMT")), "Sat, 13 Nov 0021 23:29:00 GMT");
  EXPECT_EQ(*parse_date("Wed, 31 Dec 1969 23:59:59 GMT"), WallTime{seconds(-1)});
}

TEST(EntityTag, grammar) { check_grammar(parse_entity_tag, {"dx200xyz", " a "}, {"", "a b", "\"a\"", "a;b"}); }

TEST(InfoPackage, grammar) {
  check_grammar(InfoPackage::parse, {"foo", "g.3gpp.mid-call", "foo;x=y"}, {"", "foo bar", ";x", "foo;"});
  const Message m = with("Recv-Info: foo;x=1, bar\r\n");
  EXPECT_TRUE(receives_info(m, "foo"));
  EXPECT_FALSE(receives_info(m, "Foo"));
}

TEST(DialogNames, grammar) {
  check_grammar(Join::parse, {"12adf2f34456gs5;to-tag=12345;from-tag=54321", "a@b ; from-tag=1;to-tag=0;x=y"},
                {"", "a", "a;to-tag=1", "a;from-tag=1", "a;to-tag=1;to-tag=2;from-tag=3", "a b;to-tag=1;from-tag=2",
                 "a;to-tag;from-tag=1", ";to-tag=1;from-tag=2"});
  check_grammar(
      TargetDialog::parse, {"fa77as7dad8-sd98ajzz@host.example.com;local-tag=kkaz-;remote-tag=6544"},
      {"", "a", "a;local-tag=1", "a;remote-tag=1", "a;local-tag=\"x\";remote-tag=2", "a;local-tag=1;remote-tag=2;"});
  const auto join = Join::parse("a@b;from-tag=2;to-tag=1");
  EXPECT_EQ(join->text(), "a@b;to-tag=1;from-tag=2");
  EXPECT_EQ(TargetDialog::parse("a;remote-tag=r;local-tag=l")->text(), "a;local-tag=l;remote-tag=r");
  EXPECT_EQ(Replaces::parse("a;early-only;from-tag=f;to-tag=t")->text(), "a;to-tag=t;from-tag=f;early-only");
}

TEST(OptionTags, grammar) {
  check_grammar(parse_option_tag, {"100rel", "timer", "com.example.x"}, {"", "a b", "a;b", "a,b"});
  const Message m = with("Require: 100rel, foo\r\nRequire: Bar\r\nSupported: timer,replaces\r\nk: path\r\n");
  EXPECT_TRUE(has_option_tag(m, HeaderId::Supported, "PATH"));
  EXPECT_FALSE(has_option_tag(m, HeaderId::Supported, "100rel"));
  constexpr std::string_view kKnown[] = {"100rel", "BAR"};
  EXPECT_EQ(unsupported_tags(m, HeaderId::Require, kKnown), "foo");
  EXPECT_EQ(unsupported_tags(m, HeaderId::Require, {}), "100rel, foo, Bar");
  EXPECT_EQ(unsupported_tags(m, HeaderId::ProxyRequire, {}), "");
}

TEST(PHeaders, grammar) {
  check_grammar(AccessNetwork::parse,
                {"3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=\"x\"", "ADSL;dsl-location=\"a\";network-provided", "ADSL2+"},
                {"", ";x", "a b", "a;"});
  EXPECT_TRUE(AccessNetwork::parse("ADSL;network-provided")->network_provided());
  EXPECT_FALSE(AccessNetwork::parse("ADSL")->network_provided());
  check_grammar(EarlyMedia::parse, {"", "supported", "sendrecv, gated", "inactive", "x-y"}, {"send recv", "a;b"});
  const auto read = EarlyMedia::parse("SendOnly, gated");
  EXPECT_EQ(read->direction, EarlyMediaDirection::SendOnly);
  EXPECT_TRUE(read->gated);
  EXPECT_FALSE(read->supported);
  EXPECT_EQ(EarlyMedia::parse("supported")->direction, std::nullopt);
}

TEST(Priority, grammar) {
  check_grammar(parse_priority, {"emergency", "urgent", "normal", "non-urgent", "other"}, {"", "very urgent", "a;b"});
  EXPECT_EQ(*parse_priority("Emergency"), Priority::Emergency);
  EXPECT_EQ(*parse_priority("urgent"), Priority::Urgent);
  EXPECT_EQ(*parse_priority("non-urgent"), Priority::NonUrgent);
  EXPECT_EQ(*parse_priority("other"), Priority::Normal);
}

TEST(Privacy, grammar) {
  check_grammar(Privacy::parse,
                {"id", "user;id", "none", " header ; session;critical", "history", "x-own", "id, critical"},
                {"", "id;", ";id", "a b", "id;;user"});
  const auto read = Privacy::parse("ID;user;other");
  EXPECT_TRUE(read->id && read->user);
  EXPECT_FALSE(read->none || read->header || read->critical);
  EXPECT_EQ(read->text(), "user;id");
  EXPECT_EQ(Privacy{}.text(), "");
  EXPECT_EQ(Privacy::words(" ID; user ;x-Own"), (std::vector<std::string_view>{"ID", "user", "x-Own"}));
  EXPECT_EQ(Privacy::words("id;;user"), std::vector<std::string_view>{});
}

TEST(RAck, grammar) {
  check_grammar(RAck::parse, {"776656 1 INVITE", "1\t2\r\n X", " 4294967295 0 A "},
                {"", "1", "1 2", "1 2 ", "x 2 INVITE", "1 x INVITE", "1 2INVITE", "1 2 INVITE x", "4294967296 1 INVITE",
                 "1 -2 INVITE"});
  check_grammar(parse_rseq, {"988789", " 0 "}, {"", "-1", "1 2", "4294967296", "x"});
  EXPECT_EQ(RAck::parse("7  8 PRACK")->text(), "7 8 PRACK");
}

TEST(Reason, grammar) {
  check_grammar(Reason::parse,
                {"SIP ;cause=200 ;text=\"Call completed elsewhere\"", "Q.850 ;cause=16 ;text=\"Terminated\"",
                 "preemption", "X;y=z"},
                {"", ";cause=1", "SIP;cause=x", "SIP;cause", "SIP;", "SIP x", "SIP;text=\"x"});
  const auto read = Reason::parse("sip;text=\"a \\\"b\\\"\";cause=486");
  EXPECT_EQ(read->cause(), 486);
  EXPECT_EQ(read->text(), "a \"b\"");
  EXPECT_EQ(Reason::parse("SIP")->cause(), std::nullopt);
  EXPECT_EQ(Reason::parse("SIP")->text(), "");
  EXPECT_EQ(reason_text("SIP", 200, "Call completed elsewhere"), "SIP;cause=200;text=\"Call completed elsewhere\"");
  EXPECT_EQ(reason_text("Q.850", 16), "Q.850;cause=16");
  const Message m = with("Reason: Q.850;cause=16, SIP;cause=487\r\n");
  EXPECT_EQ(reason_of(m, "sip")->cause(), 487);
  EXPECT_FALSE(reason_of(m, "preemption"));
}

TEST(ReferSub, grammar) {
  check_grammar(parse_refer_sub, {"true", "False", "false;x=y"}, {"", "yes", "true false", "true;"});
  EXPECT_FALSE(*parse_refer_sub("false"));
  EXPECT_TRUE(*parse_refer_sub("true"));
}

TEST(SessionExpires, grammar) {
  check_grammar(SessionExpires::parse, {"1800", "3600;refresher=uac", "90 ; Refresher = UAS;x=y"},
                {"", "x", "1800 refresher=uac", "1800;refresher=me", "1800;refresher", "-1", "4294967296", "1800;"});
  check_grammar(parse_min_se, {"90", "1800;x=y"}, {"", "x", "90;", "90 x"});
  const auto read = SessionExpires::parse("1800;refresher=UAS");
  EXPECT_EQ(read->seconds, 1800);
  EXPECT_EQ(read->refresher, Refresher::Uas);
  EXPECT_EQ(read->text(), "1800;refresher=uas");
  EXPECT_EQ(SessionExpires::parse("90")->text(), "90");
  EXPECT_EQ(min_se(with("Min-SE: 120\r\n")), 120);
  EXPECT_EQ(min_se(with("Min-SE: x\r\n")), std::nullopt);
  EXPECT_EQ(min_se(with("")), std::nullopt);
}

TEST(Numbers, ofOtherRfcs) {
  const Message m = with("Max-Breadth: 69\r\nFlow-Timer: 120\r\n");
  EXPECT_EQ(max_breadth(m), 69);
  EXPECT_EQ(flow_timer(m), 120);
  EXPECT_EQ(max_breadth(with("Max-Breadth: x\r\n")), std::nullopt);
  EXPECT_EQ(flow_timer(with("")), std::nullopt);
}

TEST(Timestamp, grammar) {
  check_grammar(Timestamp::parse, {"54", "54.33", "54. ", "0.1 2.5", "1 .5", "1 2"},
                {"", "x", ".5", "1.2.3", "1 x", "1 2 3", "-1", "1;x"});
  const auto read = Timestamp::parse("54.21 1.25");
  EXPECT_EQ(read->time, "54.21");
  EXPECT_EQ(read->delay_duration(), milliseconds(1250));
  EXPECT_EQ(Timestamp::parse("54")->delay_duration(), std::nullopt);
  EXPECT_EQ(Timestamp::parse("1 .5")->delay_duration(), milliseconds(500));
  EXPECT_EQ(Timestamp::parse("1 0.1234567")->delay_duration(), microseconds(123456));
  EXPECT_EQ(Timestamp::parse("1 99999999999999999999")->delay_duration(), std::nullopt);
  EXPECT_EQ(Timestamp::parse("1 86401")->delay_duration(), std::nullopt);
}

TEST(Vendor, grammar) {
  check_grammar(parse_record, {"on", "Off", " on "}, {"", "yes", "on off"});
  check_grammar(parse_line, {"0", " 15 "}, {"", "-1", "x", "1 2"});
  check_grammar(parse_mac, {"001565000001", "00:15:65:00:00:01", "00-15-65-AB-CD-EF"},
                {"", "00156500000", "00156500000g", "00:15:65:00:00:0", "00.15.65.00.00.01", "001:565:000:00101"});
  EXPECT_EQ(*parse_mac("00:15:65:AB:CD:EF"), "001565abcdef");
  EXPECT_TRUE(*parse_record("on"));
  EXPECT_EQ(*parse_line("15"), 15);
}

}  // namespace
}  // namespace offhook::sip
