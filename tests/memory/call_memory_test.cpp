// Octets that a call holds in the proxy while it rings, while it stands and after its end, as far as transactions and
// relays wait for their timers (UDP). Counted in operator new, rounded as the allocator does.
#include <gtest/gtest.h>

#include <iostream>

#include "base/random.hpp"
#include "counted_new.hpp"
#include "proxy/core.hpp"
#include "sip/builder.hpp"
#include "sip/edit.hpp"

namespace offhook::test {
namespace {

constexpr std::size_t kCalls = 1000;
// Both transactions of the INVITE with their relay, once answered (design: 5 KB a transaction pair).
constexpr std::size_t kBudget = 5000;

constexpr std::string_view kSdp =
    "v=0\r\no=- 20060 20060 IN IP4 10.0.1.1\r\ns=SDP data\r\nc=IN IP4 10.0.1.1\r\nt=0 0\r\n"
    "m=audio 11780 RTP/AVP 9 0 8 18 101\r\na=rtpmap:9 G722/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
    "a=rtpmap:18 G729/8000\r\na=fmtp:18 annexb=no\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n"
    "a=ptime:20\r\na=sendrecv\r\n";

enum class Stage { Ringing, Talking, Over };

class CallMemory : public testing::Test {
 protected:
  explicit CallMemory(bool keeps_calls = true) {
    proxy::Config config;
    config.calls.on = keeps_calls;
    config.listen = {{transport::Protocol::Udp, kProxy}};
    config.domains = {"example.test"};
    config.authenticate = false;
    core = std::make_unique<proxy::Core>(std::move(config), random, locator);
    send(kCallee, sip::Builder::request("REGISTER", "sip:example.test")
                      .add(sip::HeaderId::Via, "SIP/2.0/UDP 10.0.1.2:5060;branch=z9hG4bKregister")
                      .add(sip::HeaderId::MaxForwards, "70")
                      .add(sip::HeaderId::From, "<sip:1002@example.test>;tag=r")
                      .add(sip::HeaderId::To, "<sip:1002@example.test>")
                      .add(sip::HeaderId::CallId, "register")
                      .add(sip::HeaderId::CSeq, "1 REGISTER")
                      .add(sip::HeaderId::Contact, "<sip:1002@10.0.1.2:5060>")
                      .build());
    while (auto write = core->poll_store()) core->stored(now(), write->id, true);
    take();
    settle(minutes(2));
  }

  [[nodiscard]] Now now() const { return {TimePoint(clock), WallTime(clock)}; }
  void send(const Endpoint& from, const sip::Message& message) {
    core->receive(now(), {transport::Protocol::Udp, kProxy, from, 0, {}}, std::string(message.bytes()));
  }
  // What the proxy has sent, as messages.
  std::vector<sip::Message> take() {
    std::vector<sip::Message> out;
    while (auto transmit = core->poll_transmit()) out.push_back(*sip::Message::parse(std::move(transmit->bytes)));
    return out;
  }
  void settle(Duration span) {
    const Duration until = clock + span;
    while (core->deadline() && core->deadline()->time_since_epoch() <= until) {
      clock = std::max(clock, core->deadline()->time_since_epoch());
      core->wake(now());
      take();
    }
    clock = until;
  }

  [[nodiscard]] sip::Message request(std::size_t call, std::string_view method, int cseq, bool in_dialog) const {
    const auto number = std::to_string(call);
    auto out = sip::Builder::request(method, in_dialog ? "sip:1002@10.0.1.2:5060" : "sip:1002@example.test");
    out.add(sip::HeaderId::Via,
            "SIP/2.0/UDP 10.0.1.1:5060;rport;branch=z9hG4bK3134134101" + number + std::string(method));
    if (in_dialog) out.add(sip::HeaderId::Route, "<sip:10.0.0.1:5060;lr>");
    out.add(sip::HeaderId::MaxForwards, "70")
        .add(sip::HeaderId::From, "\"1001\" <sip:1001@example.test>;tag=1134558076");
    out.add(sip::HeaderId::To, in_dialog ? "<sip:1002@example.test>;tag=callee" : "<sip:1002@example.test>");
    out.add(sip::HeaderId::CallId, number + "_2174567890@10.0.1.1");
    out.add(sip::HeaderId::CSeq, std::to_string(cseq) + ' ' + std::string(method));
    out.add(sip::HeaderId::Contact, "<sip:1001@10.0.1.1:5060>").add(sip::HeaderId::UserAgent, "Yealink SIP-T46G 28.73");
    out.add("Allow", "INVITE, INFO, PRACK, ACK, BYE, CANCEL, OPTIONS, NOTIFY, REGISTER, SUBSCRIBE, REFER, UPDATE");
    if (method == "INVITE") out.body("application/sdp", kSdp);
    return out.build();
  }
  // The callee's answer to the request that has just arrived there.
  void answer(const std::vector<sip::Message>& arrived, int status) {
    for (const auto& each : arrived) {
      if (!each.is_request()) continue;
      auto response = sip::Builder::response(each, status, "callee");
      response.copy(each, sip::HeaderId::RecordRoute).add(sip::HeaderId::Contact, "<sip:1002@10.0.1.2:5060>");
      if (status == 200 && each.method() == sip::Method::Invite) response.body("application/sdp", kSdp);
      send(kCallee, response.build());
    }
  }

