// The fields and tables of proxy.toml, each read by a function of its own into the settings. A new table is a file here
// and a row in read.cpp.
#pragma once
#include "fields.hpp"
#include "io/proxy_file.hpp"

namespace offhook::io {

using FieldReader = Checked<void> (*)(const Fields& fields, const toml::node& node, ProxySettings& out);

Checked<void> read_admin(const Fields& fields, const toml::node& node, ProxySettings& out);      // admin_table.cpp
Checked<void> read_auth(const Fields& fields, const toml::node& node, ProxySettings& out);       // auth_fields.cpp
Checked<void> read_capture(const Fields& fields, const toml::node& node, ProxySettings& out);    // admin_table.cpp
Checked<void> read_cdr(const Fields& fields, const toml::node& node, ProxySettings& out);        // admin_table.cpp
Checked<void> read_cluster(const Fields& fields, const toml::node& node, ProxySettings& out);    // cluster_table.cpp
Checked<void> read_digest(const Fields& fields, const toml::node& node, ProxySettings& out);     // auth_fields.cpp
Checked<void> read_drain(const Fields& fields, const toml::node& node, ProxySettings& out);      // admin_table.cpp
Checked<void> read_guard(const Fields& fields, const toml::node& node, ProxySettings& out);      // guard_table.cpp
Checked<void> read_log(const Fields& fields, const toml::node& node, ProxySettings& out);        // log_table.cpp
Checked<void> read_qop(const Fields& fields, const toml::node& node, ProxySettings& out);        // auth_fields.cpp
Checked<void> read_registrar(const Fields& fields, const toml::node& node, ProxySettings& out);  // registrar_table.cpp
Checked<void> read_tls(const Fields& fields, const toml::node& node, ProxySettings& out);        // tls_table.cpp
Checked<void> read_users(const Fields& fields, const toml::node& node, ProxySettings& out);      // user_tables.cpp
Checked<void> read_trunks(const Fields& fields, const toml::node& node, ProxySettings& out);     // trunk_table.cpp
// events_tables.cpp
Checked<void> read_events(const Fields& fields, const toml::node& node, ProxySettings& out);
Checked<void> read_features(const Fields& fields, const toml::node& node, ProxySettings& out);
Checked<void> read_lists(const Fields& fields, const toml::node& node, ProxySettings& out);
// policy_tables.cpp
Checked<void> read_dial(const Fields& fields, const toml::node& node, ProxySettings& out);
Checked<void> read_groups(const Fields& fields, const toml::node& node, ProxySettings& out);
Checked<void> read_aliases(const Fields& fields, const toml::node& node, ProxySettings& out);
Checked<void> read_emergency(const Fields& fields, const toml::node& node, ProxySettings& out);
Checked<void> read_identity(const Fields& fields, const toml::node& node, ProxySettings& out);
Checked<void> read_redirect(const Fields& fields, const toml::node& node, ProxySettings& out);
Checked<void> read_stateless(const Fields& fields, const toml::node& node, ProxySettings& out);
Checked<void> read_next_hops(const Fields& fields, const toml::node& node, ProxySettings& out);
// The first error that lint() finds.
Checked<void> check_policy(const Fields& fields, const ProxySettings& settings);

}  // namespace offhook::io
