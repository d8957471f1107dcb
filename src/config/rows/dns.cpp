#include "rows/builders.hpp"
#include "rows/rows.hpp"

namespace offhook::config::chapters {
namespace {

// How an account finds its servers (RFC 3263), and the records that it knows without asking. Y counts records.
constexpr std::uint8_t kRecords = 12;

constexpr Define ttl(std::string_view name) {
  return integer(name, 30, 2147483647, "300", Room::Network, "How long the static record holds.").y(kRecords).seconds();
}
constexpr Define number(std::string_view name, std::string_view help) {
  return integer(name, 0, 65535, "0", Room::Network, help).y(kRecords);
}

constexpr Row kRows[] = {
    choice("account.X.naptr_build", "0 SRV only|1 NAPTR, then SRV", "0", Room::Network,
           "What is asked where the transport is DNS-NAPTR.")
        .reregister(),
    integer("account.X.dns_query_timeout", 1, 9, "8", Room::Network, "How long a DNS query may take.").seconds(),
    choice("account.X.dns_cache_type", "0 never|1 use|2 use, and keep additional records", "1", Room::Network,
           "Use of cached and static DNS records."),
    choice("account.X.static_cache_pri", "0 DNS first|1 static records first", "0", Room::Network,
           "Which of them counts where both have records."),

    host("account.X.dns_cache_a.Y.name", Room::Network, "Name of static address record Y.").y(kRecords),
    host("account.X.dns_cache_a.Y.ip", Room::Network, "Its address.").y(kRecords),
    ttl("account.X.dns_cache_a.Y.ttl"),

    text("account.X.dns_cache_srv.Y.name", 256, Room::Network, "Name of static SRV record Y: _sip._udp.example.com.")
        .y(kRecords),
    host("account.X.dns_cache_srv.Y.target", Room::Network, "Its target.").y(kRecords),
    number("account.X.dns_cache_srv.Y.port", "Its port."),
    number("account.X.dns_cache_srv.Y.priority", "Its priority; the lowest is tried first."),
    number("account.X.dns_cache_srv.Y.weight", "Its weight among those of one priority."),
    ttl("account.X.dns_cache_srv.Y.ttl"),

    host("account.X.dns_cache_naptr.Y.name", Room::Network, "Name of static NAPTR record Y.").y(kRecords),
    choice("account.X.dns_cache_naptr.Y.flags", "S SRV follows|A an address follows|U a URI follows|P by protocol", "",
           Room::Network, "Its flag.")
        .y(kRecords),
    number("account.X.dns_cache_naptr.Y.order", "Its order; the lowest counts."),
    number("account.X.dns_cache_naptr.Y.preference", "Its preference within one order; the lowest is tried first."),
    text("account.X.dns_cache_naptr.Y.replace", 256, Room::Network, "Its replacement: the name to ask next.")
        .y(kRecords),
    text("account.X.dns_cache_naptr.Y.service", 32, Room::Network, "Its service: SIP+D2U, SIP+D2T, SIPS+D2T.")
        .y(kRecords),
    ttl("account.X.dns_cache_naptr.Y.ttl"),
};

}  // namespace

std::span<const Row> dns() { return kRows; }

}  // namespace offhook::config::chapters
