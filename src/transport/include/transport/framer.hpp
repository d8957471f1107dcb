// SIP messages out of a byte stream (TCP, TLS): RFC 3261 §18.3, keep-alives of RFC 5626 §3.5.1. Pure: any split of the
// bytes gives the same frames.
//
//   stream = *( CRLF / message )        message = head CRLF body, as long as its Content-Length says
//
// On a stream Content-Length is what tells one message from the next (§20.14), so a head without one, with two or with
// a bad one ends the stream: that head is the last frame, which the layer above answers with 400. So does a message
// beyond the limits.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::transport {

struct FrameLimits {
  std::size_t head = 32 * 1024;  // bytes up to the empty line
  std::size_t message = 65535;   // head and body
};

struct Frame {
  std::string bytes;  // a message; "\r\n\r\n" for a ping, "\r\n" for a pong
  bool last = false;  // nothing behind it can be told apart any more: close the connection once it is answered
};

class StreamFramer {
 public:
  // Who opened the connection sends pings and hears pongs; who accepted it the other way round.
  explicit StreamFramer(bool accepted, FrameLimits limits = {}) : limits_(limits), accepted_(accepted) {}

  void append(std::string_view bytes) { buffer_.append(bytes); }
  // The next whole frame; nothing when more bytes are needed or the last frame was given.
  [[nodiscard]] std::optional<Frame> next();
  // Bytes of a message that is not whole yet are waiting.
  [[nodiscard]] bool is_partial() const { return at_ < buffer_.size() && !ended_; }
  [[nodiscard]] std::size_t held() const { return buffer_.size() - at_; }

 private:
  std::optional<Frame> keep_alive();
  [[nodiscard]] bool find_head_end();
  std::optional<Frame> take(std::size_t size, bool last);
  void compact();

  FrameLimits limits_;
  std::string buffer_;  // bytes from at_ on are not consumed
  std::size_t at_ = 0;
  std::size_t scanned_ = 0;   // no head ends before this place
  std::size_t head_end_ = 0;  // behind the empty line; 0 while it is not found
  bool accepted_;
  bool ended_ = false;
};

// Content-Length of a message head by its long or compact name. `bad` when it is there twice or no number.
struct HeadLength {
  std::optional<std::size_t> value;
  bool bad = false;
};
[[nodiscard]] HeadLength content_length_of(std::string_view head);

}  // namespace offhook::transport
