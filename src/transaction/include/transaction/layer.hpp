// The transaction layer: all client and server transactions of one engine. RFC 3261 §17 with RFC 6026 (Accepted), §9
// (CANCEL), §8.2.2.2 (merged requests are the TU's). The four machines live in client_invite, client_non_invite,
// server_invite and server_non_invite.
//
// The transaction user (ua or proxy) starts and answers transactions by calls, and takes what happened from poll().
// `Owner` is the TU's own number, handed back with each event. Everything sent goes into the transport layer's queue.
// One thread; time is an argument.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "base/queue.hpp"
#include "base/random.hpp"
#include "base/slot_map.hpp"
#include "base/time.hpp"
#include "base/timer_wheel.hpp"
#include "sip/edit.hpp"
#include "sip/message.hpp"
#include "transport/layer.hpp"
#include "transport/resolver.hpp"

namespace offhook::transaction {

struct ClientTag;
struct ServerTag;
using ClientId = Handle<ClientTag>;
using ServerId = Handle<ServerTag>;
using Owner = std::uint64_t;

// §17.1.1.1, table 4; the guide's account.X.advanced.timer_t1/t2/t4.
struct Timers {
  Duration t1 = milliseconds(500);
  Duration t2 = seconds(4);
  Duration t4 = seconds(5);
  Duration d = seconds(32);
  Duration patience{};  // Timers B and F where they shall be shorter (another server is there to be tried); 0: 64*T1
  // Total silence after which Timer B, F, H, L or M fires: 64*T1.
  [[nodiscard]] Duration timeout() const { return 64 * t1; }
  friend bool operator==(const Timers&, const Timers&) = default;
};

// A new request. For an ACK that belongs to a 2xx (no transaction) `id` is null. For a CANCEL `cancels` names the
// INVITE's transaction, when there is one: the TU answers the CANCEL (200 or 481) and the INVITE (487) itself (§9.2).
// When `cancels_nothing`, it names the transaction of another method: 200, and no effect.
struct RequestReceived {
  ServerId id;
  sip::Message request;
  transport::Flow flow;
  ServerId cancels;
  Owner cancels_owner = 0;
  bool cancels_nothing = false;
};
// A response for one of our transactions: each provisional, one final; for an INVITE every 2xx while Accepted lasts
// (RFC 6026 §7.2).
struct ResponseReceived {
  ClientId id;
  Owner owner = 0;
  sip::Message response;
  transport::Flow flow;
};
// No final response in time (Timer B or F): the TU acts as on a 408 (§8.1.3.1).
struct ClientTimeout {
  ClientId id;
  Owner owner = 0;
};
// The request could not be sent: as on a 503.
struct ClientTransportError {
  ClientId id;
  Owner owner = 0;
};
// No ACK came for our final non-2xx (Timer H), or the response could not be sent.
struct ServerFailed {
  ServerId id;
  Owner owner = 0;
};
// The transaction is gone; its id means nothing any more. The last event of each transaction.
struct ClientTerminated {
  ClientId id;
  Owner owner = 0;
};
struct ServerTerminated {
  ServerId id;
  Owner owner = 0;
};
// A response that matches no transaction: a UA drops it; a proxy too (RFC 6026 §8.9), except that it may count it. A
// 2xx to INVITE can be one.
struct StrayResponse {
  sip::Message response;
  transport::Flow flow;
};
using Event = std::variant<RequestReceived, ResponseReceived, ClientTimeout, ClientTransportError, ServerFailed,
                           ClientTerminated, ServerTerminated, StrayResponse>;

// A response as it goes on the wire. Its top Via is the one of the request that it answers.
struct Response {
  int status = 0;
  std::string bytes;
  // A refusal that costs little: nothing is sent twice towards an address that may be forged (RFC 3261 §26.3.2.4), and
  // of requests other than INVITE nothing is remembered (§8.2.7). For a caller who has had no provisional response, and
  // so goes on asking; whoever asks again is answered again.
  bool once = false;
};

inline constexpr std::size_t kMethods = static_cast<std::size_t>(sip::Method::Update) + 1;

struct Counters {
  std::uint64_t client_started = 0, server_started = 0;
  std::uint64_t request_retransmits_sent = 0, request_retransmits_received = 0;
  std::uint64_t response_retransmits_sent = 0, response_retransmits_received = 0;
  std::uint64_t timeouts = 0, strays = 0, unmatched_acks = 0;
  std::array<std::uint64_t, kMethods> requests{};  // that began a server transaction, by sip::Method
  std::array<std::uint64_t, 7> responses{};        // that the TU has given to those, by class: [2] is 2xx
};

class Layer {
 public:
  Layer(transport::Layer& transport, Random& random, Timers timers = {});
  ~Layer();
  // Of every branch from now on, behind the cookie: a shard's (transport/shard.hpp).
  void set_mark(std::string mark) {
    mark_ = std::move(mark);
    via_front_ = {};
  }
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;

