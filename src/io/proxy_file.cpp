#include "io/proxy_file.hpp"

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <unordered_set>

#include "base/ascii.hpp"
#include "io/dns.hpp"
#include "sip/header/route.hpp"

namespace offhook::io {
namespace {

constexpr std::size_t kShortestSecret = 16;

std::string place(std::string_view file, const toml::source_region& source) {
  return std::string(file) + ":" + std::to_string(source.begin.line);
}

// Walks one table and complains about the first thing that does not fit.
class Reader {
 public:
  Reader(std::string_view file, const toml::table& table) : file_(file), table_(table) {}

  Checked<ProxySettings> read() {
    for (const auto& [key, node] : table_)
      if (auto read = field(key.str(), node); !read) return tl::unexpected(read.error());
    if (out_.listen.empty()) out_.listen.push_back({transport::Protocol::Udp, {IpAddress::loopback(), 5060}});
    if (out_.domains.empty())
      return complain("domains is missing: name the domain that the proxy answers for", std::string(file_));
    if (out_.min_expires > out_.max_expires) return complain("min_expires is above max_expires", std::string(file_));
    return std::move(out_);
  }

 private:
  Checked<void> field(std::string_view name, const toml::node& node) {
    if (name == "listen")
      return strings(name, node, [&](std::string_view text) -> Checked<void> {
        auto listen = parse_listen(text);
        if (!listen) return tl::unexpected(listen.error());
        out_.listen.push_back(*listen);
        return {};
      });
    if (name == "dns")
      return strings(name, node, [&](std::string_view text) -> Checked<void> {
        auto server = parse_name_server(text);
        if (!server) return tl::unexpected(server.error());
        out_.name_servers.push_back(*server);
        return {};
      });
    if (name == "domains")
      return strings(name, node, [&](std::string_view text) -> Checked<void> {
        if (text.empty()) return complain("a domain may not be empty");
        out_.domains.emplace_back(text);
        return {};
      });
    if (name == "store") {
      if (!node.is_string()) return wrong(name, "a text", node);
      auto store = parse_store(node.as_string()->get());
      if (!store) return at(store.error(), node);
      out_.store = *store;
      return {};
    }
    if (name == "auth") return auth(name, node);
    if (name == "digest") return digest(name, node);
    if (name == "qop") return qop(name, node);
    if (name == "userhash") {
      if (!node.is_boolean()) return wrong(name, "true or false", node);
      out_.userhash = node.as_boolean()->get();
      return {};
    }
    if (name == "nonce_lifetime") return period(name, node, out_.nonce_lifetime);
    if (name == "min_expires") return period(name, node, out_.min_expires);
    if (name == "default_expires") return period(name, node, out_.default_expires);
    if (name == "max_expires") return period(name, node, out_.max_expires);
    if (name == "dscp") return dscp(node);
    if (name == "tls") return tls(node);
    if (name == "registrar") return registrar(node);
    if (name == "user") return users(node);
    return complain("unknown field '" + std::string(name) +
                        "'; known are listen, domains, dns, store, auth, digest, qop, userhash, nonce_lifetime, "
                        "min_expires, default_expires, max_expires, dscp, [registrar], [tls], [[user]]",
                    place(file_, node.source()));
  }

  Checked<void> digest(std::string_view name, const toml::node& node) {
    out_.digest.clear();
    const auto take = [&](std::string_view text) {
      return parse_digest(text).map([&](sip::DigestAlgorithm algorithm) { out_.digest.push_back(algorithm); });
    };
    return strings(name, node, take);  // an empty list is refused there
  }

  Checked<void> dscp(const toml::node& node) {
    if (!node.is_integer() || node.as_integer()->get() < 0 || node.as_integer()->get() > 63)
      return wrong("dscp", "a number from 0 to 63", node);
    out_.dscp = static_cast<int>(node.as_integer()->get());
    return {};
  }

  Checked<void> registrar(const toml::node& node) {
    const auto* table = node.as_table();
    if (table == nullptr) return wrong("registrar", "a table: [registrar]", node);
    for (const auto& [key, value] : *table)
      if (auto read = registrar_field(key.str(), value); !read) return read;
    return {};
  }

