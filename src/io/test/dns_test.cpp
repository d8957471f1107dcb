// DNS messages, and questions over a real socket to a name server of the test's own.
#include "io/dns.hpp"

#include <gtest/gtest.h>

#include <string>

#include "dns_message.hpp"
#include "io/clock.hpp"
#include "io/udp_socket.hpp"

namespace offhook::io {
namespace {

using transport::dns::Answer;
using transport::dns::Naptr;
using transport::dns::Outcome;
using transport::dns::Question;
using transport::dns::Srv;
using transport::dns::Type;

// A message in the making, without compression.
class Wire {
 public:
  Wire(int rcode, int answers, int authorities, int additional) {
    number(0x1234)
        .number(static_cast<std::uint16_t>(0x8180 | rcode))
        .number(1)
        .number(static_cast<std::uint16_t>(answers));
    number(static_cast<std::uint16_t>(authorities)).number(static_cast<std::uint16_t>(additional));
  }
  Wire& number(std::uint16_t value) {
    bytes_ += static_cast<char>(value >> 8);
    bytes_ += static_cast<char>(value & 0xff);
    return *this;
  }
  Wire& name(std::string_view text) {
    while (!text.empty()) {
      const auto label = text.substr(0, text.find('.'));
      string(label);
      text.remove_prefix(std::min(text.size(), label.size() + 1));
    }
    bytes_ += '\0';
    return *this;
  }
  Wire& string(std::string_view text) {
    bytes_ += static_cast<char>(text.size());
    bytes_ += text;
    return *this;
  }
  Wire& question(std::string_view text, std::uint16_t type) { return name(text).number(type).number(1); }
  Wire& record(std::string_view owner, std::uint16_t type, std::uint16_t ttl, const Wire& data) {
    name(owner).number(type).number(1).number(0).number(ttl);
    number(static_cast<std::uint16_t>(data.bytes_.size() - kHeader));
    bytes_ += data.bytes_.substr(kHeader);
    return *this;
  }
  [[nodiscard]] std::string text() const { return bytes_; }
  [[nodiscard]] Answer read(Type type) const { return read(type, bytes_); }
  static Answer read(Type type, std::string_view bytes) {
    return read_dns_message(type, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  }

 private:
  static constexpr std::size_t kHeader = 12;
  std::string bytes_;
};

Wire data() { return {0, 0, 0, 0}; }
Wire a(std::uint16_t low) {
  return data().number(0xc000).number(static_cast<std::uint16_t>(0x0200 | low));
}  // 192.0.2.low

TEST(DnsMessage, ReadsSrvWithTheAddressesOfItsTargets) {
  Wire wire(0, 2, 0, 2);
  wire.question("_sip._udp.example.com", 33);
  wire.record("_sip._udp.example.com", 33, 300, data().number(10).number(60).number(5060).name("one.example.com"));
  wire.record("_sip._udp.example.com", 33, 200, data().number(20).number(0).number(5070).name(""));
  wire.record("one.example.com", 1, 60, a(1));
  wire.record("one.example.com", 1, 50, a(2));
  const Answer answer = wire.read(Type::Srv);
  EXPECT_EQ(answer.outcome, Outcome::NoError);
  EXPECT_EQ(answer.ttl, seconds(200));
  const auto records = std::get<std::vector<Srv>>(answer.records);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0], (Srv{10, 60, 5060, "one.example.com"}));
  EXPECT_EQ(records[1], (Srv{20, 0, 5070, "."}));
  ASSERT_EQ(answer.additional.size(), 1U);
  EXPECT_EQ(answer.additional[0].name, "one.example.com");
  EXPECT_EQ(answer.additional[0].ttl, seconds(50));
  EXPECT_EQ(std::get<std::vector<IpAddress>>(answer.additional[0].records).size(), 2U);
}

TEST(DnsMessage, ReadsNaptr) {
  Wire wire(0, 1, 0, 0);
  wire.question("example.com", 35);
  wire.record("example.com", 35, 100,
              data().number(50).number(51).string("s").string("SIPS+D2T").string("").name("_sips._tcp.example.com"));
  const auto records = std::get<std::vector<Naptr>>(wire.read(Type::Naptr).records);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0], (Naptr{50, 51, "s", "SIPS+D2T", "", "_sips._tcp.example.com"}));
}

TEST(DnsMessage, FollowsCnamesAndTakesTheShortestTtl) {
  Wire wire(0, 2, 0, 0);
  wire.question("www.example.com", 1);
  wire.record("www.example.com", 5, 10, data().name("example.com"));
  wire.record("example.com", 1, 300, a(9));
  const Answer answer = wire.read(Type::A);
  EXPECT_EQ(answer.ttl, seconds(10));
  EXPECT_EQ(std::get<std::vector<IpAddress>>(answer.records), std::vector{IpAddress::v4(192, 0, 2, 9)});
}

