#include "flow/facts.hpp"

#include <gtest/gtest.h>

#include "flow/label.hpp"
#include "sip_text.hpp"

namespace offhook::flow {
namespace {

TEST(Facts, OfARequestWithAudio) {
  const Facts facts = read_facts(
      sip_text("INVITE sip:1002@10.0.0.1", "INVITE",
               "Contact: <sip:1001@10.0.1.1:5060;line=ab>\r\nContent-Type: application/sdp\r\n", sdp_text("sendonly")));
  ASSERT_TRUE(facts.valid);
  EXPECT_TRUE(facts.request);
  EXPECT_EQ(facts.method, "INVITE");
  EXPECT_EQ(facts.request_user, "1002");
  EXPECT_EQ(facts.from_user, "1001");
  EXPECT_EQ(facts.to_user, "1002");
  EXPECT_EQ(facts.from_tag, "a1");
  EXPECT_EQ(facts.to_tag, "");
  EXPECT_EQ(facts.call_id, "call-1");
  EXPECT_EQ(facts.cseq, 7);
  EXPECT_EQ(facts.branch, "z9hG4bKx1");
  EXPECT_EQ(facts.contact_user, "1001");
  EXPECT_EQ(facts.direction, sdp::Direction::SendOnly);
  EXPECT_EQ(facts.audio, "10.0.1.1:11780");
}

TEST(Facts, HoldOfOldPhonesReadsAsInactive) {
  EXPECT_EQ(read_facts(sip_text("INVITE sip:x@y", "INVITE", kSdp, sdp_text("sendrecv", "0.0.0.0"))).direction,
            sdp::Direction::Inactive);
}

TEST(Facts, HeadersAreFoundByAnyOfTheirNames) {
  const Facts facts =
      read_facts(sip_text("REFER sip:1001@10.0.1.1", "REFER",
                          "r: <sip:1003@10.0.0.1>\r\nReferred-By: <sip:1002@10.0.0.1>\r\nX-Odd: one\r\n"));
  EXPECT_EQ(facts.refer_to_user, "1003");
  EXPECT_EQ(facts.referred_by_user, "1002");
  EXPECT_EQ(facts.header("Refer-To"), std::vector<std::string_view>{"<sip:1003@10.0.0.1>"});
  EXPECT_EQ(facts.header("x-odd"), std::vector<std::string_view>{"one"});
  EXPECT_TRUE(facts.header("X-Other").empty());
}

TEST(Facts, GarbageIsNotValid) {
  for (const char* bytes : {"", "\r\n\r\n", "hello", "INVITE\r\n\r\n"}) EXPECT_FALSE(read_facts(bytes).valid) << bytes;
}

TEST(Label, SaysWhatAPersonReads) {
  const std::pair<std::string, std::string> rows[]{
      {sip_text("INVITE sip:1002@10.0.0.1", "INVITE", kSdp, sdp_text("sendrecv")), "INVITE"},
      {sip_text("INVITE sip:1002@10.0.0.1", "INVITE", kSdp, sdp_text("sendonly")), "INVITE sendonly"},
      {sip_text("180 Ringing", "INVITE"), "180 Ringing"},
      {sip_text("200 OK", "BYE"), "200 OK (BYE)"},
      {sip_text("200 OK", "INVITE", kSdp, sdp_text("recvonly")), "200 OK recvonly"},
      {sip_text("401 Unauthorized", "REGISTER"), "401 Unauthorized (REGISTER)"},
      {sip_text("NOTIFY sip:1002@10.0.1.2", "NOTIFY", kSipfrag, "SIP/2.0 100 Trying\r\n"), "NOTIFY 100 Trying"},
      {sip_text("WHISPER sip:x@y", "WHISPER"), "WHISPER"},
      {"garbage", "?"},
  };
  for (const auto& [bytes, expected] : rows) EXPECT_EQ(label(bytes), expected);
}

}  // namespace
}  // namespace offhook::flow
