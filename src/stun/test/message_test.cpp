#include "stun/message.hpp"

#include <gtest/gtest.h>

namespace offhook::stun {
namespace {

std::string bytes(std::initializer_list<int> octets) {
  std::string out;
  for (const int octet : octets) out += static_cast<char>(octet);
  return out;
}

// RFC 5769 §2.2 and §2.3: sample responses. Their MESSAGE-INTEGRITY is not ours to check here.
const std::string kSampleV4 =
    bytes({0x01, 0x01, 0x00, 0x3c, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86,
           0xfa, 0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65, 0x63,
           0x74, 0x6f, 0x72, 0x20, 0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43,
           0x00, 0x08, 0x00, 0x14, 0x2b, 0x91, 0xf5, 0x99, 0xfd, 0x9e, 0x90, 0xc3, 0x8c, 0x74, 0x89, 0xf9,
           0x2a, 0xf9, 0xba, 0x53, 0xf0, 0x6b, 0xe7, 0xd7, 0x80, 0x28, 0x00, 0x04, 0xc0, 0x7d, 0x4c, 0x96});
const std::string kSampleV6 = bytes(
    {0x01, 0x01, 0x00, 0x48, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf,
     0xae, 0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65, 0x63, 0x74, 0x6f, 0x72, 0x20, 0x00, 0x20,
     0x00, 0x14, 0x00, 0x02, 0xa1, 0x47, 0x01, 0x13, 0xa9, 0xfa, 0xa5, 0xd3, 0xf1, 0x79, 0xbc, 0x25, 0xf4, 0xb5, 0xbe,
     0xd2, 0xb9, 0xd9, 0x00, 0x08, 0x00, 0x14, 0xa3, 0x82, 0x95, 0x4e, 0x4b, 0xe6, 0x7b, 0xf1, 0x17, 0x84, 0xc9, 0x7c,
     0x82, 0x92, 0xc2, 0x75, 0xbf, 0xe3, 0xed, 0x41, 0x80, 0x28, 0x00, 0x04, 0xc8, 0xfb, 0x0b, 0x4c});

TEST(StunMessage, ReadsTheSamplesOfRfc5769) {
  const auto v4 = Message::parse(kSampleV4);
  ASSERT_TRUE(v4);
  EXPECT_EQ(v4->message_class, Class::Success);
  EXPECT_EQ(v4->method, kBinding);
  EXPECT_FALSE(v4->is_classic);
  EXPECT_EQ(v4->find(kSoftware), "test vector");
  EXPECT_EQ(v4->mapped_address()->text(), "192.0.2.1:32853");
  const auto v6 = Message::parse(kSampleV6);
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->mapped_address()->text(), "[2001:db8:1234:5678:11:2233:4455:6677]:32853");
}

TEST(StunMessage, ABindingRequestIsAnsweredWithTheSource) {
  SeededRandom random(1);
  const auto id = new_transaction_id(random);
  const std::string request = binding_request(id);
  for (const char* text : {"192.0.2.9:5062", "[2001:db8::9]:5062"}) {
    const auto source = *Endpoint::parse(text);
    const auto reply = answer(request, source);
    ASSERT_TRUE(reply);
    const auto message = Message::parse(*reply);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->message_class, Class::Success);
    EXPECT_EQ(message->id, id);
    EXPECT_EQ(message->mapped_address(), source);
    EXPECT_TRUE(message->find(kXorMappedAddress));
    EXPECT_FALSE(answer(*reply, source)) << "an answer is not answered";
  }
}

TEST(StunMessage, ClassicRequestsGetTheClassicAddress) {
  std::string request = bytes({0, 1, 0, 0}) + "sixteen octets!!";
  const auto source = *Endpoint::parse("192.0.2.9:5062");
  const auto reply = answer(request, source);
  ASSERT_TRUE(reply);
  const auto message = Message::parse(*reply);
  EXPECT_TRUE(message->is_classic);
  EXPECT_TRUE(message->find(kMappedAddress));
  EXPECT_FALSE(message->find(kXorMappedAddress));
  EXPECT_EQ(message->mapped_address(), source);
}

TEST(StunMessage, UnknownRequiredAttributesGet420) {
  SeededRandom random(1);
  std::string request = bytes({0, 1, 0, 8});
  const auto id = new_transaction_id(random);
  request.append(reinterpret_cast<const char*>(id.data()), id.size());
  request += bytes({0x00, 0x03, 0, 4, 0, 0, 0, 6});  // CHANGE-REQUEST
  const auto reply = answer(request, *Endpoint::parse("192.0.2.9:5062"));
  ASSERT_TRUE(reply);
  const auto message = Message::parse(*reply);
  EXPECT_EQ(message->message_class, Class::Error);
  EXPECT_EQ(message->find(kErrorCode)->substr(0, 4), std::string_view("\0\0\4\x14", 4));
  EXPECT_EQ(message->find(kUnknownAttributes), std::string_view("\0\3", 2));
}

TEST(StunMessage, DamagedOnesAreNotAnswered) {
  SeededRandom random(2);
  const std::string request = binding_request(new_transaction_id(random));
  const auto source = *Endpoint::parse("192.0.2.9:5062");
  ASSERT_TRUE(answer(request, source));
  // Every bit counts: the fingerprint covers all, its own type and length apart (a change there is another message).
  for (std::size_t i = 0; i < 20; ++i) {
    std::string damaged = request;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    EXPECT_FALSE(answer(damaged, source)) << i;
  }
  for (std::size_t size = 0; size < request.size(); ++size)
    EXPECT_FALSE(answer(request.substr(0, size), source)) << size;
}

TEST(StunMessage, SipIsNoStun) {
  EXPECT_FALSE(looks_like_stun("OPTIONS sip:a@b SIP/2.0\r\n\r\n"));
  EXPECT_FALSE(looks_like_stun("\r\n\r\n"));
  EXPECT_FALSE(looks_like_stun(""));
}

}  // namespace
}  // namespace offhook::stun
