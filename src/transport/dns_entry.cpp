#include "dns_entry.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace offhook::transport {
namespace {

constexpr seconds kNegativeTtl{30};               // where the answer has no SOA
constexpr seconds kLongestNegativeTtl{3 * 3600};  // RFC 2308 §5
constexpr seconds kLongestTtl{7 * 24 * 3600};     // RFC 8767 §4
constexpr seconds kStaleTtl{30};
constexpr seconds kStaleFor{24 * 3600};
constexpr seconds kFailureTtl{5};  // RFC 2308 §7: a server that failed is not asked each time
constexpr std::size_t kMaxRecords = 64;

template <class T>
void limit(dns::Records& records) {
  if (auto* found = std::get_if<std::vector<T>>(&records); found != nullptr && found->size() > kMaxRecords)
    found->resize(kMaxRecords);
}

bool fits(const dns::Records& records, dns::Type type) {
  switch (type) {
    case dns::Type::A:
    case dns::Type::Aaaa: {
      const auto* found = std::get_if<std::vector<IpAddress>>(&records);
      return found != nullptr && std::all_of(found->begin(), found->end(), [&](const IpAddress& address) {
               return address.is_v6() == (type == dns::Type::Aaaa);
             });
    }
    case dns::Type::Srv: return std::holds_alternative<std::vector<dns::Srv>>(records);
    case dns::Type::Naptr: return std::holds_alternative<std::vector<dns::Naptr>>(records);
  }
  return false;
}

template <class T>
void add_static(std::vector<T>& out, const StaticRecord& record) {
  if (const auto* value = std::get_if<T>(&record.record)) out.push_back(*value);
}

}  // namespace

std::string normal_name(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty() || name.size() > 253) return {};
  std::size_t label = 0;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= ' ' || byte >= 0x7f || (c == '.' && label == 0) || (c != '.' && ++label > 63)) return {};
    if (c == '.') label = 0;
  }
  return label == 0 ? std::string{} : to_lower(name);
}

DnsEntryPtr entry_of(TimePoint now, dns::Type type, const dns::Answer& answer) {
  auto entry = std::make_shared<DnsEntry>();
  entry->outcome = answer.outcome;
  if (answer.outcome == dns::Outcome::NoError && fits(answer.records, type)) {
    entry->records = answer.records;
    limit<IpAddress>(entry->records);
    limit<dns::Srv>(entry->records);
    limit<dns::Naptr>(entry->records);
    entry->expires = now + std::clamp(answer.ttl.value_or(seconds(0)), seconds(0), kLongestTtl);
    entry->last_resort = entry->expires + kStaleFor;
    return entry;
  }
  if (answer.outcome == dns::Outcome::NoError) entry->outcome = dns::Outcome::NoData;
  const bool negative = answer.outcome == dns::Outcome::NxDomain || entry->outcome == dns::Outcome::NoData;
  entry->expires =
      now + (negative ? std::clamp(answer.ttl.value_or(kNegativeTtl), seconds(0), kLongestNegativeTtl) : kFailureTtl);
  return entry;
}

DnsEntryPtr static_entry(TimePoint now, const Policy& policy, const DnsKey& key) {
  std::vector<IpAddress> addresses;
  std::vector<dns::Srv> srvs;
  std::vector<dns::Naptr> naptrs;
  seconds ttl = kLongestTtl;
  for (const StaticRecord& record : policy.table) {
    if (normal_name(record.name) != key.name) continue;
    const auto before = addresses.size() + srvs.size() + naptrs.size();
    switch (key.type) {
      case dns::Type::A:
      case dns::Type::Aaaa: {
        const auto* address = std::get_if<IpAddress>(&record.record);
        if (address != nullptr && address->is_v6() == (key.type == dns::Type::Aaaa)) addresses.push_back(*address);
        break;
      }
      case dns::Type::Srv: add_static(srvs, record); break;
      case dns::Type::Naptr: add_static(naptrs, record); break;
    }
    if (addresses.size() + srvs.size() + naptrs.size() > before) ttl = std::min(ttl, record.ttl);
  }
  auto entry = std::make_shared<DnsEntry>();
  entry->expires = now + ttl;
  if (!addresses.empty())
    entry->records = std::move(addresses);
  else if (!srvs.empty())
    entry->records = std::move(srvs);
  else if (!naptrs.empty())
    entry->records = std::move(naptrs);
  else
    return nullptr;
  return entry;
}

DnsEntryPtr prolonged(TimePoint now, const DnsEntry& stale) {
  auto entry = std::make_shared<DnsEntry>(stale);
  entry->expires = now + kStaleTtl;
  return entry;
}

}  // namespace offhook::transport
