#include "transport/websocket.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace offhook::transport {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const std::string kRequest =
    "GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://example.com\r\n"
    "Sec-WebSocket-Protocol: chat, sip\r\nSec-WebSocket-Version: 13\r\n\r\n";

std::vector<std::string> drain(WebSocket& socket) {
  std::vector<std::string> out;
  while (auto frame = socket.next()) out.push_back(frame->bytes);
  return out;
}

std::string flush(WebSocket& socket) { return std::exchange(socket.unsent(), {}); }

std::string without(std::string text, std::string_view line) {
  const auto at = text.find(line);
  EXPECT_NE(at, std::string::npos) << line;
  return text.erase(at, text.find("\r\n", at) + 2 - at);
}

// A frame as a client sends it, masked with zeros.
std::string frame(unsigned first, std::string_view payload) {
  std::string out(1, static_cast<char>(first));
  if (payload.size() < 126) {
    out += static_cast<char>(0x80U | payload.size());
  } else {
    out += static_cast<char>(0x80U | 126U);
    out += static_cast<char>(payload.size() >> 8);
    out += static_cast<char>(payload.size() & 0xff);
  }
  return out.append(4, '\0').append(payload);
}

class OpenServer : public testing::Test {
 protected:
  OpenServer() {
    socket_.append(kRequest);
    flush(socket_);
  }
  std::vector<std::string> feed(std::string_view bytes) {
    socket_.append(bytes);
    return drain(socket_);
  }
  WebSocket socket_ = WebSocket::server();
};

TEST(WebSocketHandshake, AnswersAsTheRfcSays) {
  WebSocket socket = WebSocket::server();
  for (const char c : kRequest) {
    EXPECT_FALSE(socket.is_open());
    socket.append({&c, 1});
  }
  EXPECT_TRUE(socket.is_open());
  const std::string answer = flush(socket);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 101 "));
  EXPECT_THAT(answer, HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));  // RFC 6455 §1.3
  EXPECT_THAT(answer, HasSubstr("Sec-WebSocket-Protocol: sip\r\n"));
}

TEST(WebSocketHandshake, RefusesWhatIsNotSipOverWebSocket) {
  const struct {
    std::string request, status;
  } cases[] = {
      {without(kRequest, "Sec-WebSocket-Protocol"), "400"},
      {without(kRequest, "Sec-WebSocket-Key"), "400"},
      {without(kRequest, "Host"), "400"},
      {without(kRequest, "Sec-WebSocket-Version"), "426"},
      {without(kRequest, "Upgrade:"), "426"},
      {without(kRequest, "Connection"), "426"},
      {"POST" + kRequest.substr(3), "405"},
      {std::string(9000, 'a'), "431"},
  };
  for (const auto& c : cases) {
    WebSocket socket = WebSocket::server();
    socket.append(c.request);
    EXPECT_THAT(flush(socket), StartsWith("HTTP/1.1 " + c.status)) << c.request;
    EXPECT_TRUE(socket.has_ended());
    EXPECT_THAT(drain(socket), IsEmpty());
  }
}

TEST(WebSocket, ClientAndServerUnderstandEachOther) {
  SeededRandom random(1);
  WebSocket client = WebSocket::client("proxy.example.com", random), server = WebSocket::server();
  client.send("first");  // waits for the handshake
  server.append(flush(client));
  client.append(flush(server));
  ASSERT_TRUE(client.is_open());
  const std::string big(70'000 - 5000, 'x'), binary = "\xff\xfe nothing of UTF-8";
  client.send(big);
  client.send(binary);
  const std::string wire = flush(client);
  EXPECT_EQ(wire.find("first"), std::string::npos) << "a client masks";
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}, wire.size()}) {
    WebSocket fresh = WebSocket::server();
    fresh.append(kRequest);
    std::vector<std::string> got;
    for (std::size_t at = 0; at < wire.size(); at += step) {
      fresh.append(std::string_view(wire).substr(at, step));
      for (auto& message : drain(fresh)) got.push_back(std::move(message));
    }
    EXPECT_THAT(got, ElementsAre("first", big, binary));
    EXPECT_FALSE(fresh.is_partial());
  }
  server.send("answer");
  client.append(flush(server));
  EXPECT_THAT(drain(client), ElementsAre("answer"));
}

TEST(WebSocket, AServerThatDoesNotSpeakSipIsLeft) {
  SeededRandom random(1);
  for (const char* answer :
       {"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"}) {
    WebSocket client = WebSocket::client("h", random);
    client.append(answer);
    EXPECT_TRUE(client.has_ended());
  }
}

TEST_F(OpenServer, JoinsFragmentsWithControlFramesBetween) {
  EXPECT_THAT(feed(frame(0x01, "OPT")), IsEmpty());
  EXPECT_THAT(feed(frame(0x89, "hi")), IsEmpty());
  EXPECT_EQ(flush(socket_), "\x8a\x02hi");
  EXPECT_THAT(feed(frame(0x00, "IO")), IsEmpty());
  EXPECT_TRUE(socket_.is_partial());
  EXPECT_THAT(feed(frame(0x80, "NS")), ElementsAre("OPTIONS"));
  EXPECT_FALSE(socket_.is_partial());
}

TEST_F(OpenServer, AnswersACloseAndEnds) {
  EXPECT_THAT(feed(frame(0x88, std::string_view("\x03\xe9", 2)) + frame(0x81, "late")), IsEmpty());
  EXPECT_EQ(flush(socket_), std::string("\x88\x02\x03\xe9", 4));
  EXPECT_TRUE(socket_.has_ended());
}

TEST_F(OpenServer, BreaksOffAtWhatIsNoFrame) {
  const struct {
    const char* why;
    std::string bytes;
    int code;
  } cases[] = {
      {"not masked", std::string("\x81\x02hi", 4), 1002},
      {"reserved bit", frame(0xc1, "a"), 1002},
      {"unknown opcode", frame(0x83, "a"), 1002},
      {"control frame in fragments", frame(0x09, "a"), 1002},
      {"control frame too long", frame(0x89, std::string(126, 'a')), 1002},
      {"nothing to continue", frame(0x80, "a"), 1002},
      {"a new message inside another", frame(0x01, "a") + frame(0x81, "b"), 1002},
      {"close with half a code", frame(0x88, "a"), 1002},
      {"text that is not UTF-8", frame(0x81, "\xc0\x80"), 1007},
      {"beyond the limit", std::string("\x81\xff\0\0\0\0\0\1\0\1....", 14), 1009},
      {"fragments beyond the limit", frame(0x01, std::string(60'000, 'a')) + frame(0x80, std::string(6'000, 'a')),
       1009},
      {"a length of 2^63", std::string("\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff....", 14), 1009},
  };
  for (const auto& c : cases) {
    WebSocket socket = WebSocket::server();
    socket.append(kRequest);
    flush(socket);
    socket.append(c.bytes);
    EXPECT_THAT(drain(socket), IsEmpty()) << c.why;
    EXPECT_TRUE(socket.has_ended()) << c.why;
    const std::string said = flush(socket);
    ASSERT_EQ(said.size(), 4U) << c.why;
    EXPECT_EQ(static_cast<unsigned char>(said[2]) << 8 | static_cast<unsigned char>(said[3]), c.code) << c.why;
  }
}

}  // namespace
}  // namespace offhook::transport