  Checked<void> registrar_field(std::string_view name, const toml::node& node) {
    if (name == "max_contacts") return number(name, node, 1, out_.max_contacts);
    if (name == "max_subscriptions") return number(name, node, 0, out_.max_subscriptions);
    if (name == "keep_alive_failures") return number(name, node, 0, out_.keep_alive_failures);
    if (name == "keep_alive") return period_or_never(name, node, out_.keep_alive);
    if (name == "flow_timer") return period_or_never(name, node, out_.flow_timer);
    if (name == "strict_path") {
      if (!node.is_boolean()) return wrong(name, "true or false", node);
      out_.strict_path = node.as_boolean()->get();
      return {};
    }
    if (name == "secret") {
      if (!node.is_string() || node.as_string()->get().size() < kShortestSecret)
        return wrong(name, "a text of at least 16 octets", node);
      out_.secret = node.as_string()->get();
      return {};
    }
    if (name == "service_route")
      return strings(name, node, [&](std::string_view text) -> Checked<void> {
        const auto route = sip::RouteParam::parse(text);
        if (!route || !route->loose())
          return complain("service_route wants routes such as <sip:proxy.example.test;lr>", std::string(text));
        out_.service_route.emplace_back(text);
        return {};
      });
    return complain("unknown field '" + std::string(name) +
                        "' of [registrar]; known are max_contacts, max_subscriptions, service_route, strict_path, "
                        "flow_timer, keep_alive, keep_alive_failures, secret",
                    place(file_, node.source()));
  }

  Checked<void> number(std::string_view name, const toml::node& node, std::int64_t least, std::size_t& out) {
    if (!node.is_integer() || node.as_integer()->get() < least || node.as_integer()->get() > 1000)
      return wrong(name, "a number from " + std::to_string(least) + " to 1000", node);
    out = static_cast<std::size_t>(node.as_integer()->get());
    return {};
  }
  Checked<void> period_or_never(std::string_view name, const toml::node& node, seconds& out) {
    if (!node.is_integer() || node.as_integer()->get() < 0 || node.as_integer()->get() > 86400)
      return wrong(name, "a number of seconds up to 86400; 0 is never", node);
    out = seconds(node.as_integer()->get());
    return {};
  }

  Checked<void> tls(const toml::node& node) {
    const auto* table = node.as_table();
    if (table == nullptr) return wrong("tls", "a table: [tls]", node);
    TlsCertificate own;
    for (const auto& [key, value] : *table) {
      const std::string_view name = key.str();
      const bool text = name == "certificate" || name == "key" || name == "trusted";
      const bool flag = name == "verify" || name == "require_client_certificate";
      if (!text && !flag)
        return complain("unknown field '" + std::string(name) +
                            "' of [tls]; known are certificate, key, trusted, verify, require_client_certificate",
                        place(file_, value.source()));
      if (text && !value.is_string()) return wrong(name, "a file", value);
      if (flag && !value.is_boolean()) return wrong(name, "true or false", value);
      if (name == "certificate") own.certificate = value.as_string()->get();
      if (name == "key") own.key = value.as_string()->get();
      if (name == "trusted") out_.tls.trusted = value.as_string()->get();
      if (name == "verify") out_.tls.verify_servers = value.as_boolean()->get();
      if (name == "require_client_certificate") out_.tls.require_client_certificate = value.as_boolean()->get();
    }
    if (own.certificate.empty() != own.key.empty())
      return complain("certificate and key go together", place(file_, node.source()));
    if (!own.certificate.empty()) out_.tls.certificates.push_back(own);
    return {};
  }

  Checked<void> auth(std::string_view name, const toml::node& node) {
    const std::string which = node.is_string() ? node.as_string()->get() : std::string{};
    if (!node.is_boolean() && which != "register" && which != "calls")
      return wrong(name, R"(true, false, "register" or "calls")", node);
    out_.authenticate = !node.is_boolean() || node.as_boolean()->get();
    out_.authenticate_registrations = which != "calls";
    out_.authenticate_calls = which != "register";
    return {};
  }

  Checked<void> qop(std::string_view name, const toml::node& node) {
    out_.qop.clear();
    return strings(name, node, [&](std::string_view text) -> Checked<void> {
      if (text != "auth" && text != "auth-int") return complain("qop wants auth or auth-int", std::string(text));
      out_.qop.push_back(text == "auth" ? sip::Qop::Auth : sip::Qop::AuthInt);
      return {};
    });
  }

