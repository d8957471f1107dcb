// SRTP and SRTCP (RFC 3711; suites of RFC 4568 §6.2, RFC 6188, RFC 7714) by libsrtp2, as a value: packets in, packets
// out, one direction of one stream each. No I/O, no clock, no randomness: the key comes from the caller. One thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

struct srtp_ctx_t_;  // of libsrtp

namespace offhook::rtp {

enum class SrtpSuite : std::uint8_t {
  AesCm128Sha1_32,  // the tag of SRTCP has 80 bits all the same (RFC 4568 §6.2.2)
  AesCm128Sha1_80,
  AesCm256Sha1_32,
  AesCm256Sha1_80,
  AeadAes128Gcm,
  AeadAes256Gcm
};
// Bytes of master key and salt together.
[[nodiscard]] std::size_t srtp_key_size(SrtpSuite suite);

inline constexpr std::size_t kLongestSrtpPacket = 2048;  // protected; longer ones are refused
inline constexpr std::size_t kSrtpReplayWindow = 128;    // packets (RFC 3711 §3.3.2 asks for 64)
inline constexpr std::size_t kMostSrtpSources = 64;      // SSRCs under one key; further ones are refused

// What goes beyond suite and key.
struct SrtpOptions {
  std::string_view mki{};  // bytes behind each packet that name its key (RFC 3711 §3.1), 128 at most; empty: none
  bool unencrypted_rtp = false, unencrypted_rtcp = false;  // only authenticated (RFC 4568 §6.3.2)
};

struct FreeSrtp {
  void operator()(srtp_ctx_t_* context) const;
};
using SrtpContext = std::unique_ptr<srtp_ctx_t_, FreeSrtp>;

// Protects what we send, under any SSRC; the rollover counter of each begins at 0.
class SrtpSender {
 public:
  // `key` is master key and salt, srtp_key_size() bytes, else an Error.
  [[nodiscard]] static Result<SrtpSender> make(SrtpSuite suite, std::span<const std::uint8_t> key,
                                               const SrtpOptions& options = {});
  // The packet is packet[begin..]; false leaves nothing of it: not a packet, too long, or sent before (the same index
  // twice under one key would give both away).
  [[nodiscard]] bool protect_rtp(std::vector<std::uint8_t>& packet, std::size_t begin = 0);
  [[nodiscard]] bool protect_rtcp(std::vector<std::uint8_t>& packet, std::size_t begin = 0);

 private:
  SrtpSender(SrtpContext context, bool mki) : context_(std::move(context)), mki_(mki) {}
  SrtpContext context_;
  bool mki_;
};

enum class SrtpVerdict : std::uint8_t {
  Good,
  Forged,    // its tag is not of this key: tampered with, of another key, or not SRTP at all
  Replayed,  // has been here before, or is older than the window
  Unfit      // no packet, too long, one SSRC too many
};

// Where an unprotected packet is put; the view that receive_* gives points into it.
struct SrtpBuffer {
  alignas(8) std::uint8_t bytes[kLongestSrtpPacket];
};

// Unprotects what the peer sends, whatever its SSRCs. Only what is Good changes its state.
class SrtpReceiver {
 public:
  [[nodiscard]] static Result<SrtpReceiver> make(SrtpSuite suite, std::span<const std::uint8_t> key,
                                                 const SrtpOptions& options = {});
  struct Out {
    SrtpVerdict verdict = SrtpVerdict::Unfit;
    std::span<const std::uint8_t> packet{};  // of Good
  };
  [[nodiscard]] Out unprotect_rtp(std::span<const std::uint8_t> packet, SrtpBuffer& buffer);
  [[nodiscard]] Out unprotect_rtcp(std::span<const std::uint8_t> packet, SrtpBuffer& buffer);

 private:
  template <class Unprotect>
  Out unprotect(std::span<const std::uint8_t> packet, std::size_t ssrc_at, SrtpBuffer& buffer, Unprotect&& call);
  SrtpReceiver(SrtpContext context, SrtpSuite suite, std::string_view mki)
      : context_(std::move(context)), suite_(suite), mki_(mki) {}
  [[nodiscard]] bool strip_rtcp_mki(std::uint8_t* packet, int* length) const;
  SrtpContext context_;
  SrtpSuite suite_;
  std::string mki_;
  std::vector<std::uint32_t> sources_;
};

}  // namespace offhook::rtp