TEST(DnsMessage, NegativeAnswersHoldAsLongAsTheSoaSays) {
  for (const int rcode : {0, 3}) {
    Wire wire(rcode, 0, 1, 0);
    wire.question("gone.example.com", 1);
    Wire soa = data().name("ns.example.com").name("admin.example.com");
    for (int i = 0; i < 4; ++i) soa.number(0).number(7);
    wire.record("example.com", 6, 900, soa.number(0).number(120));
    const Answer answer = wire.read(Type::A);
    EXPECT_EQ(answer.outcome, rcode == 3 ? Outcome::NxDomain : Outcome::NoData);
    EXPECT_EQ(answer.ttl, seconds(120));
  }
  EXPECT_EQ(Wire(2, 0, 0, 0).read(Type::A).outcome, Outcome::ServFail);
  EXPECT_EQ(Wire(5, 0, 0, 0).read(Type::A).outcome, Outcome::ServFail);
}

TEST(DnsMessage, EveryTruncationEndsInAnAnswer) {
  Wire wire(0, 2, 0, 1);
  wire.question("example.com", 35);
  wire.record("example.com", 35, 100,
              data().number(50).number(51).string("s").string("SIP+D2U").string("").name("x.y"));
  wire.record("example.com", 33, 100, data().number(1).number(2).number(3).name("x.y"));
  wire.record("x.y", 1, 60, a(1));
  const std::string whole = wire.text();
  for (std::size_t length = 0; length < whole.size(); ++length)
    for (const Type type : {Type::A, Type::Srv, Type::Naptr})
      EXPECT_NE(Wire::read(type, whole.substr(0, length)).outcome, Outcome::Timeout);
  EXPECT_EQ(Wire::read(Type::A, whole.substr(0, 40)).outcome, Outcome::ServFail);
}

class DnsTest : public testing::Test {
 protected:
  Answer ask(Dns& dns, std::string name, Type type) {
    std::optional<Answer> got;
    dns.ask({1, std::move(name), type}, [&](const Answer& answer) { got = answer; });
    EXPECT_FALSE(got);
    EXPECT_TRUE(loop_.run_until([&] { return got.has_value(); }, now().mono + seconds(30)));
    return got.value_or(Answer{});
  }
  Loop loop_;
};

TEST_F(DnsTest, AsksTheServerThatItIsGiven) {
  auto server = UdpSocket::open({IpAddress::loopback(), 0});
  ASSERT_TRUE(server);
  UdpBatch batch;
  loop_.watch(server->fd(), [&] {
    for (const auto& datagram : batch.receive(*server)) {
      Wire reply(0, 1, 0, 0);
      reply.question("pbx.example.com", 1).record("pbx.example.com", 1, 77, a(5));
      std::string bytes = reply.text();
      bytes[0] = static_cast<char>(datagram.bytes[0]);  // its id
      bytes[1] = static_cast<char>(datagram.bytes[1]);
      batch.queue(*server, datagram.from, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
      batch.flush();
      break;
    }
  });
  Dns dns(loop_, {server->local()});
  const Answer answer = ask(dns, "pbx.example.com", Type::A);
  EXPECT_EQ(answer.outcome, Outcome::NoError);
  EXPECT_EQ(answer.ttl, seconds(77));
  EXPECT_EQ(std::get<std::vector<IpAddress>>(answer.records), std::vector{IpAddress::v4(192, 0, 2, 5)});
  loop_.unwatch(server->fd());
}

TEST_F(DnsTest, AServerThatIsNotThereIsATimeout) {
  Endpoint nobody;
  {
    const auto closed = UdpSocket::open({IpAddress::loopback(), 0});
    ASSERT_TRUE(closed);
    nobody = closed->local();
  }
  Dns dns(loop_, {nobody});
  EXPECT_EQ(ask(dns, "pbx.example.com", Type::A).outcome, Outcome::Timeout);
}

TEST_F(DnsTest, TheHostsFileComesFirst) {
  Dns dns(loop_, {{IpAddress::loopback(), 9}});
  const Answer address = ask(dns, "localhost", Type::A);
  EXPECT_EQ(std::get<std::vector<IpAddress>>(address.records), std::vector{IpAddress::loopback()});
  EXPECT_EQ(ask(dns, "localhost", Type::Srv).outcome, Outcome::NoData);
}

TEST_F(DnsTest, NothingComesAfterItsEnd) {
  bool called = false;
  {
    Dns dns(loop_, {{IpAddress::loopback(), 9}});
    dns.ask({1, "localhost", Type::A}, [&](const Answer&) { called = true; });
    dns.ask({2, "pbx.example.com", Type::A}, [&](const Answer&) { called = true; });
  }
  bool posted = false;
  loop_.post([&] { posted = true; });
  EXPECT_TRUE(loop_.run_until([&] { return posted; }, now().mono + seconds(10)));
  EXPECT_FALSE(called);
}

TEST(NameServer, IsAnAddress) {
  EXPECT_EQ(parse_name_server("127.0.0.1")->text(), "127.0.0.1:53");
  EXPECT_EQ(parse_name_server("[::1]:5353")->text(), "[::1]:5353");
  EXPECT_FALSE(parse_name_server("ns.example.com"));
}

}  // namespace
}  // namespace offhook::io
