#include "route/flow_token.hpp"

#include "base/ascii.hpp"
#include "sip/digest.hpp"

namespace offhook::proxy {
namespace {

constexpr std::string_view kPrefix = "f-";
constexpr std::size_t kCheckLength = 20;  // 80 bits, as RFC 5626 §5.2 suggests

}  // namespace

std::string flow_token(std::uint64_t connection, std::uint64_t secret) {
  const std::string number = std::to_string(connection);
  const std::string check =
      sip::hash_hex(sip::DigestAlgorithm::Sha256, std::to_string(secret) + ':' + number).substr(0, kCheckLength);
  return std::string(kPrefix) + number + '-' + check;
}

bool is_flow_token(std::string_view user) {
  return user.starts_with(kPrefix) && user.size() > kPrefix.size() + kCheckLength;
}

std::optional<std::uint64_t> read_flow_token(std::string_view user, std::uint64_t secret) {
  if (!is_flow_token(user)) return std::nullopt;
  const std::string_view rest = user.substr(kPrefix.size());
  const auto connection = parse_number<std::uint64_t>(rest.substr(0, rest.find('-')));
  return connection && user == flow_token(*connection, secret) ? connection : std::nullopt;
}

}  // namespace offhook::proxy
