#include "transport/stream.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace offhook::transport {
namespace {

const TimePoint kStart{seconds(100)};
const std::string kMessage = "OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 0\r\n\r\n";

class StreamTest : public testing::Test {
 protected:
  Stream make(Protocol protocol = Protocol::Tcp, bool accepted = true) {
    Stream stream(kStart, protocol, accepted, limits_, "host", random_);
    stream.connected(kStart);
    return stream;
  }
  static std::vector<std::string> drain(Stream& stream) {
    std::vector<std::string> out;
    while (auto message = stream.poll()) out.push_back(*message);
    return out;
  }
  SeededRandom random_{1};
  StreamLimits limits_;
};

TEST_F(StreamTest, NothingLeavesBeforeTheConnectionStands) {
  Stream stream(kStart, Protocol::Tcp, false, limits_, {}, random_);
  EXPECT_TRUE(stream.send("abc"));
  EXPECT_EQ(stream.unsent(), "");
  stream.connected(kStart);
  EXPECT_EQ(stream.unsent(), "abc");
  stream.sent(1);
  EXPECT_EQ(stream.unsent(), "bc");
  EXPECT_TRUE(stream.send("d"));
  stream.sent(2);
  EXPECT_EQ(stream.unsent(), "d");
  stream.sent(1);
  EXPECT_EQ(stream.unsent(), "");
}

TEST_F(StreamTest, AHandshakeThatTakesTooLongEndsIt) {
  Stream stream(kStart, Protocol::Tls, true, limits_, {}, random_);
  ASSERT_EQ(stream.deadline(), kStart + seconds(10));
  stream.wake(kStart + seconds(9));
  EXPECT_EQ(stream.ended(), StreamEnd::None);
  stream.wake(kStart + seconds(10));
  EXPECT_EQ(stream.ended(), StreamEnd::Handshake);
  // A WebSocket has its own handshake behind that of TCP.
  Stream web = make(Protocol::Ws);
  EXPECT_EQ(web.deadline(), kStart + seconds(10));
}

TEST_F(StreamTest, OneOctetAtATimeDoesNotKeepASlowMessageAlive) {
  Stream stream = make();
  TimePoint now = kStart;
  stream.receive(now, kMessage.substr(0, 5));
  drain(stream);
  for (int i = 0; i < 19 && stream.ended() == StreamEnd::None; ++i) {
    now += seconds(1);
    stream.receive(now, "x");
    drain(stream);
    stream.wake(now);
  }
  EXPECT_EQ(stream.ended(), StreamEnd::None);
  EXPECT_EQ(stream.deadline(), kStart + seconds(20));
  stream.wake(kStart + seconds(20));
  EXPECT_EQ(stream.ended(), StreamEnd::SlowMessage);
}

TEST_F(StreamTest, IdleConnectionsEndAndLiveOnesDoNot) {
  Stream stream = make();
  stream.receive(kStart + minutes(14), "\r\n\r\n");
  EXPECT_EQ(drain(stream), std::vector<std::string>{"\r\n\r\n"});
  EXPECT_EQ(stream.deadline(), kStart + minutes(29));
  stream.wake(kStart + minutes(15));
  EXPECT_EQ(stream.ended(), StreamEnd::None);
  stream.wake(kStart + minutes(29));
  EXPECT_EQ(stream.ended(), StreamEnd::Idle);
  limits_.idle = Duration(0);
  EXPECT_FALSE(make().deadline());
}

TEST_F(StreamTest, APeerThatDoesNotReadIsGivenUp) {
  limits_.unsent = 100;
  Stream stream = make();
  EXPECT_TRUE(stream.send(std::string(60, 'a')));
  EXPECT_FALSE(stream.send(std::string(60, 'a')));
  EXPECT_EQ(stream.ended(), StreamEnd::SlowReader);
  Stream reader = make();
  EXPECT_TRUE(reader.send(std::string(60, 'a')));
  reader.sent(40);
  EXPECT_TRUE(reader.send(std::string(60, 'a')));
}

TEST_F(StreamTest, AMessageWithoutLengthIsGivenOnceAndEndsTheStream) {
  Stream stream = make();
  stream.receive(kStart, kMessage + "OPTIONS sip:a@b SIP/2.0\r\n\r\nrest" + kMessage);
  EXPECT_EQ(stream.poll(), kMessage);
  EXPECT_EQ(stream.poll(), "OPTIONS sip:a@b SIP/2.0\r\n\r\n");
  EXPECT_FALSE(stream.poll());
  EXPECT_EQ(stream.ended(), StreamEnd::Unframed);
  EXPECT_TRUE(stream.send("SIP/2.0 400 …")) << "it is answered all the same";
  EXPECT_NE(stream.unsent(), "");
}

TEST_F(StreamTest, CarriesSipOverWebSocket) {
  Stream client = make(Protocol::Wss, false), server = make(Protocol::Wss, true);
  EXPECT_TRUE(client.send(kMessage));
  EXPECT_FALSE(client.is_open());
  const auto pass = [](Stream& from, Stream& to) {
    to.receive(kStart, std::string(from.unsent()));
    from.sent(from.unsent().size());
    return drain(to);
  };
  EXPECT_TRUE(pass(client, server).empty());
  EXPECT_TRUE(pass(server, client).empty());
  ASSERT_TRUE(client.is_open() && server.is_open());
  EXPECT_EQ(pass(client, server), std::vector<std::string>{kMessage});
  EXPECT_TRUE(server.send("\r\n"));
  EXPECT_EQ(pass(server, client), std::vector<std::string>{"\r\n"});
  Stream stranger = make(Protocol::Ws);
  stranger.receive(kStart, "GET / HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(drain(stranger).empty());
  EXPECT_EQ(stranger.ended(), StreamEnd::Refused);
  EXPECT_NE(stranger.unsent(), "");
}

}  // namespace
}  // namespace offhook::transport
