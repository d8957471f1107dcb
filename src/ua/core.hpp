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
enum class Use : std::uint8_t { Register, Invite, Reinvite, Bye, Refer, Notify };

// An ACK to a 2xx as it left, to be sent again for each retransmission of that 2xx (RFC 3261 §13.2.2.4).
struct SentAck {
  std::string to_tag;
  std::string bytes;
  transport::Flow flow;
};

struct Sent {
  Use use = Use::Register;
  AccountId account;
  CallId call;           // null when no call waits for it any more
  sip::Message request;  // as handed to the transaction layer, without Via: what a retry with credentials starts from
  transport::Flow flow;
  transaction::ClientId transaction;
  std::vector<std::string> answered_realms;  // challenges that this request, or the ones it repeats, has answered
  std::vector<SentAck> acks;                 // INVITE answered by 2xx: one a fork; the record then stays for 64*T1
};

enum class AlarmKind : std::uint8_t {
  RegistrationDue,    // refresh or retry
  AcksExpire,         // a Sent with acks may go
  ProvisionalDue,     // repeat the 180 each minute, §13.3.1.1
  ResponseDue,        // repeat a 2xx without ACK, §13.3.1.4
  ReinviteDue,        // after 491, §14.1
  InvitationExpired,  // the INVITE's Expires, §13.3.1
  TransferOverdue,    // no final NOTIFY, or none to send
};
struct Alarm {
  AlarmKind kind = AlarmKind::RegistrationDue;
  AccountId account;
  CallId call;
  Key subject = 0;  // AcksExpire: the Sent; ResponseDue: the CSeq
};

// An account with what belongs to this life of the user agent.
struct LocalAccount {
  Account settings;
  std::string line;  // token in our Contact: finds the account of an incoming request
};

class Core {
 public:
  Core(Port port, Endpoint local) : port_(port), local_(local) {}
  ~Core();
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  AccountId add_account(Account account);
  [[nodiscard]] const LocalAccount* account(AccountId id) const { return accounts_.find(id); }
  // By ;line= when the URI has ours, else by user; a URI without user goes to the first account (a call to the bare
  // address).
  [[nodiscard]] AccountId account_of(const sip::Uri& request_uri) const;
  [[nodiscard]] bool knows_line(const sip::Uri& request_uri) const;

  // Starts a client transaction and keeps `sent` under the key that is returned.
  Key send(Now now, Sent sent);
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
  [[nodiscard]] transport::Flow flow_to(const Endpoint& remote) const;
  // Where a request of a dialog goes: the next hop's numeric or known host, else the account's next hop.
  [[nodiscard]] transport::Flow flow_in_dialog(AccountId account, std::string_view next_hop_uri) const;
  [[nodiscard]] transport::Flow flow_of(AccountId account) const;
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
