// The opening handshake of RFC 6455 §4 with the subprotocol of RFC 7118 §4.1: the little HTTP that it takes.
#include <openssl/evp.h>

#include <array>

#include "base/ascii.hpp"
#include "transport/websocket.hpp"

namespace offhook::transport {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::string_view kSubprotocol = "sip";
constexpr std::size_t kLongestHead = 8192;

std::string base64(const unsigned char* data, std::size_t size) {
  std::string out(4 * ((size + 2) / 3) + 1, '\0');
  const int n = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), data, static_cast<int>(size));
  out.resize(static_cast<std::size_t>(n));
  return out;
}

// The values of all fields of that name, joined by commas (RFC 9110 §5.3).
std::string field(std::string_view head, std::string_view name) {
  std::string out;
  while (!head.empty()) {
    const std::size_t end = std::min(head.find('\n'), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 1, head.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !iequals(line.substr(0, colon), name)) continue;
    if (!out.empty()) out += ',';
    out += trim(line.substr(colon + 1));
  }
  return out;
}

bool lists(std::string_view value, std::string_view wanted) {
  while (!value.empty()) {
    const std::size_t comma = std::min(value.find(','), value.size());
    if (iequals(trim(value.substr(0, comma)), wanted)) return true;
    value.remove_prefix(std::min(comma + 1, value.size()));
  }
  return false;
}

// A nonce of 16 octets in base64 (§4.1 item 7).
bool is_key(std::string_view key) { return key.size() == 24 && key.ends_with("=="); }

}  // namespace

std::string websocket_accept(std::string_view key) {
  std::string text(key);
  text += kGuid;
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), hash.data(), &size, EVP_sha1(), nullptr) != 1) return {};
  return base64(hash.data(), size);
}

WebSocket WebSocket::client(std::string_view host, Random& random, FrameLimits limits) {
  WebSocket out(true, limits);
  out.random_ = &random;
  std::array<unsigned char, 16> nonce{};
  for (std::size_t i = 0; i < nonce.size(); i += 8) {
    const std::uint64_t bits = random.next();
    for (std::size_t j = 0; j < 8; ++j) nonce[i + j] = static_cast<unsigned char>(bits >> (8 * j));
  }
  out.key_ = base64(nonce.data(), nonce.size());
  out.out_.append("GET / HTTP/1.1\r\nHost: ").append(host);
  out.out_.append("\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ").append(out.key_);
  out.out_.append("\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: sip\r\n\r\n");
  return out;
}

void WebSocket::shake_hands() {
  const std::size_t end = in_.find("\r\n\r\n");
  if (end == std::string::npos) {
    if (in_.size() > kLongestHead) refuse("431 Request Header Fields Too Large");
    return;
  }
  const std::string head = in_.substr(0, end + 2);
  in_.erase(0, end + 4);
  if (is_client_)
    check_response(head);
  else
    accept_request(head);
}

// §4.2.1
void WebSocket::accept_request(std::string_view head) {
  const std::string_view line = head.substr(0, head.find("\r\n"));
  const std::string key = field(head, "Sec-WebSocket-Key");
  if (!line.starts_with("GET ") || !line.ends_with(" HTTP/1.1")) return refuse("405 Method Not Allowed");
  if (!lists(field(head, "Upgrade"), "websocket") || !lists(field(head, "Connection"), "Upgrade"))
    return refuse("426 Upgrade Required");
  if (field(head, "Sec-WebSocket-Version") != "13") return refuse("426 Upgrade Required");
  if (!is_key(key) || field(head, "Host").empty()) return refuse("400 Bad Request");
  // RFC 7118 §4.1: a client that does not name the subprotocol does not mean us.
  if (!lists(field(head, "Sec-WebSocket-Protocol"), kSubprotocol)) return refuse("400 Subprotocol sip Required");
  out_.append(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ");
  out_.append(websocket_accept(key)).append("\r\nSec-WebSocket-Protocol: sip\r\n\r\n");
  open();
}

// §4.1, the second list of steps
void WebSocket::check_response(std::string_view head) {
  const bool ok = head.starts_with("HTTP/1.1 101") && lists(field(head, "Upgrade"), "websocket") &&
                  lists(field(head, "Connection"), "Upgrade") &&
                  field(head, "Sec-WebSocket-Accept") == websocket_accept(key_) &&
                  lists(field(head, "Sec-WebSocket-Protocol"), kSubprotocol);
  if (!ok) {
    state_ = State::Ended;
    return;
  }
  open();
}

void WebSocket::refuse(std::string_view status) {
  if (!is_client_) {
    out_.append("HTTP/1.1 ").append(status).append("\r\n");
    if (status.starts_with("426")) out_.append("Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n");
    out_.append("Connection: close\r\nContent-Length: 0\r\n\r\n");
  }
  state_ = State::Ended;
  in_.clear();
}

}  // namespace offhook::transport
