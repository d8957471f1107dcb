// Characters of an XML document in UTF-8. XML 1.0 §2.2, RFC 3629.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace offhook::body::xml {

// XML 1.0 §2.2: tab, CR, LF, and all that is no control, surrogate or one of the two non-characters.
[[nodiscard]] constexpr bool is_char(std::uint32_t c) {
  return c == 0x9 || c == 0xa || c == 0xd || (c >= 0x20 && c <= 0xd7ff) || (c >= 0xe000 && c <= 0xfffd) ||
         (c >= 0x10000 && c <= 0x10ffff);
}

[[nodiscard]] constexpr bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Bytes of the character at the front of `text`, which is not empty; 0 when it is no shortest-form UTF-8 or no
// character of XML.
[[nodiscard]] constexpr std::size_t char_length(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return is_char(lead) ? 1 : 0;
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return 0;
  std::uint32_t c = lead & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    c = (c << 6) | (byte(i) & 0x3f);
  }
  constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  return c >= kLeast[size] && is_char(c) ? size : 0;
}

}  // namespace offhook::body::xml
