#include "io/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <utility>

#include "base/ascii.hpp"

namespace offhook::io {
namespace {

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using Context = std::unique_ptr<SSL_CTX, FreeContext>;

struct FreeSession {
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
// Sessions to resume, by server; the oldest key goes when there are too many.
using Sessions = std::map<std::string, std::unique_ptr<SSL_SESSION, FreeSession>, std::less<>>;
constexpr std::size_t kMostSessions = 1024;

SSL* handle(void* ssl) { return static_cast<SSL*>(ssl); }

std::string reason() {
  const unsigned long first = ERR_peek_error(), code = ERR_peek_last_error();
  ERR_clear_error();
  if (ERR_SYSTEM_ERROR(first)) return std::strerror(ERR_GET_REASON(first));  // "No such file or directory"
  const char* text = code == 0 ? nullptr : ERR_reason_error_string(code);
  return text == nullptr ? "unknown error" : text;
}

transport::CertificateNames names_of(const X509* certificate) {
  transport::CertificateNames out;
  auto* names = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  out.has_alternative_names = names != nullptr;
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    int type = 0;
    const auto* value = static_cast<const ASN1_STRING*>(GENERAL_NAME_get0_value(name, &type));
    if (type != GEN_URI && type != GEN_DNS && type != GEN_IPADD) continue;
    const std::string text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                           static_cast<std::size_t>(ASN1_STRING_length(value)));
    if (type == GEN_URI) out.uris.push_back(text);
    if (type == GEN_DNS) out.dns.push_back(text);
    if (type != GEN_IPADD) continue;
    std::array<std::uint8_t, 16> bytes{};
    std::copy_n(text.begin(), std::min<std::size_t>(text.size(), 16), bytes.begin());
    const auto address =
        text.size() == 16 ? IpAddress::v6(bytes) : IpAddress::v4(bytes[0], bytes[1], bytes[2], bytes[3]);
    if (text.size() == 16 || text.size() == 4) out.addresses.push_back(address.text());
  }
  GENERAL_NAMES_free(names);
  std::array<char, 256> cn{};
  const int size = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, cn.data(), cn.size());
  if (size > 0) out.common_name.assign(cn.data(), static_cast<std::size_t>(size));
  return out;
}

}  // namespace

struct TlsContext::State {
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  // Connections that stand keep their context alive, but not our tables.
  ~State() {
    if (client) SSL_CTX_set_app_data(client.get(), nullptr);
    for (auto& server : servers) SSL_CTX_set_tlsext_servername_arg(server.get(), nullptr);
  }

  std::vector<Context> servers;  // as settings.certificates
  std::vector<transport::CertificateNames> names;
  Context client;
  Sessions sessions;
  bool wants_trust = false;  // of the system: a hundred certificates and more, read with the first connection that asks

  // The server that the client asks for (SNI, RFC 6066 §3); who asks for none of ours gets the first certificate.
  static int choose(SSL* ssl, int*, void* state) {
    if (state == nullptr) return SSL_TLSEXT_ERR_NOACK;  // reloaded between the accept and the client's first words
    const auto& self = *static_cast<const State*>(state);
    const char* wanted = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (wanted == nullptr) return SSL_TLSEXT_ERR_NOACK;
    for (std::size_t i = 0; i < self.servers.size(); ++i) {
      const auto& dns = self.names[i].dns;
      const bool fits = transport::speaks_for(self.names[i], wanted) ||
                        std::any_of(dns.begin(), dns.end(), [&](const auto& name) { return iequals(name, wanted); });
      if (!fits) continue;
      SSL_set_SSL_CTX(ssl, self.servers[i].get());
      return SSL_TLSEXT_ERR_OK;
    }
    return SSL_TLSEXT_ERR_NOACK;
  }
};

