// An office for tests: a rack of phones and a small switch between them, in virtual time, without loss. The switch
// (SimSwitch) is a registrar and stateless relay of its own, just enough for requests outside dialogs; what is inside a
// dialog goes from phone to phone.
#pragma once
#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/ascii.hpp"
#include "base/overloaded.hpp"
#include "config/phone_config.hpp"
#include "phone/rack.hpp"
#include "sip/builder.hpp"
#include "sip/edit.hpp"
#include "sip/header/contact.hpp"
#include "sip/uri.hpp"
#include "transport/layer.hpp"

namespace offhook::phone::test {

inline Endpoint at(std::uint16_t port) { return {IpAddress::loopback(), port}; }

class SimSwitch {
 public:
  SimSwitch(Random& random, Endpoint local) : transport_(random), local_(local) {}

  void receive(const transport::Flow& flow, std::string bytes) {
    auto incoming = transport_.receive(flow, std::move(bytes));
    if (!incoming) return;
    if (incoming->message.is_response()) return relay_response(incoming->message);
    relay_request(incoming->message, flow);
  }
  std::optional<transport::Transmit> poll() { return transport_.poll_transmit(); }
  int refuse_registrations = 0;  // answer this status to every REGISTER
  std::map<std::string, Endpoint> known;

 private:
  void relay_request(const sip::Message& request, const transport::Flow& flow) {
    if (request.method() == sip::Method::Register) return answer_register(request, flow);
    const auto uri = sip::Uri::parse(request.request_uri());
    const auto found = known.find(uri ? std::string(uri->user) : std::string());
    if (found == known.end()) {
      if (request.method() == sip::Method::Ack) return;
      transport_.respond(sip::Builder::response(request, 404, "switch").build(), flow);
      return;
    }
    const transport::Flow onward{transport::Protocol::Udp, local_, found->second, 0};
    // A stateless relay's branch is a function of the one before it, so that CANCEL and ACK match their INVITE (RFC
    // 3261 §16.11).
    const auto via = std::string(*request.top(sip::HeaderId::Via));
    const auto branch =
        via.substr(via.find("branch=") + 7, via.find(';', via.find("branch=")) - via.find("branch=") - 7);
    sip::Edit edit(request);
    edit.request_uri("sip:" + std::string(uri->user) + '@' + found->second.text());
    edit.prepend(sip::HeaderId::Via, transport::via_value(onward, "z9hG4bKsw" + std::to_string(fnv1a(branch))));
    transport_.send(onward, edit.bytes());
  }

  void relay_response(const sip::Message& response) {
    sip::Edit edit(response);
    edit.remove_top(sip::HeaderId::Via);
    const auto onward = edit.apply();
    transport_.respond(onward, {transport::Protocol::Udp, local_, {}, 0});
  }

  void answer_register(const sip::Message& request, const transport::Flow& flow) {
    auto answer = sip::Builder::response(request, refuse_registrations != 0 ? refuse_registrations : 200, "switch");
    if (refuse_registrations == 0) answer.copy(request, sip::HeaderId::Contact).copy(request, sip::HeaderId::Expires);
    transport_.respond(answer.build(), flow);
  }

  transport::Layer transport_;
  Endpoint local_;
};

// A stranger on the wire: keeps what it gets, sends what it is told.
struct SimStranger {
  std::vector<sip::Message> got;
};

class SimOffice {
 public:
  struct Seen {
    TimePoint at;
    std::string from, to;  // "A", "B", …, "P" for the switch, "S" for the stranger
    std::string first_line;
    sip::Message message;
  };
  using Adjust = std::function<void(config::PhoneConfig&)>;

  SimOffice() : random_(7), rack_(random_, locator_), switch_(random_, at(5060)) {
    names_[at(5060)] = "P";
    names_[at(5999)] = "S";
  }

  // "A" has number 1001 and socket 5061, "B" 1002 and 5062, …
  void add(const std::string& name, const Adjust& adjust = {}) {
    const auto n = static_cast<std::uint16_t>(name[0] - 'A' + 1);
    auto config = plain_config(std::to_string(1000 + n));
    if (adjust) adjust(config);
    const auto local = at(static_cast<std::uint16_t>(5060 + n));
    names_[local] = name;
    switch_.known[std::to_string(1000 + n)] = local;
    rack_.add(name, std::move(config), local);
    rack_.start(now_, id(name));
    run(milliseconds(50));
    seen.clear();
  }
  void add_all(int count) {
    for (int i = 0; i < count; ++i) add(std::string(1, static_cast<char>('A' + i)));
  }

