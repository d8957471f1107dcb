// One stream connection as a machine: bytes from the peer become SIP messages, messages become bytes, and time decides
// who has had his chance. TCP and TLS: RFC 3261 §18.3; WS and WSS: RFC 7118. TLS itself is the world's: what comes in
// here is plain text.
//
// After each input take poll() until it is empty, then write what unsent() holds, then look at deadline(). One thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/random.hpp"
#include "base/time.hpp"
#include "transport/flow.hpp"
#include "transport/framer.hpp"
#include "transport/websocket.hpp"

namespace offhook::transport {

struct StreamLimits {
  FrameLimits frame;
  std::size_t unsent = 1 << 20;     // bytes that may wait for a peer that does not read
  Duration handshake{seconds(10)};  // connection, TLS and WebSocket together
  Duration message{seconds(20)};    // from the first octet of a message to its last (slow loris)
  Duration idle{minutes(15)};       // without an octet from the peer; zero: for ever
};

enum class StreamEnd : std::uint8_t {
  None,
  Closed,     // by the peer, or told to
  Unframed,   // a message whose end cannot be told, or one beyond the limits
  Refused,    // WebSocket handshake or framing
  Handshake,  // took too long
  SlowMessage,
  Idle,
  SlowReader,  // more than `unsent` bytes wait
};
[[nodiscard]] std::string_view stream_end_text(StreamEnd end);  // "idle for too long", …

class Stream {
 public:
  // `host` is the Host of a WebSocket request that we send. `limits` and `random` outlive the stream.
  Stream(TimePoint now, Protocol protocol, bool accepted, const StreamLimits& limits, std::string_view host,
         Random& random);

  // The connection stands (and TLS): only now bytes may go out.
  void connected(TimePoint now);
  void receive(TimePoint now, std::string_view bytes);
  void wake(TimePoint now);
  // A SIP message or a CRLF keep-alive. False: it will not leave (the stream has ended).
  bool send(std::string_view bytes);
  void close() { end(StreamEnd::Closed); }

  // Messages and keep-alives of the peer as the engine takes them.
  [[nodiscard]] std::optional<std::string> poll();
  // Bytes to write; nothing before connected().
  [[nodiscard]] std::string_view unsent() const;
  void sent(std::size_t bytes);

  // Close the connection, once unsent() has been tried.
  [[nodiscard]] StreamEnd ended() const { return end_; }
  [[nodiscard]] std::optional<TimePoint> deadline() const;
  // Messages can pass both ways.
  [[nodiscard]] bool is_open() const;

 private:
  void end(StreamEnd why) {
    if (end_ == StreamEnd::None) end_ = why;
  }
  [[nodiscard]] std::string& out();
  [[nodiscard]] const std::string& out() const { return const_cast<Stream*>(this)->out(); }

  std::variant<StreamFramer, WebSocket> framing_;
  std::string out_;  // of TCP and TLS; a WebSocket has its own
  std::size_t written_ = 0;
  const StreamLimits* limits_;
  TimePoint opened_, heard_;
  std::optional<TimePoint> partial_since_;
  bool connected_ = false;
  bool last_frame_ = false;
  StreamEnd end_ = StreamEnd::None;
};

}  // namespace offhook::transport
