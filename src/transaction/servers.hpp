// The server transactions: their table, and the actions of the two server machines carried out.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/slot_map.hpp"
#include "key_table.hpp"
#include "old_peers.hpp"
#include "peer_index.hpp"
#include "server_invite.hpp"
#include "server_non_invite.hpp"
#include "services.hpp"
#include "transport/resolver.hpp"

namespace offhook::transaction {

// The way of responses whose connection is gone. detour.cpp.
struct Detour {
  enum class Stage : std::uint8_t {
    None,    // nothing was sent that way yet, or all of it has failed
    Source,  // to where the request came from
    SentBy,  // to the servers of the sent-by
  };
  Stage stage = Stage::None;
  std::vector<transport::Target> servers;  // of SentBy, still to be tried
  transport::ResolutionId pending;         // they are being looked up
};

struct Server {
  std::variant<server_invite::State, server_non_invite::State> state;
  transport::Flow flow;                        // of the request
  std::unique_ptr<transport::Flow> elsewhere;  // of its responses, when that is another one
  bool has_way_back = true;                    // its Via says where responses go
  Owner owner = 0;
  TimePoint began;
  std::string request;            // given back as soon as nobody can ask for it any more
  std::string response;           // the last one, while it may have to be sent again
  Key key;                        // in the table of keys; the empty one for a peer of RFC 2543
  OldPeers::Item* old = nullptr;  // its entry there
  Clocks clocks;
  PeerLink<ServerTag> peer;
  std::unique_ptr<Detour> detour;

  [[nodiscard]] const transport::Flow& reply() const { return elsewhere ? *elsewhere : flow; }
};

class Servers {
 public:
  Servers(Services services, const Timers& timers) : services_(services), timers_(timers) {}

  void receive(TimePoint now, transport::Incoming&& incoming);
  void respond(TimePoint now, ServerId id, Response response);
  void abandon(TimePoint now, ServerId id);
  void unreachable(TimePoint now, const transport::Flow& flow);
  void fire(TimePoint now, const Payload& payload);
  void use(transport::Resolver& resolver) { resolver_ = &resolver; }
  // False when it is not for one of ours.
  [[nodiscard]] bool located(const transport::Located& event);

  [[nodiscard]] Server* find(ServerId id) { return servers_.find(id); }
  // Good until the next call.
  [[nodiscard]] const sip::Message* request_of(ServerId id);
  [[nodiscard]] bool has_final(ServerId id) const;
  [[nodiscard]] std::size_t size() const { return servers_.size(); }

 private:
  // One input on its way through a machine.
  struct Cause {
    TimePoint now;
    transport::Incoming* incoming = nullptr;
    Response* response = nullptr;
  };
  void receive_ack(TimePoint now, transport::Incoming&& incoming);
  void create(TimePoint now, transport::Incoming& incoming, const sip::Via& via, const Key& key);
  [[nodiscard]] ServerId invite_of_ack(transport::Incoming& ack) const;
  [[nodiscard]] ServerId find_cancelled(const sip::Message& cancel, const sip::Via& via, std::string_view method) const;
  // As the event of a CANCEL says it.
  struct Cancelled {
    ServerId invite;
    Owner owner = 0;
    bool nothing = false;
  };
  [[nodiscard]] Cancelled find_cancelled(const sip::Message& cancel, const sip::Via& via) const;
  [[nodiscard]] bool may_send_provisional(const Server& server, TimePoint now, int status) const;

  void feed(ServerId id, Server& server, server_invite::Input input, const Cause& cause);
  void feed(ServerId id, Server& server, server_non_invite::Input input, const Cause& cause);
  template <class State>
  void perform(ServerId id, Server& server, const Step<State>& step, const Cause& cause);
  void act(ServerId id, Server& server, const Action& action, const Cause& cause);
  void send(ServerId id, Server& server, Response& response, TimePoint now);
  void send_trying(ServerId id, Server& server, TimePoint now);
  [[nodiscard]] bool take_detour(TimePoint now, ServerId id, Server& server);
  [[nodiscard]] bool send_around(TimePoint now, ServerId id, Server& server);
  [[nodiscard]] bool send_to_next(ServerId id, Server& server);
  [[nodiscard]] bool look_up_sent_by(TimePoint now, ServerId id, Server& server);
  void send_to(ServerId id, Server& server, const transport::Target& target);
  void leave_detour(Server& server);
  void set_reply(ServerId id, Server& server, transport::Flow flow);
  void resend(Server& server);
  void forget(Server& server);
  void end(ServerId id, Server& server);

  Services services_;
  Timers timers_;
  transport::Resolver* resolver_ = nullptr;
  SlotMap<ServerTag, Server> servers_;
  PeerIndex<ServerTag, Server> peers_;
  OldPeers old_peers_;
  std::optional<sip::Message> asked_for_;  // the request of request_of()
  KeyTable<ServerId> keys_;
  std::map<transport::ResolutionId, ServerId> waiting_;
};

}  // namespace offhook::transaction
