// One Binding transaction over UDP: what is my address as the server sees it? RFC 8489 §6.2.1 and §6.3; servers of RFC
// 3489, which know no magic cookie, answer as well.
//
// A machine without I/O: begin(), then send what poll() gives whenever the time of deadline() has come, and hand every
// datagram from the server to receive(). Copyable; no thread of its own.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/endpoint.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "stun/message.hpp"

namespace offhook::stun {

// When requests are repeated: at 0, rto, 3 rto, 7 rto … `requests` of them, and `last` times rto after the last one
// nobody answers any more. By §6.2.1 that is 39.5 s; who waits for a call is given less.
struct Schedule {
  Duration rto = milliseconds(500);
  int requests = 7;  // Rc
  int last = 16;     // Rm
  friend bool operator==(const Schedule&, const Schedule&) = default;
};
// The server answers within 2.5 s or a call goes on without it.
inline constexpr Schedule kImpatient{milliseconds(500), 3, 2};

class Client {
 public:
  enum class State : std::uint8_t { Idle, Waiting, Mapped, Failed };

  // A new transaction with `server`; one that was under way is forgotten, and so is what it has learned.
  void begin(TimePoint now, const Endpoint& server, Random& random, const Schedule& schedule = {});
  // The datagram that is due, for the server; nothing when none is. Says Failed when the time is up.
  [[nodiscard]] std::optional<std::string> poll(TimePoint now);
  [[nodiscard]] std::optional<TimePoint> deadline() const;
  // True when the datagram is the answer that was waited for. One with the mark of another transaction, of another
  // sender (§6.3.1 asks for neither, but nobody else is asked), or with a wrong fingerprint is not. An error response,
  // a redirection of RFC 3489 or an answer without address means Failed (§6.3.4, §6.3.3).
  bool receive(const Endpoint& from, std::string_view datagram);

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] const Endpoint& server() const { return server_; }
  // In Mapped: our address, as the server sees it.
  [[nodiscard]] const Endpoint& mapped() const { return mapped_; }
  [[nodiscard]] int sent() const { return sent_; }  // datagrams of this transaction

 private:
  State state_ = State::Idle;
  Schedule schedule_;
  Endpoint server_, mapped_;
  TransactionId id_{};
  TimePoint due_;
  int sent_ = 0;
};

}  // namespace offhook::stun
