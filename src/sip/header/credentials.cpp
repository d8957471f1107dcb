#include "sip/header/credentials.hpp"

#include <array>
#include <bit>
#include <cstring>

#include "auth_params.hpp"

namespace offhook::sip {
namespace {

// Up to eight letters as a number, in which case does not count. (No octet but the letter itself and its capital gives
// the letter when bit 0x20 is set.)
consteval std::uint64_t folded(std::string_view letters) {
  std::array<char, 8> octets{};
  for (std::size_t i = 0; i < letters.size(); ++i) octets[i] = static_cast<char>(letters[i] | 0x20);
  return std::bit_cast<std::uint64_t>(octets);
}
constexpr std::array<std::uint64_t, 9> kFolds = {
    0, 0, folded("  "), folded("   "), 0, folded("     "), folded("      "), 0, folded("        ")};
template <std::size_t N>
std::uint64_t folded(const char* letters) {
  std::uint64_t out = 0;
  std::memcpy(&out, letters, N);
  return out | kFolds[N];
}

// The member of that name; null for a parameter that nobody knows.
std::string_view* member(CredentialsView& out, std::string_view name) {
  const char* const at = name.data();
  const auto one_of = [](std::uint64_t found, std::uint64_t wanted, std::string_view& field) {
    return found == wanted ? &field : nullptr;
  };
  switch (name.size()) {
    case 2: return one_of(folded<2>(at), folded("nc"), out.nc);
    case 3: {
      const auto key = folded<3>(at);
      return key == folded("qop") ? &out.qop : one_of(key, folded("uri"), out.uri);
    }
    case 5: {
      const auto key = folded<5>(at);
      return key == folded("realm") ? &out.realm : one_of(key, folded("nonce"), out.nonce);
    }
    case 6: {
      const auto key = folded<6>(at);
      return key == folded("cnonce") ? &out.cnonce : one_of(key, folded("opaque"), out.opaque);
    }
    case 8: {
      const auto key = folded<8>(at);
      if (key == folded("username")) return &out.username;
      return key == folded("response") ? &out.response : one_of(key, folded("userhash"), out.userhash);
    }
    case 9: {
      const auto key = folded<8>(at);
      if (at[8] == '*') return one_of(key, folded("username"), out.username_ext);
      return ascii_lower(at[8]) == 'm' ? one_of(key, folded("algorith"), out.algorithm) : nullptr;
    }
    default: return nullptr;
  }
}

}  // namespace

Result<CredentialsView> CredentialsView::parse(std::string_view value) {
  CredentialsView out;
  Cursor cursor(value);
  if (!take_digest(cursor)) return fail(Module::Sip, "no Digest credentials", cursor.offset());
  const bool good = take_auth_params(cursor, [&out](std::string_view name, std::string_view text) {
    std::string_view* const field = member(out, name);
    if (field == nullptr) return true;
    if (field->data() != nullptr) return false;
    *field = text;
    return true;
  });
  if (!good || !cursor.done()) return fail(Module::Sip, "broken Digest credentials", cursor.offset());
  return out;
}

}  // namespace offhook::sip
