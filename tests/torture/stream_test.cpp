// The torture messages on a stream, where Content-Length alone tells where one ends: as many messages as there are, the
// connection's end where that cannot be told, and patience with limits for what does not come. RFC 3261 §18.3; the
// remarks on framing in RFC 4475.
#include "transport/stream.hpp"

#include <gtest/gtest.h>

#include "proxy_stage.hpp"
#include "table.hpp"
#include "transport/layer.hpp"

namespace offhook::torture {
namespace {

using transport::Protocol;

struct Heard {
  std::vector<std::string> messages;
  transport::StreamEnd end = transport::StreamEnd::None;
};

class Stream : public testing::TestWithParam<Row> {
 protected:
  // The bytes in pieces of that size, then all the time that a peer is given to finish a message.
  Heard hear(const std::string& bytes, std::size_t piece) {
    TimePoint now{};
    transport::Stream stream(now, Protocol::Tcp, true, limits_, {}, random_);
    stream.connected(now);
    Heard out;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      stream.receive(now, std::string_view(bytes).substr(at, piece));
      while (auto message = stream.poll())
        if (message->find_first_not_of("\r\n") != std::string::npos) out.messages.push_back(std::move(*message));
    }
    stream.wake(now + limits_.message + seconds(1));
    out.end = stream.ended();
    return out;
  }
  static std::string verdict(const Heard& heard) {
    const bool closes = heard.end == transport::StreamEnd::Unframed;
    std::string out = std::to_string(heard.messages.size() - (closes ? 1 : 0));
    if (closes) out += "+closes";
    if (heard.end == transport::StreamEnd::SlowMessage) out += "+waits";
    return out;
  }

  transport::StreamLimits limits_;
  SeededRandom random_{1};
};

TEST_P(Stream, doesAsItsVerdictSays) {
  const std::string bytes = bytes_of(GetParam().file);
  const Heard whole = hear(bytes, bytes.size());
  EXPECT_EQ(verdict(whole), GetParam().stream);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, bytes.size() / 2}) {
    const Heard split = hear(bytes, piece);
    EXPECT_EQ(split.messages, whole.messages) << piece;
    EXPECT_EQ(split.end, whole.end) << piece;
  }
  // What is told apart is what came, to the octet.
  std::size_t at = 0;
  for (const auto& message : whole.messages) {
    const auto found = bytes.find(message, at);
    ASSERT_NE(found, std::string::npos);
    EXPECT_EQ(bytes.substr(at, found - at).find_first_not_of("\r\n"), std::string::npos);
    at = found + message.size();
  }
}

// Each message that came whole is what its datagram was: the layer gives it the same verdict. One that does not say
// where it ends is 400 whatever else it is.
TEST_P(Stream, framesHaveTheVerdictOfTheDatagram) {
  const std::string bytes = bytes_of(GetParam().file);
  const Heard heard = hear(bytes, bytes.size());
  if (heard.messages.empty()) return;
  const transport::Flow flow{Protocol::Tcp, Stage(false).engine(), Stage(false).sender(), 7};
  transport::Layer layer(random_);
  const auto incoming = layer.receive(flow, heard.messages.front());
  const auto answer = layer.poll_transmit();
  const std::string verdict = GetParam().stream == "0+closes" ? "400" : GetParam().check;
  if (verdict == "ok") {
    EXPECT_TRUE(incoming.has_value());
  } else if (verdict == "drop") {
    EXPECT_FALSE(incoming || answer);
  } else {
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->flow, flow) << "back on its connection";
    EXPECT_TRUE(answer->bytes.starts_with("SIP/2.0 " + verdict + ' ')) << answer->bytes;
  }
}

INSTANTIATE_TEST_SUITE_P(Messages, Stream, testing::ValuesIn(verdicts()), test_name);

}  // namespace
}  // namespace offhook::torture
