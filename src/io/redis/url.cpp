#include "base/ascii.hpp"
#include "io/redis_values.hpp"
#include "sip/uri.hpp"

namespace offhook::io {
namespace {

constexpr std::uint16_t kSentinelPort = 26379;
constexpr std::string_view kForms =
    "a Redis store is redis://[:PASSWORD@]HOST[:PORT][/DATABASE], redis+sentinel://HOST,HOST/MASTER or "
    "redis+cluster://HOST,HOST";

// The password stays unsaid.
tl::unexpected<Complaint> wrong(std::string_view what) { return complain(std::string(kForms), std::string(what)); }

std::optional<RedisAddress> parse_address(std::string_view text, std::uint16_t port) {
  RedisAddress out{{}, port};
  std::string_view rest;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos || !IpAddress::parse(text.substr(0, end + 1))) return std::nullopt;
    out.host = text.substr(1, end - 1);
    rest = text.substr(end + 1);
  } else {
    const auto colon = text.find(':');
    out.host = text.substr(0, colon);
    rest = colon == std::string_view::npos ? std::string_view{} : text.substr(colon);
  }
  if (out.host.empty() || out.host.find_first_of(" /@") != std::string::npos) return std::nullopt;
  if (rest.empty()) return out;
  const auto number = parse_number<std::uint16_t>(rest.substr(1));
  if (rest.front() != ':' || !number || *number == 0) return std::nullopt;
  out.port = *number;
  return out;
}

std::optional<RedisUrl::Kind> take_scheme(std::string_view& text) {
  constexpr std::pair<std::string_view, RedisUrl::Kind> kSchemes[] = {
      {"redis://", RedisUrl::Kind::Single},
      {"redis+sentinel://", RedisUrl::Kind::Sentinel},
      {"redis+cluster://", RedisUrl::Kind::Cluster},
  };
  for (const auto& [scheme, kind] : kSchemes) {
    if (!text.starts_with(scheme)) continue;
    text.remove_prefix(scheme.size());
    return kind;
  }
  return std::nullopt;
}

// "/master/2", "/2", "".
bool read_path(std::string_view path, RedisUrl& out) {
  if (path.starts_with('/')) path.remove_prefix(1);
  if (out.kind == RedisUrl::Kind::Sentinel) {
    const auto slash = path.find('/');
    out.master = path.substr(0, slash);
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
    if (out.master.empty()) return false;
  }
  if (path.empty()) return true;
  const auto database = parse_number<unsigned>(path);
  if (!database || out.kind == RedisUrl::Kind::Cluster) return false;  // a cluster has one database
  out.database = *database;
  return true;
}

}  // namespace

std::string RedisAddress::text() const {
  return (host.find(':') == std::string::npos ? host : '[' + host + ']') + ':' + std::to_string(port);
}

bool is_redis_url(std::string_view text) { return text.starts_with("redis:") || text.starts_with("redis+"); }

Checked<RedisUrl> parse_redis_url(std::string_view text) {
  RedisUrl out;
  const auto kind = take_scheme(text);
  if (!kind) return wrong(text.substr(0, text.find(':')));
  out.kind = *kind;
  if (const auto at = text.rfind('@'); at != std::string_view::npos) {
    const auto colon = text.find(':');
    if (colon > at) return wrong("a password stands behind a colon");
    out.user = sip::unescape(text.substr(0, colon));
    out.password = sip::unescape(text.substr(colon + 1, at - colon - 1));
    if (out.password.empty()) return wrong("an empty password");
    text.remove_prefix(at + 1);
  }
  const auto slash = text.find('/');
  std::string_view hosts = text.substr(0, slash);
  if (!read_path(slash == std::string_view::npos ? std::string_view{} : text.substr(slash), out)) return wrong(text);
  while (true) {
    const auto comma = hosts.find(',');
    const auto address =
        parse_address(hosts.substr(0, comma), out.kind == RedisUrl::Kind::Sentinel ? kSentinelPort : 6379);
    if (!address) return wrong(text);
    out.hosts.push_back(*address);
    if (comma == std::string_view::npos) break;
    hosts.remove_prefix(comma + 1);
  }
  if (out.kind == RedisUrl::Kind::Single && out.hosts.size() > 1) return wrong(text);
  return out;
}

}  // namespace offhook::io
