// Challenges and credentials: what parses and is written parses as the same; an answer to a challenge is verified, one
// made with another password is not.
#include <cstdlib>
#include <string>

#include "sip/digest.hpp"

namespace {

using namespace offhook::sip;

void require(bool holds) {
  if (!holds) std::abort();
}

void challenge(std::string_view value) {
  const auto first = Challenge::parse(value);
  if (!first) return;
  const auto second = Challenge::parse(first->text());
  require(second && second->text() == first->text() && second->realm == first->realm && second->nonce == first->nonce &&
          second->opaque == first->opaque);
  const std::string right = ha1(first->algorithm, "user", first->realm, "secret");
  const std::string wrong = ha1(first->algorithm, "user", first->realm, "guess");
  const RequestFacts request{"REGISTER", "sip:example.com"};
  const auto sent = answer_challenge(*first, "user", right, request, "0a4f113b", 1);
  require(verify(sent, right, request.method) && !verify(sent, wrong, request.method));
  require(!verify(sent, right, "INVITE"));
  const std::string text = sent.text();
  const auto received = Credentials::parse(text);
  require(received && verify(*received, right, request.method));
}

void credentials(std::string_view value) {
  const auto first = Credentials::parse(value);
  if (!first) return;
  (void)verify(*first, "key", "INVITE");
  const std::string text = first->text();
  const auto second = Credentials::parse(text);
  require(second && second->text() == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view value(reinterpret_cast<const char*>(data), size);
  challenge(value);
  credentials(value);
  const NonceMaker nonces("secret");
  require(!nonces.check(value) || nonces.make(nonces.check(value)->at, 1).size() == value.size());
  return 0;
}
