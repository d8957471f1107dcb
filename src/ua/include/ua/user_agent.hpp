// A SIP user agent without a face: registrations, calls, hold, blind transfer. RFC 3261 §8-§15, RFC 3515, RFC 3892, RFC
// 5589.
//
// Owned by one phone; driven by the engine that owns the phone (see port.hpp for how inputs find it). Commands and
// inputs never fail loudly: what a command leads to comes as an event from poll(), drained after each input. Media
// addresses come from the phone (it owns the ports).
#pragma once
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "ua/account.hpp"
#include "ua/events.hpp"
#include "ua/port.hpp"
#include "ua/publication.hpp"

namespace offhook::ua {

struct Counts {
  std::size_t calls = 0, dialogs = 0, subscriptions = 0, registrations = 0;
  std::size_t keep_alive_timers = 0;  // of the registrations
};

class UserAgent {
 public:
  // `local` is the signalling socket: Via and Contact name it.
  UserAgent(Port port, Endpoint local);
  ~UserAgent();
  UserAgent(UserAgent&&) noexcept;
  UserAgent& operator=(UserAgent&&) noexcept;

  AccountId add_account(Account account);
  // REGISTER, answers 401/407 and 423, refreshes in good time, retries after failures; unregister sends Expires: 0.
  void register_account(Now now, AccountId account);
  void unregister_account(Now now, AccountId account);
  [[nodiscard]] bool is_registered(AccountId account) const;

  // The account's address in Contact and Via from now on: a NAT's, as STUN or a person has told; nothing: our own. One
  // that is registered with another address registers anew, and takes the old one away. RFC 8489, RFC 3581.
  void advertise(Now now, AccountId account, std::optional<Endpoint> address);
  [[nodiscard]] Endpoint advertised(AccountId account) const;

  // Outgoing call. `target` is a number, user@host or a SIP URI. `rtp` is where we will receive audio.
  [[nodiscard]] Checked<CallId> call(Now now, AccountId account, std::string_view target, const AudioAddress& rtp,
                                     std::string_view referred_by = {});
  // Incoming call, before its final response.
  void ring(Now now, CallId call);  // 180
  // 200 with our answer (or offer), on hold from the first when `held`; 488 and CallEnded when nothing fits. Of a call
  // that replaces another one: that ends too (BYE, or CANCEL when it still rings at the far end); a 488 leaves it as it
  // is.
  void answer(Now now, CallId call, const AudioAddress& rtp, bool held = false);
  void reject(Now now, CallId call, int status);
  void redirect(Now now, CallId call, std::string_view contact_uri,
                std::string_view diversion);  // 302; diversion "" for none
  // Ends a call in any state: CANCEL, a refusal (486 for an unanswered incoming call), or BYE. Reason header as given
  // ("" for none).
  void hang_up(Now now, CallId call, std::string_view reason_header = {});
  // Gives an outgoing call up by BYE in each of its early dialogs instead of CANCEL: §15 allows it, RFC 5407 appendix A
  // advises against it. Without an early dialog, or in any other state, the same as hang_up().
  void hang_up_early(Now now, CallId call);
  // UPDATE without an offer (RFC 3311): tells the peer our Contact and hears its own.
  void refresh(Now now, CallId call);
  // Where audio is received from now on: what ICE has come to (RFC 8839 §4.3.4). A re-INVITE waits until the call is
  // established, and no other is under way.
  void readdress(Now now, CallId call, const AudioAddress& rtp, Announce announce);
  // Established calls. Re-INVITE, or UPDATE where the account says so; a crossing one (491) is tried again by RFC 3261
  // §14.1.
  void hold(Now now, CallId call);
  void resume(Now now, CallId call);
  // INFO; those of one call leave one after the other, each when the one before has been answered. Before the call is
  // established they wait.
  void info(Now now, CallId call, std::string_view content_type, std::string_view body);
  // REFER to the peer; BYE leaves as soon as the REFER is accepted (guide §6.6, blind transfer); NOTIFYs are still
  // taken afterwards.
  void transfer(Now now, CallId call, std::string_view target);
  // 202 and NOTIFY 100; the phone then makes the new call, and reports how it goes (notify_transfer) until a final
  // status. The INVITE should leave once the transferor's BYE has come, or after a short wait.
  void accept_transfer(Now now, CallId call);
  void refuse_transfer(Now now, CallId call, int status);
  void notify_transfer(Now now, CallId call, int status);

  // PUBLISH (RFC 3903), once; no event tells what becomes of it.
  void publish(Now now, AccountId account, const Publication& publication);

  // Inputs, already sorted by index.
  void request(Now now, transaction::RequestReceived event);
  void response(Now now, transaction::ResponseReceived event);
  void failed(Now now, transaction::Owner owner, int status);  // ClientTimeout: 408, ClientTransportError: 503
  void server_failed(Now now, transaction::Owner owner);       // ServerFailed: no ACK
  void located(Now now, std::uint32_t key, const transport::Located& event);
  void timer(Now now, std::uint32_t key);
  // A pong came over that connection; that connection is gone (RFC 5626 §4.4).
  void pong(const transport::Flow& flow);
  void lost(Now now, const transport::Flow& flow);

  // Does this request (outside of any dialog here or inside) belong to this user agent? By Request-URI user and ;line=,
  // or by dialog.
  [[nodiscard]] bool owns(const sip::Message& request) const;

  [[nodiscard]] std::optional<Event> poll();
  [[nodiscard]] Counts counts() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace offhook::ua