  static config::PhoneConfig plain_config(const std::string& number) {
    config::PhoneConfig config;
    config.model = &config::model(config::ModelId::T46G);
    config.user_agent = "offhook test";
    config::AccountConfig account;
    account.label = account.user_name = account.auth_name = number;
    account.display_name = "Phone " + number;
    account.servers.push_back({"127.0.0.1"});
    account.codecs = {{"PCMU", 0}, {"PCMA", 8}};
    config.accounts.push_back(account);
    return config;
  }

  void leg_mapped(const LegMapped& mapped) {
    rack_.leg_mapped(now_, mapped);
    flush();
  }
  PhoneId id(const std::string& name) const { return *rack_.find(name); }
  Checked<void> command(const std::string& name, const Command& command) {
    auto result = rack_.command(now_, id(name), command);
    flush();
    return result;
  }
  // As a person types it; "" when it was taken, else the complaint.
  std::string tell(const std::string& name, const std::string& text) {
    const auto parsed = parse_command(text);
    if (!parsed) return parsed.error().text();
    const auto result = command(name, *parsed);
    return result ? "" : result.error().text();
  }
  PhoneView view(const std::string& name) const { return rack_.view(id(name)); }
  CallView call(const std::string& name, int call) const {
    for (auto& c : view(name).calls)
      if (c.id == call) return c;
    return {};
  }
  std::string state(const std::string& name, int number) const {
    const auto found = call(name, number);
    return found.id == 0 ? "gone" : std::string(call_state_name(found.state));
  }
  std::string note(const std::string& name, int number) const { return call(name, number).note; }

  void run(Duration duration) {
    const auto end = now_.mono + duration;
    flush();
    while (true) {
      const auto wake = rack_.deadline();
      const auto arrival = wire_.empty() ? std::optional<TimePoint>() : wire_.front().at;
      auto next = end;
      if (wake) next = std::min(next, std::max(*wake, now_.mono));
      if (arrival) next = std::min(next, *arrival);
      advance_to(next);
      if (arrival && *arrival <= now_.mono)
        deliver();
      else if (next >= end)
        break;
      rack_.wake(now_);
      flush();
    }
  }
  void settle() { run(milliseconds(200)); }
  // A calls B, B answers.
  void connect(const std::string& a, const std::string& b) {
    (void)tell(a, "call " + number_of(b));
    settle();
    (void)tell(b, "answer");
    settle();
  }
  static std::string number_of(const std::string& name) { return std::to_string(1000 + name[0] - 'A' + 1); }

  // The SIP messages since the last seen.clear(), as sent: "A>P INVITE", "P>B 200 INVITE"; REGISTER and 100 left out.
  std::vector<std::string> ladder() const {
    std::vector<std::string> out;
    for (const auto& s : seen) {
      if (s.message.method() == sip::Method::Register || s.message.status() == 100) continue;
      out.push_back(s.from + '>' + s.to + ' ' + s.first_line);
    }
    return out;
  }
  // Only what phones send, whoever relays it: "A INVITE", "B 200 INVITE".
  std::vector<std::string> sent() const {
    std::vector<std::string> out;
    for (const auto& s : seen) {
      if (s.message.method() == sip::Method::Register || s.message.status() == 100 || s.from == "P") continue;
      out.push_back(s.from + ' ' + s.first_line);
    }
    return out;
  }
  const Seen* find_sent(const std::string& what) const {
    for (const auto& s : seen)
      if (s.from + ' ' + s.first_line == what) return &s;
    return nullptr;
  }

  // What a call's leg does now: "sendrecv", "inactive" …; "closed", or "none" before the first plan.
  std::string audio(const std::string& name, int call) const {
    const auto leg = rack_.leg_of(id(name), call);
    if (!leg) return "closed";
    const auto found = plans_.find(*leg);
    return found == plans_.end() ? "none" : std::string(sdp::direction_text(found->second.direction));
  }
  const media::AudioPlan& plan(std::uint64_t leg) const { return plans_.at(leg); }

  // Trouble on the wire, by the sender's name: messages (first line as in sent()) that never arrive, and bytes that
  // change on the way.
  std::function<bool(const std::string& from, const std::string& what)> lost;
  std::function<void(const std::string& from, std::string& bytes)> tamper;
  // The STUN server; nothing: it is silent.
  Endpoint stun_at = at(3478);
  std::function<std::optional<std::string>(const Endpoint& from, const std::string& bytes)> stun;

