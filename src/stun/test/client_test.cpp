// RFC 8489 §6.2.1 (times), §6.3 (answers), RFC 3489 servers.
#include "stun/client.hpp"

#include <gmock/gmock.h>

namespace offhook::stun {
namespace {

using testing::ElementsAre;

const Endpoint kServer{IpAddress::v4(198, 51, 100, 1), 3478};
const Endpoint kPublic{IpAddress::v4(203, 0, 113, 7), 40'001};

struct Rig {
  void begin(const Schedule& schedule = {}) { client.begin(at(0), kServer, random, schedule); }
  static TimePoint at(std::int64_t ms) { return TimePoint(milliseconds(1000 + ms)); }
  // The moments at which it sends, in milliseconds since begin(), until it is done; the last one is that of the end.
  std::vector<std::int64_t> run() {
    std::vector<std::int64_t> out;
    while (const auto due = client.deadline()) {
      out.push_back((*due - at(0)) / milliseconds(1));
      const auto datagram = client.poll(*due);
      if (datagram) request = *datagram;
    }
    return out;
  }
  std::string send() {
    request = client.poll(*client.deadline()).value_or(std::string{});
    return request;
  }
  SeededRandom random{1};
  Client client;
  std::string request;
};

TEST(StunClient, RepeatsAsTheRfcHasItAndGivesUp) {
  Rig rig;
  rig.begin();
  EXPECT_THAT(rig.run(), ElementsAre(0, 500, 1500, 3500, 7500, 15'500, 31'500, 39'500));
  EXPECT_EQ(rig.client.state(), Client::State::Failed);
  EXPECT_EQ(rig.client.sent(), 7);
}

TEST(StunClient, WhoWaitsForACallIsGivenLess) {
  Rig rig;
  rig.begin(kImpatient);
  EXPECT_THAT(rig.run(), ElementsAre(0, 500, 1500, 2500));
}

TEST(StunClient, RepeatsTheSameTransaction) {
  Rig rig;
  rig.begin();
  const std::string first = rig.send();
  EXPECT_EQ(rig.send(), first);
  rig.begin();
  EXPECT_NE(rig.send(), first);
}

TEST(StunClient, SendsNothingBeforeItsTime) {
  Rig rig;
  rig.begin();
  (void)rig.send();
  EXPECT_FALSE(rig.client.poll(Rig::at(499)));
  EXPECT_TRUE(rig.client.poll(Rig::at(500)));
}

TEST(StunClient, LearnsItsAddress) {
  Rig rig;
  rig.begin();
  ASSERT_TRUE(rig.client.receive(kServer, *answer(rig.send(), kPublic)));
  EXPECT_EQ(rig.client.state(), Client::State::Mapped);
  EXPECT_EQ(rig.client.mapped(), kPublic);
  EXPECT_FALSE(rig.client.deadline());
  EXPECT_FALSE(rig.client.poll(Rig::at(60'000)));
}

TEST(StunClient, LearnsAnAddressOfIPv6) {
  Rig rig;
  const auto server = *Endpoint::parse("[2001:db8::1]:3478"), mapped = *Endpoint::parse("[2001:db8::99]:1234");
  rig.client.begin(Rig::at(0), server, rig.random);
  ASSERT_TRUE(rig.client.receive(server, *answer(rig.send(), mapped)));
  EXPECT_EQ(rig.client.mapped(), mapped);
}

// A server of RFC 3489 copies all sixteen octets and answers with MAPPED-ADDRESS.
TEST(StunClient, TakesTheAnswerOfAClassicServer) {
  Rig rig;
  rig.begin();
  const std::string request = rig.send();
  std::string reply("\x01\x01\x00\x0c", 4);
  reply += request.substr(4, 16);
  reply += std::string("\x00\x01\x00\x08\x00\x01\x9c\x41\xcb\x00\x71\x07", 12);
  ASSERT_TRUE(rig.client.receive(kServer, reply));
  EXPECT_EQ(rig.client.mapped(), kPublic);
}

TEST(StunClient, TakesNoOtherAnswerThanItsOwn) {
  Rig rig;
  rig.begin();
  EXPECT_FALSE(rig.client.receive(kServer, *answer(binding_request({}), kPublic))) << "nothing was asked yet";
  const std::string reply = *answer(rig.send(), kPublic);
  EXPECT_FALSE(rig.client.receive({kServer.address, 3479}, reply)) << "from elsewhere";
  SeededRandom other(2);
  EXPECT_FALSE(rig.client.receive(kServer, *answer(binding_request(new_transaction_id(other)), kPublic)));
  std::string changed = reply;
  changed[24] = static_cast<char>(changed[24] ^ 1);
  EXPECT_FALSE(rig.client.receive(kServer, changed)) << "its fingerprint is wrong";
  EXPECT_FALSE(rig.client.receive(kServer, rig.request)) << "our own request, sent back";
  EXPECT_FALSE(rig.client.receive(kServer, "junk"));
  EXPECT_FALSE(rig.client.receive(kServer, ""));
  EXPECT_EQ(rig.client.state(), Client::State::Waiting);
  EXPECT_TRUE(rig.client.receive(kServer, reply));
}

TEST(StunClient, AnErrorIsAFailure) {
  Rig rig;
  rig.begin();
  const std::string request = rig.send();
  std::string reply("\x01\x11\x00\x08", 4);
  reply += request.substr(4, 16);
  reply += std::string("\x00\x09\x00\x04\x00\x00\x05\x00", 8);  // 500
  EXPECT_TRUE(rig.client.receive(kServer, reply));
  EXPECT_EQ(rig.client.state(), Client::State::Failed);
}

TEST(StunClient, AnAnswerThatNamesNobodyIsAFailure) {
  for (const auto& mapped : {Endpoint{IpAddress::v4(0, 0, 0, 0), 4000}, Endpoint{IpAddress::v4(203, 0, 113, 7), 0},
                             *Endpoint::parse("[2001:db8::99]:1234")}) {
    Rig rig;
    rig.begin();
    EXPECT_TRUE(rig.client.receive(kServer, *answer(rig.send(), mapped)));
    EXPECT_EQ(rig.client.state(), Client::State::Failed) << mapped.text();
  }
  Rig rig;
  rig.begin();
  std::string reply("\x01\x01\x00\x00", 4);
  reply += rig.send().substr(4, 16);
  EXPECT_TRUE(rig.client.receive(kServer, reply));
  EXPECT_EQ(rig.client.state(), Client::State::Failed);
}

TEST(StunClient, AskedAgainItForgetsWhatItKnew) {
  Rig rig;
  rig.begin();
  const std::string late = *answer(rig.send(), kPublic);
  rig.begin();
  (void)rig.send();
  EXPECT_FALSE(rig.client.receive(kServer, late));
  EXPECT_EQ(rig.client.state(), Client::State::Waiting);
}

}  // namespace
}  // namespace offhook::stun
