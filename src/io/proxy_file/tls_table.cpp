// [tls]
#include "tables.hpp"

namespace offhook::io {

Checked<void> read_tls(const Fields& fields, const toml::node& node, ProxySettings& out) {
  TlsCertificate own;
  const auto field = [&](std::string_view name, const toml::node& value) -> Checked<void> {
    if (name == "verify") return fields.flag(name, value, out.tls.verify_servers);
    if (name == "require_client_certificate") return fields.flag(name, value, out.tls.require_client_certificate);
    if (name == "security_level") {
      constexpr std::int64_t kMost = 5;
      std::size_t level = 0;
      return fields.number(name, value, 0, kMost, level).map([&] { out.tls.security_level = static_cast<int>(level); });
    }
    std::string* const file = name == "certificate" ? &own.certificate
                              : name == "key"       ? &own.key
                              : name == "trusted"   ? &out.tls.trusted
                                                    : nullptr;
    if (file == nullptr)
      return fields.unknown(name, "[tls]",
                            "certificate, key, trusted, verify, require_client_certificate, security_level", value);
    if (!value.is_string()) return fields.wrong(name, "a file", value);
    *file = value.as_string()->get();
    return {};
  };
  if (auto read = fields.table("tls", node, field); !read) return read;
  if (own.certificate.empty() != own.key.empty())
    return complain("certificate and key go together", fields.place(node.source()));
  if (!own.certificate.empty()) out.tls.certificates.push_back(own);
  return {};
}

}  // namespace offhook::io
