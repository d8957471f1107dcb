#include "stun/check.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "stun/writing.hpp"

namespace offhook::stun {
namespace {

constexpr std::size_t kIntegritySize = 20, kAttributeHead = 4;
using Mac = std::array<unsigned char, kIntegritySize>;

std::optional<Mac> hmac_sha1(std::string_view bytes, std::string_view password) {
  Mac out{};
  unsigned size = out.size();
  if (HMAC(EVP_sha1(), password.data(), static_cast<int>(password.size()),
           reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), out.data(), &size) == nullptr ||
      size != out.size())
    return std::nullopt;
  return out;
}

// What must be understood (below 0x8000) and is not ours to know.
std::string unknown_types(const Message& message) {
  std::string out;
  std::string_view rest = message.attributes;
  while (const auto attribute = Message::next(rest)) {
    switch (attribute->type) {
      case kUsername:
      case kMessageIntegrity:
      case kPriority:
      case kUseCandidate: break;
      default:
        if (attribute->type >= 0x8000 || out.size() >= 32) break;
        out += static_cast<char>(attribute->type >> 8);
        out += static_cast<char>(attribute->type & 0xff);
    }
  }
  return out;
}

void put32(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xffU);
}

std::string error(const Message& request, unsigned code, std::string_view reason) {
  std::string out = header(Class::Error, kBinding, request.id);
  std::string value(2, '\0');
  value += static_cast<char>(code / 100);
  value += static_cast<char>(code % 100);
  put_attribute(out, kErrorCode, value += reason);
  return out;
}

CheckAnswer refuse(const Message& request, unsigned code, std::string_view reason) {
  CheckAnswer out{error(request, code, reason)};
  put_fingerprint(out.bytes);
  return out;
}

// Big-endian; 0 for an attribute that is missing or has another length than such a number.
std::uint64_t number(std::optional<std::string_view> value) {
  std::uint64_t out = 0;
  if (!value || value->size() > 8) return out;
  for (const char c : *value) out = out << 8U | static_cast<unsigned char>(c);
  return out;
}

enum class Conflict : std::uint8_t { None, TheyYield, WeYield };

// RFC 8445 §7.3.1.1; a lite agent is controlled, whatever the other one says.
Conflict conflict_of(const Message& request, const std::optional<CheckRole>& full) {
  const auto controlling = request.find(kIceControlling), controlled = request.find(kIceControlled);
  if (!full) return controlled ? Conflict::TheyYield : Conflict::None;
  if (full->controlling && controlling)
    return full->tie_breaker >= number(controlling) ? Conflict::TheyYield : Conflict::WeYield;
  if (!full->controlling && controlled)
    return full->tie_breaker >= number(controlled) ? Conflict::WeYield : Conflict::TheyYield;
  return Conflict::None;
}

bool is_for(std::string_view username, std::string_view local_ufrag) {
  return username.size() > local_ufrag.size() && username.substr(0, local_ufrag.size()) == local_ufrag &&
         username[local_ufrag.size()] == ':';
}

}  // namespace

int error_code(const Message& response) {
  const auto value = response.find(kErrorCode);
  if (!value || value->size() < 4) return 0;
  return 100 * (static_cast<unsigned char>((*value)[2]) & 7) + static_cast<unsigned char>((*value)[3]) % 100;
}

void put_integrity(std::string& message, std::string_view password) {
  put_length(message, kAttributeHead + kIntegritySize);  // §14.5: counted before it is computed
  const auto mac = hmac_sha1(message, password).value_or(Mac{});
  put_attribute(message, kMessageIntegrity, {reinterpret_cast<const char*>(mac.data()), mac.size()});
}

bool integrity_is_right(std::string_view datagram, const Message& message, std::string_view password) {
  const auto value = message.find(kMessageIntegrity);
  if (!value || value->size() != kIntegritySize) return false;
  std::string covered(datagram.substr(0, static_cast<std::size_t>(value->data() - datagram.data()) - kAttributeHead));
  put_length(covered, kAttributeHead + kIntegritySize);
  const auto mac = hmac_sha1(covered, password);
  return mac && CRYPTO_memcmp(mac->data(), value->data(), mac->size()) == 0;
}

Message without_unprotected(Message message) {
  if (const auto value = message.find(kMessageIntegrity))
    message.attributes = message.attributes.substr(
        0, static_cast<std::size_t>(value->data() + value->size() - message.attributes.data()));
  return message;
}

std::optional<CheckAnswer> answer_check(std::string_view datagram, const Endpoint& source, std::string_view local_ufrag,
                                        std::string_view local_password, std::optional<CheckRole> full) {
  auto request = Message::parse(datagram);
  if (!request || request->message_class != Class::Request || request->method != kBinding || request->is_classic ||
      !request->find(kFingerprint) || !fingerprint_is_right(datagram, *request))
    return std::nullopt;
  *request = without_unprotected(*request);
  const auto username = request->find(kUsername);
  if (!username || !request->find(kMessageIntegrity)) return refuse(*request, 400, "Bad Request");
  if (!is_for(*username, local_ufrag) || !integrity_is_right(datagram, *request, local_password))
    return refuse(*request, 401, "Unauthenticated");
  CheckAnswer out;
  if (const std::string unknown = unknown_types(*request); !unknown.empty()) {
    out.bytes = error(*request, 420, "Unknown Attribute");
    put_attribute(out.bytes, kUnknownAttributes, unknown);
  } else if (const Conflict conflict = conflict_of(*request, full); conflict == Conflict::TheyYield) {
    out.bytes = error(*request, kRoleConflict, "Role Conflict");
  } else {
    out.bytes = header(Class::Success, kBinding, request->id);
    put_attribute(out.bytes, kXorMappedAddress, address_value(source, &request->id));
    out.good = true;
    out.nominates = request->find(kUseCandidate).has_value();
    out.switches_role = conflict == Conflict::WeYield;
    out.priority = static_cast<std::uint32_t>(number(request->find(kPriority)));
    out.peer = username->substr(local_ufrag.size() + 1);
  }
  put_integrity(out.bytes, local_password);
  put_fingerprint(out.bytes);
  return out;
}

std::string check_request(const CheckRequest& request) {
  std::string out = header(Class::Request, kBinding, request.id);
  put_attribute(out, kUsername, request.username);
  std::string value;
  put32(value, request.priority);
  put_attribute(out, kPriority, value);
  if (request.use_candidate) put_attribute(out, kUseCandidate, {});
  value.clear();
  put32(value, static_cast<std::uint32_t>(request.tie_breaker >> 32U));
  put32(value, static_cast<std::uint32_t>(request.tie_breaker));
  put_attribute(out, request.controlling ? kIceControlling : kIceControlled, value);
  put_integrity(out, request.password);
  put_fingerprint(out);
  return out;
}

}  // namespace offhook::stun
