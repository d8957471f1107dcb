// The WebSockets at /api/phones/NAME/audio: one person a phone. Binary frames are 20 ms of linear PCM, 16 bit, mono,
// little-endian; a frame's size tells its rate (8, 12, 16, 24 or 48 kHz from the client, 16 kHz to it).
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "api/audio_ports.hpp"
#include "api/service.hpp"

namespace offhook::api {

class AudioSockets {
 public:
  // Frames that may wait for a client; beyond, the oldest are dropped: late sound is of no use.
  static constexpr std::size_t kWaiting = 25;

  explicit AudioSockets(AudioPorts* ports) : ports_(ports) {}

  // False: nobody carries sound here, or somebody talks through that phone already.
  bool connect(SocketId socket, phone::PhoneId phone);
  // False when the socket is none of these.
  bool disconnect(SocketId socket);
  void received(SocketId socket, std::string_view bytes);
  void heard(phone::PhoneId phone, media::ConstFrame frame);
  [[nodiscard]] std::optional<Push> next();
  // Why connect() refused, as a sentence and a status.
  [[nodiscard]] Response refusal(phone::PhoneId phone) const;

 private:
  struct Client {
    phone::PhoneId phone;
    bool complained = false;
    std::deque<Push> waiting;
  };
  AudioPorts* ports_;  // may be null
  std::map<SocketId, Client> clients_;
  std::map<phone::PhoneId, SocketId> taken_;
};

}  // namespace offhook::api
