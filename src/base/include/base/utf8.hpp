// UTF-8 as RFC 3629 §4 has it: no overlong forms, no surrogates, nothing beyond U+10FFFF.
#pragma once
#include <cstddef>
#include <string_view>

namespace offhook {

[[nodiscard]] constexpr bool is_utf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const auto octet = static_cast<unsigned char>(text[i++]);
    if (octet < 0x80) continue;
    const int more = octet >= 0xc2 && octet <= 0xdf   ? 1
                     : octet >= 0xe0 && octet <= 0xef ? 2
                     : octet >= 0xf0 && octet <= 0xf4 ? 3
                                                      : 0;
    if (more == 0) return false;
    // The first continuation octet has a narrower range behind these lead octets.
    unsigned char low = octet == 0xe0 ? 0xa0 : octet == 0xf0 ? 0x90 : 0x80;
    unsigned char high = octet == 0xed ? 0x9f : octet == 0xf4 ? 0x8f : 0xbf;
    for (int k = 0; k < more; ++k, ++i) {
      if (i == text.size()) return false;
      const auto next = static_cast<unsigned char>(text[i]);
      if (next < low || next > high) return false;
      low = 0x80;
      high = 0xbf;
    }
  }
  return true;
}

}  // namespace offhook
