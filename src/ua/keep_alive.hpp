// Keeps the way to a registrar open, and notices when it is gone: RFC 5626 §4.4.1 (CRLF ping and pong on streams), the
// guide's account.X.nat.udp_update_* (a blank datagram, OPTIONS, NOTIFY). One account's flow at a time: that of its
// last good REGISTER.
//
//   begin -pause-> ping … pong within 10 s -pause-> ping …
//                   └─ no pong, or the connection is lost: its account registers anew
#pragma once
#include <map>
#include <vector>

#include "core.hpp"

namespace offhook::ua {

class KeepAlives {
 public:
  explicit KeepAlives(Core& core) : core_(&core) {}

  void begin(Now now, AccountId account, const transport::Flow& flow);
  void end(AccountId account);
  void due(Now now, AccountId account);
  void pong(const transport::Flow& flow);
  // The accounts whose flow that was; it is watched no more. UDP has no flow that could be lost.
  [[nodiscard]] std::vector<AccountId> lost(const transport::Flow& flow);

  [[nodiscard]] std::size_t timers() const;

 private:
  struct Watched {
    transport::Flow flow;
    Key alarm = 0;    // the next ping
    Key overdue = 0;  // the pong that is missing
  };
  void ping(Now now, AccountId account, Watched& watched);
  [[nodiscard]] sip::Message request(AccountId account, sip::Method method) const;
  void arm(Now now, AccountId account, Watched& watched);

  Core* core_;
  std::map<AccountId, Watched> watched_;
};

}  // namespace offhook::ua
