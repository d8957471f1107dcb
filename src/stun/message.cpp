#include "stun/message.hpp"

#include <algorithm>
#include <initializer_list>
#include <vector>

#include "stun/writing.hpp"

namespace offhook::stun {
namespace {

constexpr std::array<std::uint8_t, 4> kCookie{0x21, 0x12, 0xa4, 0x42};
constexpr std::uint32_t kFingerprintMask = 0x5354554e;  // §14.7

std::uint16_t read16(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[at]) << 8 |
                                    static_cast<unsigned char>(bytes[at + 1]));
}

void put16(std::string& out, std::uint16_t value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value & 0xff);
}

std::size_t padded(std::size_t size) { return (size + 3) & ~std::size_t{3}; }

// CRC-32 of ITU V.42, bit by bit: a few dozen octets a keep-alive.
std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = 0xffffffff;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (0xedb88320U & (0U - (crc & 1U)));
  }
  return ~crc;
}

std::uint32_t fingerprint_of(std::string_view before) { return crc32(before) ^ kFingerprintMask; }

std::optional<Endpoint> read_address(std::string_view value, const TransactionId* xored_with) {
  const bool v6 = value.size() == 20 && value[1] == 2, v4 = value.size() == 8 && value[1] == 1;
  if (!v4 && !v6) return std::nullopt;
  std::array<std::uint8_t, 18> raw{};
  for (std::size_t i = 0; i + 2 < value.size(); ++i) {
    raw[i] = static_cast<std::uint8_t>(value[i + 2]);
    if (xored_with != nullptr) raw[i] ^= (*xored_with)[i < 2 ? i : i - 2];
  }
  Endpoint out;
  out.port = static_cast<std::uint16_t>(raw[0] << 8 | raw[1]);
  if (v6) {
    std::array<std::uint8_t, 16> bytes{};
    std::copy_n(raw.begin() + 2, 16, bytes.begin());
    out.address = IpAddress::v6(bytes);
  } else {
    out.address = IpAddress::v4(raw[2], raw[3], raw[4], raw[5]);
  }
  return out;
}

std::vector<std::uint16_t> unknown_required(const Message& message) {
  std::vector<std::uint16_t> out;
  std::string_view rest = message.attributes;
  while (const auto attribute = Message::next(rest)) {
    // RFC 3489's CHANGE-REQUEST and the credentials of others are required ones, and nothing we do.
    if (attribute->type < 0x8000 && out.size() < 16) out.push_back(attribute->type);
  }
  return out;
}

}  // namespace

std::string header(Class message_class, std::uint16_t method, const TransactionId& id) {
  std::string out;
  const auto c = static_cast<unsigned>(message_class);
  // §5: class bits stand between those of the method.
  put16(out, static_cast<std::uint16_t>((method & 0xfU) | (c & 1U) << 4 | (method & 0x70U) << 1 | (c & 2U) << 7 |
                                        (method & 0xf80U) << 2));
  put16(out, 0);
  out.append(reinterpret_cast<const char*>(id.data()), id.size());
  return out;
}

void put_length(std::string& message, std::size_t extra) {
  const std::size_t size = message.size() - kHeader + extra;
  message[2] = static_cast<char>(size >> 8);
  message[3] = static_cast<char>(size & 0xff);
}

void put_attribute(std::string& message, std::uint16_t type, std::string_view value) {
  put16(message, type);
  put16(message, static_cast<std::uint16_t>(value.size()));
  message += value;
  message.append(padded(value.size()) - value.size(), '\0');
}

void put_fingerprint(std::string& message) {
  put_length(message, kFingerprintSize);  // counted before it is computed
  const std::uint32_t value = fingerprint_of(message);
  std::string text;
  put16(text, static_cast<std::uint16_t>(value >> 16));
  put16(text, static_cast<std::uint16_t>(value & 0xffff));
  put_attribute(message, kFingerprint, text);
}

// §14.1, §14.2
std::string address_value(const Endpoint& endpoint, const TransactionId* xored_with) {
  std::string out(1, '\0');
  out += endpoint.address.is_v6() ? '\2' : '\1';
  put16(out, endpoint.port);
  const std::size_t size = endpoint.address.is_v6() ? 16 : 4;
  for (std::size_t i = 0; i < size; ++i) out += static_cast<char>(endpoint.address.bytes()[i]);
  if (xored_with != nullptr) {
    for (std::size_t i = 0; i < 2; ++i) out[2 + i] = static_cast<char>(out[2 + i] ^ (*xored_with)[i]);
    for (std::size_t i = 0; i < size; ++i) out[4 + i] = static_cast<char>(out[4 + i] ^ (*xored_with)[i]);
  }
  return out;
}

