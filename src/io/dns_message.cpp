#include "dns_message.hpp"

#include <arpa/nameser.h>
#include <netinet/in.h>
#include <resolv.h>

#include <algorithm>
#include <array>
#include <string>

namespace offhook::io {
namespace {

using transport::dns::Additional;
using transport::dns::Answer;
using transport::dns::Naptr;
using transport::dns::Outcome;
using transport::dns::Records;
using transport::dns::Srv;
using transport::dns::Type;

constexpr std::size_t kMaxRecords = 64;
constexpr std::size_t kSoaNumbers = 20;  // serial, refresh, retry, expire, minimum

ns_type wire_type(Type type) {
  switch (type) {
    case Type::A: return ns_t_a;
    case Type::Aaaa: return ns_t_aaaa;
    case Type::Srv: return ns_t_srv;
    case Type::Naptr: return ns_t_naptr;
  }
  return ns_t_a;
}

std::uint16_t number16(const unsigned char* at) { return static_cast<std::uint16_t>(at[0] << 8 | at[1]); }

// What is left of one record's data.
class Data {
 public:
  Data(const ns_msg& message, const ns_rr& record)
      : begin_(ns_msg_base(message)), end_(ns_msg_end(message)), at_(ns_rr_rdata(record)), left_(ns_rr_rdlen(record)) {}

  std::optional<std::uint16_t> number() {
    if (left_ < 2) return std::nullopt;
    const auto value = number16(at_);
    skip(2);
    return value;
  }
  std::optional<std::string> characters() {  // RFC 1035 §3.3: a length and that many bytes
    if (left_ < 1 || left_ < std::size_t{1} + at_[0]) return std::nullopt;
    std::string out(reinterpret_cast<const char*>(at_ + 1), at_[0]);
    skip(std::size_t{1} + at_[0]);
    return out;
  }
  // "." for the root.
  std::optional<std::string> name() {
    std::array<char, NS_MAXDNAME> text{};
    const int used = ::dn_expand(begin_, end_, at_, text.data(), static_cast<int>(text.size()));
    if (used < 0 || static_cast<std::size_t>(used) > left_) return std::nullopt;
    skip(static_cast<std::size_t>(used));
    return text[0] == 0 ? std::string(".") : std::string(text.data());
  }
  [[nodiscard]] const unsigned char* at() const { return at_; }
  [[nodiscard]] std::size_t left() const { return left_; }

