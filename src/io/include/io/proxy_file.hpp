// proxy.toml and the proxy's flags: text to a proxy configuration. Fields: docs/config.md. Pure; errors carry
// file:line.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "flow/wire_ring.hpp"
#include "io/call_log.hpp"
#include "io/tls.hpp"
#include "io/udp_socket.hpp"
#include "proxy/core.hpp"

namespace offhook::io {

// A [[user]] table: a password, or HA1 for those who will not write it down (by sip::hash_index, "" where unknown).
struct ProxyUser {
  std::string name, password;
  std::array<std::string, sip::kDigestHashes> ha1;
  bool has_password = false;
  std::string place{};  // "proxy.toml:12", "" elsewhere; for complaints
};

// [admin]: where the administration listens, if anywhere, and what its clients show.
struct AdminSettings {
  std::optional<Endpoint> listen;
  std::string token;       // "" without one
  std::string token_file;  // whose first line is the token; "" for none
  std::string place;       // "proxy.toml:12", "" for flags alone; for complaints

  // Reads the token from its file. Complaint: an address that others reach, without a token; a token that is too short.
  [[nodiscard]] Checked<void> complete();
};

// [log]: what is written, and how. Without a value of its own each follows the flags, or their defaults.
struct LogSettings {
  std::optional<LogLevel> level;                                // Info
  std::optional<LogFormat> format;                              // Text
  std::size_t rate = 1000;                                      // lines a second, errors not counted; 0 for all
  bool calls = false, registrations = false, requests = false;  // Debug turns them on
};

struct ProxySettings {
  std::vector<transport::Listen> listen;
  std::vector<std::string> domains;
  std::vector<Endpoint> name_servers;         // none: those of the system
  std::string store = "memory";               // "sqlite:FILE", or a URL of Redis (io/redis_values.hpp)
  std::chrono::milliseconds commit_delay{2};  // how long a commit of SQLite waits for more (io/sqlite_store.hpp)
  bool authenticate = true, authenticate_registrations = true, authenticate_calls = true;  // as in proxy::Config
  std::vector<ProxyUser> users;
  std::vector<sip::DigestAlgorithm> digest{sip::DigestAlgorithm::Sha256, sip::DigestAlgorithm::Md5};  // best first
  std::vector<sip::Qop> qop{sip::Qop::Auth};
  bool userhash = false;
  seconds nonce_lifetime{300};
  seconds min_expires{60}, default_expires{3600}, max_expires{7200};
  // [registrar]; what they mean: proxy::Config
  std::size_t max_contacts = 10, max_subscriptions = 200, keep_alive_failures = 0;
  std::vector<std::string> service_route;
  bool strict_path = true;
  seconds flow_timer{120}, keep_alive{30};
  std::string secret;
  proxy::GuardSettings guard;
  TlsSettings tls;                                 // of TLS and WSS
  int dscp = 0;                                    // of SIP packets; 0 leaves them unmarked
  Segmentation segmentation = Segmentation::Busy;  // UdpOptions::segmentation
  unsigned shards = 1;                             // threads that share the addresses (docs/scaling.md)
  AdminSettings admin;
  proxy::DrainSettings drain;
  seconds drain_limit{0};    // how long calls may go on when the process is told to end; 0 ends it at once
  CallLogSettings call_log;  // [cdr]
  LogSettings log;
  flow::WireRingSettings capture;  // of all shards together
  proxy::CallSettings calls;
  proxy::EventSettings events;
  proxy::FeatureSettings features;
  proxy::Policy policy;
  proxy::ClusterConfig cluster;
  std::string file;  // that they were read from, for findings

  // What the engine takes; passwords become HA1 here.
  [[nodiscard]] proxy::Config to_config() const;
  // A user without HA1 for an algorithm that is offered: clients choose by what is offered, and would fail.
  [[nodiscard]] Checked<void> check_users() const;
  // What is odd about trunks, rules and groups; with errors no file is read.
  [[nodiscard]] std::vector<proxy::Finding> lint() const;
  // The first wildcard address of a protocol that has no other: in Record-Route the first domain stands for it.
  [[nodiscard]] std::optional<transport::Listen> nameless() const;
  // Path of the SQLite file; "" for memory.
  [[nodiscard]] std::string sqlite_path() const;
  // Where the store is, without a password.
  [[nodiscard]] std::string store_name() const;
};

// "udp:127.0.0.1:5060", "tls:[::1]:5061"; protocols are udp, tcp, tls, ws, wss.
[[nodiscard]] Checked<transport::Listen> parse_listen(std::string_view text);
// "memory", "sqlite:FILE", "redis://…" (io/redis_values.hpp).
[[nodiscard]] Checked<std::string> parse_store(std::string_view text);
// "SHA-256", "SHA-512-256", "MD5", and each with "-sess".
[[nodiscard]] Checked<sip::DigestAlgorithm> parse_digest(std::string_view text);
// "127.0.0.1:8088".
[[nodiscard]] Checked<Endpoint> parse_admin(std::string_view text);
// "1001:secret".
[[nodiscard]] Checked<ProxyUser> parse_user(std::string_view text);

[[nodiscard]] Checked<ProxySettings> read_proxy_file(std::string_view file_name, std::string_view text);

}  // namespace offhook::io
