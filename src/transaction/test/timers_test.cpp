// Timers A to M as they run: each row lets one transaction live over UDP and over a stream, and says at which
// millisecond what is sent and reported. RFC 3261 §17, table 4; L, M: RFC 6026; Y: RFC 4320 §4.1.
#include "rig.hpp"
#include "services.hpp"

namespace offhook::transaction {
namespace {

constexpr auto kUdp = transport::Protocol::Udp;
constexpr auto kTcp = transport::Protocol::Tcp;

// Whom the row plays: a client whose request gets `first` after 100 ms, or a server whose TU gives it at once.
enum class Side { Client, Server };
struct Row {
  const char* timers;
  Side side;
  const char* method;
  int first;  // status; 0: none
  bool ack;   // server: an ACK comes after 100 ms
  const char* udp;
  const char* tcp;
  const char* clause;
};

// Everything that leaves and every event, with its time, for ten minutes: "0 INVITE, 500 INVITE, 32000 timeout".
class Life {
 public:
  Life(const Row& row, transport::Protocol protocol) : flow_(flow_to_peer(protocol)) {
    row.side == Side::Client ? live_as_client(row) : live_as_server(row);
    note();
    while (const auto next = rig_.layer.deadline()) {
      if (next->time_since_epoch() > minutes(10)) break;
      rig_.run_until(next->time_since_epoch());
      note();
    }
  }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool is_over() const { return rig_.is_idle(); }

 private:
  void live_as_client(const Row& row) {
    rig_.start(make_request(row.method), flow_);
    const auto sent = rig_.take_sent();
    add(std::string("0 ") + row.method);
    if (row.first == 0) return;
    rig_.run_until(milliseconds(100));
    rig_.receive(make_response(sent.at(0).message, row.first), flow_);
  }
  void live_as_server(const Row& row) {
    const std::string via = flow_.protocol == kUdp ? std::string(kPeerVia) : "SIP/2.0/TCP h:5060;branch=z9hG4bKpeer1";
    const auto request = with_via(make_request(row.method), via);
    rig_.receive(request, flow_);
    const auto events = rig_.take_events();
    if (row.first != 0) rig_.respond(std::get<RequestReceived>(events.at(0)).id, make_response(request, row.first));
    note();
    if (!row.ack) return;
    rig_.run_until(milliseconds(100));
    std::string ack(request.bytes());
    for (auto at = ack.find("INVITE"); at != std::string::npos; at = ack.find("INVITE")) ack.replace(at, 6, "ACK");
    rig_.receive(ack, flow_);
  }
  void note() {
    const auto now = std::to_string(std::chrono::duration_cast<milliseconds>(rig_.clock()).count());
    for (const auto& line : rig_.take_log()) add(line);
    for (const auto& event : rig_.take_events()) add(now + ' ' + names({event}));
  }
  void add(const std::string& what) { text_ += (text_.empty() ? "" : ", ") + what; }

