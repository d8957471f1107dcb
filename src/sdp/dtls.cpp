#include "sdp/dtls.hpp"

#include <algorithm>
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

// The order in which we believe them (RFC 8122 §5); those that are missing count for nothing.
constexpr std::array<std::string_view, 5> kBelieved{"sha-512", "sha-384", "sha-256", "sha-224", "sha-1"};
std::size_t rank(std::string_view hash) {
  return static_cast<std::size_t>(std::ranges::find(kBelieved, hash) - kBelieved.begin());
}

constexpr std::size_t kMostDigests = 8;

// Of a medium, else of the whole session.
std::optional<Attribute> attribute_of(const SessionDescription& description, const Media& m, std::string_view name) {
  const auto own = m.attribute(name);
  return own ? own : description.session().attribute(name);
}

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

bool is_tls_id(std::string_view value) {
  return value.size() >= 20 && value.size() <= 255 && std::ranges::all_of(value, [](char c) {
           return is_alpha(c) || is_digit(c) || c == '+' || c == '/' || c == '-' || c == '_';
         });
}

Result<std::optional<RemoteDtls>> read_dtls(const SessionDescription& description, const Media& m, Setup absent) {
  const bool own = m.has_attribute("fingerprint");
  const Section session = description.session();
  if (!own && !session.has_attribute("fingerprint")) return std::optional<RemoteDtls>();
  RemoteDtls out;
  std::size_t best = kBelieved.size();
  for (const Attribute& line : own ? m.attributes("fingerprint") : session.attributes("fingerprint")) {
    const auto fingerprint = Fingerprint::parse(line.value, line.offset);
    if (!fingerprint) continue;
    CertificateDigest digest{to_lower(fingerprint->hash), {fingerprint->bytes.begin(), fingerprint->bytes.end()}};
    const std::size_t place = rank(digest.hash);
    if (place < best) out.digests.clear();
    if (place < best) best = place;
    if (place == best && best < kBelieved.size() && out.digests.size() < kMostDigests)
      out.digests.push_back(std::move(digest));
  }
  if (out.digests.empty()) return fail(Module::Sdp, "no fingerprint of a hash that counts", m.offset);
  const auto setup = attribute_of(description, m, "setup");
  const auto role = setup ? parse_setup(setup->value) : absent;
  if (!role) return fail(Module::Sdp, "a=setup is none of active, passive, actpass, holdconn", setup->offset);
  out.setup = *role;
  if (const auto id = attribute_of(description, m, "tls-id")) {
    if (!is_tls_id(trim(id->value)))
      return fail(Module::Sdp, "a=tls-id is not 20 to 255 of its characters", id->offset);
    out.tls_id = trim(id->value);
  }
  return std::optional(std::move(out));
}

std::optional<bool> parse_new_connection(std::string_view value) {
  const auto word = trim(value);
  if (iequals(word, "new")) return true;
  if (iequals(word, "existing")) return false;
  return std::nullopt;
}

}  // namespace offhook::sdp
