// Blind transfer, both roles. RFC 3515 (REFER and its implicit subscription), RFC 3892 (Referred-By), RFC 5589 §6,
// guide §6.6.
//
//   transferor  REFER ─202─> BYE at once (guide §6.6, quirk b); the subscription keeps the dialog alive below the ended
//   call (RFC 5057 §4.1), so that NOTIFYs
//               are taken until a final status, or until a call that rings would have been given up.
//   transferee  REFER ─> the phone decides: 202 and NOTIFY 100, then a NOTIFY a status of its new call; or a refusal.
#pragma once
#include <string_view>

#include "calls.hpp"
#include "core.hpp"

namespace offhook::ua {

class Transfers {
 public:
  Transfers(Core& core, Calls& calls) : core_(&core), calls_(&calls) {}

  // Transferor (transferor.cpp).
  void transfer(Now now, CallId id, std::string_view target);
  void refer_response(Now now, Key key, const sip::Message& response);
  void refer_failed(Key key, int status);
  void notify(Now now, Call& call, const transaction::RequestReceived& event);

  // Transferee (transferee.cpp).
  void refer(Now now, Call& call, transaction::RequestReceived event);
  void accept(Now now, CallId id);
  void refuse(Now now, CallId id, int status);
  void report(Now now, CallId id, int status);  // how the call to the target goes
  void notify_response(Now now, Key key, const sip::Message& response);
  void notify_failed(Now now, Key key, int status);

  void overdue(Now now, CallId id);

 private:
  void progress(Call& call, int status, bool finished);
  void refer_ended(Now now, Call& call);
  void send_notify(Now now, Call& call, int status);
  void notify_done(Now now, Call& call, int status);

  Core* core_;
  Calls* calls_;
};

// A target may ring this long before nobody waits for it any more.
inline constexpr Duration kLongestRinging = minutes(3);

}  // namespace offhook::ua
