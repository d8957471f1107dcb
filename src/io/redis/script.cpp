#include "redis/script.hpp"

#include <openssl/evp.h>

namespace offhook::io {

RedisScript::RedisScript(std::string_view source) : text(source) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(source.data(), source.size(), digest, &size, EVP_sha1(), nullptr);
  for (unsigned i = 0; i < size; ++i) {
    constexpr std::string_view kHex = "0123456789abcdef";
    sha += kHex[digest[i] >> 4U];
    sha += kHex[digest[i] & 15U];
  }
}

}  // namespace offhook::io
