// What is checked of a message before anyone acts on it, and what is said to those that are no message.
#include <gtest/gtest.h>

#include "sip/builder.hpp"
#include "sip/check.hpp"

namespace offhook::sip {
namespace {

constexpr std::string_view kGood =
    "INVITE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: "
    "<sip:bob@example.com>\r\n"
    "Call-ID: x@y\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\nContact: <sip:a@192.0.2.1>\r\n\r\n";

std::string with(std::string_view from, std::string_view to) {
  std::string out(kGood);
  const auto at = out.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return out.replace(at, from.size(), to);
}

struct Case {
  std::string_view from, to;
  int status;
  std::string_view reason;
};

TEST(CheckRequest, letsAGoodOnePass) {
  EXPECT_EQ(check_request(*Message::parse(std::string(kGood))), std::nullopt);
  for (const auto& [from, to] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {";branch=z9hG4bK1", ""},
           {";branch=z9hG4bK1", ";branch=old"},
           {"Max-Forwards: 70\r\n", ""},
           {"70", "300"},
           {";tag=1", ""},
           {"sip:bob@example.com SIP", "tel:+123 SIP"},
           {"SIP/2.0\r\n", "sip/2.0\r\n"},
           {"Contact: <sip:a@192.0.2.1>", "Contact: *"}})
    EXPECT_EQ(check_request(*Message::parse(with(from, to))), std::nullopt) << to;
}

TEST(CheckRequest, namesTheFault) {
  for (const auto& [from, to, status, reason] : std::initializer_list<Case>{
           {"SIP/2.0\r\n", "SIP/3.0\r\n", 505, "Version Not Supported"},
           {"Via: SIP/2.0/UDP a;branch=z9hG4bK1\r\n", "", 400, "Missing Via"},
           {"UDP a", "UDP", 400, "Malformed Via"},
           {";branch=z9hG4bK1", ";;", 400, "Malformed Via"},
           {"z9hG4bK1", "z9hG4bK", 400, "Empty Via Branch"},
           {"Call-ID: x@y\r\n", "", 400, "Missing Call-ID"},
           {"Call-ID: x@y", "Call-ID:", 400, "Malformed Call-ID"},
           {"x@y", "x y", 400, "Malformed Call-ID"},
           {"Call-ID: x@y\r\n", "i: x\r\nCall-ID: x\r\n", 400, "Multiple Call-ID"},
           {"CSeq: 1 INVITE\r\n", "", 400, "Missing CSeq"},
           {"CSeq: 1 INVITE\r\n", "CSeq: 1 INVITE\r\nCSeq: 1 INVITE\r\n", 400, "Multiple CSeq"},
           {"1 INVITE", "4294967296 INVITE", 400, "Malformed CSeq"},
           {"1 INVITE", "1 BYE", 400, "CSeq Method Mismatch"},
           {"INVITE sip", "NEW sip", 501, "Not Implemented"},
           {"From: <sip:a@b>;tag=1\r\n", "", 400, "Missing From"},
           {"To: <sip:bob@example.com>\r\n", "", 400, "Missing To"},
           {"From: <sip:a@b>;tag=1", "From: \"a <sip:a@b>", 400, "Malformed From"},
           {"From: <sip:a@b>;tag=1", "From: <sip:@b>", 400, "Malformed From"},
           {";tag=1", ";tag=\"\"", 400, "Malformed From"},
           {";tag=1", ";tag", 400, "Malformed From"},
           {"To: <sip:bob@example.com>", "To: < sip:bob@example.com>", 400, "Malformed To"},
           {"Call-ID", "t: <sip:c@d>\r\nCall-ID", 400, "Multiple To"},
           {"Call-ID", "f: <sip:c@d>\r\nCall-ID", 400, "Multiple From"},
           {"70", "70, 71", 400, "Malformed Max-Forwards"},
           {"Max-Forwards: 70", "Max-Forwards: 70\r\nMax-Forwards: 5", 400, "Multiple Max-Forwards"},
           {"sip:bob@example.com SIP", "sip:bob@example.com?a=b SIP", 400, "Header In Request-URI"},
           {"sip:bob@example.com SIP", "<sip:bob@example.com> SIP", 400, "Malformed Request-URI"},
           {"<sip:a@192.0.2.1>", "<sip:a@192.0.2.1>, sip:a@b?c=d", 400, "Malformed Contact"},
           {"Contact", "Route: <sip:a>;;\r\nContact", 400, "Malformed Route"},
       }) {
    const auto message = Message::parse(with(from, to));
    ASSERT_TRUE(message) << reason << ": " << message.error().text;
    const auto verdict = check_request(*message);
    ASSERT_TRUE(verdict) << reason;
    EXPECT_EQ(verdict->status, status) << reason;
    EXPECT_EQ(verdict->reason, reason);
  }
}

TEST(CheckResponse, discardsWhatCannotBeMatched) {
  const std::string good =
      "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: "
      "x\r\nCSeq: 1 INVITE\r\n\r\n";
  EXPECT_TRUE(check_response(*Message::parse(good)));
  for (const auto& [from, to] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"SIP/2.0 2", "SIP/3.0 2"},
           {"Via: SIP/2.0/UDP a;branch=z9hG4bK1\r\n", ""},
           {"UDP a", "UDP"},
           {"1 INVITE", "99999999999 INVITE"},
           {"CSeq: 1 INVITE\r\n", ""},
           {"Call-ID: x\r\n", ""},
           {"Call-ID: x\r\n", "Call-ID: x\r\ni: y\r\n"},
           {"From: <sip:a@b>;tag=1\r\n", ""},
           {"To: <sip:c@d>\r\n", ""},
           {"z9hG4bK1\r\n", "z9hG4bK1, SIP/2.0/UDP 255.255.255.255\r\n"},
           {"z9hG4bK1\r\n", "z9hG4bK1, SIP/2.0/UDP a;received=255.255.255.255\r\n"},
           {"z9hG4bK1\r\n", "z9hG4bK1, SIP/2.0/UDP\r\n"}}) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    EXPECT_FALSE(check_response(*Message::parse(text))) << text;
  }
}

