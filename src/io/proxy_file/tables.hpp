// The fields and tables of proxy.toml, each read by a function of its own into the settings. A new table is a file here
// and a row in read.cpp.
#pragma once
#include "fields.hpp"
#include "io/proxy_file.hpp"

namespace offhook::io {

using FieldReader = Checked<void> (*)(const Fields& fields, const toml::node& node, ProxySettings& out);

Checked<void> read_auth(const Fields& fields, const toml::node& node, ProxySettings& out);       // auth_fields.cpp
Checked<void> read_digest(const Fields& fields, const toml::node& node, ProxySettings& out);     // auth_fields.cpp
Checked<void> read_qop(const Fields& fields, const toml::node& node, ProxySettings& out);        // auth_fields.cpp
Checked<void> read_registrar(const Fields& fields, const toml::node& node, ProxySettings& out);  // registrar_table.cpp
Checked<void> read_tls(const Fields& fields, const toml::node& node, ProxySettings& out);        // tls_table.cpp
Checked<void> read_users(const Fields& fields, const toml::node& node, ProxySettings& out);      // user_tables.cpp

}  // namespace offhook::io
