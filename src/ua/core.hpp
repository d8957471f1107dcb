// What the rooms of a user agent share: its accounts, the client transactions and alarms that are open, identities
// drawn from the Random, and the way out (requests, responses, events). Knows nothing about registrations, calls or
// transfers beyond the word a record carries.
//
// One thread. A key is a small number that comes back from below (port.hpp): the tables keyed by it are ordered, so a
// run repeats exactly.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/slot_map.hpp"
#include "base/time.hpp"
#include "sip/builder.hpp"
#include "sip/message.hpp"
#include "ua/account.hpp"
#include "ua/events.hpp"
#include "ua/port.hpp"

namespace offhook::ua {

// 0 names nothing.
using Key = std::uint32_t;

// What a client transaction of ours is for: it chooses the room that takes the response.
enum class Use : std::uint8_t { Register, Invite, Reinvite, Update, Info, Bye, Refer, Notify, KeepAlive, Publish };

// An ACK to a 2xx as it left, to be sent again for each retransmission of that 2xx (RFC 3261 §13.2.2.4).
struct SentAck {
  std::string to_tag;
  std::string bytes;  // "" while its next hop is being looked up
  transport::Flow flow;
  transport::ResolutionId resolution;
  std::optional<sip::Message> waiting;
};

// The servers of one request: which have been tried and which have not. RFC 3263 §4.3.
struct Trail {
  struct Candidate {
    transport::Target target;
    std::size_t server = 0;  // of the account
    seconds ttl{};
  };
  std::vector<Candidate> left;  // located, not tried
  std::size_t next_server = 0;  // of the account, not yet located
  Candidate current;
  transport::ResolutionId resolution;
  bool is_dialogs = false;  // candidates come from the dialog's next hop
  bool is_watched = false;  // success and failure of the target are remembered
  bool launched = false;
  bool heard = false;  // it has been answered: there is no going on to another server
  bool failed_over = false;
  bool cancelled = false;
  std::string trouble;  // "cannot find host pbx.example.com"
};

struct Sent {
  Key key = 0;
  Use use = Use::Register;
  AccountId account;
  CallId call;           // null when no call waits for it any more
  sip::Message request;  // as handed to the transaction layer, without Via: what a retry with credentials starts from
  // Where it goes: a dialog's next hop, or, without one, the account's servers.
  std::optional<transport::Destination> next_hop;
  transport::Flow flow;
  transaction::ClientId transaction;  // null while no server is known
  Trail trail;
  std::vector<std::string> answered_realms;  // challenges that this request, or the ones it repeats, has answered
  std::vector<SentAck> acks;                 // INVITE answered by 2xx: one a fork; the record then stays for 64*T1
};

enum class AlarmKind : std::uint8_t {
  RegistrationDue,    // refresh or retry
  AcksExpire,         // a Sent with acks may go
  ProvisionalDue,     // repeat the 180 each minute, §13.3.1.1
  ResponseDue,        // repeat a 2xx without ACK, §13.3.1.4
  ReinviteDue,        // after 491, §14.1
  RekeyDue,           // our SRTP key has nearly had its lifetime
  InviteOverdue,      // its early dialog was left by BYE, and no 487 comes
  InvitationExpired,  // the INVITE's Expires, §13.3.1
  TransferOverdue,    // no final NOTIFY, or none to send
  KeepAliveDue,       // ping
  PongOverdue,        // the server is not there any more
  NoServer,           // a Sent that could not be sent to anybody
};
struct Alarm {
  AlarmKind kind = AlarmKind::RegistrationDue;
  AccountId account;
  CallId call;
  Key subject = 0;  // AcksExpire, NoServer: the Sent; ResponseDue: the CSeq
};

// An account with what belongs to this life of the user agent.
struct LocalAccount {
  Account settings;
  std::string line;  // token in our Contact: finds the account of an incoming request
  transport::Protocol protocol = transport::Protocol::Udp;  // by which its server is reached
  // The server that serves until failback, when it is not the primary one.
  struct Substitute {
    Trail::Candidate candidate;
    std::optional<TimePoint> until;
  };
  std::optional<Substitute> substitute{};
  std::optional<Endpoint> advertised{};  // where it is not our own address
};

class Core {
 public:
  Core(Port port, Endpoint local) : port_(port), local_(local) {}
  ~Core();
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  AccountId add_account(Account account);
  [[nodiscard]] const LocalAccount* account(AccountId id) const { return accounts_.find(id); }
  void advertise(AccountId id, std::optional<Endpoint> address);
  [[nodiscard]] Endpoint advertised(AccountId id) const;
  // By ;line= when the URI has ours, else by user; a URI without user goes to the first account (a call to the bare
  // address).
  [[nodiscard]] AccountId account_of(const sip::Uri& request_uri) const;
  [[nodiscard]] bool knows_line(const sip::Uri& request_uri) const;

