#include "policy/trunk_credentials.hpp"

namespace offhook::proxy {
namespace {

using sip::HeaderId;

constexpr std::size_t kCnonceLength = 16;
// For what a server, and what a proxy asks.
constexpr std::array kFields{HeaderId::Authorization, HeaderId::ProxyAuthorization};

}  // namespace

bool TrunkCredentials::learn(const sip::Message& response) {
  const bool by_proxy = response.status() == 407;
  std::optional<Asked>& asked = asked_.at(by_proxy ? 1 : 0);
  for (std::size_t i = 0; i < response.header_count(); ++i) {
    const auto field = response.header(i);
    if (field.id != (by_proxy ? HeaderId::ProxyAuthenticate : HeaderId::WwwAuthenticate)) continue;
    auto challenges = sip::Challenge::parse_all(field.value);
    if (challenges.empty()) continue;
    sip::Challenge& challenge = challenges.front();
    const bool again = asked && asked->uses > 0 && asked->challenge.realm == challenge.realm;
    if (again && !challenge.stale) {
      asked.reset();  // another try begins anew
      return false;
    }
    asked.emplace();
    asked->ha1 = sip::ha1(challenge.algorithm, user_, challenge.realm, password_);
    asked->challenge = std::move(challenge);
    return true;
  }
  return false;
}

void TrunkCredentials::add(sip::Builder& request, std::string_view method, std::string_view uri, Random& random) {
  for (std::size_t i = 0; i < kFields.size(); ++i)
    if (const auto value = answer(i, method, uri, random); !value.empty()) request.add(kFields[i], value);
}

void TrunkCredentials::add(sip::Edit& request, std::string_view method, std::string_view uri, Random& random) {
  for (std::size_t i = 0; i < kFields.size(); ++i)
    if (const auto value = answer(i, method, uri, random); !value.empty()) request.append(kFields[i], value);
}

std::string TrunkCredentials::answer(std::size_t which, std::string_view method, std::string_view uri, Random& random) {
  std::optional<Asked>& asked = asked_.at(which);
  if (!asked) return {};
  if (asked->cnonce.empty() || !sip::is_session(asked->challenge.algorithm))
    asked->cnonce = random.token(kCnonceLength);
  return sip::answer_challenge(asked->challenge, user_, asked->ha1, {method, uri}, asked->cnonce, ++asked->uses).text();
}

}  // namespace offhook::proxy
