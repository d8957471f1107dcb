// How messages find their transactions: RFC 3261 §17.1.3 (responses), §17.2.3 (requests), §9.2 (CANCEL). A key is what
// has to be equal, hashed to 128 bits with a secret: nobody can make two that collide. Peers without the magic cookie
// have no key: old_peers.hpp.
#pragma once
#include <string_view>

#include "base/keyed_hash.hpp"
#include "base/random.hpp"
#include "key_table.hpp"
#include "sip/header/via.hpp"
#include "sip/message.hpp"
#include "transport/layer.hpp"

namespace offhook::transaction {

class Keys {
 public:
  explicit Keys(Random& random);

  // Branch of the top Via and method of CSeq.
  [[nodiscard]] Key client(std::string_view branch, std::string_view method) const;
  // That of a response with that top Via; the empty one when it has no branch or no CSeq.
  [[nodiscard]] Key client(const sip::Via& top, const sip::Message& response) const;
  // The key of the server transaction that a request of `method` with that top Via would have. For an ACK or a CANCEL
  // that looks for its INVITE pass "INVITE".
  [[nodiscard]] Key server(const sip::Via& top, std::string_view method) const;

 private:
  [[nodiscard]] Key hash(std::string_view text) const;
  KeyedHash hash_;
};

// The top Via, read now when nobody has read it yet; null when it does not parse.
[[nodiscard]] const sip::Via* top_via(transport::Incoming& incoming);

// True when the branch begins with the magic cookie: it alone then identifies, with sent-by and method. Otherwise the
// peer speaks RFC 2543.
[[nodiscard]] bool has_cookie(const sip::Via& via);

}  // namespace offhook::transaction