namespace {

// Index of the key of a client's session in its SSL.
int key_index() {
  static const int index = SSL_get_ex_new_index(
      0, nullptr, nullptr, nullptr,
      [](void*, void* key, CRYPTO_EX_DATA*, int, long, void*) { delete static_cast<std::string*>(key); });
  return index;
}

int keep_session(SSL* ssl, SSL_SESSION* session) {
  const auto* key = static_cast<const std::string*>(SSL_get_ex_data(ssl, key_index()));
  auto* sessions = static_cast<Sessions*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  if (key == nullptr || sessions == nullptr) return 0;
  if (sessions->size() >= kMostSessions && !sessions->contains(*key)) sessions->erase(sessions->begin());
  (*sessions)[*key].reset(session);
  return 1;  // it is ours now
}

void common(SSL_CTX* context, const TlsSettings& settings) {
  SSL_CTX_set_security_level(context, settings.security_level);  // whatever openssl.cnf says
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_mode(context,
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
}

Checked<void> trust(SSL_CTX* context, const TlsSettings& settings) {
  const int ok = settings.trusted.empty() ? SSL_CTX_set_default_verify_paths(context)
                                          : SSL_CTX_load_verify_locations(context, settings.trusted.c_str(), nullptr);
  if (ok == 1) return {};
  return complain("cannot use the trusted certificates: " + reason(), settings.trusted);
}

// The handshake goes on whatever the chain is worth; SSL_get_verify_result() keeps what that was.
int go_on(int, X509_STORE_CTX*) { return 1; }

Checked<void> own(SSL_CTX* context, const TlsCertificate& certificate) {
  if (SSL_CTX_use_certificate_chain_file(context, certificate.certificate.c_str()) != 1)
    return complain("cannot use the certificate: " + reason(), certificate.certificate);
  if (SSL_CTX_use_PrivateKey_file(context, certificate.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context) != 1)
    return complain("cannot use the private key: " + reason(), certificate.key);
  return {};
}

}  // namespace

Checked<std::unique_ptr<TlsContext::State>> TlsContext::make(const TlsSettings& settings) {
  ERR_clear_error();
  auto state = std::make_unique<State>();
  state->client.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* client = state->client.get();
  state->wants_trust = settings.verify_servers && settings.certificates.empty() && settings.trusted.empty();
  if (!state->wants_trust && (settings.verify_servers || !settings.certificates.empty()))
    if (auto done = trust(client, settings); !done) return tl::unexpected(done.error());
  for (const auto& certificate : settings.certificates) {
    Context context(SSL_CTX_new(TLS_server_method()));
    common(context.get(), settings);
    if (auto done = own(context.get(), certificate); !done) return tl::unexpected(done.error());
    static constexpr std::string_view kId = "offhook";
    SSL_CTX_set_session_id_context(context.get(), reinterpret_cast<const unsigned char*>(kId.data()), kId.size());
    SSL_CTX_set1_cert_store(context.get(), SSL_CTX_get_cert_store(client));
    // RFC 5923 §9.2: it is asked for in any case. Without it, or with one that we do not trust, the peer is nobody.
    if (settings.require_client_certificate)
      SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    else
      SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, go_on);
    state->names.push_back(names_of(SSL_CTX_get0_certificate(context.get())));
    state->servers.push_back(std::move(context));
  }
  common(client, settings);
  if (settings.verify_servers) SSL_CTX_set_verify(client, SSL_VERIFY_PEER, nullptr);
  // What we show to servers that ask for a certificate.
  if (!settings.certificates.empty())
    if (auto done = own(client, settings.certificates.front()); !done) return tl::unexpected(done.error());
  SSL_CTX_set_session_cache_mode(client, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_set_app_data(client, &state->sessions);
  SSL_CTX_sess_set_new_cb(client, keep_session);
  for (auto& server : state->servers) {
    SSL_CTX_set_tlsext_servername_callback(server.get(), &State::choose);
    SSL_CTX_set_tlsext_servername_arg(server.get(), state.get());
  }
  return state;
}

Checked<std::unique_ptr<TlsContext>> TlsContext::load(TlsSettings settings) {
  std::unique_ptr<TlsContext> out(new TlsContext(std::move(settings)));
  if (auto done = out->reload(); !done) return tl::unexpected(done.error());
  return out;
}

TlsContext::TlsContext(TlsSettings settings) : settings_(std::move(settings)) {}
TlsContext::~TlsContext() = default;

Checked<void> TlsContext::reload() {
  auto state = make(settings_);
  if (!state) return tl::unexpected(state.error());
  state_ = std::move(*state);
  return {};
}

void TlsContext::swap(TlsContext& other) noexcept {
  std::swap(settings_, other.settings_);
  std::swap(state_, other.state_);
}

TlsSession TlsContext::accept(int fd, bool ask) {
  TlsSession out;
  if (state_->servers.empty()) return out;
  SSL* ssl = SSL_new(state_->servers.front().get());
  if (ssl == nullptr || SSL_set_fd(ssl, fd) != 1) {
    SSL_free(ssl);
    return out;
  }
  SSL_set_accept_state(ssl);
  if (!ask && !settings_.require_client_certificate) SSL_set_verify(ssl, SSL_VERIFY_NONE, nullptr);
  out.ssl_ = ssl;
  return out;
}

TlsSession TlsContext::connect(int fd, const transport::ServerName& name, const Endpoint& peer) {
  TlsSession out;
  // Should it fail, nobody is trusted, and the handshake says so.
  if (std::exchange(state_->wants_trust, false)) (void)trust(state_->client.get(), settings_);
  SSL* ssl = SSL_new(state_->client.get());
  if (ssl == nullptr || SSL_set_fd(ssl, fd) != 1) {
    SSL_free(ssl);
    return out;
  }
  SSL_set_connect_state(ssl);
  auto key = std::make_unique<std::string>(peer.text());
  if (name && !IpAddress::parse(*name)) {
    SSL_set_tlsext_host_name(ssl, name->c_str());
    *key += ' ' + *name;
  }
  if (const auto found = state_->sessions.find(*key); found != state_->sessions.end())
    SSL_set_session(ssl, found->second.get());
  SSL_set_ex_data(ssl, key_index(), key.release());
  out.ssl_ = ssl;
  out.name_ = name;
  out.check_name_ = settings_.verify_servers && settings_.verify_names && name != nullptr;
  return out;
}

TlsSession::~TlsSession() { SSL_free(handle(ssl_)); }

TlsSession::TlsSession(TlsSession&& other) noexcept
    : ssl_(std::exchange(other.ssl_, nullptr)),
      last_error_(other.last_error_),
      wrong_name_(other.wrong_name_),
      check_name_(other.check_name_),
      name_(std::move(other.name_)) {}

TlsSession& TlsSession::operator=(TlsSession&& other) noexcept {
  std::swap(ssl_, other.ssl_);
  std::swap(last_error_, other.last_error_);
  std::swap(wrong_name_, other.wrong_name_);
  std::swap(check_name_, other.check_name_);
  std::swap(name_, other.name_);
  return *this;
}

TlsResult TlsSession::result_of(int returned) {
  if (returned > 0) return TlsResult::Ok;
  last_error_ = SSL_get_error(handle(ssl_), returned);
  switch (last_error_) {
    case SSL_ERROR_WANT_READ: return TlsResult::WantsRead;
    case SSL_ERROR_WANT_WRITE: return TlsResult::WantsWrite;
    case SSL_ERROR_ZERO_RETURN: return TlsResult::Closed;
    default: return TlsResult::Failed;
  }
}

TlsResult TlsSession::handshake() {
  ERR_clear_error();
  const TlsResult result = result_of(SSL_do_handshake(handle(ssl_)));
  // A resumed session was checked when it began, for the same name.
  if (result != TlsResult::Ok || !check_name_ || is_resumed()) return result;
  wrong_name_ = !transport::speaks_for(peer_names(), *name_);
  return wrong_name_ ? TlsResult::Failed : TlsResult::Ok;
}

TlsResult TlsSession::read(std::span<char> into, std::size_t& done) {
  ERR_clear_error();
  done = 0;
  return result_of(SSL_read_ex(handle(ssl_), into.data(), into.size(), &done));
}

TlsResult TlsSession::write(std::string_view bytes, std::size_t& done) {
  ERR_clear_error();
  done = 0;
  return result_of(SSL_write_ex(handle(ssl_), bytes.data(), bytes.size(), &done));
}

void TlsSession::close() {
  if (ssl_ != nullptr && SSL_is_init_finished(handle(ssl_)) == 1 && last_error_ != SSL_ERROR_SSL &&
      last_error_ != SSL_ERROR_SYSCALL)
    SSL_shutdown(handle(ssl_));
}

bool TlsSession::is_resumed() const { return SSL_session_reused(handle(ssl_)) == 1; }
std::string_view TlsSession::version() const { return SSL_get_version(handle(ssl_)); }

bool TlsSession::has_peer_certificate() const {
  return ssl_ != nullptr && SSL_get0_peer_certificate(handle(ssl_)) != nullptr;
}

bool TlsSession::is_peer_authenticated() const {
  return has_peer_certificate() && SSL_get_verify_result(handle(ssl_)) == X509_V_OK;
}

transport::CertificateNames TlsSession::peer_names() const {
  const X509* certificate = SSL_get0_peer_certificate(handle(ssl_));
  return certificate == nullptr ? transport::CertificateNames{} : names_of(certificate);
}

std::string TlsSession::error() const {
  if (wrong_name_) return "the peer's certificate does not name " + *name_;
  const long verified = SSL_get_verify_result(handle(ssl_));
  if (verified != X509_V_OK) return std::string("the peer's certificate: ") + X509_verify_cert_error_string(verified);
  return reason();
}

}  // namespace offhook::io
