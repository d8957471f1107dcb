#include "proxy/access.hpp"

#include "answers.hpp"
#include "base/ascii.hpp"

namespace offhook::api {
namespace {

constexpr std::string_view kScheme = "Bearer ";

// RFC 6750 §2.1.
std::string_view bearer(std::string_view authorization) {
  if (!iequals(authorization.substr(0, kScheme.size()), kScheme)) return {};
  authorization.remove_prefix(kScheme.size());
  while (authorization.starts_with(' ')) authorization.remove_prefix(1);
  return authorization;
}

bool same(std::string_view token, std::string_view shown) {
  unsigned differs = token.size() == shown.size() ? 0U : 1U;
  for (std::size_t i = 0; i < token.size(); ++i) {
    const char other = i < shown.size() ? shown[i] : '\0';
    differs |= static_cast<unsigned char>(token[i]) ^ static_cast<unsigned char>(other);
  }
  return differs == 0;
}

}  // namespace

std::optional<Response> check_access(Access wanted, std::string_view token, const Request& request) {
  if (wanted == Access::Anybody) return std::nullopt;
  if (token.empty()) {
    if (wanted == Access::Reader) return std::nullopt;
    return error(403, "this needs a token, and the proxy has none: set one in [admin] or with --admin-token-file");
  }
  const auto shown = bearer(request.authorization);
  if (!shown.empty() && same(token, shown)) return std::nullopt;
  auto refusal = error(401, shown.empty() ? "show the token: Authorization: Bearer …" : "the token is another one");
  refusal.authenticate = shown.empty() ? "Bearer" : "Bearer error=\"invalid_token\"";
  return refusal;
}

}  // namespace offhook::api