  // Octets a call, when each of kCalls has got as far as `stage`.
  std::size_t measure(Stage stage) {
    const std::size_t before = octets_in_use();
    for (std::size_t call = 0; call < kCalls; ++call) {
      send(kCaller, request(call, "INVITE", 1, false));
      const auto invite = take();
      answer(invite, 180);
      if (stage == Stage::Ringing) continue;
      answer(invite, 200);
      send(kCaller, request(call, "ACK", 1, true));
      take();
      if (stage == Stage::Talking) continue;
      send(kCaller, request(call, "BYE", 2, true));
      answer(take(), 200);
    }
    take();
    return (octets_in_use() - before) / kCalls;
  }

  static constexpr Endpoint kProxy{IpAddress::v4(10, 0, 0, 1), 5060};
  static constexpr Endpoint kCaller{IpAddress::v4(10, 0, 1, 1), 5060};
  static constexpr Endpoint kCallee{IpAddress::v4(10, 0, 1, 2), 5060};
  Duration clock{seconds(1)};
  SeededRandom random{1};
  transport::Locator locator;
  std::unique_ptr<proxy::Core> core;
};

TEST_F(CallMemory, OfARingingCall) {
  const auto octets = measure(Stage::Ringing);
  ASSERT_EQ(core->transaction_count(), 2 * kCalls);
  std::cout << "ringing: " << octets << " octets a call\n";
  EXPECT_LE(octets, kBudget);
}

TEST_F(CallMemory, OfACallThatStands) {
  const auto octets = measure(Stage::Talking);
  ASSERT_EQ(core->transaction_count(), 2 * kCalls);
  std::cout << "answered, INVITE waits for L and M: " << octets << " octets a call\n";
  EXPECT_LE(octets, kBudget / 2);
}

TEST_F(CallMemory, OfACallThatIsOver) {
  const auto octets = measure(Stage::Over);
  ASSERT_EQ(core->transaction_count(), 4 * kCalls);
  std::cout << "over, BYE waits for J and K as well: " << octets << " octets a call\n";
  EXPECT_LE(octets, kBudget);
}

// What does not come back is what tables keep for the next calls.
TEST_F(CallMemory, IsGivenBack) {
  const auto first = measure(Stage::Over);
  settle(minutes(2));
  EXPECT_EQ(core->transaction_count(), 0);
  const std::size_t kept = octets_in_use();
  (void)measure(Stage::Over);
  settle(minutes(2));
  EXPECT_LE(octets_in_use(), kept + kept / 100) << "and " << first << " octets a call before";
}

// What the table of calls adds: texts, the call's places in the indexes and the timer of its silence.
struct CallMemoryAlone : CallMemory {
  CallMemoryAlone() : CallMemory(false) {}
  using CallMemory::core, CallMemory::measure, CallMemory::settle;
  static constexpr std::size_t kTable = 400;  // octets a call
};
TEST_F(CallMemory, OfTheTableOfCalls) {
  const std::size_t before = octets_in_use();
  (void)measure(Stage::Talking);
  settle(minutes(2));  // the transactions are over, the calls go on
  ASSERT_EQ(core->transaction_count(), 0U);
  ASSERT_EQ(core->call_count(), kCalls);
  const std::size_t with = octets_in_use() - before;
  std::size_t without = 0;
  {
    struct Alone : CallMemoryAlone {
      void TestBody() override {}
    } alone;
    const std::size_t empty = octets_in_use();
    (void)alone.measure(Stage::Talking);
    alone.settle(minutes(2));
    ASSERT_EQ(alone.core->call_count(), 0U);
    without = octets_in_use() - empty;  // what the tables of transactions keep
  }
  const std::size_t table = (with - without) / kCalls;
  std::cout << "in the table of calls: " << table << " octets a call\n";
  EXPECT_LE(table, CallMemoryAlone::kTable);
}

}  // namespace
}  // namespace offhook::test
