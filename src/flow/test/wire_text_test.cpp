#include "flow/wire_text.hpp"

#include <gtest/gtest.h>

namespace offhook::flow {
namespace {

std::string redacted(std::string text) {
  static_cast<void>(mark_and_redact(text));
  return text;
}
// A request with that field.
std::string with(const std::string& field) {
  return "REGISTER sip:example.test SIP/2.0\r\nCall-ID: a\r\n" + field + "\r\nContent-Length: 0\r\n\r\n";
}

TEST(WireText, MarksSayWhoseItIs) {
  std::string text =
      "\r\nINVITE sip:10%2302@example.test;user=phone SIP/2.0\r\nVia: SIP/2.0/UDP x\r\n"
      "From: \"<sip:no@x>, \\\" y\" <sip:1001:word@example.test>;tag=1\r\nTo: sip:1002@example.test\r\n"
      "Call-ID:  abc@host \r\nCall-ID: second\r\n\r\nCall-ID: of the body\r\nFrom: <sip:body@x>\r\n";
  const WireMarks marks = mark_and_redact(text);
  EXPECT_EQ(marks.call_id, "abc@host");
  EXPECT_EQ(marks.request_user, "10%2302");
  EXPECT_EQ(marks.from_user, "1001");
  EXPECT_EQ(marks.to_user, "1002");
}

TEST(WireText, CompactAndOddSpellings) {
  std::string text =
      "SIP/2.0 200 sip:not@a.request\r\ni : x1\nF:tel:+15550100;phone-context=x\r\nT:<sip:example.test>\r\n";
  const WireMarks marks = mark_and_redact(text);
  EXPECT_EQ(marks.call_id, "x1");
  EXPECT_EQ(marks.request_user, "");
  EXPECT_EQ(marks.from_user, "+15550100");
  EXPECT_EQ(marks.to_user, "");
}

TEST(WireText, WhatIsNoMessageHasNoMarks) {
  for (std::string text : {"", "\r\n\r\n", "INVITE", "INVITE ", ":", "\n:\n", "a:b", "Call-ID", "Call-ID:"}) {
    const std::string before = text;
    EXPECT_EQ(mark_and_redact(text).call_id, "") << before;
    EXPECT_EQ(text, before);
  }
}

TEST(WireText, DigestAnswersAreUnreadable) {
  EXPECT_EQ(redacted(with("Authorization: Digest username=\"a\", response=\"0123456789abcdef\", uri=\"sip:x\"")),
            with("Authorization: Digest username=\"a\", response=\"xxxxxxxxxxxxxxxx\", uri=\"sip:x\""));
  EXPECT_EQ(redacted(with("pRoXy-aUtHoRiZaTiOn :Digest RESPONSE = \"01\\\"23\",nc=1")),
            with("pRoXy-aUtHoRiZaTiOn :Digest RESPONSE = \"xxxxxx\",nc=1"));
  EXPECT_EQ(redacted(with("Authorization: Digest response=0123,nc=1")),
            with("Authorization: Digest response=xxxx,nc=1"));
  EXPECT_EQ(redacted(with("Authentication-Info: rspauth=\"ab\", qop=auth")),
            with("Authentication-Info: rspauth=\"xx\", qop=auth"));
  EXPECT_EQ(redacted(with("Proxy-Authentication-Info: nextnonce=\"n\",rspauth=\"ab\"")),
            with("Proxy-Authentication-Info: nextnonce=\"n\",rspauth=\"xx\""));
  EXPECT_EQ(redacted(with("Authorization: Digest auts=\"ab\", response=\"cd\"")),
            with("Authorization: Digest auts=\"xx\", response=\"xx\""));
}

TEST(WireText, FoldedFieldsAndValuesWithoutAnEnd) {
  EXPECT_EQ(redacted(with("Authorization: Digest username=\"a\",\r\n response\r\n =\r\n\t\"0123\", nc=1")),
            with("Authorization: Digest username=\"a\",\r\n response\r\n =\r\n\t\"xxxx\", nc=1"));
  EXPECT_EQ(redacted(with("Authorization:\r\n Digest response=\"01\r\n 23\"")),
            with("Authorization:\r\n Digest response=\"xx\r\n xx\""));
  EXPECT_EQ(redacted("Authorization: Digest response=\"0123"),
            "Authorization: Digest response=\"0123");  // a start line
  EXPECT_EQ(redacted("A\nAuthorization: Digest response=\"0123"), "A\nAuthorization: Digest response=\"xxxx");
}

TEST(WireText, OtherSchemesKeepTheirNameAlone) {
  EXPECT_EQ(redacted(with("Authorization: Bearer abc.def-g")), with("Authorization: Bearer xxxxxxxxx"));
  EXPECT_EQ(redacted(with("Authorization: Basic dTpw")), with("Authorization: Basic xxxx"));
}

TEST(WireText, ChallengesAndOtherFieldsStay) {
  for (const auto* field : {"WWW-Authenticate: Digest realm=\"r\", nonce=\"response=1\"", "X-Note: response=\"012\"",
                            "Authorization: Digest responses=\"012\", my-response=\"345\", uri=\"response\"",
                            "Authorization: Digest response"})
    EXPECT_EQ(redacted(with(field)), with(field)) << field;
}

TEST(WireText, MessagesAndKeysInBodies) {
  const std::string body =
      "v=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVe|2^20|1:4;INLINE:WVNf FEC\r\n\r\n"
      "INVITE sip:b@x SIP/2.0\r\nAuthorization: Digest response=\"0123\"\r\n";
  const std::string wanted =
      "v=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:xxxxxxxx|2^20|1:4;INLINE:xxxx FEC\r\n\r\n"
      "INVITE sip:b@x SIP/2.0\r\nAuthorization: Digest response=\"xxxx\"\r\n";
  EXPECT_EQ(redacted(with("X: y") + body), with("X: y") + wanted);
  const std::string text =
      "a=crypto:1 X inline:AAAA;inline:BB|2^20\r\nresponse=\"01\" inline:CC\na=crypto:2 Y INLINE:DD";
  EXPECT_EQ(without_keys(text),
            "a=crypto:1 X inline:xxxx;inline:xx|2^20\r\nresponse=\"01\" inline:CC\na=crypto:2 Y INLINE:xx");
  EXPECT_EQ(without_keys(""), "");
}

}  // namespace
}  // namespace offhook::flow
