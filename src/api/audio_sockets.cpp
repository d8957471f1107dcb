#include "audio_sockets.hpp"

#include <vector>

#include "answers.hpp"
#include "media/live_source.hpp"

namespace offhook::api {
namespace {

std::vector<std::int16_t> samples_of(std::string_view bytes) {
  std::vector<std::int16_t> out(bytes.size() / 2);
  const auto byte = [&](std::size_t at) { return static_cast<unsigned>(static_cast<unsigned char>(bytes[at])); };
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = static_cast<std::int16_t>(static_cast<std::uint16_t>(byte(2 * i) | byte(2 * i + 1) << 8U));
  return out;
}

std::string bytes_of(media::ConstFrame frame) {
  std::string out;
  out.reserve(2 * frame.size());
  for (const std::int16_t sample : frame) {
    const auto bits = static_cast<std::uint16_t>(sample);
    out.push_back(static_cast<char>(bits & 0xFFU));
    out.push_back(static_cast<char>(bits >> 8U));
  }
  return out;
}

}  // namespace

bool AudioSockets::connect(SocketId socket, phone::PhoneId phone) {
  if (ports_ == nullptr || taken_.contains(phone)) return false;
  clients_[socket].phone = phone;
  taken_[phone] = socket;
  ports_->attach(phone);
  return true;
}

bool AudioSockets::disconnect(SocketId socket) {
  const auto client = clients_.find(socket);
  if (client == clients_.end()) return false;
  ports_->detach(client->second.phone);
  taken_.erase(client->second.phone);
  clients_.erase(client);
  return true;
}

void AudioSockets::received(SocketId socket, std::string_view bytes) {
  const auto found = clients_.find(socket);
  if (found == clients_.end()) return;
  Client& client = found->second;
  if (bytes.size() % 2 == 0 && media::is_frame_size(bytes.size() / 2))
    return ports_->say(client.phone, samples_of(bytes));
  if (std::exchange(client.complained, true)) return;
  const std::string sentence =
      "a frame is 20 ms of 16 bit PCM at 8, 12, 16, 24 or 48 kHz: 320, 480, 640, 960 or 1920 bytes, not " +
      std::to_string(bytes.size());
  client.waiting.push_back({socket, error(400, sentence).body, false});
}

void AudioSockets::heard(phone::PhoneId phone, media::ConstFrame frame) {
  const auto taken = taken_.find(phone);
  if (taken == taken_.end()) return;
  auto& waiting = clients_.at(taken->second).waiting;
  if (waiting.size() >= kWaiting) waiting.pop_front();
  waiting.push_back({taken->second, bytes_of(frame), true});
}

std::optional<Push> AudioSockets::next() {
  for (auto& [socket, client] : clients_) {
    if (client.waiting.empty()) continue;
    Push push = std::move(client.waiting.front());
    client.waiting.pop_front();
    return push;
  }
  return std::nullopt;
}

Response AudioSockets::refusal(phone::PhoneId phone) const {
  if (ports_ == nullptr) return error(404, "sound is not carried here");
  if (taken_.contains(phone)) return error(409, "somebody talks through this phone already");
  return error(400, "open a WebSocket here");
}

}  // namespace offhook::api
