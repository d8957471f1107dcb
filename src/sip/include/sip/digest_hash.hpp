// The hashes of digest authentication. RFC 7616 §3.2 and §3.3, RFC 8760 §2.1.
//
// A Hasher takes its text piece by piece and gives hex: no string is built, and OpenSSL's functions and contexts are
// looked up once, not for every hash (which costs more than hashing does). Whoever hashes often owns one.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

extern "C" {
struct evp_md_ctx_st;
}

namespace offhook::sip {

// The last three bind HA1 to a nonce (§3.4.2) and store the same HA1 as the first three.
enum class DigestAlgorithm : std::uint8_t { Md5, Sha256, Sha512_256, Md5Sess, Sha256Sess, Sha512_256Sess };
inline constexpr std::size_t kDigestHashes = 3, kDigestAlgorithms = 6;

[[nodiscard]] std::string_view algorithm_name(DigestAlgorithm algorithm);              // "MD5" … "SHA-512-256-sess"
[[nodiscard]] std::optional<DigestAlgorithm> digest_algorithm(std::string_view name);  // in any case
[[nodiscard]] constexpr std::size_t hash_index(DigestAlgorithm algorithm) {
  return static_cast<std::size_t>(algorithm) % kDigestHashes;
}
[[nodiscard]] constexpr bool is_session(DigestAlgorithm algorithm) {
  return static_cast<std::size_t>(algorithm) >= kDigestHashes;
}

// A hash in lower-case hex; "" when the library has no such function (MD5 in a FIPS configuration).
class HexDigest {
 public:
  [[nodiscard]] std::string_view view() const& { return {text_.data(), size_}; }
  std::string_view view() && = delete;
  [[nodiscard]] std::string text() const { return {text_.data(), size_}; }
  void append(unsigned char octet);

 private:
  std::array<char, 64> text_;  // `size_` of them are set
  std::uint8_t size_ = 0;
};

class Hasher {
 public:
  Hasher() = default;
  ~Hasher();
  Hasher(Hasher&& other) noexcept;
  Hasher& operator=(Hasher&& other) noexcept;

  // begin, any number of add, end.
  void begin(DigestAlgorithm algorithm);
  Hasher& add(std::string_view text);
  // The content of a quoted-string as it stands in a message: escapes are undone.
  Hasher& add_unescaped(std::string_view text);
  [[nodiscard]] HexDigest end();
  // The same for a text that is no secret and often the one before: the last of each hash is remembered, when it is
  // short. H(A2) of every REGISTER to one registrar is the same.
  [[nodiscard]] HexDigest end_of_public();

  // The parts with a colon between each two.
  template <class... Parts>
  [[nodiscard]] HexDigest hash(DigestAlgorithm algorithm, std::string_view first, Parts... more) {
    begin(algorithm);
    add(first);
    (add(":").add(more), ...);
    return end();
  }

 private:
  struct Remembered {
    std::array<char, 96> text;  // `size` of it are set
    std::size_t size = 0;       // 0: nothing is
    HexDigest hash;
  };
  void start();
  void flush();
  std::array<evp_md_ctx_st*, kDigestHashes> contexts_{};  // made at their first use
  std::array<Remembered, kDigestHashes> remembered_;
  std::size_t index_ = 0;             // of the hash that has begun
  bool started_ = false;              // OpenSSL knows of it
  evp_md_ctx_st* current_ = nullptr;  // then; null when it has failed
  std::size_t used_ = 0;
  std::array<char, 256> buffer_;  // `used_` of it are set
};

// Hash of `data` in lower-case hex.
[[nodiscard]] std::string hash_hex(DigestAlgorithm algorithm, std::string_view data);
// H(user ":" realm ":" password): what is stored.
[[nodiscard]] std::string ha1(DigestAlgorithm algorithm, std::string_view user, std::string_view realm,
                              std::string_view password);

}  // namespace offhook::sip
