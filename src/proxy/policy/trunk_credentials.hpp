// Digest, the client's side, for the one account of a trunk: what its servers have asked for so far, answered with
// rising nonce counts. RFC 3261 §22.2, RFC 7616 §3.3, RFC 8760 §2.4.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "sip/builder.hpp"
#include "sip/digest.hpp"
#include "sip/edit.hpp"
#include "sip/message.hpp"

namespace offhook::proxy {

class TrunkCredentials {
 public:
  TrunkCredentials(std::string user, std::string password) : user_(std::move(user)), password_(std::move(password)) {}

  // Takes what a 401 or 407 asks for; of several challenges the first that we understand. False when there is none, or
  // when it asks again for what add() has answered, without calling the nonce stale: the password is wrong.
  [[nodiscard]] bool learn(const sip::Message& response);
  // Credentials for everything that was asked so far.
  void add(sip::Builder& request, std::string_view method, std::string_view uri, Random& random);
  void add(sip::Edit& request, std::string_view method, std::string_view uri, Random& random);

 private:
  struct Asked {
    sip::Challenge challenge;
    std::string ha1, cnonce;
    std::uint32_t uses = 0;  // of the nonce
  };
  // The value of the field that answers asked_[which]; "" when nothing was asked there.
  [[nodiscard]] std::string answer(std::size_t which, std::string_view method, std::string_view uri, Random& random);

  std::string user_, password_;
  std::array<std::optional<Asked>, 2> asked_;  // by a server, by a proxy
};

}  // namespace offhook::proxy
