#include "dtls/association.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <deque>

#include "context.hpp"
#include "datagram_bio.hpp"

namespace offhook::dtls {
namespace {

using Datagram = std::vector<std::uint8_t>;

// Together a little less than kPatience. OpenSSL gives up after twelve.
constexpr std::size_t kRetransmissions = 10;
constexpr unsigned kAtOnce = 1, kNever = 3'600'000'000;  // microseconds of a clock that is none of ours
constexpr std::string_view kExporter = "EXTRACTOR-dtls_srtp";
constexpr std::size_t kRecordHeader = 13;

constexpr std::string_view kForeign = "certificate of the other side is not the one that it has announced";
constexpr std::string_view kNobody = "other side did not answer the key exchange";
constexpr std::string_view kRefused = "other side refused the key exchange";
constexpr std::string_view kBroken = "key exchange with the other side failed";
constexpr std::string_view kNoSuite = "no SRTP profile in common with the other side";
constexpr std::string_view kNoMeans = "OpenSSL cannot do DTLS";

struct FreeSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

const EVP_MD* method_of(std::string_view hash) {
  if (hash == "sha-512") return EVP_sha512();
  if (hash == "sha-384") return EVP_sha384();
  if (hash == "sha-256") return EVP_sha256();
  if (hash == "sha-224") return EVP_sha224();
  if (hash == "sha-1") return EVP_sha1();
  return nullptr;
}

bool hashes_to(X509* certificate, const sdp::CertificateDigest& expected) {
  const EVP_MD* method = method_of(expected.hash);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = digest.size();
  return method != nullptr && X509_digest(certificate, method, digest.data(), &size) == 1 &&
         std::ranges::equal(std::span(digest).first(size), expected.bytes);
}

// Master key and salt lengths of a suite (RFC 5764 §4.1.2, RFC 7714 §12).
std::size_t salt_size(sdp::CryptoSuite suite) {
  const bool aead = suite == sdp::CryptoSuite::AEAD_AES_128_GCM || suite == sdp::CryptoSuite::AEAD_AES_256_GCM;
  return aead ? 12 : 14;
}

}  // namespace

struct Association::Machine final : DatagramPort, Judge {
  Machine(std::shared_ptr<const Identity> own, bool begins, std::vector<sdp::CertificateDigest> digests)
      : identity(std::move(own)), active(begins), peer(std::move(digests)) {
    ssl.reset(make_connection(*this));
    BIO* bio = ssl ? make_datagram_bio(*this) : nullptr;
    if (bio == nullptr || SSL_use_certificate(ssl.get(), identity->certificate()) != 1 ||
        SSL_use_PrivateKey(ssl.get(), identity->key()) != 1) {
      BIO_free(bio);
      ssl.reset();
      fail(kNoMeans);
      return;
    }
    SSL_set_bio(ssl.get(), bio, bio);
    if (active)
      SSL_set_connect_state(ssl.get());
    else
      SSL_set_accept_state(ssl.get());
  }

  // DatagramPort
  std::span<const std::uint8_t> take() override { return std::exchange(arrived, {}); }
  void put(std::span<const std::uint8_t> datagram) override {
    if (repeating && !again.empty())
      again.back().emplace_back(datagram.begin(), datagram.end());
    else
      ready.emplace_back(datagram.begin(), datagram.end());
  }

  // Judge
  bool accepts(X509* certificate) override {
    const bool known = std::ranges::any_of(peer, [&](const auto& digest) { return hashes_to(certificate, digest); });
    foreign = !known;
    return known;
  }
  unsigned timer(unsigned before) override {
    if (before == 0) {
      again.clear();
      repeating = false;
      flight_begins = true;
      return kAtOnce;
    }
    repeating = true;
    again.emplace_back();
    return again.size() < kRetransmissions ? kAtOnce : kNever;
  }

  void fail(std::string_view why) {
    state = State::Failed;
    failure = why;
    settle();
  }
  // Nothing waits for its time any more.
  void settle() {
    again.clear();
    next_at.reset();
    give_up.reset();
  }

  void shake_hands(TimePoint now) {
    repeating = false;
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl.get());
    if (flight_begins) {
      flight_begins = false;
      next = 0;
      wait = kFirstWait;
      next_at = now + wait;
    }
    if (result == 1) return secure();
    const int error = SSL_get_error(ssl.get(), result);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return;
    const unsigned long code = ERR_peek_error();
    ERR_clear_error();
    if (foreign) return fail(kForeign);
    fail(ERR_GET_REASON(code) >= SSL_AD_REASON_OFFSET ? kRefused : kBroken);
  }

