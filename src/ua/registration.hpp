// One account's registration, the client side of RFC 3261 §10.2: REGISTER, its challenges, 423, refresh in good time,
// retry after a failure, and the end. Owned by Registrations, one for each account that was ever registered.
//
//   Idle -register-> Registering -2xx-> Registered -alarm-> Registering …
//                        └-failure-> Idle, with a retry alarm when the account has an interval
//   any -unregister-> Unregistering -any final-> Idle
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "authenticator.hpp"
#include "core.hpp"
#include "keep_alive.hpp"

namespace offhook::ua {

class Registrations {
 public:
  explicit Registrations(Core& core) : core_(&core), keep_alives_(core) {}

  void start(Now now, AccountId account);
  void stop(Now now, AccountId account);
  [[nodiscard]] bool is_registered(AccountId account) const;
  [[nodiscard]] std::size_t count() const;  // those that stand or are being made

  void response(Now now, Key key, const sip::Message& response);
  void failed(Now now, Key key, int status);
  void due(Now now, AccountId account);
  void keep_alive_due(Now now, AccountId account) { keep_alives_.due(now, account); }
  [[nodiscard]] std::size_t keep_alive_timers() const { return keep_alives_.timers(); }
  void pong(const transport::Flow& flow) { keep_alives_.pong(flow); }
  // A connection is gone: what was registered over it is registered anew.
  void lost(Now now, const transport::Flow& flow);
  // No pong came: the flow is as good as gone (RFC 5626 §4.4.1).
  void pong_overdue(Now now, AccountId account);
  // Another address of ours. The binding of the old one goes with the REGISTER that brings the new one.
  void advertise(Now now, AccountId account, std::optional<Endpoint> address);

 private:
  enum class State : std::uint8_t { Idle, Registering, Registered, Unregistering };
  struct Registration {
    State state = State::Idle;
    bool stands = false;          // the registrar has a binding of ours, as far as we know
    bool stop_wanted = false;     // unregister() came while a REGISTER was open (§10.2: one at a time)
    bool start_wanted = false;    // register() came while the end was open
    bool expires_raised = false;  // by a 423, once a request
    std::string call_id, from_tag;
    std::string contact;  // as it was sent last
    Endpoint address;     // in it
    bool moved = false;   // the REGISTER under way is for another address
    std::string stale;    // of an address that is ours no longer: to be taken away
    std::uint32_t cseq = 0;
    seconds expires{};  // what we ask for
    seconds granted{};
    Authenticator authenticator;
    Key alarm = 0;
  };

  void send(Now now, AccountId account, Registration& registration, seconds expires);
  [[nodiscard]] sip::Message request(const LocalAccount& account, AccountId id, const Registration& registration,
                                     seconds expires) const;
  void succeeded(Now now, AccountId account, Registration& registration, const sip::Message& response);
  void refused(Now now, AccountId account, Registration& registration, int status, std::string_view reason,
               seconds retry_after);
  void ended(Now now, AccountId account, Registration& registration);
  [[nodiscard]] bool answer_challenge(Now now, Registration& registration, Sent& sent, const sip::Message& response);
  [[nodiscard]] bool raise_expires(Now now, AccountId account, Registration& registration,
                                   const sip::Message& response);

  void learn_address(AccountId account, const Sent& sent, const sip::Message& response);
  // Does it stand with an address that is ours no longer? That is then `stale`.
  [[nodiscard]] bool is_moved(AccountId account, Registration& registration);

  Core* core_;
  KeepAlives keep_alives_;
  std::map<AccountId, Registration> registrations_;
};

}  // namespace offhook::ua
