#include "io/proxy_file.hpp"

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <unordered_set>

#include "base/ascii.hpp"

namespace offhook::io {
namespace {

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
    if (name == "auth") {
      if (!node.is_boolean()) return wrong(name, "true or false", node);
      out_.authenticate = node.as_boolean()->get();
      return {};
    }
    if (name == "digest") return digest(name, node);
    if (name == "min_expires") return period(name, node, out_.min_expires);
    if (name == "default_expires") return period(name, node, out_.default_expires);
    if (name == "max_expires") return period(name, node, out_.max_expires);
    if (name == "tls") return tls(node);
    if (name == "user") return users(node);
    return complain("unknown field '" + std::string(name) +
                        "'; known are listen, domains, store, auth, digest, min_expires, default_expires, "
                        "max_expires, [tls], [[user]]",
                    place(file_, node.source()));
  }

  Checked<void> digest(std::string_view name, const toml::node& node) {
    out_.digest.clear();
    const auto take = [&](std::string_view text) {
      return parse_digest(text).map([&](sip::DigestAlgorithm algorithm) { out_.digest.push_back(algorithm); });
    };
    return strings(name, node, take);  // an empty list is refused there
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
      const auto& user = *item.as_table();
      for (const auto& [key, value] : user)
        if (key.str() != "name" && key.str() != "password")
          return complain("unknown field '" + std::string(key.str()) + "' of a user", place(file_, value.source()));
      const auto* name = user.get_as<std::string>("name");
      const auto* password = user.get_as<std::string>("password");
      if (name == nullptr || name->get().empty() || password == nullptr)
        return complain("a user needs a name and a password", place(file_, item.source()));
      if (!names_.insert(name->get()).second)
        return complain("user '" + name->get() + "' is there twice", place(file_, item.source()));
      out_.users.emplace_back(name->get(), password->get());
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
  for (const auto algorithm : {sip::DigestAlgorithm::Sha256, sip::DigestAlgorithm::Md5})
    if (iequals(text, sip::algorithm_name(algorithm))) return algorithm;
  return complain("digest wants SHA-256 or MD5", std::string(text));
}

Checked<std::pair<std::string, std::string>> parse_user(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0)
    return complain("a user is written NAME:PASSWORD", std::string(text));
  return std::pair(std::string(text.substr(0, colon)), std::string(text.substr(colon + 1)));
}

std::string ProxySettings::sqlite_path() const { return store.starts_with("sqlite:") ? store.substr(7) : ""; }

proxy::Config ProxySettings::to_config() const {
  proxy::Config out;
  out.listen = listen;
  out.domains = domains;
  out.realm = domains.empty() ? "" : domains.front();
  out.authenticate = authenticate;
  out.digest = digest;
  for (const auto& [name, password] : users) out.users.push_back(proxy::make_user(name, password, out.realm));
  out.min_expires = min_expires;
  out.default_expires = default_expires;
  out.max_expires = max_expires;
  return out;
}

Checked<ProxySettings> read_proxy_file(std::string_view file_name, std::string_view text) {
  const toml::parse_result parsed = toml::parse(text, file_name);
  if (!parsed) return complain(std::string(parsed.error().description()), place(file_name, parsed.error().source()));
  return Reader(file_name, parsed.table()).read();
}

}  // namespace offhook::io
