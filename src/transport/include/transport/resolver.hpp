// Finding the server: RFC 3263 with RFC 2782 (SRV), RFC 3403 (NAPTR), RFC 7118 §5.5 (WebSocket) and RFC 7984 (two
// address families). Questions go out, answers come in, and a resolution that had to wait ends as an event; nothing
// here waits or opens a socket.
//
// One for each engine, one thread. Answers are kept as long as their TTL says (negative ones as the SOA says, else
// 30 s), in a bounded cache; servers that failed are put behind the others for a while.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/random.hpp"
#include "base/slot_map.hpp"
#include "base/time.hpp"
#include "transport/dns.hpp"
#include "transport/locate.hpp"

namespace offhook::transport {

struct ResolutionTag;
using ResolutionId = Handle<ResolutionTag>;

// A record of one's own, from a configuration instead of DNS.
struct StaticRecord {
  std::string name;
  std::variant<IpAddress, dns::Srv, dns::Naptr> record;
  seconds ttl{300};
};

enum class CacheUse : std::uint8_t {
  Never,         // ask each time; no static records either
  Use,           // believe what was answered for its TTL
  UseAndGather,  // also what came along in the additional section
};

// How one asks; belongs to an account or to a proxy, and is shared. Guide: account.X.dns_*, naptr_build,
// static_cache_pri.
struct Policy {
  std::vector<Protocol> protocols{Protocol::Udp, Protocol::Tcp, Protocol::Tls};  // that we speak, the best first
  bool ipv4 = true, ipv6 = true;  // of which there are local addresses; with both, IPv6 is tried first
  bool naptr = true;              // false: SRV only
  seconds query_timeout{8};
  CacheUse cache = CacheUse::Use;
  bool static_first = false;  // before DNS; else where DNS has nothing
  std::vector<StaticRecord> table;
};

enum class NotLocated : std::uint8_t {
  Unsupported,   // no transport that both sides speak, or no name at all
  NoSuchServer,  // DNS knows no address
  NotAvailable,  // the domain says that it does not offer SIP (an SRV target of ".")
  DnsFailed,     // no usable answer from DNS
  DnsTimeout,
};
[[nodiscard]] std::string_view text(NotLocated why);  // "no such server"

struct Location {
  ResolutionId pending;                         // not null: wait for the event
  std::vector<Target> targets;                  // in the order in which to try them
  seconds ttl{};                                // how long the answer holds; 0 where no DNS was asked
  NotLocated error = NotLocated::NoSuchServer;  // when there is no target
};
struct Located {
  ResolutionId id;
  Location location;
};

class Resolver {
 public:
  // `hosts` counts before DNS; it and `random` (SRV weights) outlive the resolver.
  Resolver(Random& random, const Locator& hosts, std::size_t cache_limit = 4096);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // What a null `policy` in locate() means.
  void set_policy(std::shared_ptr<const Policy> policy);

  // At once when nothing has to be asked: numeric hosts, fixed names, cached answers.
  [[nodiscard]] Location locate(Now now, const Destination& destination,
                                std::shared_ptr<const Policy> policy = nullptr);
  [[nodiscard]] Location locate(Now now, const sip::Uri& uri, std::shared_ptr<const Policy> policy = nullptr);
  // Nobody waits for it any more.
  void cancel(ResolutionId id);
  [[nodiscard]] std::optional<Located> poll_located();

  [[nodiscard]] std::optional<dns::Question> poll_question();
  // An answer that comes after the timeout is dropped.
  void answer(Now now, std::uint64_t question, const dns::Answer& answer);
  [[nodiscard]] std::optional<TimePoint> deadline() const;
  void wake(Now now);

  // The target did not answer, could not be reached, or said 503 (`retry_after` as it wished, else 0).
  void failed(Now now, const Target& target, seconds retry_after = seconds(0));
  void succeeded(const Target& target);
  [[nodiscard]] bool is_penalised(Now now, const Target& target) const;
  // Targets of several destinations one after the other: those that are penalised go to the end.
  void order(Now now, std::vector<Target>& targets) const;

  [[nodiscard]] std::size_t pending() const;
  [[nodiscard]] std::size_t cached() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace offhook::transport