  // A message from the transport layer.
  void receive(TimePoint now, transport::Incoming&& incoming);
  // Sending to that peer failed, or its connection is gone; connection 0 means all of them.
  // A response whose stream connection is gone goes over a new one (§18.2.2); ServerFailed only when there is no other.
  void unreachable(TimePoint now, const transport::Flow& flow);
  // Who finds the servers of a sent-by where the new connection does not come about (RFC 3263 §5); outlives this layer.
  // Without it nobody is asked.
  void use(transport::Resolver& resolver);
  // The resolver's event; false when it is not for this layer.
  [[nodiscard]] bool located(const transport::Located& event);
  void wake(TimePoint now);
  [[nodiscard]] std::optional<TimePoint> deadline() const { return wheel_.deadline(); }
  [[nodiscard]] std::optional<Event> poll() { return events_.pop(); }
  // Gives every event to f(Event&) where it lies, until there is none: those that f itself brings about, too. In place
  // of poll(), for who has no use for copies of messages; f calls neither.
  template <class F>
  void take_events(F&& f) {
    events_.drain(std::forward<F>(f));
  }

  // Starts a client transaction: puts our Via (new branch; `branch_suffix` is appended to it, for a proxy's loop check)
  // on top of `request`, sends it over `flow`. Not for ACK. `timers` overrides the layer's (an account may have its own
  // T1, T2, T4).
  ClientId start(TimePoint now, const sip::Message& request, const transport::Flow& flow, Owner owner,
                 std::string_view branch_suffix = {}, const Timers* timers = nullptr);
  // The same for the request that `edit` makes of its source: our Via is one more of its changes, so that a proxy's
  // forwarding is one copy of the text. `edit` is of no use afterwards.
  ClientId start(TimePoint now, sip::Edit& edit, const transport::Flow& flow, Owner owner,
                 std::string_view branch_suffix = {}, const Timers* timers = nullptr);
  // Sends a CANCEL for an INVITE transaction (§9.1): at once when a provisional response has come, else as soon as one
  // comes; nothing when a final one came already. `reason_header` is the value of its Reason field (RFC 3326). The
  // CANCEL is a transaction of its own without events for the TU; 64*T1 after it an unanswered INVITE times out (§9.1
  // last paragraph).
  void cancel(TimePoint now, ClientId invite, std::string_view reason_header = {});
  // Sends a response through its server transaction. Several provisional ones, then a final one; after a 2xx to INVITE
  // again the same 2xx (retransmission by the TU). Ignored when the transaction is gone or has had its final response.
  void respond(TimePoint now, ServerId id, Response response);
  void respond(TimePoint now, ServerId id, const sip::Message& response) {
    respond(now, id, Response{response.status(), std::string(response.bytes())});
  }
  void respond(TimePoint now, ServerId id, sip::Message&& response) {
    respond(now, id, Response{response.status(), std::move(response).release()});
  }
  // Ends a non-INVITE server transaction without a final response: RFC 4320 §4.2, which forbids the 408 that would be
  // due. Retransmissions of its request are still absorbed. A 408 given to respond() does the same.
  void abandon(TimePoint now, ServerId id);
  // A 2xx's ACK, or any request that is no transaction: our Via with a new branch, sent once. The text sent is returned
  // so that it can be sent again (resend).
  std::string send_stateless(const sip::Message& request, const transport::Flow& flow,
                             std::string_view branch_suffix = {});
  std::string send_stateless(sip::Edit& edit, const transport::Flow& flow, std::string_view branch_suffix = {});
  // The same for a user agent's ACK to a 2xx, which goes by TCP when it is too large for a datagram (§18.1.1). What is
  // returned is for `flow` itself: it is resent because the 2xx came again, so TCP has not brought it there.
  std::string acknowledge(const sip::Message& ack, const transport::Flow& flow);
  void resend(std::string bytes, const transport::Flow& flow);

  // The Owner of a server transaction may be set once the TU knows it.
  void set_owner(ServerId id, Owner owner);
  // Good until the next call. Null when the transaction is gone or has had its final response.
  [[nodiscard]] const sip::Message* request_of(ServerId id) const;
  [[nodiscard]] std::optional<transport::Flow> flow_of(ServerId id) const;
  [[nodiscard]] bool has_final(ServerId id) const;  // true also when it is gone

  [[nodiscard]] std::size_t client_count() const;
  [[nodiscard]] std::size_t server_count() const;
  [[nodiscard]] std::size_t timer_count() const { return wheel_.size(); }
  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  struct Tables;  // transactions and their keys: private to the implementation
  // Our Via up to the part of the branch that is drawn, for whatever leaves by that socket.
  struct ViaFront {
    transport::Protocol protocol{};
    Endpoint local;
    bool is_new = false;  // over a connection of our own
    std::string text;
    std::uint32_t style = 0;  // transport::Layer::via_style() at that time
  };
  // The branch: good until the next call.
  std::string_view put_via(sip::Edit& edit, const transport::Flow& flow, std::string_view suffix);
  transport::Layer* transport_;
  Random* random_;
  std::string mark_;
  Timers timers_;
  TimerWheel wheel_;
  Queue<Event> events_;
  Counters counters_;
  ViaFront via_front_;
  std::string via_;
  std::unique_ptr<Tables> tables_;
};

}  // namespace offhook::transaction
