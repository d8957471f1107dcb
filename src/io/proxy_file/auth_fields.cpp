// auth, digest, qop
#include "tables.hpp"

namespace offhook::io {

Checked<void> read_auth(const Fields& fields, const toml::node& node, ProxySettings& out) {
  const std::string which = node.is_string() ? node.as_string()->get() : std::string{};
  if (!node.is_boolean() && which != "register" && which != "calls")
    return fields.wrong("auth", R"(true, false, "register" or "calls")", node);
  out.authenticate = !node.is_boolean() || node.as_boolean()->get();
  out.authenticate_registrations = which != "calls";
  out.authenticate_calls = which != "register";
  return {};
}

Checked<void> read_digest(const Fields& fields, const toml::node& node, ProxySettings& out) {
  out.digest.clear();
  const auto take = [&](std::string_view text) {
    return parse_digest(text).map([&](sip::DigestAlgorithm algorithm) { out.digest.push_back(algorithm); });
  };
  return fields.strings("digest", node, take);  // an empty list is refused there
}

Checked<void> read_qop(const Fields& fields, const toml::node& node, ProxySettings& out) {
  out.qop.clear();
  return fields.strings("qop", node, [&](std::string_view text) -> Checked<void> {
    if (text != "auth" && text != "auth-int") return complain("qop wants auth or auth-int", std::string(text));
    out.qop.push_back(text == "auth" ? sip::Qop::Auth : sip::Qop::AuthInt);
    return {};
  });
}

}  // namespace offhook::io