  void secure() {
    settle();
    const SRTP_PROTECTION_PROFILE* profile = SSL_get_selected_srtp_profile(ssl.get());
    const sdp::CryptoSuite suite = profile == nullptr ? sdp::CryptoSuite::Unknown : suite_of_profile(profile->id);
    if (suite == sdp::CryptoSuite::Unknown) return fail(kNoSuite);
    // RFC 5764 §4.2: client key, server key, client salt, server salt.
    const std::size_t salt = salt_size(suite), key = sdp::key_size(suite) - salt;
    std::array<std::uint8_t, 2 * 46> drawn{};
    if (SSL_export_keying_material(ssl.get(), drawn.data(), 2 * (key + salt), kExporter.data(), kExporter.size(),
                                   nullptr, 0, 0) != 1)
      return fail(kBroken);
    const auto side = [&](std::size_t which) {
      sdp::SrtpKey out;
      out.material.size = static_cast<std::uint8_t>(key + salt);
      std::copy_n(drawn.begin() + static_cast<std::ptrdiff_t>(which * key), key, out.material.bytes.begin());
      std::copy_n(drawn.begin() + static_cast<std::ptrdiff_t>(2 * key + which * salt), salt,
                  out.material.bytes.begin() + static_cast<std::ptrdiff_t>(key));
      return out;
    };
    keys = sdp::SrtpKeys{suite, side(active ? 0 : 1), side(active ? 1 : 0)};
    OPENSSL_cleanse(drawn.data(), drawn.size());
    state = State::Secured;
    rest();
  }

  // Records are over until somebody says goodbye or repeats the end of the handshake: both make new buffers.
  void rest() { (void)SSL_free_buffers(ssl.get()); }

  // After the handshake: a repeated last flight of the peer is answered within, what is said in the clear of DTLS is
  // not for us, a close_notify ends it.
  void read() {
    repeating = false;
    std::array<std::uint8_t, kLongestDatagram> nothing;
    ERR_clear_error();
    while (SSL_read(ssl.get(), nothing.data(), static_cast<int>(nothing.size())) > 0) {
    }
    ERR_clear_error();
    rest();
    if ((SSL_get_shutdown(ssl.get()) & SSL_RECEIVED_SHUTDOWN) == 0) return;
    state = State::Closed;
    keys.reset();
  }

  std::shared_ptr<const Identity> identity;
  bool active;
  std::vector<sdp::CertificateDigest> peer;
  std::unique_ptr<SSL, FreeSsl> ssl;

  State state = State::Waiting;
  std::string_view failure;
  std::optional<sdp::SrtpKeys> keys;
  bool started = false;
  bool foreign = false;  // the certificate that came
  std::optional<TimePoint> give_up;

  std::span<const std::uint8_t> arrived;
  std::deque<Datagram> ready;
  bool flight_begins = false, repeating = false;
  std::vector<std::vector<Datagram>> again;  // the present flight, once for each retransmission
  std::size_t next = 0;                      // of them
  Duration wait{};
  std::optional<TimePoint> next_at;
};

Association::Association(std::shared_ptr<const Identity> identity, bool active,
                         std::vector<sdp::CertificateDigest> peer)
    : machine_(std::make_unique<Machine>(std::move(identity), active, std::move(peer))) {}
Association::~Association() = default;
Association::Association(Association&&) noexcept = default;
Association& Association::operator=(Association&&) noexcept = default;

void Association::receive(TimePoint now, std::span<const std::uint8_t> datagram) {
  Machine& m = *machine_;
  if (datagram.size() < kRecordHeader || datagram.size() > kLongestDatagram) return;
  if (m.state == State::Waiting && (m.started || !m.active)) {
    m.arrived = datagram;
    m.shake_hands(now);
  } else if (m.state == State::Secured) {
    m.arrived = datagram;
    m.read();
  }
  m.arrived = {};
}

void Association::wake(TimePoint now) {
  Machine& m = *machine_;
  if (m.state != State::Waiting) return;
  if (!m.give_up) m.give_up = now + kPatience;
  if (!m.started) {
    m.started = true;
    if (m.active) m.shake_hands(now);
  }
  if (m.state == State::Waiting && now >= *m.give_up) return m.fail(kNobody);
  while (m.next_at && *m.next_at <= now) {
    if (m.next == m.again.size()) {
      m.next_at.reset();
      break;
    }
    for (Datagram& datagram : m.again[m.next]) m.ready.push_back(std::move(datagram));
    ++m.next;
    m.wait = std::min<Duration>(2 * m.wait, kLongestWait);
    *m.next_at += m.wait;
  }
}

void Association::close() {
  if (machine_->state != State::Secured) return;
  ERR_clear_error();
  if (SSL_alloc_buffers(machine_->ssl.get()) == 1) (void)SSL_shutdown(machine_->ssl.get());
  ERR_clear_error();
}

std::optional<std::vector<std::uint8_t>> Association::poll_transmit() {
  auto& ready = machine_->ready;
  if (ready.empty()) return std::nullopt;
  auto out = std::move(ready.front());
  ready.pop_front();
  return out;
}

State Association::state() const { return machine_->state; }
std::string_view Association::failure() const { return machine_->failure; }
const std::optional<sdp::SrtpKeys>& Association::keys() const { return machine_->keys; }

std::optional<TimePoint> Association::deadline() const {
  const Machine& m = *machine_;
  if (m.state != State::Waiting) return std::nullopt;
  if (!m.started || !m.give_up) return TimePoint::min();
  return m.next_at ? std::min(*m.next_at, *m.give_up) : *m.give_up;
}

}  // namespace offhook::dtls
