#include "transport/shard.hpp"

#include "base/ascii.hpp"
#include "sip/header/via.hpp"

namespace offhook::transport {
namespace {

constexpr std::string_view kAlphabet = "0123456789abcdefghijklmnopqrstuv";
static_assert(kAlphabet.size() == kMostShards);
constexpr char kSign = 'S';
constexpr std::string_view kParameter = ";sh=";

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// The first field of that name, folds and all, from behind its colon; "" when there is none.
std::string_view first_field(std::string_view message, std::string_view name, std::string_view compact) {
  for (std::size_t at = message.find('\n'); at != std::string_view::npos; at = message.find('\n', at)) {
    const std::string_view rest = message.substr(++at);
    if (rest.empty() || rest.front() == '\r' || rest.front() == '\n') return {};
    const std::size_t colon = rest.find_first_of(":\r\n");
    if (colon == std::string_view::npos) return {};
    std::string_view found = rest.substr(0, colon);
    while (!found.empty() && is_blank(found.back())) found.remove_suffix(1);
    if (!iequals(found, name) && (compact.empty() || !iequals(found, compact))) continue;
    std::size_t end = rest.find('\n');
    while (end != std::string_view::npos && end + 1 < rest.size() && is_blank(rest[end + 1]))
      end = rest.find('\n', end + 1);
    return rest.substr(colon + 1, end == std::string_view::npos ? end : end - colon - 1);
  }
  return {};
}

std::optional<unsigned> by_branch(std::string_view response) {
  const std::string_view via = first_field(response, "Via", "v");
  const std::size_t cookie = via.find(sip::kMagicCookie);
  const std::size_t sign = cookie + sip::kMagicCookie.size();
  // Of the top Via: a comma before it means another one's.
  if (cookie == std::string_view::npos || via.substr(0, cookie).find(',') != std::string_view::npos) return {};
  if (sign + 1 >= via.size() || via[sign] != kSign) return {};
  const std::size_t shard = kAlphabet.find(via[sign + 1]);
  return shard == std::string_view::npos ? std::nullopt : std::optional(static_cast<unsigned>(shard));
}

std::optional<unsigned> by_route(std::string_view request) {
  std::string_view route = first_field(request, "Route", {});
  route = route.substr(0, route.find('>'));
  const std::size_t at = route.find(kParameter);
  if (at == std::string_view::npos) return {};
  route.remove_prefix(at + kParameter.size());
  const auto shard = parse_number<unsigned>(route.substr(0, route.find(';')));
  return shard && *shard < kMostShards ? shard : std::nullopt;
}

}  // namespace

std::string shard_mark(unsigned shard) { return {kSign, kAlphabet[shard % kMostShards]}; }

std::string shard_parameter(unsigned shard) { return std::string(kParameter) + std::to_string(shard); }

std::optional<unsigned> shard_of(std::string_view message) {
  return message.starts_with("SIP/") ? by_branch(message) : by_route(message);
}

}  // namespace offhook::transport
