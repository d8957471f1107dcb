#include "rtp/srtp.hpp"

#include <srtp2/srtp.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "srtp_ciphers.hpp"

namespace offhook::rtp {
namespace {

constexpr std::size_t kLeastRtp = 12, kLeastRtcp = 8;
constexpr std::size_t kRtpSsrc = 8, kRtcpSsrc = 4;

// libsrtp keeps its table of ciphers for the process; it is made once, before the first context.
bool is_ready() {
  static const bool ready = srtp_init() == srtp_err_status_ok && use_openssl_ciphers();
  return ready;
}

void set_policies(SrtpSuite suite, srtp_policy_t& policy) {
  switch (suite) {
    case SrtpSuite::AesCm128Sha1_32:
      srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&policy.rtp);
      return srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
    case SrtpSuite::AesCm128Sha1_80:
      srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
      return srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
    case SrtpSuite::AesCm256Sha1_32:
      srtp_crypto_policy_set_aes_cm_256_hmac_sha1_32(&policy.rtp);
      return srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy.rtcp);
    case SrtpSuite::AesCm256Sha1_80:
      srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy.rtp);
      return srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy.rtcp);
    case SrtpSuite::AeadAes128Gcm:
      srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
      return srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
    case SrtpSuite::AeadAes256Gcm:
      srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtp);
      return srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtcp);
  }
}

Result<SrtpContext> make_context(SrtpSuite suite, std::span<const std::uint8_t> key, const SrtpOptions& options,
                                 srtp_ssrc_type_t direction) {
  if (key.size() != srtp_key_size(suite)) return fail(Module::Rtp, "SRTP key is not of its suite's length");
  if (!is_ready()) return fail(Module::Rtp, "libsrtp does not start");
  std::array<std::uint8_t, SRTP_MAX_KEY_LEN> copy{};
  std::copy(key.begin(), key.end(), copy.begin());
  srtp_policy_t policy{};
  policy.ssrc.type = direction;
  set_policies(suite, policy);
  if (options.unencrypted_rtp) policy.rtp.sec_serv = sec_serv_auth;
  if (options.unencrypted_rtcp) policy.rtcp.sec_serv = sec_serv_auth;
  if (options.mki.size() > SRTP_MAX_MKI_LEN) return fail(Module::Rtp, "MKI is longer than 128 bytes");
  std::array<std::uint8_t, SRTP_MAX_MKI_LEN> mki{};
  std::copy(options.mki.begin(), options.mki.end(), mki.begin());
  srtp_master_key_t named{copy.data(), mki.data(), static_cast<unsigned>(options.mki.size())};
  std::array<srtp_master_key_t*, 1> all{&named};
  if (options.mki.empty()) {
    policy.key = copy.data();
  } else {
    policy.keys = all.data();
    policy.num_master_keys = all.size();
  }
  policy.window_size = kSrtpReplayWindow;
  srtp_t context = nullptr;
  if (srtp_create(&context, &policy) != srtp_err_status_ok) return fail(Module::Rtp, "libsrtp lacks the suite");
  return SrtpContext(context);
}

template <class Protect>
bool protect(std::vector<std::uint8_t>& packet, std::size_t begin, std::size_t least, Protect&& call) {
  SrtpBuffer buffer;
  const std::size_t size = packet.size() - begin;
  bool done = false;
  if (size >= least && size + SRTP_MAX_TRAILER_LEN + 4 <= sizeof(buffer.bytes)) {
    std::copy_n(packet.data() + begin, size, buffer.bytes);
    int length = static_cast<int>(size);
    done = call(buffer.bytes, &length) == srtp_err_status_ok;
    packet.resize(begin);
    if (done) packet.insert(packet.end(), buffer.bytes, buffer.bytes + length);
  }
  if (!done) packet.resize(begin);
  return done;
}

SrtpVerdict verdict_of(srtp_err_status_t status) {
  if (status == srtp_err_status_ok) return SrtpVerdict::Good;
  if (status == srtp_err_status_auth_fail || status == srtp_err_status_cipher_fail ||
      status == srtp_err_status_bad_mki || status == srtp_err_status_cant_check)
    return SrtpVerdict::Forged;
  if (status == srtp_err_status_replay_fail || status == srtp_err_status_replay_old) return SrtpVerdict::Replayed;
  return SrtpVerdict::Unfit;
}

}  // namespace

std::size_t srtp_key_size(SrtpSuite suite) {
  switch (suite) {
    case SrtpSuite::AesCm128Sha1_32:
    case SrtpSuite::AesCm128Sha1_80: return 30;
    case SrtpSuite::AesCm256Sha1_32:
    case SrtpSuite::AesCm256Sha1_80: return 46;
    case SrtpSuite::AeadAes128Gcm: return 28;
    case SrtpSuite::AeadAes256Gcm: return 44;
  }
  return 0;
}

