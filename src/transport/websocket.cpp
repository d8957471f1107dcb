// Frames. The opening handshake stands in websocket_handshake.cpp.
#include "transport/websocket.hpp"

#include <utility>

#include "base/utf8.hpp"

namespace offhook::transport {
namespace {

// RFC 6455 §7.4.1
constexpr std::uint16_t kNormal = 1000, kProtocolError = 1002, kBadText = 1007, kTooBig = 1009;
constexpr std::size_t kLargestControl = 125;

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

void put_big_endian(std::string& out, std::uint64_t value, int octets) {
  for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
}

void mask_octets(char* data, std::size_t size, const char* mask) {
  for (std::size_t i = 0; i < size; ++i) data[i] = static_cast<char>(data[i] ^ mask[i & 3U]);
}

}  // namespace

struct WebSocket::Header {
  Opcode opcode = Opcode::Continuation;
  bool fin = false;
  bool masked = false;
  std::size_t size = 0;     // of the header
  std::size_t payload = 0;  // bytes
  char mask[4] = {};
};

WebSocket WebSocket::server(FrameLimits limits) { return {false, limits}; }

void WebSocket::append(std::string_view bytes) {
  if (state_ == State::Ended) return;
  in_ += bytes;
  if (state_ == State::Handshake) shake_hands();
}

// RFC 6455 §5.2. Nothing when more bytes are needed, or when what stands there is no frame (then it has ended).
std::optional<WebSocket::Header> WebSocket::read_header() {
  if (in_.size() < 2) return std::nullopt;
  const auto first = static_cast<unsigned char>(in_[0]), second = static_cast<unsigned char>(in_[1]);
  Header out;
  out.fin = (first & 0x80U) != 0;
  out.opcode = static_cast<Opcode>(first & 0x0fU);
  out.masked = (second & 0x80U) != 0;
  out.payload = second & 0x7fU;
  const bool control = (first & 0x08U) != 0;
  const bool known = (first & 0x0fU) <= 2 || ((first & 0x0fU) >= 8 && (first & 0x0fU) <= 10);
  // No extension is agreed on, so no reserved bit; a client masks and a server does not (§5.1).
  if ((first & 0x70U) != 0 || !known || out.masked == is_client_ ||
      (control && (!out.fin || out.payload > kLargestControl))) {
    fail(kProtocolError);
    return std::nullopt;
  }
  const std::size_t extra = out.payload == 126 ? 2 : out.payload == 127 ? 8 : 0;
  out.size = 2 + extra + (out.masked ? 4 : 0);
  if (in_.size() < out.size) return std::nullopt;
  if (extra != 0) out.payload = big_endian(std::string_view(in_).substr(2, extra));
  if (out.payload > limits_.message || message_.size() + out.payload > limits_.message) {
    fail(kTooBig);
    return std::nullopt;
  }
  for (std::size_t i = 0; out.masked && i < 4; ++i) out.mask[i] = in_[2 + extra + i];
  return out;
}

std::optional<Frame> WebSocket::next() {
  while (state_ == State::Open) {
    const auto header = read_header();
    if (!header || in_.size() < header->size + header->payload) return std::nullopt;
    std::string payload = in_.substr(header->size, header->payload);
    in_.erase(0, header->size + header->payload);
    if (in_.empty()) in_.shrink_to_fit();
    if (header->masked) mask_octets(payload.data(), payload.size(), header->mask);
    if (static_cast<unsigned>(header->opcode) >= 8) {
      take_control(*header, std::move(payload));
    } else if (auto frame = take_data(*header, std::move(payload))) {
      return frame;
    }
  }
  return std::nullopt;
}

// §5.4: fragments of one message follow one another; control frames may stand between them.
std::optional<Frame> WebSocket::take_data(const Header& header, std::string payload) {
  const bool continues = header.opcode == Opcode::Continuation;
  if (continues == (kind_ == Opcode::Continuation)) {
    fail(kProtocolError);
    return std::nullopt;
  }
  if (!continues) kind_ = header.opcode;
  message_ += payload;
  if (!header.fin) return std::nullopt;
  const bool text = kind_ == Opcode::Text;
  kind_ = Opcode::Continuation;
  Frame frame{std::exchange(message_, {}), false};
  if (text && !is_utf8(frame.bytes)) {  // §8.1
    fail(kBadText);
    return std::nullopt;
  }
  if (frame.bytes.empty()) return std::nullopt;
  return frame;
}

void WebSocket::take_control(const Header& header, std::string payload) {
  if (header.opcode == Opcode::Ping) write_frame(Opcode::Pong, payload);
  if (header.opcode != Opcode::Close) return;
  // §5.5.1: the answer carries the code that came; a lone octet is no code.
  if (payload.size() == 1) return fail(kProtocolError);
  close(payload.size() >= 2 ? static_cast<std::uint16_t>(big_endian(payload.substr(0, 2))) : kNormal);
  state_ = State::Ended;
}

void WebSocket::write_frame(Opcode opcode, std::string_view payload) {
  std::string& out = state_ == State::Handshake ? waiting_ : out_;
  out += static_cast<char>(0x80U | static_cast<unsigned>(opcode));
  const unsigned mask_bit = is_client_ ? 0x80U : 0;
  if (payload.size() < 126) {
    out += static_cast<char>(mask_bit | payload.size());
  } else if (payload.size() <= 0xffff) {
    out += static_cast<char>(mask_bit | 126U);
    put_big_endian(out, payload.size(), 2);
  } else {
    out += static_cast<char>(mask_bit | 127U);
    put_big_endian(out, payload.size(), 8);
  }
  if (!is_client_) {
    out += payload;
    return;
  }
  char mask[4];
  const std::uint64_t bits = random_->next();
  for (unsigned i = 0; i < 4; ++i) mask[i] = static_cast<char>(bits >> (8 * i) & 0xff);
  out.append(mask, 4);
  const std::size_t at = out.size();
  out += payload;
  mask_octets(out.data() + at, payload.size(), mask);
}

// RFC 7118 §4.2: text where the message is UTF-8, as browsers like it; binary for the rest.
void WebSocket::send(std::string_view message) {
  if (state_ == State::Ended || close_sent_) return;
  write_frame(is_utf8(message) ? Opcode::Text : Opcode::Binary, message);
}

void WebSocket::ping() {
  if (state_ == State::Open && !close_sent_) write_frame(Opcode::Ping, {});
}

void WebSocket::close(std::uint16_t code) {
  if (state_ != State::Open || close_sent_) return;
  std::string payload;
  put_big_endian(payload, code, 2);
  write_frame(Opcode::Close, payload);
  close_sent_ = true;
}

void WebSocket::fail(std::uint16_t code) {
  close(code);
  state_ = State::Ended;
  in_.clear();
  message_.clear();
}

void WebSocket::open() {
  state_ = State::Open;
  out_ += std::exchange(waiting_, {});
  key_ = {};
}

}  // namespace offhook::transport
