// New messages: order, what a response copies, and that no value breaks out of its field.
#include <gtest/gtest.h>

#include "sip/builder.hpp"
#include "sip/edit.hpp"
#include "sip/header/name_addr.hpp"

namespace offhook::sip {
namespace {

Message invite() {
  return Builder::request(Method::Invite, "sip:bob@example.com")
      .add(HeaderId::Via, "SIP/2.0/UDP a;branch=z9hG4bK1, SIP/2.0/UDP b;branch=z9hG4bK2")
      .add(HeaderId::Via, "SIP/2.0/TCP c;branch=z9hG4bK3")
      .add(HeaderId::From, "\"A\" <sip:a@b>;tag=1")
      .add(HeaderId::To, "<sip:bob@example.com>")
      .add(HeaderId::CallId, "id@h")
      .add(HeaderId::CSeq, "7 INVITE")
      .add(HeaderId::Timestamp, "54")
      .add("X-Own", "x")
      .body("application/sdp", "v=0\r\n")
      .build();
}

TEST(Builder, writesFieldsInTheOrderOfTheCalls) {
  const Message message = invite();
  EXPECT_EQ(
      message.bytes(),
      "INVITE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1, SIP/2.0/UDP b;branch=z9hG4bK2\r\n"
      "Via: SIP/2.0/TCP c;branch=z9hG4bK3\r\nFrom: \"A\" <sip:a@b>;tag=1\r\nTo: <sip:bob@example.com>\r\nCall-ID: "
      "id@h\r\nCSeq: 7 INVITE\r\n"
      "Timestamp: 54\r\nX-Own: x\r\nContent-Type: application/sdp\r\nContent-Length: 5\r\n\r\nv=0\r\n");
  EXPECT_EQ(message.body(), "v=0\r\n");
}

// The index that is kept while writing is the one that reading gives.
TEST(Builder, indexesWhatItWritesAsAReaderWould) {
  const auto expect_as_read = [](const Message& built) {
    const Message read = *Message::parse(std::string(built.bytes()));
    EXPECT_EQ(built.start_line(), read.start_line());
    EXPECT_EQ(built.method(), read.method());
    EXPECT_EQ(built.method_text(), read.method_text());
    EXPECT_EQ(built.request_uri(), read.request_uri());
    EXPECT_EQ(built.status(), read.status());
    EXPECT_EQ(built.reason(), read.reason());
    EXPECT_EQ(built.version(), read.version());
    EXPECT_EQ(built.body(), read.body());
    ASSERT_EQ(built.header_count(), read.header_count());
    for (std::size_t i = 0; i < read.header_count(); ++i) {
      EXPECT_EQ(built.header(i).id, read.header(i).id) << i;
      EXPECT_EQ(built.header(i).name, read.header(i).name);
      EXPECT_EQ(built.header(i).value, read.header(i).value);
    }
    EXPECT_EQ(built.count(HeaderId::Via), read.count(HeaderId::Via));
    EXPECT_EQ(Edit(built).append("X-Last", "y").bytes(), Edit(read).append("X-Last", "y").bytes());
  };
  expect_as_read(invite());
  expect_as_read(Builder::response(invite(), 180, "zz").build());
  expect_as_read(Builder::response(invite(), 487, "zz", "Gone  away").add("Warning", " \t").build());
  expect_as_read(Builder::request("FOO", "sip:a").add("v", "  SIP/2.0/UDP a \r\n b\t ").add("X-A", "").build());
  auto many = Builder::request(Method::Options, "sip:a");
  for (int i = 0; i < 40; ++i) many.add("X-Many", std::to_string(i)).add(HeaderId::Route, "<sip:r>");
  expect_as_read(many.body("", "text").build());
}

TEST(Builder, makesNothingOfWhatIsNoMessage) {
  EXPECT_EQ(Builder::request("NO TOKEN", "sip:a").build().header_count(), 0);
  EXPECT_EQ(Builder::request("FOO", "").build().header_count(), 0);
  EXPECT_EQ(Builder::request("FOO", "sip:a b").build().header_count(), 0);
  EXPECT_EQ(Builder::request("FOO", "sip:a").add("No Token", "x").build().header_count(), 0);
  EXPECT_EQ(Builder::response(invite(), 99, "").build().header_count(), 0);
  EXPECT_EQ(Builder::response(invite(), 700, "").build().header_count(), 0);
}

TEST(Builder, writesOneContentLengthWhateverIsAdded) {
  const Message message = Builder::request("FOO", "sip:a").add("l", "99").add(HeaderId::ContentLength, "98").build();
  EXPECT_EQ(message.bytes(), "FOO sip:a SIP/2.0\r\nContent-Length: 0\r\n\r\n");
}

TEST(Builder, copiesIntoAResponseWhatTheRequestWants) {
  const Message request = invite();
  const Message response = Builder::response(request, 180, "zz").build();
  EXPECT_EQ(response.bytes(),
            "SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1, SIP/2.0/UDP b;branch=z9hG4bK2\r\nVia: "
            "SIP/2.0/TCP c;branch=z9hG4bK3\r\n"
            "From: \"A\" <sip:a@b>;tag=1\r\nTo: <sip:bob@example.com>;tag=zz\r\nCall-ID: id@h\r\nCSeq: 7 "
            "INVITE\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(response.method(), Method::Invite);
  EXPECT_EQ(response.to_tag(), "zz");
}

TEST(Builder, givesATryingNoTagButTheTimestamp) {
  const Message response = Builder::response(invite(), 100, "zz").build();
  EXPECT_EQ(response.to_tag(), "");
  EXPECT_EQ(response.find(HeaderId::Timestamp), "54");
}

TEST(Builder, keepsATagThatIsThere) {
  const Message first = Builder::response(invite(), 200, "one", "Fine").build();
  EXPECT_EQ(first.reason(), "Fine");
  const Message second = Builder::response(first, 200, "two").build();
  EXPECT_EQ(second.to_tag(), "one");
}

TEST(Builder, letsNoValueBreakOutOfItsField) {
  const Message message =
      Builder::request("FOO", "sip:a\r\nA: b").add("Subject", "x\r\nVia: evil\n\r\n\r\nbody").build();
  EXPECT_EQ(message.find(HeaderId::Via), std::nullopt);
  EXPECT_TRUE(message.bytes().empty() || message.header_count() == 2) << message.bytes();
  const Message plain = Builder::request("FOO", "sip:a").add("Subject", "x\r\nVia: evil").build();
  EXPECT_EQ(plain.find(HeaderId::Subject), "x  Via: evil");
  EXPECT_EQ(plain.find(HeaderId::Via), std::nullopt);
}

TEST(Builder, copiesFieldsOfAnotherMessage) {
  const Message message =
      Builder::request("FOO", "sip:a").copy(invite(), HeaderId::Via).copy(invite(), HeaderId::Route).build();
  EXPECT_EQ(message.count(HeaderId::Via), 2);
  EXPECT_EQ(message.header_count(), 3);
}

TEST(ReasonPhrase, isThatOfTheCodeOrItsClass) {
  EXPECT_EQ(reason_phrase(100), "Trying");
  EXPECT_EQ(reason_phrase(481), "Call/Transaction Does Not Exist");
  EXPECT_EQ(reason_phrase(608), "Rejected");
  EXPECT_EQ(reason_phrase(199), "Early Dialog Terminated");
  EXPECT_EQ(reason_phrase(298), "Success");
  EXPECT_EQ(reason_phrase(499), "Request Failure");
  EXPECT_EQ(reason_phrase(699), "Global Failure");
  EXPECT_EQ(reason_phrase(42), "Unknown");
  EXPECT_EQ(reason_phrase(-1), "Unknown");
}

}  // namespace
}  // namespace offhook::sip