bool fingerprint_is_right(std::string_view datagram, const Message& message) {
  const auto value = message.find(kFingerprint);
  if (!value) return true;
  // It is the last attribute, and covers what stands before it.
  if (value->size() != 4 || value->data() + 4 != datagram.data() + datagram.size()) return false;
  const std::uint32_t found = static_cast<std::uint32_t>(read16(*value, 0)) << 16 | read16(*value, 2);
  return found == fingerprint_of(datagram.substr(0, datagram.size() - kFingerprintSize));
}

bool looks_like_stun(std::string_view datagram) {
  return datagram.size() >= kHeader && (static_cast<unsigned char>(datagram[0]) & 0xc0U) == 0 &&
         kHeader + read16(datagram, 2) == datagram.size() && datagram.size() % 4 == 0;
}

Result<Message> Message::parse(std::string_view datagram) {
  if (!looks_like_stun(datagram)) return fail(Module::Stun, "no STUN message");
  Message out;
  const unsigned type = read16(datagram, 0);
  out.message_class = static_cast<Class>((type >> 4 & 1U) | (type >> 7 & 2U));
  out.method = static_cast<std::uint16_t>((type & 0xfU) | (type >> 1 & 0x70U) | (type >> 2 & 0xf80U));
  std::copy_n(reinterpret_cast<const std::uint8_t*>(datagram.data()) + 4, 16, out.id.begin());
  out.is_classic = !std::equal(kCookie.begin(), kCookie.end(), out.id.begin());
  out.attributes = datagram.substr(kHeader);
  std::string_view rest = out.attributes;
  while (!rest.empty()) {
    if (rest.size() < 4 || padded(read16(rest, 2)) > rest.size() - 4)
      return fail(Module::Stun, "attribute does not end", static_cast<std::size_t>(rest.data() - datagram.data()));
    rest.remove_prefix(4 + padded(read16(rest, 2)));
  }
  return out;
}

std::optional<Attribute> Message::next(std::string_view& rest) {
  if (rest.size() < 4) return std::nullopt;
  const std::size_t size = std::min<std::size_t>(read16(rest, 2), rest.size() - 4);
  const Attribute out{read16(rest, 0), rest.substr(4, size)};
  rest.remove_prefix(std::min(4 + padded(size), rest.size()));
  return out;
}

std::optional<std::string_view> Message::find(std::uint16_t type) const {
  std::string_view rest = attributes;
  while (const auto attribute = next(rest))
    if (attribute->type == type) return attribute->value;
  return std::nullopt;
}

std::optional<Endpoint> Message::mapped_address() const {
  if (find(kXorMappedAddress)) return xor_address(kXorMappedAddress);
  const auto value = find(kMappedAddress);
  return value ? read_address(*value, nullptr) : std::nullopt;
}

std::optional<Endpoint> Message::xor_address(std::uint16_t type) const {
  const auto value = find(type);
  return value ? read_address(*value, &id) : std::nullopt;
}

TransactionId new_transaction_id(Random& random) {
  TransactionId out{};
  std::copy(kCookie.begin(), kCookie.end(), out.begin());
  for (std::size_t i = 4; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(random.next() >> 56);
  return out;
}

std::string binding_request(const TransactionId& id) {
  std::string out = header(Class::Request, kBinding, id);
  put_fingerprint(out);
  return out;
}

std::optional<std::string> answer(std::string_view datagram, const Endpoint& source) {
  const auto request = Message::parse(datagram);
  if (!request || request->message_class != Class::Request || request->method != kBinding ||
      !fingerprint_is_right(datagram, *request))
    return std::nullopt;
  if (request->is_classic) {
    std::string out = header(Class::Success, kBinding, request->id);
    put_attribute(out, kMappedAddress, address_value(source, nullptr));
    put_length(out);
    return out;
  }
  const auto unknown = unknown_required(*request);
  std::string out = header(unknown.empty() ? Class::Success : Class::Error, kBinding, request->id);
  if (unknown.empty()) {
    put_attribute(out, kXorMappedAddress, address_value(source, &request->id));
  } else {
    put_attribute(out, kErrorCode, std::string_view("\0\0\4\x14Unknown Attribute", 21));
    std::string types;
    for (const std::uint16_t type : unknown) put16(types, type);
    put_attribute(out, kUnknownAttributes, types);
  }
  put_fingerprint(out);
  return out;
}

}  // namespace offhook::stun
