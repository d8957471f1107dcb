#include "sip/digest_hash.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/ascii.hpp"

namespace offhook::sip {
namespace {

constexpr std::array<std::string_view, kDigestAlgorithms> kNames{"MD5",      "SHA-256",      "SHA-512-256",
                                                                 "MD5-sess", "SHA-256-sess", "SHA-512-256-sess"};

// Constants of the process: EVP_md5() and its like would be looked up by name at every use (OpenSSL 3).
const EVP_MD* hash_function(std::size_t index) {
  static const std::array<const EVP_MD*, kDigestHashes> functions{EVP_MD_fetch(nullptr, "MD5", nullptr),
                                                                  EVP_MD_fetch(nullptr, "SHA256", nullptr),
                                                                  EVP_MD_fetch(nullptr, "SHA512-256", nullptr)};
  return functions.at(index);
}

}  // namespace

std::string_view algorithm_name(DigestAlgorithm algorithm) { return kNames.at(static_cast<std::size_t>(algorithm)); }

std::optional<DigestAlgorithm> digest_algorithm(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (iequals(kNames.at(i), name)) return static_cast<DigestAlgorithm>(i);
  return std::nullopt;
}

void HexDigest::append(unsigned char octet) {
  static constexpr char kHex[] = "0123456789abcdef";
  char* const out = text_.data() + size_;
  out[0] = kHex[octet >> 4U];
  out[1] = kHex[octet & 15U];
  size_ = static_cast<std::uint8_t>(size_ + 2);
}

Hasher::~Hasher() {
  for (EVP_MD_CTX* context : contexts_) EVP_MD_CTX_free(context);
}

Hasher::Hasher(Hasher&& other) noexcept : contexts_(std::exchange(other.contexts_, {})) {}

Hasher& Hasher::operator=(Hasher&& other) noexcept {
  std::swap(contexts_, other.contexts_);
  started_ = false;
  current_ = nullptr;
  return *this;
}

void Hasher::begin(DigestAlgorithm algorithm) {
  index_ = hash_index(algorithm);
  started_ = false;
  used_ = 0;
}

void Hasher::start() {
  EVP_MD_CTX*& context = contexts_.at(index_);
  started_ = true;
  if (context != nullptr) {
    current_ = EVP_DigestInit_ex2(context, nullptr, nullptr) == 1 ? context : nullptr;
    return;
  }
  const EVP_MD* const function = hash_function(index_);
  if (function != nullptr) context = EVP_MD_CTX_new();
  if (context != nullptr && EVP_DigestInit_ex2(context, function, nullptr) != 1) {
    EVP_MD_CTX_free(context);
    context = nullptr;
  }
  current_ = context;
}

Hasher& Hasher::add(std::string_view text) {
  while (!text.empty()) {
    const std::size_t n = std::min(text.size(), buffer_.size() - used_);
    std::memcpy(buffer_.data() + used_, text.data(), n);
    used_ += n;
    text.remove_prefix(n);
    if (used_ == buffer_.size()) flush();
  }
  return *this;
}

Hasher& Hasher::add_unescaped(std::string_view text) {
  for (;;) {
    const auto escape = text.find('\\');
    if (escape == std::string_view::npos || escape + 1 == text.size()) return add(text);
    add(text.substr(0, escape)).add(text.substr(escape + 1, 1));
    text.remove_prefix(escape + 2);
  }
}

void Hasher::flush() {
  if (!started_) start();
  if (current_ != nullptr && EVP_DigestUpdate(current_, buffer_.data(), used_) != 1) current_ = nullptr;
  used_ = 0;
}

HexDigest Hasher::end() {
  flush();
  HexDigest out;
  std::array<unsigned char, EVP_MAX_MD_SIZE> octets;
  unsigned size = 0;
  if (current_ != nullptr && EVP_DigestFinal_ex(current_, octets.data(), &size) == 1)
    for (unsigned i = 0; i < size; ++i) out.append(octets.at(i));
  return out;
}

HexDigest Hasher::end_of_public() {
  Remembered& last = remembered_.at(index_);
  const std::string_view text(buffer_.data(), used_);
  const bool is_whole = !started_ && !text.empty() && text.size() <= last.text.size();
  if (is_whole && std::string_view(last.text.data(), last.size) == text) return last.hash;
  if (!is_whole) return end();
  std::memcpy(last.text.data(), text.data(), text.size());
  last.size = text.size();
  last.hash = end();
  return last.hash;
}

std::string hash_hex(DigestAlgorithm algorithm, std::string_view data) { return Hasher().hash(algorithm, data).text(); }

std::string ha1(DigestAlgorithm algorithm, std::string_view user, std::string_view realm, std::string_view password) {
  return Hasher().hash(algorithm, user, realm, password).text();
}

}  // namespace offhook::sip
