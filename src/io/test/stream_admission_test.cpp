// Connections of sources that are not heard.
#include <gtest/gtest.h>

#include "io/clock.hpp"
#include "io/random.hpp"
#include "io/stream_host.hpp"

namespace offhook::io {
namespace {

using transport::Flow;
using transport::Protocol;

struct Side {
  explicit Side(Loop& loop)
      : host(loop, {}, random, nullptr,
             {[this](const Flow&, const std::string&) { ++messages; }, [this](const Flow&) { ++lost; }, [] {},
              [](const Flow&, std::string_view) {}, [this](const IpAddress&) { return admits; }}) {}
  SystemRandom random;
  int messages = 0, lost = 0;
  bool admits = true;
  StreamHost host;
};

TEST(StreamAdmission, WhoIsNotHeardLosesHisConnectionAndGetsNoOther) {
  Loop loop;
  Side server(loop), client(loop);
  const auto local = server.host.listen(Protocol::Tcp, {IpAddress::loopback(), 0});
  ASSERT_TRUE(local);
  const auto send = [&](const std::function<bool()>& done) {
    client.host.send({Protocol::Tcp, {IpAddress::loopback(), 5060}, *local, 0}, "\r\n\r\n");
    client.host.flush();
    return loop.run_until(done, now().mono + seconds(20));
  };
  ASSERT_TRUE(send([&] { return server.messages == 1; }));
  server.admits = false;
  ASSERT_TRUE(send([&] { return client.lost == 1 && server.lost == 1; }));
  ASSERT_TRUE(send([&] { return client.lost == 2; }));
  EXPECT_EQ(server.host.counters().refused, 1U);
  EXPECT_EQ(server.messages, 1);
}

}  // namespace
}  // namespace offhook::io
