// The parser's and the checker's verdict on each torture message of RFC 4475 and RFC 5118. None is left out.
#include <gtest/gtest.h>

#include <set>

#include "sip/check.hpp"
#include "sip/header/contact.hpp"
#include "sip/header/via.hpp"
#include "table.hpp"

namespace offhook::torture {
namespace {

using namespace sip;

Message torture(const std::string& file) {
  auto message = Message::parse(bytes_of(file));
  EXPECT_TRUE(message) << file;
  return message ? std::move(*message) : Message{};
}

// What becomes of a datagram: "ok", a status, or "drop".
std::string outcome(const std::string& bytes) {
  const auto message = Message::parse(bytes);
  if (!message) {
    const auto answer = answer_broken(bytes, 400, message.error().text, "t1");
    return answer ? std::to_string(answer->status()) : "drop";
  }
  if (message->is_response()) return check_response(*message) ? "ok" : "drop";
  const auto verdict = check_request(*message);
  return verdict ? std::to_string(verdict->status) : "ok";
}

class Parser : public testing::TestWithParam<Row> {};

TEST_P(Parser, doesAsItsVerdictSays) {
  const std::string bytes = bytes_of(GetParam().file);
  const auto message = Message::parse(bytes);
  EXPECT_EQ(message.has_value(), GetParam().parse == "ok") << (message ? "" : message.error().text);
  const auto verdict = message && message->is_request() ? check_request(*message) : std::nullopt;
  EXPECT_EQ(outcome(bytes), GetParam().check) << (verdict ? verdict->reason : std::string_view{});
}

INSTANTIATE_TEST_SUITE_P(Messages, Parser, testing::ValuesIn(verdicts()), test_name);

TEST(ParserDetails, foldedAndCompactNamesAreRead) {
  const Message m = torture("rfc4475/wsinv.dat");
  EXPECT_EQ(m.to_tag(), "1918181833n");
  EXPECT_EQ(m.from_tag(), "98asjd8");
  EXPECT_EQ(m.cseq(), 9);
  std::vector<std::string> branches;
  for (const auto value : m.values(HeaderId::Via)) branches.emplace_back(Via::parse(value)->branch());
  EXPECT_EQ(branches, (std::vector<std::string>{"390skdjuw", "z9hG4bK9ikj8", "z9hG4bK30239"}));
  const auto contact = Contact::parse(*m.top(HeaderId::Contact));
  EXPECT_EQ(contact->address.display_name(), "Quoted string \"\"");
  EXPECT_EQ(contact->q(), 330);
}

// The RFC's own bytes end before the empty line. With it the display name alone is what is wrong.
TEST(ParserDetails, aCommaInADisplayNameIsRefused) {
  const auto message = Message::parse(bytes_of("rfc4475/baddn.dat") + "\r\n");
  ASSERT_TRUE(message);
  const auto verdict = check_request(*message);
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->status, 400);
  EXPECT_EQ(verdict->reason, "Malformed From");
}

TEST(ParserDetails, escapesAreNoSyntax) {
  const Message esc02 = torture("rfc4475/esc02.dat");
  EXPECT_EQ(esc02.method(), Method::Unknown);
  EXPECT_EQ(esc02.method_text(), "RE%47IST%45R");
  EXPECT_EQ(esc02.count(HeaderId::Contact), 2);
  const Message null = torture("rfc4475/escnull.dat");
  std::set<std::string> keys;
  for (const auto value : null.values(HeaderId::Contact))
    keys.insert(aor_key(*Contact::parse(value)->address.parse_uri()));
  EXPECT_EQ(keys.size(), 2);
  const Message semicolon = torture("rfc4475/semiuri.dat");
  EXPECT_EQ(unescape(Uri::parse(semicolon.request_uri())->user), "user;par=u@example.net");
}

TEST(ParserDetails, octetsBehindTheBodyAreDropped) {
  const Message m = torture("rfc4475/dblreq.dat");
  EXPECT_EQ(m.method(), Method::Register);
  EXPECT_EQ(m.bytes().find("INVITE"), std::string_view::npos);
}

TEST(ParserDetails, bodiesMayHoldNul) {
  const Message m = torture("rfc4475/mpart01.dat");
  EXPECT_NE(m.body().find('\0'), std::string_view::npos);
}

TEST(ParserDetails, headerAndUriParametersStayApart) {
  const Message in_header = torture("rfc4475/cparam01.dat"), in_uri = torture("rfc4475/cparam02.dat");
  const auto first = Contact::parse(*in_header.top(HeaderId::Contact)),
             second = Contact::parse(*in_uri.top(HeaderId::Contact));
  EXPECT_TRUE(first->address.params.has("unknownparam"));
  EXPECT_FALSE(first->address.parse_uri()->params.has("unknownparam"));
  EXPECT_FALSE(second->address.params.has("unknownparam"));
  EXPECT_TRUE(second->address.parse_uri()->params.has("unknownparam"));
}

TEST(ParserDetails, bracketsOfIpv6AreOptionalInReceived) {
  for (const std::string name : {"with", "no"}) {
    const Message m = torture("rfc5118-wire/via-received-param-" + name + "-delim.dat");
    EXPECT_EQ(Via::parse(*m.top(HeaderId::Via))->received(), IpAddress::parse("2001:db8::9:255"));
  }
  const Message ambiguous = torture("rfc5118-wire/port-ambiguous.dat"),
                clear = torture("rfc5118-wire/port-unambiguous.dat");
  EXPECT_EQ(Uri::parse(ambiguous.request_uri())->port, std::nullopt);
  EXPECT_EQ(Uri::parse(clear.request_uri())->port, 5070);
}

}  // namespace
}  // namespace offhook::torture
