// WebSocket framing: a server fed in any pieces gives the same messages and says the same; what a client frames, a
// server reads.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "transport/websocket.hpp"

namespace {

using offhook::transport::FrameLimits;
using offhook::transport::WebSocket;

constexpr std::string_view kRequest =
    "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: "
    "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: sip\r\nSec-WebSocket-Version: 13\r\n\r\n";
constexpr FrameLimits kLimits{300, 500};

struct Read {
  std::vector<std::string> messages;
  std::string said;
  bool ended = false;
  bool operator==(const Read&) const = default;
};

Read read(std::string_view bytes, bool open, std::size_t step) {
  WebSocket socket = WebSocket::server(kLimits);
  if (open) socket.append(kRequest);
  Read out;
  while (!bytes.empty()) {
    const auto piece = bytes.substr(0, step);
    bytes.remove_prefix(piece.size());
    socket.append(piece);
    while (auto frame = socket.next()) {
      if (frame->bytes.empty() || frame->bytes.size() > kLimits.message) std::abort();
      out.messages.push_back(std::move(frame->bytes));
    }
  }
  out.said = socket.unsent();
  out.ended = socket.has_ended();
  return out;
}

void check_round_trip(std::string_view message) {
  if (message.empty() || message.size() > kLimits.message) return;
  offhook::SeededRandom random(message.size());
  WebSocket client = WebSocket::client("h", random, kLimits), server = WebSocket::server(kLimits);
  client.send(message);
  server.append(std::exchange(client.unsent(), {}));
  client.append(std::exchange(server.unsent(), {}));
  server.append(std::exchange(client.unsent(), {}));
  const auto got = server.next();
  if (!got || got->bytes != message) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > 4096) return 0;
  const bool open = (data[0] & 1U) != 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  if (read(bytes, open, bytes.size() + 1) != read(bytes, open, 1 + data[1] % 64)) std::abort();
  check_round_trip(bytes);
  return 0;
}
