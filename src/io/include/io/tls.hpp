// TLS by OpenSSL for SIP over TLS and WSS: RFC 3261 §26.2, RFC 5922 (whom a certificate speaks for), TLS 1.2 and 1.3.
// Certificates are read from PEM files; reload() reads them again, and connections that stand keep what they began
// with. Sessions are resumed both ways (tickets). Owned and used on one thread.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "transport/certificate.hpp"
#include "transport/flow.hpp"

namespace offhook::io {

struct TlsCertificate {
  std::string certificate;  // PEM file: ours first, then the chain
  std::string key;          // PEM file
};

struct TlsSettings {
  std::vector<TlsCertificate> certificates;  // the first one for who names no server, the others by their names (SNI)
  std::string trusted;                       // PEM file of trust anchors; "" for the system's
  bool verify_servers = true;                // of connections that we open: the chain
  bool verify_names = true;                  // … and that it speaks for the domain (RFC 5922 §7.3)
  bool require_client_certificate = false;   // of connections that we accept; without it they pass all the same
  int security_level = 2;  // OpenSSL's, 0 to 5: 2 is 112 bits, so RSA of 2048 bits and more, and no SHA-1 signatures
};

enum class TlsResult : std::uint8_t { Ok, WantsRead, WantsWrite, Closed, Failed };

class TlsContext;

// One connection's TLS. The descriptor stays the caller's.
class TlsSession {
 public:
  TlsSession() = default;
  ~TlsSession();
  TlsSession(TlsSession&& other) noexcept;
  TlsSession& operator=(TlsSession&& other) noexcept;

  [[nodiscard]] explicit operator bool() const { return ssl_ != nullptr; }
  [[nodiscard]] TlsResult handshake();
  // `done` says how many bytes.
  [[nodiscard]] TlsResult read(std::span<char> into, std::size_t& done);
  [[nodiscard]] TlsResult write(std::string_view bytes, std::size_t& done);
  // close_notify, without waiting for the peer's.
  void close();
  [[nodiscard]] bool is_resumed() const;
  [[nodiscard]] std::string_view version() const;  // "TLSv1.3"
  // Names of the peer's certificate; empty without one.
  [[nodiscard]] transport::CertificateNames peer_names() const;
  [[nodiscard]] bool has_peer_certificate() const;
  // It has one, and its chain ends at who we trust.
  [[nodiscard]] bool is_peer_authenticated() const;
  // Why the last call failed.
  [[nodiscard]] std::string error() const;

 private:
  friend class TlsContext;
  TlsResult result_of(int returned);
  void* ssl_ = nullptr;  // SSL
  int last_error_ = 0;
  bool wrong_name_ = false;
  bool check_name_ = false;
  transport::ServerName name_;
};

class TlsContext {
 public:
  // Complaint names the file that cannot be used.
  [[nodiscard]] static Checked<std::unique_ptr<TlsContext>> load(TlsSettings settings);
  ~TlsContext();

  // The files again. On a complaint everything stays as it was.
  Checked<void> reload();
  // The other's settings and certificates; this one's go there.
  void swap(TlsContext& other) noexcept;
  [[nodiscard]] bool has_certificate() const { return !settings_.certificates.empty(); }

  // `ask`: for a certificate of the client, which it may not have (a browser would put the question to its user).
  [[nodiscard]] TlsSession accept(int fd, bool ask = true);
  // `name`: whom the peer must speak for, also sent as SNI; null checks no name. `peer` keys the sessions to resume.
  [[nodiscard]] TlsSession connect(int fd, const transport::ServerName& name, const Endpoint& peer);

 private:
  struct State;
  explicit TlsContext(TlsSettings settings);
  static Checked<std::unique_ptr<State>> make(const TlsSettings& settings);

  TlsSettings settings_;
  std::unique_ptr<State> state_;
};

}  // namespace offhook::io
