// Two user agents on a simulated network, without a proxy, without phones: A calls B. Each message takes 10 ms; rules
// of the network drop, delay or hold single ones. Everything that leaves is in the record.
#pragma once
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/overloaded.hpp"
#include "flow/recorder.hpp"
#include "sim/network.hpp"
#include "ua/user_agent.hpp"

namespace offhook::test {

class Duet {
 public:
  class Side {
   public:
    Side(Duet& duet, std::string title, std::uint8_t host, std::uint64_t seed)
        : duet_(&duet), name(std::move(title)), local{IpAddress::v4(10, 0, 0, host), 5060}, random(seed) {}

    void add_account(const std::string& user, Endpoint peer, const std::function<void(ua::Account&)>& change) {
      ua::Account settings;
      settings.user = user;
      settings.domain = "example.test";
      settings.servers = {{{peer.address.text(), peer.port, transport::Protocol::Udp, false}, {}, 3}};
      settings.codecs = {sdp::pcmu(), sdp::pcma(), sdp::telephone_event()};
      if (change) change(settings);
      account = ua.add_account(std::move(settings));
    }
    // A command, and what comes of it.
    template <class F>
    void act(F&& command) {
      command(ua);
      duet_->settle(*this);
    }
    template <class E>
    [[nodiscard]] std::size_t count() const {
      std::size_t out = 0;
      for (const auto& event : events) out += std::holds_alternative<E>(event) ? 1 : 0;
      return out;
    }

   private:
    Duet* duet_;

   public:
    std::string name;
    Endpoint local;
    SeededRandom random;
    transport::Layer transport{random};
    TimerWheel timers;
    transaction::Layer transactions{transport, random};
    transport::Locator numeric;
    ua::Lookups lookups{random, numeric};
    ua::UserAgent ua{ua::Port{&transport, &transactions, &timers, &random, &lookups, 0}, local};
    ua::AccountId account;
    ua::CallId call;
    std::vector<ua::Event> events;
  };

  explicit Duet(std::uint64_t seed, const std::function<void(ua::Account&)>& change = {})
      : network_random_(seed), a(*this, "A", 1, seed * 2 + 1), b(*this, "B", 2, seed * 2 + 2) {
    network.options().delay_min = network.options().delay_max = milliseconds(10);
    recorder.name(a.local, "A");
    recorder.name(b.local, "B");
    a.add_account("1001", b.local, change);
    b.add_account("1002", a.local, change);
  }

  [[nodiscard]] Now now() const { return {TimePoint(clock), WallTime(clock)}; }
  void at(Duration when, std::function<void()> action) { plans_.emplace(when, std::move(action)); }
  void run_until(Duration until) {
    while (step(until)) {
    }
    clock = std::max(clock, until);
  }
  // "A>B 200 INVITE" with its time, as sent; retransmissions are marked in `repeated`.
  struct Line {
    Duration at;
    std::string text;
    bool repeated = false;
  };
  [[nodiscard]] std::vector<Line> lines() const {
    std::vector<Line> out;
    for (const flow::Record& record : recorder.sip())
      out.push_back({record.sent.mono.time_since_epoch(),
                     record.from_party + '>' + record.to_party + ' ' + sim::message_label(record.bytes),
                     record.retransmission});
    return out;
  }

 private:
  struct Datagram {
    Side* to;
    transport::Flow flow;  // as the receiver sees it
    std::string bytes;
  };

  void settle(Side& side) {
    while (auto event = side.transactions.poll()) take(side, std::move(*event));
    while (auto event = side.ua.poll()) {
      if (const auto* incoming = std::get_if<ua::IncomingCall>(&*event)) side.call = incoming->call;
      side.events.push_back(std::move(*event));
    }
    while (auto out = side.transport.poll_transmit()) send(side, std::move(*out));
  }
  void take(Side& side, transaction::Event event) {
    std::visit(Overloaded{[&](transaction::RequestReceived& e) { side.ua.request(now(), std::move(e)); },
                          [&](transaction::ResponseReceived& e) { side.ua.response(now(), std::move(e)); },
                          [&](transaction::ClientTimeout& e) { side.ua.failed(now(), e.owner, 408); },
                          [&](transaction::ClientTransportError& e) { side.ua.failed(now(), e.owner, 503); },
                          [&](transaction::ServerFailed& e) { side.ua.server_failed(now(), e.owner); }, [](auto&) {}},
               event);
  }
  void send(Side& side, transport::Transmit out) {
    Side& to = &side == &a ? b : a;
    ASSERT_EQ(out.flow.remote, to.local);
    recorder.sent(now(), flow::Kind::Sip, out.flow, out.bytes);
    const auto verdict = network.rules().leaves(side.name, to.name, out.bytes);
    for (const std::size_t rule : verdict.let_go)
      for (auto held = held_.extract(rule); !held.empty(); held = held_.extract(rule))
        under_way_.emplace(clock + milliseconds(10), std::move(held.mapped()));
    if (verdict.dropped) return;
    Datagram datagram{&to, {out.flow.protocol, out.flow.remote, out.flow.local, 0, {}}, out.bytes};
    if (verdict.held_by) {
      held_.emplace(*verdict.held_by, std::move(datagram));
      return;
    }
    for (const TimePoint when : network.send(now().mono + verdict.delay, side.name, to.name, side.local, to.local))
      under_way_.emplace(when.time_since_epoch(), datagram);
  }

  bool step(Duration until) {
    std::optional<Duration> next;
    const auto consider = [&](Duration when) { next = std::min(next.value_or(when), when); };
    if (!under_way_.empty()) consider(under_way_.begin()->first);
    if (!plans_.empty()) consider(plans_.begin()->first);
    for (Side* side : {&a, &b})
      for (const auto due : {side->timers.deadline(), side->transactions.deadline()})
        if (due) consider(due->time_since_epoch());
    if (!next || *next > until) return false;
    clock = std::max(clock, *next);
    while (!under_way_.empty() && under_way_.begin()->first <= clock) {
      auto [to, flow, bytes] = std::move(under_way_.extract(under_way_.begin()).mapped());
      recorder.received(now(), flow::Kind::Sip, flow, bytes);
      if (auto incoming = to->transport.receive(flow, std::move(bytes)))
        to->transactions.receive(now().mono, std::move(*incoming));
      settle(*to);
    }
    while (!plans_.empty() && plans_.begin()->first <= clock) plans_.extract(plans_.begin()).mapped()();
    for (Side* side : {&a, &b}) {
      side->transactions.wake(now().mono);
      settle(*side);
      side->timers.advance(now().mono,
                           [&](std::uint64_t payload) { side->ua.timer(now(), ua::Port::key_of(payload)); });
      settle(*side);
    }
    return true;
  }

  SeededRandom network_random_;
  std::multimap<Duration, Datagram> under_way_;
  std::multimap<std::size_t, Datagram> held_;
  std::multimap<Duration, std::function<void()>> plans_;

 public:
  Duration clock{0};
  sim::Network network{{}, network_random_};
  flow::Recorder recorder;
  Side a, b;
};

}  // namespace offhook::test
