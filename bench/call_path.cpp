// The proxy's engine and nothing else: calls from INVITE to the end of their timers, by UDP, without sockets. For
// callgrind: bench/call_path.py says what each way of keeping track of calls costs.
//   call_path VARIANT COUNT     off (no table of calls), on, watched (one watcher of the callee), elsewhere (at another
//                               engine, which is told)
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "proxy/core.hpp"
#include "sip/builder.hpp"
#include "sip/edit.hpp"

namespace {

using namespace offhook;
using sip::HeaderId;

constexpr Endpoint kProxy{IpAddress::v4(10, 0, 0, 1), 5060}, kCaller{IpAddress::v4(10, 0, 1, 1), 5060},
    kCallee{IpAddress::v4(10, 0, 1, 2), 5060}, kWatcher{IpAddress::v4(10, 0, 1, 3), 5060};
constexpr std::string_view kSdp =
    "v=0\r\no=- 20060 20060 IN IP4 10.0.1.1\r\ns=SDP data\r\nc=IN IP4 10.0.1.1\r\nt=0 0\r\n"
    "m=audio 11780 RTP/AVP 9 0 8 18 101\r\na=rtpmap:9 G722/8000\r\na=rtpmap:101 telephone-event/8000\r\n";

class Bench {
 public:
  explicit Bench(std::string_view variant) {
    proxy::Config config;
    config.listen = {{transport::Protocol::Udp, kProxy}};
    config.domains = {"example.test"};
    config.authenticate = false;
    config.calls.on = variant != "off";
    config.shares_events = variant == "elsewhere";
    core_ = std::make_unique<proxy::Core>(std::move(config), random_, locator_);
    send(kCallee, begin("REGISTER", "sip:example.test", "1002", kCallee, "register", 1)
                      .add(HeaderId::To, "<sip:1002@example.test>")
                      .add(HeaderId::Contact, "<sip:1002@10.0.1.2:5060>")
                      .build());
    while (auto write = core_->poll_store()) core_->stored(now(), write->id, true);
    if (variant == "watched")
      send(kWatcher, begin("SUBSCRIBE", "sip:1002@example.test", "1003", kWatcher, "watch", 1)
                         .add(HeaderId::To, "<sip:1002@example.test>")
                         .add(HeaderId::Event, "dialog")
                         .add(HeaderId::Expires, "7200")
                         .add(HeaderId::Contact, "<sip:1003@10.0.1.3:5060>")
                         .build());
    if (variant == "elsewhere")
      core_->learn(now(), "other", proxy::SharedWatch{proxy::SharedPackage::Dialogs, "1002", true});
    advance(seconds(40));
  }

  // A call a second, so that one watcher is told of each change; the transactions of 32 s are alive.
  void call(int number) {
    const std::string id = std::to_string(number) + "_2174567890@10.0.1.1";
    send(kCaller, begin("INVITE", "sip:1002@example.test", "1001", kCaller, id, 1)
                      .add(HeaderId::To, "<sip:1002@example.test>")
                      .add(HeaderId::Contact, "<sip:1001@10.0.1.1:5060>")
                      .body("application/sdp", kSdp)
                      .build());
    const auto invite = std::move(got_);
    got_ = {};
    answer(invite, 180);
    advance(seconds(1));
    answer(invite, 200);
    send(kCaller, in_dialog("ACK", id, 1));
    advance(seconds(1));
    got_.clear();
    send(kCaller, in_dialog("BYE", id, 2));
    answer(std::exchange(got_, {}), 200);
    advance(seconds(1));
    if (core_->call_count() != 0) std::abort();
    while (core_->poll_shared()) ++shared_;
  }
  [[nodiscard]] std::size_t notifies() const { return core_->counters().notifies; }
  [[nodiscard]] std::size_t shared() const { return shared_; }

 private:
  [[nodiscard]] Now now() const { return {TimePoint(clock_), WallTime(clock_)}; }
  sip::Builder begin(std::string_view method, std::string_view uri, std::string_view from, const Endpoint& at,
                     const std::string& call_id, int cseq) {
    auto out = sip::Builder::request(method, uri);
    out.add(HeaderId::Via, "SIP/2.0/UDP " + at.text() + ";rport;branch=z9hG4bK" + std::to_string(++branches_));
    if (cseq > 1 || method == "ACK") out.add(HeaderId::Route, "<sip:10.0.0.1:5060;lr>");
    out.add(HeaderId::MaxForwards, "70");
    out.add(HeaderId::From, "<sip:" + std::string(from) + "@example.test>;tag=1134558076");
    out.add(HeaderId::CallId, call_id).add(HeaderId::CSeq, std::to_string(cseq) + ' ' + std::string(method));
    return out;
  }
  sip::Message in_dialog(std::string_view method, const std::string& call_id, int cseq) {
    return begin(method, "sip:1002@10.0.1.2:5060", "1001", kCaller, call_id, cseq)
        .add(HeaderId::To, "<sip:1002@example.test>;tag=callee")
        .build();
  }
  void answer(const std::vector<sip::Message>& arrived, int status) {
    for (const auto& each : arrived) {
      auto response = sip::Builder::response(each, status, "callee");
      response.copy(each, HeaderId::RecordRoute).add(HeaderId::Contact, "<sip:1002@10.0.1.2:5060>");
      send(kCallee, response.build());
    }
  }
  void send(const Endpoint& from, const sip::Message& message) {
    core_->receive(now(), {transport::Protocol::Udp, kProxy, from, 0, {}}, std::string(message.bytes()));
    deliver();
  }
  // Requests to the callee are kept, NOTIFYs answered.
  void deliver() {
    while (auto transmit = core_->poll_transmit()) {
      if (transmit->flow.remote == kCallee && !transmit->bytes.starts_with("SIP/2.0"))
        got_.push_back(*sip::Message::parse(std::move(transmit->bytes)));
      else if (transmit->flow.remote == kWatcher && transmit->bytes.starts_with("NOTIFY"))
        acknowledge(*sip::Message::parse(std::move(transmit->bytes)));
    }
  }
  void acknowledge(const sip::Message& notify) {
    core_->receive(now(), {transport::Protocol::Udp, kProxy, kWatcher, 0, {}},
                   sip::Builder::response(notify, 200, {}).build().release());
  }
  void advance(Duration span) {
    const Duration until = clock_ + span;
    while (core_->deadline() && core_->deadline()->time_since_epoch() <= until) {
      clock_ = std::max(clock_, core_->deadline()->time_since_epoch());
      core_->wake(now());
      deliver();
    }
    clock_ = until;
  }

  Duration clock_{seconds(1)};
  SeededRandom random_{1};
  transport::Locator locator_;
  std::unique_ptr<proxy::Core> core_;
  std::vector<sip::Message> got_;
  std::size_t branches_ = 0, shared_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  Bench bench(argv[1]);
  for (int i = 0; i < std::atoi(argv[2]); ++i) bench.call(i);
  std::printf("%zu NOTIFYs, %zu told elsewhere\n", bench.notifies(), bench.shared());
  return 0;
}
