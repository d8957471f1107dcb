// Digest credentials of one Call-ID: what servers have asked for so far, answered with rising nonce counts. RFC 3261
// §22.2, §22.3, RFC 7616 §3.3. A call and a registration have one each, as credentials for a proxy are not carried from
// one Call-ID to another (§22.3).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "core.hpp"
#include "sip/digest.hpp"
#include "sip/edit.hpp"
#include "sip/message.hpp"

namespace offhook::ua {

class Authenticator {
 public:
  // The request of `sent` again, with CSeq `cseq` and credentials for what the 401 or 407 asks. Nothing when the
  // account has no password, the challenge is of no use, or this request has answered that realm before and the server
  // does not call the nonce stale: asking a person is then the only way on (§22.2).
  [[nodiscard]] std::optional<sip::Message> answer(const Account& account, Random& random, Sent& sent,
                                                   const sip::Message& response, std::uint32_t cseq);
  // Credentials known so far for a new request of the same Call-ID: saves the server its challenge.
  [[nodiscard]] sip::Message sign(const Account& account, Random& random, sip::Message request);

 private:
  struct Realm {
    bool proxy = false;
    sip::Challenge challenge;
    std::string ha1;
    std::uint32_t uses = 0;
  };
  bool learn(const Account& account, Sent& sent, const sip::Message& response);
  bool learn_one(const Account& account, Sent& sent, bool proxy, sip::Challenge challenge);
  void add_credentials(const Account& account, Random& random, const sip::Message& request, sip::Edit& edit);
  std::vector<Realm> realms_;
};

}  // namespace offhook::ua
