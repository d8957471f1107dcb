// An account's way of asking DNS, and its static records: those lines that say enough to be one.
#include "resolve.hpp"

namespace offhook::config {
namespace {

constexpr std::uint8_t kRecords = 12;

std::uint16_t number(const Settings& s, std::string_view name, Index index) {
  return static_cast<std::uint16_t>(s.number(name, index));
}

}  // namespace

DnsConfig dns_of(const Settings& s, Index account) {
  DnsConfig out;
  out.naptr = s.number("account.X.naptr_build", account) == 1;
  out.query_timeout = in<seconds>(s.duration("account.X.dns_query_timeout", account));
  out.cache = static_cast<DnsCacheUse>(s.number("account.X.dns_cache_type", account));
  out.static_first = s.number("account.X.static_cache_pri", account) == 1;
  for (std::uint8_t y = 1; y <= kRecords; ++y) {
    const Index i{account.x, y};
    DnsAddress a{std::string(s.text("account.X.dns_cache_a.Y.name", i)),
                 std::string(s.text("account.X.dns_cache_a.Y.ip", i)),
                 in<seconds>(s.duration("account.X.dns_cache_a.Y.ttl", i))};
    if (!a.name.empty() && !a.address.empty()) out.addresses.push_back(std::move(a));
    DnsService srv{std::string(s.text("account.X.dns_cache_srv.Y.name", i)),
                   std::string(s.text("account.X.dns_cache_srv.Y.target", i)),
                   number(s, "account.X.dns_cache_srv.Y.port", i),
                   number(s, "account.X.dns_cache_srv.Y.priority", i),
                   number(s, "account.X.dns_cache_srv.Y.weight", i),
                   in<seconds>(s.duration("account.X.dns_cache_srv.Y.ttl", i))};
    if (!srv.name.empty() && !srv.target.empty()) out.services.push_back(std::move(srv));
    DnsPointer naptr{std::string(s.text("account.X.dns_cache_naptr.Y.name", i)),
                     std::string(s.text("account.X.dns_cache_naptr.Y.flags", i)),
                     number(s, "account.X.dns_cache_naptr.Y.order", i),
                     number(s, "account.X.dns_cache_naptr.Y.preference", i),
                     std::string(s.text("account.X.dns_cache_naptr.Y.service", i)),
                     std::string(s.text("account.X.dns_cache_naptr.Y.replace", i)),
                     in<seconds>(s.duration("account.X.dns_cache_naptr.Y.ttl", i))};
    if (!naptr.name.empty() && !naptr.replacement.empty()) out.pointers.push_back(std::move(naptr));
  }
  return out;
}

}  // namespace offhook::config
