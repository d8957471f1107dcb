// Digest credentials of one Call-ID: what servers have asked for so far, answered with rising nonce counts. RFC 3261
// §22.2, §22.3, RFC 7616 §3.3, RFC 8760 §2.4. A call and a registration have one each, as credentials for a proxy are
// not carried from one Call-ID to another (§22.3).
//
// Of the challenges of one realm the first that we understand is answered: the server put its best one there. The HA1
// of that realm is kept, so the password is hashed once.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "core.hpp"
#include "sip/digest.hpp"
#include "sip/edit.hpp"
#include "sip/header/authentication_info.hpp"
#include "sip/message.hpp"

namespace offhook::ua {

class Authenticator {
 public:
  // The request of `sent` again, with CSeq `cseq` and credentials for what the 401 or 407 asks. Nothing when the
  // account has no password, the challenge is of no use, or this request has answered that realm before and the server
  // does not call the nonce stale: asking a person is then the only way on (§22.2), and those credentials are dropped.
  [[nodiscard]] std::optional<sip::Message> answer(const Account& account, Random& random, Sent& sent,
                                                   const sip::Message& response, std::uint32_t cseq);
  // Credentials known so far for a new request of the same Call-ID: saves the server its challenge.
  [[nodiscard]] sip::Message sign(const Account& account, Random& random, sip::Message request);
  // (Proxy-)Authentication-Info of a 2xx to `request`: takes over the next nonce. False when the server's proof
  // (rspauth) is wrong: it does not know the password, and nothing is taken over. RFC 7616 §3.5.
  [[nodiscard]] bool take_information(const sip::Message& request, const sip::Message& response);

 private:
  struct Realm {
    bool proxy = false;
    sip::Challenge challenge;
    std::string ha1;
    std::uint32_t uses = 0;  // of the nonce
    std::string cnonce;      // of a -sess session, which has one
  };
  bool learn(const Account& account, Sent& sent, const sip::Message& response);
  bool learn_one(const Account& account, Sent& sent, bool proxy, sip::Challenge challenge);
  void add_credentials(const Account& account, Random& random, const sip::Message& request, sip::Edit& edit);
  bool take_information(bool proxy, const sip::AuthenticationInfo& info, const sip::Message& request,
                        std::string_view body);
  [[nodiscard]] Realm* find(bool proxy, std::string_view realm);
  std::vector<Realm> realms_;
};

}  // namespace offhook::ua
