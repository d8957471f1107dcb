// The client transactions: their table, and the actions of the two client machines carried out.
#pragma once
#include <memory>
#include <string>
#include <variant>

#include "base/slot_map.hpp"
#include "client_invite.hpp"
#include "client_non_invite.hpp"
#include "key_table.hpp"
#include "peer_index.hpp"
#include "services.hpp"

namespace offhook::transaction {

struct Client {
  // A CANCEL is sent once at most.
  enum class CancelStage : std::uint8_t { None, Wanted, Sent };

  std::variant<client_invite::State, client_non_invite::State> state;
  bool silent = false;         // a CANCEL of our own: no events
  bool may_fall_back = false;  // went by TCP for its size: UDP is tried where TCP fails (§18.1.1)
  CancelStage cancel = CancelStage::None;
  transport::Flow flow;
  Owner owner = 0;
  std::unique_ptr<Timers> timers;       // its own, when they are not the layer's
  std::string bytes;                    // to be sent again: the request, in an INVITE's Completed the ACK
  std::uint32_t body = 0;               // octets of the request's body
  std::uint32_t cut = 0;                // octets that `bytes` has lost: a body that is not sent again
  std::unique_ptr<std::string> reason;  // of a CANCEL that waits for a provisional response
  Key key;                              // in the table of keys
  Clocks clocks;
  PeerLink<ClientTag> peer;
};

class Clients {
 public:
  Clients(Services services, const Timers& timers) : services_(services), timers_(timers) {}

  enum class Kind : std::uint8_t { Normal, Silent, MayFallBack };
  // A request with our Via on it.
  struct Request {
    std::string_view method;
    std::string_view branch;  // of our Via
    std::string bytes;
    std::size_t body = 0;  // octets at the end of `bytes`
  };
  ClientId start(TimePoint now, Request request, const transport::Flow& flow, Owner owner, const Timers* timers,
                 Kind kind = Kind::Normal);
  void cancel(TimePoint now, ClientId id, std::string_view reason);
  // False when the response belongs to none; `incoming` is then untouched.
  [[nodiscard]] bool receive(TimePoint now, transport::Incoming& incoming);
  void unreachable(TimePoint now, const transport::Flow& flow);
  void fire(TimePoint now, const Payload& payload);
  [[nodiscard]] std::size_t size() const { return clients_.size(); }

 private:
  // One input on its way through a machine.
  struct Cause {
    TimePoint now;
    transport::Incoming* incoming = nullptr;
  };
  void feed(ClientId id, Client& client, client_invite::Input input, const Cause& cause);
  void feed(ClientId id, Client& client, client_non_invite::Input input, const Cause& cause);
  template <class State>
  void perform(ClientId id, Client& client, const Step<State>& step, const Cause& cause);
  void act(ClientId id, Client& client, const Action& action, const Cause& cause);
  [[nodiscard]] const Timers& timers(const Client& client) const { return client.timers ? *client.timers : timers_; }
  [[nodiscard]] bool fall_back(ClientId id, Client& client, const Cause& cause);
  void acknowledge(Client& client, const Cause& cause);
  void send_cancel(Client& client, const Cause& cause);
  template <class E, class... Args>
  void report(const Client& client, Args&&... args);
  static void forget(Client& client);
  void end(ClientId id, Client& client);

  Services services_;
  Timers timers_;
  SlotMap<ClientTag, Client> clients_;
  PeerIndex<ClientTag, Client> peers_;
  KeyTable<ClientId> keys_;
};

}  // namespace offhook::transaction
