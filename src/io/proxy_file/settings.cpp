// The settings as values: single texts, and what the engine takes.
#include <algorithm>

#include "base/ascii.hpp"
#include "io/proxy_file.hpp"
#include "io/redis_values.hpp"

namespace offhook::io {

Checked<transport::Listen> parse_listen(std::string_view text) {
  const auto colon = text.find(':');
  const auto protocol = transport::parse_protocol(text.substr(0, colon));
  if (!protocol || colon == std::string_view::npos)
    return complain("listen wants udp:, tcp:, tls:, ws: or wss: and ADDRESS:PORT", std::string(text));
  const auto endpoint = Endpoint::parse(text.substr(colon + 1));
  if (!endpoint)
    return complain("not an address and port; write udp:127.0.0.1:5060 or udp:[::1]:5060", std::string(text));
  return transport::Listen{*protocol, *endpoint};
}

Checked<std::string> parse_store(std::string_view text) {
  if (text == "memory" || (text.starts_with("sqlite:") && text.size() > 7)) return std::string(text);
  if (!is_redis_url(text)) return complain("store wants memory, sqlite:FILE or redis://HOST:PORT", std::string(text));
  return parse_redis_url(text).map([&](const RedisUrl&) { return std::string(text); });
}

Checked<sip::DigestAlgorithm> parse_digest(std::string_view text) {
  if (const auto algorithm = sip::digest_algorithm(text)) return *algorithm;
  return complain("digest wants SHA-256, SHA-512-256 or MD5, or one of them with -sess", std::string(text));
}

Checked<ProxyUser> parse_user(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0)
    return complain("a user is written NAME:PASSWORD", std::string(text));
  return ProxyUser{std::string(text.substr(0, colon)), std::string(text.substr(colon + 1)), {}, true};
}

std::string ProxySettings::sqlite_path() const { return store.starts_with("sqlite:") ? store.substr(7) : ""; }

std::string ProxySettings::store_name() const {
  const auto at = is_redis_url(store) ? store.rfind('@') : std::string::npos;
  return at == std::string::npos ? store : store.substr(0, store.find("//") + 2) + store.substr(at + 1);
}

Checked<void> ProxySettings::check_users() const {
  for (const ProxyUser& user : users)
    for (const auto algorithm : digest)
      if (!user.has_password && user.ha1.at(sip::hash_index(algorithm)).empty())
        return complain("user '" + user.name + "' has no ha1 for " + std::string(sip::algorithm_name(algorithm)) +
                            ", which digest offers",
                        user.place);
  return {};
}

std::optional<transport::Listen> ProxySettings::nameless() const {
  const auto names = [](const transport::Listen& one) { return !one.endpoint.address.is_unspecified(); };
  for (const transport::Listen& one : listen)
    if (!names(one) && std::ranges::none_of(listen, [&](const transport::Listen& other) {
          return other.protocol == one.protocol && names(other);
        }))
      return one;
  return std::nullopt;
}

std::vector<proxy::Finding> ProxySettings::lint() const {
  std::vector<std::string> names;
  names.reserve(users.size());
  for (const ProxyUser& user : users) names.push_back(user.name);
  auto out = proxy::lint(policy, names, authenticate && authenticate_calls);
  const std::string host = domains.empty() ? std::string{} : domains.front();
  if (const auto everywhere = nameless(); everywhere && !IpAddress::parse(host)) {
    out.push_back({proxy::Finding::Severity::Warning,
                   "listens at " + everywhere->endpoint.text() + ", so phones come back by the name " + host +
                       ", which must lead here; else write the address in its place",
                   0});
  }
  const auto warn = [&](const proxy::LampList& list, const std::string& what) {
    out.push_back({proxy::Finding::Severity::Warning, "list '" + list.name + "' " + what, list.line});
  };
  for (const proxy::LampList& list : events.lists) {
    if (std::ranges::find(names, list.name) != names.end()) warn(list, "hides the lamp of the user of that name");
    for (const std::string& member : list.members)
      if (!names.empty() && std::ranges::find(names, member) == names.end())
        warn(list, "has a member that is no user: '" + member + "'");
  }
  std::ranges::stable_sort(out, {}, &proxy::Finding::line);
  return out;
}

proxy::Config ProxySettings::to_config() const {
  proxy::Config out;
  out.listen = listen;
  out.domains = domains;
  out.realm = domains.empty() ? "" : domains.front();
  out.authenticate = authenticate;
  out.authenticate_registrations = authenticate_registrations;
  out.authenticate_calls = authenticate_calls;
  out.digest = digest;
  out.qop = qop;
  out.userhash = userhash;
  out.nonce_lifetime = nonce_lifetime;
  for (const ProxyUser& user : users)
    out.users.push_back(user.has_password ? proxy::make_user(user.name, user.password, out.realm)
                                          : proxy::User{user.name, user.ha1});
  out.min_expires = min_expires;
  out.default_expires = default_expires;
  out.max_expires = max_expires;
  out.max_contacts = max_contacts;
  out.max_subscriptions = max_subscriptions;
  out.service_route = service_route;
  out.strict_path = strict_path;
  out.flow_timer = flow_timer;
  out.keep_alive = keep_alive;
  out.keep_alive_failures = keep_alive_failures;
  out.secret = secret;
  out.cluster = cluster;
  out.guard = guard;
  out.policy = policy;
  out.calls = calls;
  out.events = events;
  out.features = features;
  out.drain = drain;
  out.records.on = call_log.on();
  const LogLevel level = log.level.value_or(LogLevel::Info);
  const bool all = level == LogLevel::Debug;
  if (level >= LogLevel::Info)
    out.journal = {log.calls || all, log.registrations || all, log.requests || all, true, true};
  out.journal.trunks = level >= LogLevel::Warning;
  return out;
}

}  // namespace offhook::io
