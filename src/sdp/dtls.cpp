#include "sdp/dtls.hpp"

#include <array>

#include "base/ascii.hpp"
#include "sdp/words.hpp"

namespace offhook::sdp {
namespace {

struct HashRow {
  std::string_view name;
  std::size_t bytes;
};
constexpr std::array kHashes{HashRow{"sha-1", 20},   HashRow{"sha-224", 28}, HashRow{"sha-256", 32},
                             HashRow{"sha-384", 48}, HashRow{"sha-512", 64}, HashRow{"md5", 16},
                             HashRow{"md2", 16}};
constexpr std::array<std::string_view, 4> kSetups{"active", "passive", "actpass", "holdconn"};

std::optional<unsigned> hex_digit(char c) {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  const char low = ascii_lower(c);
  if (low >= 'a' && low <= 'f') return static_cast<unsigned>(low - 'a' + 10);
  return std::nullopt;
}

}  // namespace

Result<Fingerprint> Fingerprint::parse(std::string_view value, std::size_t offset) {
  const auto refuse = [&](std::string_view what) { return fail(Module::Sdp, what, offset); };
  Fingerprint out;
  out.hash = next_word(value);
  const auto text = next_word(value);
  for (std::size_t i = 0; i < text.size(); i += 3) {
    if (i + 1 >= text.size() || (i + 2 < text.size() && text[i + 2] != ':') || i + 3 == text.size())
      return refuse("fingerprint is not <hash> <XX>:<XX>…");
    const auto high = hex_digit(text[i]), low = hex_digit(text[i + 1]);
    if (!high || !low) return refuse("fingerprint has something that is no hexadecimal digit");
    out.bytes.push_back(static_cast<std::uint8_t>(*high * 16 + *low));
  }
  if (out.bytes.empty()) return refuse("empty fingerprint");
  for (const HashRow& row : kHashes)
    if (iequals(row.name, out.hash) && row.bytes != out.bytes.size()) return refuse("fingerprint of another length");
  return out;
}

std::string Fingerprint::text() const {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out(hash);
  char before = ' ';
  for (const auto byte : bytes) {
    out += std::exchange(before, ':');
    out += kHex[byte >> 4U];
    out += kHex[byte & 15U];
  }
  return out;
}

bool Fingerprint::matches(const Fingerprint& other) const { return iequals(hash, other.hash) && bytes == other.bytes; }

std::optional<Setup> parse_setup(std::string_view value) {
  for (std::size_t i = 0; i < kSetups.size(); ++i)
    if (iequals(kSetups[i], trim(value))) return static_cast<Setup>(i);
  return std::nullopt;
}

std::string_view setup_text(Setup setup) { return kSetups[static_cast<std::size_t>(setup)]; }

Setup answer_setup(Setup offered) {
  switch (offered) {
    case Setup::Active: return Setup::Passive;
    case Setup::Passive:
    case Setup::ActPass: return Setup::Active;
    case Setup::HoldConn: return Setup::HoldConn;
  }
  return Setup::HoldConn;
}

std::optional<bool> parse_new_connection(std::string_view value) {
  const auto word = trim(value);
  if (iequals(word, "new")) return true;
  if (iequals(word, "existing")) return false;
  return std::nullopt;
}

}  // namespace offhook::sdp