void FreeSrtp::operator()(srtp_ctx_t_* context) const { srtp_dealloc(context); }

Result<SrtpSender> SrtpSender::make(SrtpSuite suite, std::span<const std::uint8_t> key, const SrtpOptions& options) {
  auto context = make_context(suite, key, options, ssrc_any_outbound);
  if (!context) return tl::unexpected(context.error());
  return SrtpSender(std::move(*context), !options.mki.empty());
}

bool SrtpSender::protect_rtp(std::vector<std::uint8_t>& packet, std::size_t begin) {
  return protect(packet, begin, kLeastRtp,
                 [&](void* bytes, int* n) { return srtp_protect_mki(context_.get(), bytes, n, mki_ ? 1 : 0, 0); });
}

bool SrtpSender::protect_rtcp(std::vector<std::uint8_t>& packet, std::size_t begin) {
  return protect(packet, begin, kLeastRtcp,
                 [&](void* bytes, int* n) { return srtp_protect_rtcp_mki(context_.get(), bytes, n, mki_ ? 1 : 0, 0); });
}

Result<SrtpReceiver> SrtpReceiver::make(SrtpSuite suite, std::span<const std::uint8_t> key,
                                        const SrtpOptions& options) {
  auto context = make_context(suite, key, options, ssrc_any_inbound);
  if (!context) return tl::unexpected(context.error());
  return SrtpReceiver(std::move(*context), suite, options.mki);
}

template <class Unprotect>
SrtpReceiver::Out SrtpReceiver::unprotect(std::span<const std::uint8_t> packet, std::size_t ssrc_at, SrtpBuffer& buffer,
                                          Unprotect&& call) {
  if (packet.size() < ssrc_at + 4 || packet.size() > sizeof(buffer.bytes)) return {};
  std::uint32_t ssrc = 0;
  std::memcpy(&ssrc, packet.data() + ssrc_at, 4);
  const bool known = std::find(sources_.begin(), sources_.end(), ssrc) != sources_.end();
  if (!known && sources_.size() >= kMostSrtpSources) return {};
  std::copy(packet.begin(), packet.end(), buffer.bytes);
  int length = static_cast<int>(packet.size());
  const auto verdict = verdict_of(call(buffer.bytes, &length));
  if (verdict != SrtpVerdict::Good) return {verdict, {}};
  if (!known) sources_.push_back(ssrc);
  return {verdict, {buffer.bytes, static_cast<std::size_t>(length)}};
}

SrtpReceiver::Out SrtpReceiver::unprotect_rtp(std::span<const std::uint8_t> packet, SrtpBuffer& buffer) {
  const unsigned named = mki_.empty() ? 0 : 1;
  return unprotect(packet, kRtpSsrc, buffer,
                   [&](void* bytes, int* length) { return srtp_unprotect_mki(context_.get(), bytes, length, named); });
}

// libsrtp 2.5 looks for the MKI of SRTCP where it would stand if the tag were as short as that of SRTP. In the suites
// where it is not we check it and take it out ourselves.
bool SrtpReceiver::strip_rtcp_mki(std::uint8_t* packet, int* length) const {
  constexpr std::size_t kTag = 10;
  const auto size = static_cast<std::size_t>(*length);
  if (size < kLeastRtcp + kTag + mki_.size()) return false;
  std::uint8_t* const at = packet + size - kTag - mki_.size();
  if (std::memcmp(at, mki_.data(), mki_.size()) != 0) return false;
  std::memmove(at, at + mki_.size(), kTag);
  *length -= static_cast<int>(mki_.size());
  return true;
}

SrtpReceiver::Out SrtpReceiver::unprotect_rtcp(std::span<const std::uint8_t> packet, SrtpBuffer& buffer) {
  const bool tags_differ = suite_ == SrtpSuite::AesCm128Sha1_32 || suite_ == SrtpSuite::AesCm256Sha1_32;
  const bool by_hand = tags_differ && !mki_.empty();
  const unsigned named = by_hand || mki_.empty() ? 0 : 1;
  return unprotect(packet, kRtcpSsrc, buffer, [&](void* bytes, int* length) {
    if (by_hand && !strip_rtcp_mki(static_cast<std::uint8_t*>(bytes), length)) return srtp_err_status_bad_mki;
    return srtp_unprotect_rtcp_mki(context_.get(), bytes, length, named);
  });
}

}  // namespace offhook::rtp