 private:
  void skip(std::size_t count) {
    at_ += count;
    left_ -= count;
  }
  const unsigned char* begin_;
  const unsigned char* end_;
  const unsigned char* at_;
  std::size_t left_;
};

std::optional<IpAddress> address_of(const ns_rr& record) {
  const unsigned char* at = ns_rr_rdata(record);
  if (ns_rr_type(record) == ns_t_a && ns_rr_rdlen(record) == 4) return IpAddress::v4(at[0], at[1], at[2], at[3]);
  if (ns_rr_type(record) != ns_t_aaaa || ns_rr_rdlen(record) != 16) return std::nullopt;
  std::array<std::uint8_t, 16> bytes{};
  std::copy_n(at, 16, bytes.begin());
  return IpAddress::v6(bytes);
}

std::optional<Srv> srv_of(const ns_msg& message, const ns_rr& record) {
  Data data(message, record);
  const auto priority = data.number(), weight = data.number(), port = data.number();
  if (!priority || !weight || !port) return std::nullopt;
  auto target = data.name();
  if (!target) return std::nullopt;
  return Srv{*priority, *weight, *port, std::move(*target)};
}

std::optional<Naptr> naptr_of(const ns_msg& message, const ns_rr& record) {
  Data data(message, record);
  const auto order = data.number(), preference = data.number();
  auto flags = data.characters(), service = data.characters(), regexp = data.characters();
  if (!order || !preference || !flags || !service || !regexp) return std::nullopt;
  auto replacement = data.name();
  if (!replacement) return std::nullopt;
  return Naptr{
      *order, *preference, std::move(*flags), std::move(*service), std::move(*regexp), std::move(*replacement)};
}

template <class T>
void add(Records& records, std::optional<T> value) {
  if (!value) return;
  if (!std::holds_alternative<std::vector<T>>(records)) records = std::vector<T>{};
  auto& list = std::get<std::vector<T>>(records);
  if (list.size() < kMaxRecords) list.push_back(std::move(*value));
}

void add(Records& records, Type type, const ns_msg& message, const ns_rr& record) {
  switch (type) {
    case Type::A:
    case Type::Aaaa: return add(records, address_of(record));
    case Type::Srv: return add(records, srv_of(message, record));
    case Type::Naptr: return add(records, naptr_of(message, record));
  }
}

template <class F>
void each(ns_msg& message, ns_sect section, F&& f) {
  for (int i = 0; i < ns_msg_count(message, section); ++i) {
    ns_rr record{};
    if (::ns_parserr(&message, section, i, &record) != 0) return;
    if (ns_rr_class(record) == ns_c_in) f(record);
  }
}

std::optional<seconds> negative_ttl(ns_msg& message) {
  std::optional<seconds> out;
  each(message, ns_s_ns, [&](const ns_rr& record) {
    if (ns_rr_type(record) != ns_t_soa) return;
    Data data(message, record);
    if (!data.name() || !data.name() || data.left() < kSoaNumbers) return;
    const unsigned char* minimum = data.at() + kSoaNumbers - 4;
    const auto value = std::uint32_t{number16(minimum)} << 16 | number16(minimum + 2);
    out = seconds(std::min<std::uint32_t>(value, ns_rr_ttl(record)));
  });
  return out;
}

void add_additional(ns_msg& message, Answer& answer) {
  each(message, ns_s_ar, [&](const ns_rr& record) {
    const auto address = address_of(record);
    if (!address || answer.additional.size() >= kMaxRecords) return;
    const Type type = address->is_v6() ? Type::Aaaa : Type::A;
    const std::string name = ns_rr_name(record);
    const seconds ttl(ns_rr_ttl(record));
    const auto same = std::find_if(answer.additional.begin(), answer.additional.end(),
                                   [&](const Additional& a) { return a.type == type && a.name == name; });
    if (same == answer.additional.end()) {
      answer.additional.push_back({name, type, std::vector{*address}, ttl});
    } else {
      std::get<std::vector<IpAddress>>(same->records).push_back(*address);
      same->ttl = std::min(same->ttl, ttl);
    }
  });
}

bool is_empty(const Records& records) {
  return std::visit([](const auto& list) { return list.empty(); }, records);
}

}  // namespace

Answer read_dns_message(Type type, std::span<const std::uint8_t> bytes) {
  ns_msg message{};
  if (::ns_initparse(bytes.data(), static_cast<int>(bytes.size()), &message) != 0)
    return {Outcome::ServFail, {}, {}, {}};
  Answer out;
  const int rcode = ns_msg_getflag(message, ns_f_rcode);
  if (rcode != ns_r_noerror && rcode != ns_r_nxdomain) return {Outcome::ServFail, {}, {}, {}};
  seconds ttl = seconds::max();
  each(message, ns_s_an, [&](const ns_rr& record) {
    if (ns_rr_type(record) == wire_type(type)) add(out.records, type, message, record);
    ttl = std::min(ttl, seconds(ns_rr_ttl(record)));  // also of the CNAMEs that led there
  });
  if (is_empty(out.records)) {
    out.outcome = rcode == ns_r_nxdomain ? Outcome::NxDomain : Outcome::NoData;
    out.ttl = negative_ttl(message);
    return out;
  }
  out.ttl = ttl;
  add_additional(message, out);
  return out;
}

}  // namespace offhook::io
