// The machinery under phone and proxy, by Google Benchmark: transactions (a client and a server that talk through the
// transport and transaction layers, without sockets) and timers. items_per_second is per second of CPU time.
//   engine_bench [--benchmark_...]
#include <benchmark/benchmark.h>

#include <string>

#include "base/random.hpp"
#include "base/timer_wheel.hpp"
#include "sip/builder.hpp"
#include "sip/edit.hpp"
#include "sip/header/numbers.hpp"
#include "transaction/layer.hpp"

namespace {

using namespace offhook;
using sip::HeaderId;

struct Side {
  explicit Side(std::uint64_t seed) : random(seed) {}
  SeededRandom random;
  transport::Layer transport{random};
  transaction::Layer transactions{transport, random};
};

// Both ends of a wire. Time goes on by a hundredth of a second each transaction, so that the transactions of the last
// 32 seconds (Timers D, H, J) are alive all the time, as they are in a server under load.
class Wire {
 public:
  explicit Wire(std::string_view method) : method_(method) {
    there_.local = *Endpoint::parse("127.0.1.1:5060");
    there_.remote = *Endpoint::parse("127.0.1.2:5060");
    back_ = there_;
    std::swap(back_.local, back_.remote);
  }

  // True when the final response has arrived.
  bool transact() {
    now_ += milliseconds(10);
    client_.transactions.wake(now_);
    server_.transactions.wake(now_);
    answered_ = false;
    (void)client_.transactions.start(now_, request(), there_, ++calls_);
    while (carry(client_, server_, back_) || carry(server_, client_, there_)) {
      serve();
      hear();
    }
    return answered_;
  }
  [[nodiscard]] std::size_t alive() const {
    return client_.transactions.client_count() + server_.transactions.server_count();
  }

 private:
  sip::Message request() {
    auto out = sip::Builder::request(method_, "sip:2002@127.0.1.2:5060");
    out.add(HeaderId::MaxForwards, "70");
    out.add(HeaderId::From, "\"Alice\" <sip:2001@example.com>;tag=" + std::to_string(calls_));
    out.add(HeaderId::To, "<sip:2002@example.com>");
    out.add(HeaderId::CallId, std::to_string(calls_) + "@127.0.1.1");
    out.add(HeaderId::CSeq, "1 " + method_);
    out.add(HeaderId::Contact, "<sip:2001@127.0.1.1:5060>");
    return out.build();
  }
  bool carry(Side& from, Side& to, const transport::Flow& flow) {
    bool any = false;
    while (auto out = from.transport.poll_transmit()) {
      any = true;
      if (auto in = to.transport.receive(flow, std::move(out->bytes))) to.transactions.receive(now_, std::move(*in));
    }
    return any;
  }
  void serve() {
    while (const auto event = server_.transactions.poll()) {
      const auto* received = std::get_if<transaction::RequestReceived>(&*event);
      if (received == nullptr || !received->id) continue;
      const bool invite = received->request.method() == sip::Method::Invite;
      if (invite)
        server_.transactions.respond(now_, received->id, sip::Builder::response(received->request, 180, "t").build());
      const int final = invite ? 486 : 200;
      server_.transactions.respond(now_, received->id, sip::Builder::response(received->request, final, "t").build());
    }
  }
  void hear() {
    while (const auto event = client_.transactions.poll())
      if (const auto* received = std::get_if<transaction::ResponseReceived>(&*event))
        answered_ = answered_ || received->response.status() >= 200;
  }

  std::string method_;
  TimePoint now_{};
  Side client_{1}, server_{2};
  transport::Flow there_, back_;
  transaction::Owner calls_ = 0;
  bool answered_ = false;
};

// One item: a transaction on both sides, from request to the end of its timers. INVITE: 180, 486, ACK.
void transactions(benchmark::State& state, std::string_view method) {
  Wire wire(method);
  for (int i = 0; i < 4000; ++i) (void)wire.transact();  // 40 s: from here on as many end as begin
  for (auto _ : state)
    if (!wire.transact()) state.SkipWithError("no answer");
  state.SetItemsProcessed(state.iterations());
  state.counters["alive"] = static_cast<double>(wire.alive());
}
BENCHMARK_CAPTURE(transactions, invite, "INVITE");
BENCHMARK_CAPTURE(transactions, non_invite, "OPTIONS");

// One item: a timer that is armed and cancelled, with `others` in the wheel.
void timers_cancelled(benchmark::State& state) {
  TimerWheel wheel;
  for (std::int64_t i = 0; i < state.range(0); ++i) (void)wheel.arm(TimePoint(milliseconds(500 + i)), 0);
  std::int64_t at = 0;
  for (auto _ : state) {
    TimerId id = wheel.arm(TimePoint(milliseconds(500 + at++ % 32000)), 1);
    benchmark::DoNotOptimize(wheel.cancel(id));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(timers_cancelled)->Arg(0)->Arg(100000);

// One item: a timer that is armed and fires half a second later; one is armed each millisecond for each that fires.
void timers_fired(benchmark::State& state) {
  TimerWheel wheel;
  TimePoint now{};
  std::int64_t fired = 0;
  for (auto _ : state) {
    now += milliseconds(1);
    for (int i = 0; i < 16; ++i) (void)wheel.arm(now + milliseconds(500), 1);
    wheel.advance(now, [&fired](std::uint64_t) { ++fired; });
  }
  state.SetItemsProcessed(fired);
}
BENCHMARK(timers_fired);

// What a proxy changes in a request that it passes on (RFC 3261 §16.6), written out as bytes.
void forward(benchmark::State& state) {
  const auto message = *sip::Message::parse(
      "INVITE sip:2002@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.1.1:5060;branch=z9hG4bK2754690126;rport\r\n"
      "Route: <sip:127.0.1.2;lr>\r\nMax-Forwards: 70\r\nFrom: \"Alice\" <sip:2001@example.com>;tag=1372838817\r\n"
      "To: <sip:2002@example.com>\r\nCall-ID: 0_2283452123@127.0.1.1\r\nCSeq: 2 INVITE\r\n"
      "Contact: <sip:2001@127.0.1.1:5060>\r\nContent-Length: 0\r\n\r\n");
  for (auto _ : state) {
    sip::Edit edit(message);
    edit.request_uri("sip:2002@127.0.1.20:5064;transport=udp");
    edit.set(HeaderId::MaxForwards, std::to_string(sip::max_forwards(message).value_or(70) - 1));
    edit.remove_top(HeaderId::Route);
    edit.prepend(HeaderId::RecordRoute, "<sip:127.0.1.2:5060;lr>");
    edit.prepend(HeaderId::Via, "SIP/2.0/UDP 127.0.1.2:5060;rport;branch=z9hG4bK7d0c5512f9b04e8a");
    benchmark::DoNotOptimize(edit.bytes().size());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(forward);

}  // namespace

BENCHMARK_MAIN();