  // Keeps `sent` under the key that is returned, finds its server and starts its client transaction. A request that was
  // sent before goes to the same server again. One that finds no server fails later, not here.
  Key send(Now now, Sent sent);
  // Sends the ACK to a 2xx along the dialog's route, and keeps it for retransmissions.
  void send_ack(Now now, Sent& sent, std::string to_tag, const sip::Message& ack, std::string_view next_hop_uri);
  void located(Now now, Key key, const transport::Located& event);
  // A response to it, before its room sees it.
  void heard(Now now, Sent& sent, const sip::Message& response);
  // It failed (408, 503); true when it is on its way to another server.
  bool try_next_server(Now now, Key key, seconds retry_after);
  void cancel(Now now, Key key, std::string_view reason_header = {});
  [[nodiscard]] static std::optional<transport::Destination> destination(std::string_view uri);
  [[nodiscard]] Sent* sent(Key key);
  // Takes the record out: its final answer has come.
  [[nodiscard]] std::optional<Sent> take(Key key);
  void forget(Key key) { sent_.erase(key); }
  // Is a transaction open that this call waits for?
  [[nodiscard]] bool has_sent(CallId call) const;
  [[nodiscard]] std::size_t sent_count(Use use) const;

  Key arm(Now now, Duration delay, Alarm alarm);
  void disarm(Key& key);
  [[nodiscard]] std::optional<Alarm> take_alarm(Key key);
  void disarm_all(CallId call);

  void respond(Now now, transaction::ServerId id, const sip::Message& response);
  // A response that needs nothing but its status; `extra` may add fields.
  void respond(Now now, transaction::ServerId id, const sip::Message& request, int status, std::string_view to_tag = {},
               std::string_view reason = {});
  void tell(Event event) { events_.push_back(std::move(event)); }
  [[nodiscard]] std::optional<Event> poll();

  [[nodiscard]] std::string new_tag();
  [[nodiscard]] std::string new_call_id();                     // <n>_<decimal>@<local ip>, guide §2
  [[nodiscard]] std::string contact(AccountId account) const;  // <sip:user@ip:port;line=…>
  [[nodiscard]] const transaction::Timers& timers(AccountId account) const;
  [[nodiscard]] const Port& port() const { return port_; }
  [[nodiscard]] const Endpoint& local() const { return local_; }
  [[nodiscard]] Random& random() const { return *port_.random; }

 private:
  struct Armed {
    Alarm alarm;
    TimerId timer;
  };
  [[nodiscard]] static Key next(Key& counter);
  void style_via() const;
  // sending.cpp
  void pursue(Now now, Sent& sent);
  [[nodiscard]] bool locate_more(Now now, Sent& sent);
  void take_location(Sent& sent, const transport::Location& location);
  void prefer_substitute(Now now, Sent& sent);
  [[nodiscard]] bool launch(Now now, Sent& sent);
  void adapt(Sent& sent);
  void substitute(Now now, const Sent& sent);
  void send_waiting_ack(Sent& sent, SentAck& ack, const transport::Location& location);
  [[nodiscard]] const std::vector<Server>& servers(AccountId account) const;
  [[nodiscard]] std::shared_ptr<const transport::Policy> policy(AccountId account) const;
  [[nodiscard]] transport::Flow flow_to(const transport::Target& target) const;

  Port port_;
  Endpoint local_;
  SlotMap<AccountTag, LocalAccount> accounts_;
  std::map<Key, Sent> sent_;
  std::map<Key, Armed> alarms_;
  Key last_sent_ = 0, last_alarm_ = 0;
  std::uint32_t call_ids_ = 0;
  transaction::Timers default_timers_;
  std::deque<Event> events_;
};

}  // namespace offhook::ua
