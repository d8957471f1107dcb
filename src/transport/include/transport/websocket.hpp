// SIP over WebSocket: RFC 7118, framing and opening handshake of RFC 6455, one SIP message a WebSocket message. Pure:
// bytes in, messages and bytes out. Subprotocol "sip" is required of both sides (RFC 7118 §4).
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "transport/framer.hpp"

namespace offhook::transport {

// base64(SHA-1(key ‖ the RFC's GUID)), RFC 6455 §4.2.2 step 5.4.
[[nodiscard]] std::string websocket_accept(std::string_view key);

class WebSocket {
 public:
  // The server's side of a connection that a browser or another client opens.
  [[nodiscard]] static WebSocket server(FrameLimits limits = {});
  // The client's: the opening request is in unsent() at once. `random` gives key and masks, and outlives the object.
  [[nodiscard]] static WebSocket client(std::string_view host, Random& random, FrameLimits limits = {});

  void append(std::string_view bytes);
  // The next whole SIP message (or CRLF keep-alive); `last` is never set, see ended().
  [[nodiscard]] std::optional<Frame> next();
  // Before the handshake is done it waits.
  void send(std::string_view message);
  // A ping frame; the peer's pong shows as bytes received.
  void ping();
  // Closing handshake with this status code (RFC 6455 §7.4.1).
  void close(std::uint16_t code);

  [[nodiscard]] std::string& unsent() { return out_; }
  [[nodiscard]] bool is_open() const { return state_ == State::Open; }
  // Nothing more will be read: refused, closed by the peer, or broken. What is in unsent() should still leave.
  [[nodiscard]] bool has_ended() const { return state_ == State::Ended; }
  [[nodiscard]] bool is_partial() const { return state_ == State::Handshake || !in_.empty() || !message_.empty(); }

 private:
  enum class State : std::uint8_t { Handshake, Open, Ended };
  enum class Opcode : std::uint8_t { Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10 };
  struct Header;

  WebSocket(bool is_client, FrameLimits limits) : limits_(limits), is_client_(is_client) {}
  void shake_hands();
  void accept_request(std::string_view head);
  void check_response(std::string_view head);
  void refuse(std::string_view status_line);
  void open();
  [[nodiscard]] std::optional<Header> read_header();
  [[nodiscard]] std::optional<Frame> take_data(const Header& header, std::string payload);
  void take_control(const Header& header, std::string payload);
  void write_frame(Opcode opcode, std::string_view payload);
  void fail(std::uint16_t code);

  FrameLimits limits_;
  std::string in_, out_;
  std::string waiting_;  // messages written before the handshake was done, framed already
  std::string message_;  // fragments so far
  std::string key_;      // client: to check the answer
  Random* random_ = nullptr;
  State state_ = State::Handshake;
  Opcode kind_ = Opcode::Continuation;  // of the fragmented message; Continuation: none is open
  bool is_client_ = false;
  bool close_sent_ = false;
};

}  // namespace offhook::transport