TEST(AnswerBroken, saysWhatCanBeSaid) {
  const auto answer = answer_broken(
      "\r\nINVITE  sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1,\r\n SIP/2.0/UDP b\r\nv: SIP/2.0/UDP "
      "c\r\nnonsense\r\nFrom : <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\n"
      "Call-ID: x\r\nCSeq: 5 INVITE\r\nCSeq: 6 INVITE\r\n\r\nVia: in the body",
      400, "Bad\r\nStart", "t9");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->bytes(),
            "SIP/2.0 400 Bad  Start\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1,   SIP/2.0/UDP b\r\nVia: SIP/2.0/UDP "
            "c\r\nFrom: <sip:a@b>;tag=1\r\n"
            "To: <sip:c@d>;tag=t9\r\nCall-ID: x\r\nCSeq: 5 INVITE\r\nContent-Length: 0\r\n\r\n");
}

TEST(AnswerBroken, keepsATagAndLeavesOutWhatIsNotThere) {
  const auto answer =
      answer_broken("BYE sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a\r\nTo: <sip:c@d>;tag=1\r\n", 400, "", "t9");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->bytes(),
            "SIP/2.0 400 Bad Request\r\nVia: SIP/2.0/UDP a\r\nTo: <sip:c@d>;tag=1\r\nContent-Length: 0\r\n\r\n");
}

TEST(AnswerBroken, isSilentWhereNoAnswerMayGo) {
  for (const std::string_view bytes : std::initializer_list<std::string_view>{
           "", "\r\n\r\n", "hello", "BYE sip:a SIP/2.0\r\nTo: a\r\n\r\n", "BYE sip:a SIP/2.0\r\nVia: nonsense\r\n\r\n",
           "SIP/2.0 4294967301 x\r\nVia: SIP/2.0/UDP a\r\n\r\n", "ACK  sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a\r\n\r\n",
           "BYE\r\nVia: SIP/2.0/UDP a\r\n\r\n", "\x01\x02 x\r\nVia: SIP/2.0/UDP a\r\n\r\n"})
    EXPECT_FALSE(answer_broken(bytes, 400, "x", "t")) << bytes;
}

}  // namespace
}  // namespace offhook::sip
