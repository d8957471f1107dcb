// Answers and static records as what the cache keeps: checked, limited in number, with an end.
#pragma once
#include <string>
#include <string_view>

#include "dns_cache.hpp"
#include "transport/resolver.hpp"

namespace offhook::transport {

// What can stand in a question: labels of 1 to 63 bytes, 253 in all (RFC 1035 §2.3.4), lower case, without the last
// dot. "" for anything else.
[[nodiscard]] std::string normal_name(std::string_view name);
[[nodiscard]] DnsEntryPtr entry_of(TimePoint now, dns::Type type, const dns::Answer& answer);
// The records of that name in a policy's table; null when there are none.
[[nodiscard]] DnsEntryPtr static_entry(TimePoint now, const Policy& policy, const DnsKey& key);
// While no DNS server answers, old records are believed for moments (RFC 8767 §5), so that not every request waits.
[[nodiscard]] DnsEntryPtr prolonged(TimePoint now, const DnsEntry& stale);

}  // namespace offhook::transport