  // "open 1", "update 1 sendrecv", "close 1" in order.
  std::vector<std::string> media_log;
  std::vector<OpenLeg> opened;
  std::vector<media::DigitOrder> digit_orders;
  std::vector<PlaySound> sounds;
  std::vector<ListenPages> listens;
  std::vector<int> pages;  // that were to be heard, in order
  std::vector<Seen> seen;

  void stranger_sends(const std::string& to, std::string bytes) {
    const auto port = std::find_if(names_.begin(), names_.end(), [&](const auto& n) { return n.second == to; })->first;
    put({{transport::Protocol::Udp, at(5999), port, 0}, std::move(bytes)});
  }
  SimStranger stranger;

  Rack& rack() { return rack_; }
  SimSwitch& pbx() { return switch_; }
  Now now() const { return now_; }
  std::vector<std::string> changes;  // "A calls" …

 private:
  struct OnWire {
    TimePoint at;
    transport::Transmit what;
  };

  void advance_to(TimePoint t) {
    if (t <= now_.mono) return;
    now_.wall += t - now_.mono;
    now_.mono = t;
  }
  std::string name_of(const Endpoint& endpoint) const {
    const auto found = names_.find(endpoint);
    return found == names_.end() ? endpoint.text() : found->second;
  }
  void put(transport::Transmit what) {
    const auto from = name_of(what.flow.local);
    if (tamper) tamper(from, what.bytes);
    if (auto message = sip::Message::parse(what.bytes)) {
      std::string first = message->is_request() ? std::string(message->method_text())
                                                : std::to_string(message->status()) + ' ' +
                                                      std::string(sip::method_name(message->method()));
      if (lost && lost(from, first)) return;
      seen.push_back({now_.mono, from, name_of(what.flow.remote), std::move(first), std::move(*message)});
    }
    wire_.push_back({now_.mono + milliseconds(1), std::move(what)});
  }
  void deliver() {
    auto what = std::move(wire_.front().what);
    wire_.pop_front();
    const transport::Flow flow{what.flow.protocol, what.flow.remote, what.flow.local, 0};
    if (flow.local == stun_at) {
      if (const auto reply = stun ? stun(flow.remote, what.bytes) : std::nullopt)
        put({{transport::Protocol::Udp, stun_at, flow.remote, 0}, *reply});
    } else if (flow.local == at(5060))
      switch_.receive(flow, std::move(what.bytes));
    else if (flow.local == at(5999)) {
      if (auto message = sip::Message::parse(std::move(what.bytes))) stranger.got.push_back(std::move(*message));
    } else if (names_.contains(flow.local)) {
      rack_.receive(now_, flow, std::move(what.bytes));  // elsewhere nobody is there
    }
    flush();
  }
  void flush() {
    while (auto t = rack_.poll_transmit()) put(std::move(*t));
    while (auto t = switch_.poll()) put(std::move(*t));
    while (auto m = rack_.poll_media()) log(*m);
    while (auto e = rack_.poll_event()) {
      constexpr const char* kNames[] = {"registration", "calls", "settings"};
      changes.push_back(rack_.view(e->phone).name + ' ' + kNames[static_cast<int>(e->change)]);
    }
  }
  void log(const MediaCommand& command) {
    std::visit(Overloaded{[&](const OpenLeg& c) {
                            opened.push_back(c);
                            media_log.push_back("open " + std::to_string(c.leg));
                          },
                          [&](const UpdateLeg& c) {
                            plans_[c.leg] = c.plan;
                            media_log.push_back("update " + std::to_string(c.leg) + ' ' +
                                                std::string(sdp::direction_text(c.plan.direction)));
                          },
                          [&](const SendDigits& c) { digit_orders.push_back(c.order); },
                          [&](const PlaySound& c) { sounds.push_back(c); },
                          [&](const ListenPages& c) { listens.push_back(c); },
                          [&](const HearPage& c) { pages.push_back(c.slot); },
                          [&](const CloseLeg& c) { media_log.push_back("close " + std::to_string(c.leg)); }},
               command);
  }

  Now now_{TimePoint(seconds(1000)), WallTime(seconds(1'700'000'000))};
  SeededRandom random_;
  transport::Locator locator_;
  Rack rack_;
  SimSwitch switch_;
  std::deque<OnWire> wire_;
  std::map<Endpoint, std::string> names_;
  std::map<std::uint64_t, media::AudioPlan> plans_;
};

}  // namespace offhook::phone::test
