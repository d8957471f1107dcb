#include "turn/wire.hpp"

#include <openssl/evp.h>

#include "stun/writing.hpp"

namespace offhook::turn {
namespace {

constexpr std::size_t kMd5Size = 16;

std::uint32_t read(std::string_view bytes) {
  std::uint32_t out = 0;
  for (const char c : bytes) out = out << 8U | static_cast<unsigned char>(c);
  return out;
}

}  // namespace

std::optional<ChannelData> parse_channel_data(std::string_view datagram) {
  if (!looks_like_channel_data(datagram) || datagram.size() < kChannelHead) return std::nullopt;
  const std::size_t size = read(datagram.substr(2, 2));
  if (size > datagram.size() - kChannelHead) return std::nullopt;
  return ChannelData{static_cast<std::uint16_t>(read(datagram.substr(0, 2))), datagram.substr(kChannelHead, size)};
}

std::string long_term_key(std::string_view user, std::string_view realm, std::string_view password) {
  std::string text(user);
  text.append(":").append(realm).append(":").append(password);
  std::string out(kMd5Size, '\0');
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(out.data()), &size, EVP_md5(), nullptr) !=
          1 ||
      size != kMd5Size)
    return {};
  return out;
}

std::optional<std::uint32_t> number_of(const stun::Message& message, std::uint16_t type) {
  const auto value = message.find(type);
  return value && value->size() == 4 ? std::optional(read(*value)) : std::nullopt;
}

void put_number(std::string& message, std::uint16_t type, std::uint32_t value) {
  std::string bytes;
  for (unsigned shift = 32; shift > 0; shift -= 8) bytes += static_cast<char>(value >> (shift - 8) & 0xffU);
  stun::put_attribute(message, type, bytes);
}

}  // namespace offhook::turn
