// One engine's transport and transaction layers in virtual time, with everything that they send and report kept with
// its time.
#pragma once
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sip/builder.hpp"
#include "sip/edit.hpp"
#include "transaction/layer.hpp"

namespace offhook::transaction {

inline const Endpoint kUs = *Endpoint::parse("192.0.2.1:5060");
inline const Endpoint kPeer = *Endpoint::parse("192.0.2.2:5060");

inline transport::Flow flow_to_peer(transport::Protocol protocol = transport::Protocol::Udp) {
  return {protocol, kUs, kPeer, protocol == transport::Protocol::Udp ? 0U : 1U};
}

struct Sent {
  Duration at;
  transport::Flow flow;
  sip::Message message;
};

class Rig {
 public:
  explicit Rig(Timers timers = {}, std::uint64_t seed = 1) : random_(seed), layer(transport, random_, timers) {}

  [[nodiscard]] TimePoint now() const { return TimePoint{} + clock_; }
  [[nodiscard]] Duration clock() const { return clock_; }

  // Runs the timers up to `to`, each at its own time.
  void run_until(Duration to) {
    while (const auto deadline = layer.deadline()) {
      if (deadline->time_since_epoch() > to) break;
      clock_ = std::max(clock_, deadline->time_since_epoch());
      layer.wake(now());
      collect();
    }
    clock_ = to;
  }
  void run_for(Duration span) { run_until(clock_ + span); }

  void receive(std::string bytes, transport::Flow flow = flow_to_peer()) {
    if (auto incoming = transport.receive(flow, std::move(bytes))) layer.receive(now(), std::move(*incoming));
    collect();
  }
  void receive(const sip::Message& message, transport::Flow flow = flow_to_peer()) {
    receive(std::string(message.bytes()), flow);
  }

  ClientId start(const sip::Message& request, transport::Flow flow = flow_to_peer(), Owner owner = 77,
                 const Timers* timers = nullptr) {
    const auto id = layer.start(now(), request, flow, owner, {}, timers);
    collect();
    return id;
  }
  void cancel(ClientId id, std::string_view reason = {}) {
    layer.cancel(now(), id, reason);
    collect();
  }
  void respond(ServerId id, const sip::Message& response) {
    layer.respond(now(), id, response);
    collect();
  }

  // What was sent since the last call.
  std::vector<Sent> take_sent() {
    collect();
    return std::exchange(sent_, {});
  }
  std::vector<Event> take_events() {
    std::vector<Event> out;
    while (auto event = layer.poll()) out.push_back(std::move(*event));
    return out;
  }
  // Start lines with times, "500 INVITE" or "500 180": short enough to compare.
  std::vector<std::string> take_log() {
    std::vector<std::string> out;
    for (const auto& sent : take_sent())
      out.push_back(std::to_string(std::chrono::duration_cast<milliseconds>(sent.at).count()) + " " +
                    (sent.message.is_request() ? std::string(sent.message.method_text())
                                               : std::to_string(sent.message.status())));
    return out;
  }
  [[nodiscard]] bool is_idle() const {
    return layer.client_count() == 0 && layer.server_count() == 0 && layer.timer_count() == 0;
  }

 private:
  void collect() {
    while (auto out = transport.poll_transmit()) {
      auto message = sip::Message::parse(out->bytes);
      ASSERT_TRUE(message) << out->bytes;
      sent_.push_back({clock_, out->flow, std::move(*message)});
    }
  }

  SeededRandom random_;
  Duration clock_{};
  std::vector<Sent> sent_;

 public:
  transport::Layer transport{random_};
  Layer layer;
};

// Names of the events in order: "response:180 timeout terminated".
inline std::string names(const std::vector<Event>& events) {
  static constexpr const char* kNames[] = {"request",       "response",   "timeout",           "error",
                                           "server-failed", "terminated", "server-terminated", "stray"};
  std::string out;
  for (const auto& event : events) {
    if (!out.empty()) out += ' ';
    out += kNames[event.index()];
    if (const auto* response = std::get_if<ResponseReceived>(&event))
      out.append(":").append(std::to_string(response->response.status()));
    if (const auto* request = std::get_if<RequestReceived>(&event))
      out.append(":").append(request->request.method_text());
  }
  return out;
}

// A request as a TU makes it: without Via.
inline sip::Message make_request(std::string_view method, std::uint32_t cseq = 1) {
  return sip::Builder::request(method, "sip:bob@192.0.2.2")
      .add(sip::HeaderId::MaxForwards, "70")
      .add(sip::HeaderId::Route, "<sip:192.0.2.2;lr>")
      .add(sip::HeaderId::Route, "<sip:far.example.com;lr>")
      .add(sip::HeaderId::From, "<sip:alice@example.com>;tag=a1")
      .add(sip::HeaderId::To, "<sip:bob@example.com>")
      .add(sip::HeaderId::CallId, "c1@example.com")
      .add(sip::HeaderId::CSeq, std::to_string(cseq).append(" ").append(method))
      .build();
}

// A request as it comes from a peer.
inline sip::Message with_via(const sip::Message& request, std::string_view via) {
  sip::Edit edit(request);
  edit.prepend(sip::HeaderId::Via, via);
  return edit.apply();
}
inline constexpr std::string_view kPeerVia = "SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bKpeer1";

inline sip::Message make_response(const sip::Message& request, int status, std::string_view tag = "b1") {
  return sip::Builder::response(request, status, tag).build();
}

}  // namespace offhook::transaction
