// All calls of a user agent. One class over one table; each room of it is a file:
//   calls.cpp           finding, in-dialog requests and responses, BYE, the end       §12.2, §15
//   call_outgoing.cpp   INVITE, CANCEL, forks                                          §13.2, §9.1
//   call_incoming.cpp   ringing, answer, refusal, CANCEL                               §13.3, §9.2
//   redirect.cpp        3xx                                                            §8.1.3.4
//   replaces.cpp        an INVITE that takes the place of a call                       RFC 3891
//   acknowledge.cpp     ACK in both directions, 2xx retransmission                     §13.2.2.4, §13.3.1.4
//   reinvite.cpp        hold, resume, the peer's re-INVITE, glare                      §14, RFC 3264 §8.4
//   rekey.cpp           new SRTP keys in time                                          RFC 4568 §6.1
//   readdress.cpp       another address of our audio                                   RFC 8839 §4.4
//   update.cpp          UPDATE, both sides                                             RFC 3311
//   info.cpp            INFO, both sides                                               RFC 6086
// Transfer stands beside it (transfer.hpp) and uses only what is public here.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/slot_map.hpp"
#include "call.hpp"
#include "core.hpp"

namespace offhook::ua {

class Calls {
 public:
  explicit Calls(Core& core) : core_(&core) {}

  // Commands (user_agent.hpp).
  [[nodiscard]] Checked<CallId> call(Now now, AccountId account, std::string_view target, const AudioAddress& rtp,
                                     std::string_view referred_by);
  void ring(Now now, CallId id);
  void answer(Now now, CallId id, const AudioAddress& rtp, bool held);
  void reject(Now now, CallId id, int status);
  void redirect(Now now, CallId id, std::string_view contact_uri, std::string_view diversion);
  void hang_up(Now now, CallId id, std::string_view reason_header);
  void hang_up_early(Now now, CallId id);
  void hold(Now now, CallId id, bool wanted);
  void refresh(Now now, CallId id);
  void readdress(Now now, CallId id, const AudioAddress& rtp, Announce announce);
  void info(Now now, CallId id, std::string_view content_type, std::string_view body);

  // Requests. In-dialog ones have passed the CSeq check.
  void invite(Now now, AccountId account, transaction::RequestReceived event);
  void cancel(Now now, const transaction::RequestReceived& event);
  void ack(Now now, const sip::Message& request);
  void reinvite(Now now, Call& call, const transaction::RequestReceived& event);
  void update(Now now, Call& call, const transaction::RequestReceived& event);
  void bye(Now now, Call& call, const transaction::RequestReceived& event);
  void info_request(Now now, Call& call, const transaction::RequestReceived& event);

  // Responses and failures of Invite, Reinvite and Bye; the record is still in the core.
  void invite_response(Now now, Key key, const sip::Message& response);
  void reinvite_response(Now now, Key key, const sip::Message& response);
  void update_response(Now now, Key key, const sip::Message& response);
  void info_response(Now now, Key key, const sip::Message& response);
  void info_failed(Now now, Key key, int status);
  void bye_response(Now now, Key key, const sip::Message& response);
  void invite_failed(Now now, Key key, int status);
  void reinvite_failed(Now now, Key key, int status);
  void update_failed(Now now, Key key, int status);
  void bye_failed(Now now, Key key);
  void alarm(Now now, const Alarm& alarm);

  [[nodiscard]] Call* find(CallId id) { return calls_.find(id); }
  // The call of a request inside a dialog; nothing for one that we do not know.
  [[nodiscard]] Call* find(const sip::Message& request);
  [[nodiscard]] bool owns(const sip::Message& request) const;
  // Sends a request of the call's dialog, signed with what is known of credentials; `key` of its record.
  Key send_in_dialog(Now now, Call& call, Use use, sip::Builder builder);
  // The request of `key` again with credentials; false when that is no use. The new key replaces the old one in `slot`.
  [[nodiscard]] bool answer_challenge(Now now, Key key, const sip::Message& response, Key* slot);
  // What a 2xx to the request of `key` says of its credentials; before the room of the request takes the response.
  void take_information(Key key, const sip::Message& response);
  // Ends an established call by BYE and tells the phone.
  void end(Now now, Call& call, EndedBy by, int status, std::string_view reason, std::string_view reason_header = {});
  [[nodiscard]] std::string local_uri(AccountId account) const;
  // Number, user@host or SIP URI to a SIP URI.
  [[nodiscard]] Checked<std::string> target_uri(AccountId account, std::string_view target) const;