  template <class Take>
  Checked<void> strings(std::string_view name, const toml::node& node, Take&& take) {
    const auto* list = node.as_array();
    if (list == nullptr || !list->is_homogeneous<std::string>()) return wrong(name, "a list of texts", node);
    for (const auto& item : *list)
      if (auto taken = take(item.as_string()->get()); !taken) return at(taken.error(), item);
    return {};
  }

  Checked<void> period(std::string_view name, const toml::node& node, seconds& out) {
    if (!node.is_integer() || node.as_integer()->get() < 1 || node.as_integer()->get() > 4294967295)
      return wrong(name, "a number of seconds", node);
    out = seconds(node.as_integer()->get());
    return {};
  }

  Checked<void> users(const toml::node& node) {
    const auto* list = node.as_array();
    if (list == nullptr || !list->is_array_of_tables()) return wrong("user", "written as [[user]] tables", node);
    for (const auto& item : *list) {
      auto user = read_user(*item.as_table());
      if (!user) return tl::unexpected(user.error());
      if (!names_.insert(user->name).second)
        return complain("user '" + user->name + "' is there twice", place(file_, item.source()));
      out_.users.push_back(std::move(*user));
    }
    return {};
  }

  Checked<ProxyUser> read_user(const toml::table& table) {
    ProxyUser out;
    for (const auto& [key, value] : table) {
      if (key.str() == "ha1") {
        if (auto read = hashes(value, out); !read) return tl::unexpected(read.error());
      } else if (key.str() != "name" && key.str() != "password") {
        return complain("unknown field '" + std::string(key.str()) + "' of a user", place(file_, value.source()));
      }
    }
    const auto* name = table.get_as<std::string>("name");
    const auto* password = table.get_as<std::string>("password");
    out.has_password = password != nullptr;
    if (name == nullptr || name->get().empty() || out.has_password == table.contains("ha1"))
      return complain("a user needs a name and either a password or ha1", place(file_, table.source()));
    out.name = name->get();
    if (out.has_password) out.password = password->get();
    return out;
  }

  // { MD5 = "32 hex digits", SHA-256 = "64 hex digits" }
  Checked<void> hashes(const toml::node& node, ProxyUser& out) {
    const auto* table = node.as_table();
    if (table == nullptr || table->empty()) return wrong("ha1", "a table of hashes", node);
    for (const auto& [key, value] : *table) {
      const auto algorithm = sip::digest_algorithm(key.str());
      if (!algorithm || sip::is_session(*algorithm))
        return complain("ha1 wants MD5, SHA-256 or SHA-512-256, not '" + std::string(key.str()) + "'",
                        place(file_, value.source()));
      const std::size_t digits = *algorithm == sip::DigestAlgorithm::Md5 ? 32 : 64;
      const std::string hash = to_lower(value.value_or(std::string{}));
      if (hash.size() != digits || hash.find_first_not_of("0123456789abcdef") != std::string::npos)
        return wrong("ha1 of " + std::string(key.str()), std::to_string(digits) + " hex digits", value);
      out.ha1.at(sip::hash_index(*algorithm)) = hash;
    }
    return {};
  }

  tl::unexpected<Complaint> wrong(std::string_view name, std::string_view wants, const toml::node& node) const {
    return complain(std::string(name) + " must be " + std::string(wants), place(file_, node.source()));
  }
  tl::unexpected<Complaint> at(const Complaint& complaint, const toml::node& node) const {
    return complain(complaint.text(), place(file_, node.source()));
  }

  std::string_view file_;
  const toml::table& table_;
  ProxySettings out_;
  std::unordered_set<std::string> names_;  // of users
};

}  // namespace

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
  if (text.starts_with("redis:"))
    return complain("the redis store is not there yet; use memory or sqlite:FILE", std::string(text));
  return complain("store wants memory or sqlite:FILE", std::string(text));
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

Checked<void> ProxySettings::check_users() const {
  for (const ProxyUser& user : users)
    for (const auto algorithm : digest)
      if (!user.has_password && user.ha1.at(sip::hash_index(algorithm)).empty())
        return complain("user '" + user.name + "' has no ha1 for " + std::string(sip::algorithm_name(algorithm)) +
                        ", which digest offers");
  return {};
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
  return out;
}

Checked<ProxySettings> read_proxy_file(std::string_view file_name, std::string_view text) {
  const toml::parse_result parsed = toml::parse(text, file_name);
  if (!parsed) return complain(std::string(parsed.error().description()), place(file_name, parsed.error().source()));
  return Reader(file_name, parsed.table()).read();
}

}  // namespace offhook::io
