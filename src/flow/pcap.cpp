#include "flow/pcap.hpp"

#include <algorithm>
#include <vector>

#include "flow/wire_text.hpp"

namespace offhook::flow {
namespace {

constexpr std::size_t kMaxPayload = 65507;  // of a UDP datagram over IPv4

class Bytes {
 public:
  void u8(unsigned value) { text_ += static_cast<char>(value & 0xFFU); }
  void u16(unsigned value) { u8(value >> 8), u8(value); }  // network order
  void u32(std::uint32_t value) { u16(value >> 16), u16(value & 0xFFFFU); }
  void little32(std::uint32_t value) { u8(value), u8(value >> 8), u8(value >> 16), u8(value >> 24); }
  void little16(unsigned value) { u8(value), u8(value >> 8); }
  void bytes(std::string_view more) { text_ += more; }
  void address(const IpAddress& ip) {
    for (std::size_t i = 0; i < (ip.is_v6() ? 16U : 4U); ++i) u8(ip.bytes()[i]);
  }
  void set16(std::size_t at, unsigned value) {
    text_[at] = static_cast<char>(value >> 8);
    text_[at + 1] = static_cast<char>(value & 0xFFU);
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// RFC 1071: one's complement of the one's complement sum of 16 bit words, odd tails padded with a zero.
unsigned checksum(std::string_view bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    sum += static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])) << 8;
    if (i + 1 < bytes.size()) sum += static_cast<unsigned char>(bytes[i + 1]);
  }
  while (sum >> 16 != 0) sum = (sum & 0xFFFFU) + (sum >> 16);
  return ~sum & 0xFFFFU;
}

// The UDP header and data; its checksum also covers a pseudo header (RFC 768; RFC 8200 §8.1).
std::string udp(const Record& record) {
  const auto length = static_cast<unsigned>(8 + record.bytes.size());
  Bytes out;
  out.u16(record.from.port);
  out.u16(record.to.port);
  out.u16(length);
  out.u16(0);
  out.bytes(record.kind == Kind::Sip ? without_keys(record.bytes) : record.bytes);
  Bytes covered;
  covered.address(record.from.address);
  covered.address(record.to.address);
  // IPv4 has zero, protocol, 16 bit length; IPv6 32 bit length and protocol: the same sum.
  covered.u16(17);
  covered.u16(length);
  covered.bytes(out.text());
  const unsigned sum = checksum(covered.text());
  out.set16(6, sum == 0 ? 0xFFFFU : sum);  // zero would say "none"
  return out.text();
}

// Locally administered, from the address's last four bytes, so that a party keeps one.
void mac(Bytes& out, const IpAddress& ip) {
  out.u16(0x0200);
  for (std::size_t i = 0; i < 4; ++i) out.u8(ip.bytes()[(ip.is_v6() ? 12U : 0U) + i]);
}

std::string frame(const Record& record) {
  const std::string datagram = udp(record);
  const bool v6 = record.from.address.is_v6();
  Bytes out;
  mac(out, record.to.address);
  mac(out, record.from.address);
  out.u16(v6 ? 0x86DD : 0x0800);
  const std::size_t header = out.text().size();
  if (v6) {
    out.u32(0x60000000);
    out.u16(static_cast<unsigned>(datagram.size()));
    out.u8(17);
    out.u8(64);
  } else {
    out.u16(0x4500);
    out.u16(static_cast<unsigned>(20 + datagram.size()));
    out.u16(static_cast<unsigned>(record.number & 0xFFFFU));
    out.u16(0);
    out.u8(64);
    out.u8(17);
    out.u16(0);
  }
  out.address(record.from.address);
  out.address(record.to.address);
  if (!v6) out.set16(header + 10, checksum(std::string_view(out.text()).substr(header, 20)));
  out.bytes(datagram);
  return out.text();
}

bool fits(const Record& record) {
  return record.bytes.size() <= kMaxPayload && record.from.address.is_v6() == record.to.address.is_v6();
}

void begin_file(Bytes& out) {
  out.little32(0xA1B2C3D4);  // microseconds
  out.little16(2);
  out.little16(4);
  out.little32(0);
  out.little32(0);
  out.little32(65535 + 64);
  out.little32(1);  // Ethernet
}

void add_frame(Bytes& out, const Record& record) {
  const std::string bytes = frame(record);
  const auto wall = record.sent.wall.time_since_epoch().count();
  out.little32(static_cast<std::uint32_t>(wall / 1000000));
  out.little32(static_cast<std::uint32_t>(wall % 1000000));
  out.little32(static_cast<std::uint32_t>(bytes.size()));
  out.little32(static_cast<std::uint32_t>(bytes.size()));
  out.bytes(bytes);
}

}  // namespace

std::string to_pcap(const Recorder& recorder, std::uint64_t first, std::uint64_t last) {
  std::vector<const Record*> records;
  for (const auto* list : {&recorder.sip(), &recorder.rtp()})
    for (const Record& record : *list)
      if (record.number > first && record.number <= last && fits(record)) records.push_back(&record);
  std::sort(records.begin(), records.end(), [](const Record* a, const Record* b) { return a->number < b->number; });
  Bytes out;
  begin_file(out);
  for (const Record* record : records) add_frame(out, *record);
  return out.text();
}

std::string to_pcap(const std::deque<Record>& records) {
  Bytes out;
  begin_file(out);
  for (const Record& record : records)
    if (fits(record)) add_frame(out, record);
  return out.text();
}

}  // namespace offhook::flow