  // Frees what is over; after each input.
  void sweep();
  [[nodiscard]] std::size_t size() const { return calls_.size(); }
  template <class F>
  void for_each(F&& f) const {
    calls_.for_each(f);
  }

 private:
  // calls.cpp
  void tell_ended(Call& call, EndedBy by, int status, std::string_view reason, std::string_view reason_header = {});
  void send_bye(Now now, Call& call, std::string_view reason_header);
  void tell_established(const Call& call);
  void tell_media(Now now, Call& call);
  [[nodiscard]] sdp::LocalAudio audio(const Call& call, bool held) const;
  [[nodiscard]] const Account& settings(const Call& call) const { return core_->account(call.account)->settings; }
  void name_candidates(const Call& call, sdp::LocalAudio& audio) const;  // readdress.cpp
  [[nodiscard]] static std::string names_of(const Call& call);
  static void note_address(Call& call, const std::string& names_before);
  void add_identity(sip::Builder& builder, const Call& call) const;  // Contact, Allow, User-Agent

  // call_outgoing.cpp
  void send_invite(Now now, Call& call, const std::string& uri, std::string_view diversion);
  [[nodiscard]] sip::Message invite_request(Call& call, const std::string& uri, std::string_view diversion);
  void progress(Call& call, const sip::Message& response);
  void invite_accepted(Now now, Key key, const sip::Message& response);
  void hang_up_fork(Now now, Sent& sent, const sip::Message& response);
  void renew_after_fork(Call& call);
  void invite_refused(Now now, Call& call, const sip::Message& response);
  [[nodiscard]] EarlyDialog* early_dialog(Call& call, const sip::Message& response);
  [[nodiscard]] std::optional<std::string> agree(Call& call, const sip::Message& accepted);
  void give_up(Call& call, EndedBy by, int status, std::string_view reason);

  // call_incoming.cpp
  [[nodiscard]] std::optional<sip::Message> refuse_offer(Call& call, const sip::Message& request);
  [[nodiscard]] std::optional<sip::Message> refuse_content(const Call& call, const sip::Message& request);
  void send_ringing(Now now, Call& call);
  void expire(Now now, Call& call);
  void refuse(Now now, Call& call, const sip::Message& response);

  // replaces.cpp
  struct Replacement {
    int status = 0;           // refuses the INVITE; 0: it may go on
    std::string_view reason;  // "": the status's own
    CallId call;              // whose place it takes; null: it has no Replaces
  };
  [[nodiscard]] Replacement replacement(const sip::Message& invite) const;
  void supersede(Now now, Call& call);
  void remember(const Call& call);

  // redirect.cpp
  void take_targets(Call& call, const sip::Message& response);
  [[nodiscard]] bool try_next_target(Now now, Call& call, int status, std::string_view diversion);

  // acknowledge.cpp
  void send_ack(Now now, Sent& sent, dialog::Dialog& dialog, const sip::Message& response,
                std::string_view answer = {});
  void keep_for_acks(Now now, Key key);
  [[nodiscard]] bool repeat_ack(Sent& sent, const sip::Message& response);
  void send_accepted(Now now, Call& call, const transaction::ServerId& id, const sip::Message& request,
                     std::string_view body);
  void repeat_accepted(Now now, Call& call, std::uint32_t cseq);
  void acked(Now now, Call& call, const Unacked& unacked, const sip::Message& ack);
  void drop_unacked(Call& call);

  // reinvite.cpp
  void pursue_hold(Now now, Call& call);
  void reinvite_accepted(Now now, Call& call, Key key, const sip::Message& response);
  void change_agreed(Now now, Call& call, const sip::Message& response);
  [[nodiscard]] bool offer_is_open(const Call& call) const;
  [[nodiscard]] std::optional<sip::Message> refuse_crossing(const Call& call, const sip::Message& request);
  void reinvite_refused(Now now, Call& call, int status, std::string_view reason, seconds retry_after);
  void tell_remote_hold(Call& call);

  // info.cpp
  void send_next_info(Now now, Call& call);
  void info_over(Now now, Call& call, int status, std::string_view reason);

  // rekey.cpp
  void watch_key(Now now, Call& call);
  void rekey(Now now, Call& call);
  void rekey_refused(Now now, Call& call);

  // update.cpp
  void note_peer(Call& call, const sip::Message& message) const;

  Core* core_;
  SlotMap<CallTag, Call> calls_;
  std::vector<std::size_t> over_;  // hashes of the dialogs that ended last
};

}  // namespace offhook::ua
