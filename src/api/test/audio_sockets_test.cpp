// A person at a phone: the WebSockets at /api/phones/NAME/audio.
#include "fixture.hpp"

namespace offhook::api::test {
namespace {

using testing::ElementsAre;
using Samples = std::vector<std::int16_t>;

struct Ports final : AudioPorts {
  void attach(phone::PhoneId phone) override { attached.push_back(phone); }
  void detach(phone::PhoneId phone) override { std::erase(attached, phone); }
  void say(phone::PhoneId phone, media::ConstFrame frame) override {
    said.emplace_back(phone, Samples(frame.begin(), frame.end()));
  }
  std::vector<phone::PhoneId> attached;
  std::vector<std::pair<phone::PhoneId, Samples>> said;
};

class AudioSocketsTest : public PhonesApiTest {
 protected:
  AudioSocketsTest() : a_(*rack_.find("A")), talk_(rack_, recorder_, &ports_) {}

  Response get(const std::string& path) { return talk_.handle(now_, {"GET", path, "", "", ""}); }

  phone::PhoneId a_;
  Ports ports_;
  PhonesApi talk_;
};

TEST_F(AudioSocketsTest, OnePersonAPhone) {
  EXPECT_TRUE(talk_.connected(now_, 1, "/api/phones/A/audio"));
  EXPECT_THAT(ports_.attached, ElementsAre(a_));
  EXPECT_FALSE(talk_.connected(now_, 2, "/api/phones/A/audio"));
  EXPECT_EQ(get("/api/phones/A/audio").status, 409);
  EXPECT_TRUE(talk_.connected(now_, 3, "/api/phones/B/audio"));
  talk_.disconnected(1);
  EXPECT_THAT(ports_.attached, ElementsAre(*rack_.find("B")));
  EXPECT_TRUE(talk_.connected(now_, 4, "/api/phones/A/audio"));
}

TEST_F(AudioSocketsTest, WhereNobodyCarriesSoundOrThereIsNoPhone) {
  EXPECT_FALSE(talk_.connected(now_, 1, "/api/phones/Z/audio"));
  EXPECT_EQ(get("/api/phones/Z/audio").status, 404);
  EXPECT_EQ(get("/api/phones/A/audio").status, 400);
  EXPECT_FALSE(api_.connected(now_, 1, "/api/phones/A/audio"));
  EXPECT_EQ(send("GET", "/api/phones/A/audio").status, 404);
  EXPECT_TRUE(ports_.attached.empty());
}

TEST_F(AudioSocketsTest, FramesGoBothWaysAsLittleEndian) {
  talk_.connected(now_, 1, "/api/phones/A/audio");
  std::string bytes(320, '\0');
  bytes[0] = '\x34', bytes[1] = '\x12', bytes[318] = '\xFE', bytes[319] = '\xFF';
  talk_.received_binary(now_, 1, bytes);
  Samples samples(160);
  samples.front() = 0x1234, samples.back() = -2;
  EXPECT_THAT(ports_.said, ElementsAre(std::pair(a_, samples)));

  talk_.heard(a_, samples);
  const auto push = talk_.poll_push();
  ASSERT_TRUE(push);
  EXPECT_EQ(push->socket, 1U);
  EXPECT_TRUE(push->binary);
  EXPECT_EQ(push->text, bytes);
  EXPECT_FALSE(talk_.poll_push());
}

TEST_F(AudioSocketsTest, WhatIsNoFrameIsRefusedWithASentenceOnce) {
  talk_.connected(now_, 1, "/api/phones/A/audio");
  for (const std::size_t size : {0U, 1U, 321U, 322U, 4096U}) talk_.received_binary(now_, 1, std::string(size, 'x'));
  EXPECT_TRUE(ports_.said.empty());
  const auto push = talk_.poll_push();
  ASSERT_TRUE(push);
  EXPECT_FALSE(push->binary);
  EXPECT_THAT(json::parse(push->text).at("error"), testing::HasSubstr("not 0"));
  EXPECT_FALSE(talk_.poll_push());
  talk_.received_binary(now_, 9, std::string(320, 'x'));  // of a client of events, or nobody
  EXPECT_TRUE(ports_.said.empty());
}

TEST_F(AudioSocketsTest, ASlowClientHearsTheNewest) {
  talk_.connected(now_, 1, "/api/phones/A/audio");
  for (std::int16_t i = 0; i < 100; ++i) talk_.heard(a_, Samples(160, i));
  std::vector<std::string> got;
  while (auto push = talk_.poll_push()) got.push_back(push->text);
  ASSERT_EQ(got.size(), 25U);
  EXPECT_EQ(got.front()[0], 75);
  EXPECT_EQ(got.back()[0], 99);
  talk_.heard(*rack_.find("B"), Samples(160));  // nobody listens there
  EXPECT_FALSE(talk_.poll_push());
}

}  // namespace
}  // namespace offhook::api::test
