#include "srtp/gate.hpp"

#include <utility>

#include "rtp/srtp.hpp"

namespace offhook::media {
namespace {

using Packet = std::span<const std::uint8_t>;

std::optional<rtp::SrtpSuite> suite_of(sdp::CryptoSuite suite) {
  switch (suite) {
    case sdp::CryptoSuite::AES_CM_128_HMAC_SHA1_32: return rtp::SrtpSuite::AesCm128Sha1_32;
    case sdp::CryptoSuite::AES_CM_128_HMAC_SHA1_80: return rtp::SrtpSuite::AesCm128Sha1_80;
    case sdp::CryptoSuite::AES_256_CM_HMAC_SHA1_32: return rtp::SrtpSuite::AesCm256Sha1_32;
    case sdp::CryptoSuite::AES_256_CM_HMAC_SHA1_80: return rtp::SrtpSuite::AesCm256Sha1_80;
    case sdp::CryptoSuite::AEAD_AES_128_GCM: return rtp::SrtpSuite::AeadAes128Gcm;
    case sdp::CryptoSuite::AEAD_AES_256_GCM: return rtp::SrtpSuite::AeadAes256Gcm;
    case sdp::CryptoSuite::Unknown:
    case sdp::CryptoSuite::F8_128_HMAC_SHA1_80:
    case sdp::CryptoSuite::AES_192_CM_HMAC_SHA1_32:
    case sdp::CryptoSuite::AES_192_CM_HMAC_SHA1_80: break;  // libsrtp lacks them, or few have them
  }
  return std::nullopt;
}

// One direction's key with its suite: what a context is made from, and known by.
struct Keying {
  sdp::CryptoSuite suite = sdp::CryptoSuite::Unknown;
  sdp::SrtpKey key;
  friend bool operator==(const Keying&, const Keying&) = default;
};

template <class Context>
std::optional<Context> make(const Keying& keying) {
  const auto suite = suite_of(keying.suite);
  const auto mki = keying.key.mki_bytes();
  if (!suite || !mki) return std::nullopt;
  const Packet key(keying.key.material.bytes.data(), keying.key.material.size);
  auto context = Context::make(*suite, key, {*mki, keying.key.unencrypted_rtp, keying.key.unencrypted_rtcp});
  return context ? std::optional<Context>(std::move(*context)) : std::nullopt;
}

// So many good packets under new keys, and those before are forgotten: what was under way is here by then.
constexpr int kOldKeysFor = 16;

struct Receiver {
  Keying keying;
  std::optional<rtp::SrtpReceiver> context;
};
struct Sender {
  Keying keying;
  std::optional<rtp::SrtpSender> context;
  std::uint64_t sent = 0;  // RTP packets under the key
};

}  // namespace

struct SrtpGate::State {
  Sender sends;
  // Of the key before, should it come back (forks, a=setup:holdconn): one that began again would use each index twice.
  std::optional<Sender> rests;
  Receiver now;
  std::optional<Receiver> before;  // of the keys before
  int good = 0;                    // packets under the present ones, while there are some before
  bool plain = false;              // for now

  void send_with(const Keying& keying) {
    if (sends.context && keying == sends.keying) return;
    if (rests && rests->keying == keying) return std::swap(sends, *rests);
    if (sends.context) rests = std::move(sends);
    sends = {keying, make<rtp::SrtpSender>(keying)};
  }
  template <class Open>
  Packet open(SrtpStats& stats, Open&& call) {
    rtp::SrtpReceiver::Out out{rtp::SrtpVerdict::Forged, {}};
    if (now.context) out = call(*now.context);
    if (out.verdict == rtp::SrtpVerdict::Good) {
      if (before && ++good >= kOldKeysFor) before.reset();
      return out.packet;
    }
    if (before && before->context && out.verdict == rtp::SrtpVerdict::Forged) out = call(*before->context);
    switch (out.verdict) {
      case rtp::SrtpVerdict::Good: return out.packet;
      case rtp::SrtpVerdict::Replayed: ++stats.replayed; break;
      case rtp::SrtpVerdict::Forged:
      case rtp::SrtpVerdict::Unfit: ++stats.forged; break;
    }
    return {};
  }
};

SrtpGate::SrtpGate() = default;
SrtpGate::~SrtpGate() = default;
SrtpGate::SrtpGate(SrtpGate&&) noexcept = default;
SrtpGate& SrtpGate::operator=(SrtpGate&&) noexcept = default;

void SrtpGate::set_keys(const std::optional<sdp::SrtpKeys>& keys) {
  if (!keys) {
    if (state_) state_->plain = true;
    return;
  }
  if (!state_) state_ = std::make_unique<State>();
  State& state = *state_;
  state.plain = false;
  state.send_with({keys->suite, keys->local});
  Keying receives{keys->suite, keys->remote};
  if (state.now.context && receives == state.now.keying) return;
  // Forks bring the keys of two sides in turn: those that come back go on where they were.
  if (state.before && state.before->keying == receives) {
    state.good = 0;
    return std::swap(state.now, *state.before);
  }
  Receiver next{receives, make<rtp::SrtpReceiver>(receives)};
  if (state.now.context) state.before = std::move(state.now);
  state.now = std::move(next);
  state.good = 0;
}

bool SrtpGate::is_plain() const { return !state_ || state_->plain; }

bool SrtpGate::seal_rtp(std::vector<std::uint8_t>& bytes, std::size_t begin, SrtpStats& stats) {
  if (is_plain()) return true;
  Sender& sends = state_->sends;
  const std::uint64_t lifetime = sends.keying.key.lifetime;
  const bool worn_out = lifetime != 0 && sends.sent >= lifetime;
  if (!worn_out && sends.context && sends.context->protect_rtp(bytes, begin)) {
    ++sends.sent;
    return true;
  }
  bytes.resize(begin);
  ++stats.unsent;
  return false;
}

bool SrtpGate::seal_rtcp(std::vector<std::uint8_t>& bytes, std::size_t begin, SrtpStats& stats) {
  if (is_plain() || (state_->sends.context && state_->sends.context->protect_rtcp(bytes, begin))) return true;
  bytes.resize(begin);
  ++stats.unsent;
  return false;
}

Packet SrtpGate::open_rtp(Packet packet, rtp::SrtpBuffer& room, SrtpStats& stats) {
  if (is_plain()) return packet;
  return state_->open(stats, [&](rtp::SrtpReceiver& r) { return r.unprotect_rtp(packet, room); });
}

Packet SrtpGate::open_rtcp(Packet packet, rtp::SrtpBuffer& room, SrtpStats& stats) {
  if (is_plain()) return packet;
  return state_->open(stats, [&](rtp::SrtpReceiver& r) { return r.unprotect_rtcp(packet, room); });
}

}  // namespace offhook::media
