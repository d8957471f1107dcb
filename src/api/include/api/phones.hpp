// The JSON API of a rack of phones and of the record of their messages (docs/api.md), and the WebSocket that tells a
// page what changes. A Service: io serves it.
//
// In: requests, and from whoever drives the rack: which phone changed, which message was recorded, who is heard. Out:
// responses and pushes. Commands go straight to the rack; whoever called handle() drains the rack afterwards.
// Times in JSON are milliseconds since the first moment that this saw: the first record, request or page. One thread:
// that of the rack.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/audio_ports.hpp"
#include "api/service.hpp"
#include "flow/recorder.hpp"
#include "phone/rack.hpp"

namespace offhook::api {

class PhonesApi final : public Service {
 public:
  // `rack`, `recorder` and `audio` outlive this; without `audio` nobody talks through a phone.
  PhonesApi(phone::Rack& rack, const flow::Recorder& recorder, AudioPorts* audio = nullptr);
  ~PhonesApi() override;

  Response handle(Now now, const Request& request) override;
  // At /api/events, for a limited number of clients at once, and at /api/phones/NAME/audio, for one a phone.
  bool connected(Now now, SocketId socket, std::string_view path) override;
  // Texts are ignored: events go one way.
  void received(Now now, SocketId socket, std::string_view text) override;
  void received_binary(Now now, SocketId socket, std::string_view bytes) override;
  void disconnected(SocketId socket) override;
  // Changes are kept as names of what changed, a bounded number for each client, and written when they are polled:
  // a slow poll gets fewer and newer texts, one that missed too much gets a new snapshot.
  [[nodiscard]] std::optional<Push> poll_push() override;

  void phone_changed(phone::PhoneId phone);
  // What phone::Rack::poll_ended() gives, for GET /api/calls and /metrics.
  void call_ended(phone::EndedCall call);
  // New, or completed by its arrival: what flow::Recorder::on_sip watches.
  void message(const flow::Record& record);
  // Whom a phone hears now; told again unchanged, it says nothing.
  void hearing(std::string_view phone, std::vector<std::string> hears);
  // 20 ms of what an attached phone hears, at 16 kHz.
  void heard(phone::PhoneId phone, media::ConstFrame frame);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace offhook::api
