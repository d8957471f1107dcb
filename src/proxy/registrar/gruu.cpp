#include "registrar/gruu.hpp"

#include <cstring>

#include "base/ascii.hpp"
#include "registrar/outbound.hpp"
#include "sip/digest_hash.hpp"

namespace offhook::proxy {
namespace {

constexpr std::size_t kNonce = 8, kCheck = 10, kNumbers = 16;
constexpr std::size_t kBlock = 16;  // users are filled up to it, so that a token's length says little
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string number_text(std::uint64_t number) {
  std::string out(sizeof number, '\0');
  std::memcpy(out.data(), &number, sizeof number);
  return out;
}

std::uint64_t read_number(std::string_view text) {
  std::uint64_t out = 0;
  std::memcpy(&out, text.data(), sizeof out);
  return out;
}

std::uint64_t instance_number(std::string_view instance) { return fnv1a(to_lower(instance)); }

// RFC 4648 §5 without padding: all of it may stand in the user part of a URI.
std::string encode(std::string_view bytes) {
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (held += 8; held >= 6; held -= 6) out += kAlphabet[bits >> (held - 6) & 63U];
  }
  if (held > 0) out += kAlphabet[bits << (6 - held) & 63U];
  return out;
}

std::optional<std::string> decode(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const auto at = kAlphabet.find(c);
    if (at == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(at);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out += static_cast<char>(bits >> held & 0xFFU);
  }
  return encode(out) == text ? std::optional(out) : std::nullopt;
}

// "1001" of "sip:1001@example.test".
std::string_view user_of(std::string_view aor) {
  const auto colon = aor.find(':');
  return aor.substr(colon + 1, aor.rfind('@') - colon - 1);
}

// A user in the domain of the binding.
std::string uri_of(std::string_view user, const PackedBinding& binding) {
  const std::string_view aor = binding.aor();
  return "sip:" + std::string(user) + std::string(aor.substr(aor.rfind('@')));
}

std::string raw_hash(std::string_view a, std::string_view b, std::string_view c) {
  sip::Hasher hasher;
  const auto hex = hasher.hash(sip::DigestAlgorithm::Sha256, a, b, c, a);
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.view().size(); i += 2) {
    const auto digit = [&](char x) { return static_cast<unsigned>(is_digit(x) ? x - '0' : x - 'a' + 10); };
    out += static_cast<char>(digit(hex.view()[i]) << 4 | digit(hex.view()[i + 1]));
  }
  return out;
}

}  // namespace

bool Addressee::names(const PackedBinding& binding) const {
  if (temporary)
    return !binding.instance().empty() && instance_number(binding.instance()) == *temporary &&
           binding.call_id_number() == call_id;
  return instance.empty() || same_instance(instance, binding.instance());
}

std::string Gruus::public_for(const PackedBinding& binding) const {
  return uri_of(sip::escape_user(user_of(binding.aor())), binding) + ";gr=" + sip::escape_param(binding.instance());
}

std::string Gruus::temporary_for(const PackedBinding& binding, Random& random) const {
  std::string text(user_of(binding.aor()));
  text.resize((text.size() / kBlock + 1) * kBlock, '\0');
  text += number_text(instance_number(binding.instance())) + number_text(binding.call_id_number());
  const std::string nonce = number_text(random.next());
  const std::string stream = key_stream(nonce, text.size());
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(text[i] ^ stream[i]);
  text = nonce + text;
  return uri_of(encode(text + check(text)), binding) + ";gr";
}

std::optional<Addressee> Gruus::read(const sip::Uri& uri) const {
  const auto gr = uri.params.find("gr");
  if (!gr) return Addressee{names_->aor(uri.user)};
  if (gr->empty()) return open(uri.user);
  return Addressee{names_->aor(uri.user), sip::unescape(*gr)};
}

std::optional<Addressee> Gruus::open(std::string_view token) const {
  const auto bytes = decode(token);
  if (!bytes || bytes->size() < kNonce + kBlock + kNumbers + kCheck) return std::nullopt;
  const std::string_view all(*bytes), body = all.substr(0, all.size() - kCheck);
  if (check(body) != all.substr(body.size())) return std::nullopt;
  std::string text(body.substr(kNonce));
  const std::string stream = key_stream(body.substr(0, kNonce), text.size());
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(text[i] ^ stream[i]);
  const std::string_view numbers = std::string_view(text).substr(text.size() - kNumbers);
  const std::string user = text.substr(0, text.find('\0'));
  return Addressee{names_->aor(sip::escape_user(user)), {}, read_number(numbers), read_number(numbers.substr(8))};
}

std::string Gruus::key_stream(std::string_view nonce, std::size_t size) const {
  std::string out;
  for (int block = 0; out.size() < size; ++block)
    out += raw_hash(secret_, "gruu stream " + std::to_string(block), nonce);
  return out.substr(0, size);
}

std::string Gruus::check(std::string_view text) const {
  return raw_hash(secret_, "gruu check", text).substr(0, kCheck);
}

}  // namespace offhook::proxy