  transport::Flow flow_;
  Rig rig_;
  std::string text_;
};

constexpr Row kRows[] = {
    {"A, B", Side::Client, "INVITE", 0, false,
     "0 INVITE, 500 INVITE, 1500 INVITE, 3500 INVITE, 7500 INVITE, 15500 INVITE, 31500 INVITE, 32000 timeout, "
     "32000 terminated",
     "0 INVITE, 32000 timeout, 32000 terminated", "§17.1.1.2: A doubles from T1 on, over UDP only; B 64*T1"},
    {"D", Side::Client, "INVITE", 486, false, "0 INVITE, 100 ACK, 100 response:486, 32100 terminated",
     "0 INVITE, 100 ACK, 100 response:486, 100 terminated", "§17.1.1.2: D 32 s over UDP, 0 over a stream"},
    {"M", Side::Client, "INVITE", 200, false, "0 INVITE, 100 response:200, 32100 terminated",
     "0 INVITE, 100 response:200, 32100 terminated", "RFC 6026 §8.4: M 64*T1 over any transport"},
    {"A, B stopped", Side::Client, "INVITE", 180, false, "0 INVITE, 100 response:180", "0 INVITE, 100 response:180",
     "§17.1.1.2: no timer runs in Proceeding"},
    {"E, F", Side::Client, "OPTIONS", 0, false,
     "0 OPTIONS, 500 OPTIONS, 1500 OPTIONS, 3500 OPTIONS, 7500 OPTIONS, 11500 OPTIONS, 15500 OPTIONS, 19500 OPTIONS, "
     "23500 OPTIONS, 27500 OPTIONS, 31500 OPTIONS, 32000 timeout, 32000 terminated",
     "0 OPTIONS, 32000 timeout, 32000 terminated", "§17.1.2.2: E doubles up to T2, over UDP only; F 64*T1"},
    {"E in Proceeding, F", Side::Client, "OPTIONS", 100, false,
     "0 OPTIONS, 100 response:100, 500 OPTIONS, 4500 OPTIONS, 8500 OPTIONS, 12500 OPTIONS, 16500 OPTIONS, "
     "20500 OPTIONS, 24500 OPTIONS, 28500 OPTIONS, 32000 timeout, 32000 terminated",
     "0 OPTIONS, 100 response:100, 32000 timeout, 32000 terminated", "§17.1.2.2: T2 from the first 1xx on"},
    {"K", Side::Client, "OPTIONS", 200, false, "0 OPTIONS, 100 response:200, 5100 terminated",
     "0 OPTIONS, 100 response:200, 100 terminated", "§17.1.2.2: K T4 over UDP, 0 over a stream"},
    {"G, H", Side::Server, "INVITE", 486, false,
     "0 486, 500 486, 1500 486, 3500 486, 7500 486, 11500 486, 15500 486, 19500 486, 23500 486, 27500 486, 31500 486, "
     "32000 server-failed, 32000 server-terminated",
     "0 486, 32000 server-failed, 32000 server-terminated", "§17.2.1: G doubles up to T2, over UDP only; H 64*T1"},
    {"I", Side::Server, "INVITE", 486, true, "0 486, 5100 server-terminated", "0 486, 100 server-terminated",
     "§17.2.1: I T4 over UDP, 0 over a stream"},
    {"L", Side::Server, "INVITE", 200, false, "0 200, 32000 server-terminated", "0 200, 32000 server-terminated",
     "RFC 6026 §8.5: L 64*T1 over any transport; the 2xx is the TU's to repeat"},
    {"J", Side::Server, "OPTIONS", 200, false, "0 200, 32000 server-terminated", "0 200, 0 server-terminated",
     "§17.2.2: J 64*T1 over UDP, 0 over a stream"},
    {"J without an answer", Side::Server, "OPTIONS", 408, false, "32000 server-terminated", "0 server-terminated",
     "RFC 4320 §4.2: no 408; J as ever"},
    {"Y", Side::Server, "OPTIONS", 0, false, "3500 100", "3500 100",
     "RFC 4320 §4.1: a 100 when Timer E of the client stands at T2, over any transport"},
};

TEST(Timers, RunAsLongAsTheTableSays) {
  for (const Row& row : kRows) {
    EXPECT_EQ(Life(row, kUdp).text(), row.udp) << row.timers << " over UDP, " << row.clause;
    EXPECT_EQ(Life(row, kTcp).text(), row.tcp) << row.timers << " over TCP, " << row.clause;
  }
}

// Only where nothing is armed (a ringing INVITE, a request that the TU keeps) does a transaction outlive its timers.
TEST(Timers, EndEachTransactionButThoseThatWaitForSomebody) {
  for (const Row& row : kRows)
    for (const auto protocol : {kUdp, kTcp}) {
      const bool waits = row.first == 180 || (row.side == Side::Server && row.first == 0);
      EXPECT_EQ(Life(row, protocol).is_over(), !waits) << row.timers;
    }
}

// The guide's account.X.advanced.timer_t1, t2 and t4 scale them all.
TEST(Timers, FollowT1T2AndT4) {
  constexpr Timers timers{.t1 = seconds(1), .t2 = seconds(3), .t4 = seconds(2), .d = seconds(50)};
  const std::pair<Timer, Duration> expected[] = {
      {Timer::A, seconds(1)},  {Timer::B, seconds(64)}, {Timer::D, seconds(50)}, {Timer::E, seconds(1)},
      {Timer::F, seconds(64)}, {Timer::G, seconds(1)},  {Timer::H, seconds(64)}, {Timer::I, seconds(2)},
      {Timer::J, seconds(64)}, {Timer::K, seconds(2)},  {Timer::L, seconds(64)}, {Timer::M, seconds(64)},
      {Timer::X, seconds(64)}, {Timer::Y, seconds(3)}};
  for (const auto& [timer, duration] : expected)
    EXPECT_EQ(timer_duration(timer, timers), duration) << static_cast<int>(timer);
}

}  // namespace
}  // namespace offhook::transaction
