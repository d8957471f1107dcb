#include "transport/resolver.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "base/ascii.hpp"
#include "base/timer_wheel.hpp"
#include "dns_cache.hpp"
#include "dns_entry.hpp"
#include "procedure.hpp"
#include "server_health.hpp"

namespace offhook::transport {
namespace {

constexpr std::size_t kMaxQuestions = 64;  // of one resolution
constexpr seconds kFixedTtl{7 * 24 * 3600};
constexpr std::size_t kMaxNames = 4096;

struct Resolution {
  Destination destination;
  std::shared_ptr<const Policy> policy;
  std::map<std::pair<std::string, dns::Type>, DnsEntryPtr> known;
  std::size_t waiting = 0;  // questions that are open
  std::size_t asked = 0;
};

}  // namespace

std::string_view text(NotLocated why) {
  switch (why) {
    case NotLocated::Unsupported: return "no transport in common";
    case NotLocated::NoSuchServer: return "no such server";
    case NotLocated::NotAvailable: return "the domain offers no SIP";
    case NotLocated::DnsFailed: return "DNS failed";
    case NotLocated::DnsTimeout: return "DNS does not answer";
  }
  return "no such server";
}

class Resolver::Impl {
 public:
  Impl(Random& random, const Locator& hosts, std::size_t cache_limit)
      : random_(&random), hosts_(&hosts), cache_(cache_limit), policy_(std::make_shared<Policy>()) {}

  Location locate(Now now, const Destination& destination, std::shared_ptr<const Policy> policy) {
    Resolution resolution{destination, policy ? std::move(policy) : policy_, {}, 0, 0};
    if (!IpAddress::parse(destination.host)) {
      resolution.destination.host = normal_name(destination.host);  // "" is then refused
    }
    const ResolutionId id = resolutions_.insert(std::move(resolution));
    auto location = run(now, id);
    if (!location) {
      Location pending;
      pending.pending = id;
      return pending;
    }
    resolutions_.erase(id);
    return std::move(*location);
  }

  void answer(Now now, std::uint64_t question, const dns::Answer& answer) {
    const auto found = asked_.find(question);
    if (found == asked_.end()) return;
    for (const dns::Additional& more : answer.additional) gather(now.mono, found->second, more);
    finish(now, question, entry_of(now.mono, found->second.key.type, answer));
  }

  void wake(Now now) {
    timers_.advance(now.mono, [&](std::uint64_t question) {
      const auto found = asked_.find(question);
      if (found == asked_.end()) return;
      found->second.timer = {};
      finish(now, question, entry_of(now.mono, found->second.key.type, {dns::Outcome::Timeout, {}, {}, {}}));
    });
  }

  void cancel(ResolutionId id) { resolutions_.erase(id); }

  Random* random_;
  const Locator* hosts_;
  DnsCache cache_;
  ServerHealth health_;
  std::shared_ptr<const Policy> policy_;
  std::deque<dns::Question> questions_;
  std::deque<Located> located_;
  TimerWheel timers_;
  SlotMap<ResolutionTag, Resolution> resolutions_;

 private:
  struct Asked {
    DnsKey key;
    TimerId timer;
    bool gathers = false;
    std::vector<ResolutionId> waiting;
  };

  std::optional<Location> run(Now now, ResolutionId id) {
    Resolution& resolution = *resolutions_.find(id);
    Procedure procedure(
        resolution.destination, *resolution.policy,
        [&](std::string_view name, dns::Type type) { return look_up(now.mono, id, resolution, name, type); }, *random_);
    const bool is_fixed = hosts_->host(resolution.destination.host).has_value();
    auto location = procedure.run(is_fixed);
    if (!location) return location;
    if (procedure.first_expiry() != TimePoint::max())
      location->ttl =
          std::chrono::duration_cast<seconds>(std::max(procedure.first_expiry() - now.mono, Duration::zero()));
    for (Target& target : location->targets)
      if (is_secure(target.protocol)) target.server_name = server_name(resolution.destination.host);
    health_.order(now.mono, location->targets);
    return location;
  }

  // RFC 5922 §7.1: the name that was asked for; a number has none. One string for all who ask.
  ServerName server_name(const std::string& host) {
    if (IpAddress::parse(host)) return nullptr;
    if (names_.size() >= kMaxNames) std::erase_if(names_, [](const auto& entry) { return entry.second.expired(); });
    std::weak_ptr<const std::string>& kept = names_[host];
    auto name = kept.lock();
    if (!name) kept = name = std::make_shared<const std::string>(host);
    return name;
  }

  DnsEntryPtr look_up(TimePoint now, ResolutionId id, Resolution& resolution, std::string_view raw, dns::Type type) {
    const DnsKey key{normal_name(raw), type};
    DnsEntryPtr& known = resolution.known[{key.name, type}];
    if (known) return known;
    if (key.name.empty() || resolution.asked >= kMaxQuestions) {
      auto none = std::make_shared<DnsEntry>();
      none->outcome = dns::Outcome::NxDomain;
      return known = none;
    }
    if (known = fixed(key, now); known) return known;
    const Policy& policy = *resolution.policy;
    if (policy.cache != CacheUse::Never) {
      if (policy.static_first) known = static_entry(now, policy, key);
      if (!known) known = cache_.find(key, now);
      if (known && known->outcome != dns::Outcome::NoError) known = or_static(now, policy, key, known);
      if (known) return known;
    }
    ask(now, id, resolution, key);
    return nullptr;
  }

  // The world's own table speaks of both families: a host there has no other address.
  DnsEntryPtr fixed(const DnsKey& key, TimePoint now) const {
    if (key.type != dns::Type::A && key.type != dns::Type::Aaaa) return nullptr;
    const auto address = hosts_->host(key.name);
    if (!address) return nullptr;
    auto entry = std::make_shared<DnsEntry>();
    entry->expires = now + kFixedTtl;
    if (address->is_v6() == (key.type == dns::Type::Aaaa))
      entry->records = std::vector{*address};
    else
      entry->outcome = dns::Outcome::NoData;
    return entry;
  }

  static DnsEntryPtr or_static(TimePoint now, const Policy& policy, const DnsKey& key, const DnsEntryPtr& entry) {
    if (policy.cache == CacheUse::Never) return entry;
    auto fallback = static_entry(now, policy, key);
    return fallback ? fallback : entry;
  }

  void ask(TimePoint now, ResolutionId id, Resolution& resolution, const DnsKey& key) {
    ++resolution.waiting;
    ++resolution.asked;
    auto open = std::find_if(asked_.begin(), asked_.end(), [&](const auto& entry) { return entry.second.key == key; });
    if (open == asked_.end()) {
      const std::uint64_t number = ++last_question_;
      open = asked_.emplace(number, Asked{key, timers_.arm(now + resolution.policy->query_timeout, number), false, {}})
                 .first;
      questions_.push_back({number, key.name, key.type});
    }
    open->second.gathers = open->second.gathers || resolution.policy->cache == CacheUse::UseAndGather;
    open->second.waiting.push_back(id);
  }

  // Addresses of the targets that came with an SRV answer (RFC 2782), when it was asked to keep them.
  void gather(TimePoint now, const Asked& asked, const dns::Additional& more) {
    if (!asked.gathers || (more.type != dns::Type::A && more.type != dns::Type::Aaaa)) return;
    const DnsKey key{normal_name(more.name), more.type};
    if (key.name.empty() || cache_.find(key, now)) return;
    cache_.put(key, entry_of(now, more.type, {dns::Outcome::NoError, more.records, more.ttl, {}}));
  }

  void finish(Now now, std::uint64_t question, DnsEntryPtr entry) {
    Asked asked = std::move(asked_.at(question));
    asked_.erase(question);
    timers_.cancel(asked.timer);
    const bool failed = entry->outcome == dns::Outcome::ServFail || entry->outcome == dns::Outcome::Timeout;
    const auto stale = failed ? cache_.find_stale(asked.key, now.mono) : nullptr;
    cache_.put(asked.key, stale ? prolonged(now.mono, *stale) : entry);
    for (const ResolutionId id : asked.waiting) {
      Resolution* resolution = resolutions_.find(id);
      if (resolution == nullptr) continue;
      const bool believes = stale && resolution->policy->cache != CacheUse::Never;
      DnsEntryPtr taken = believes ? stale : entry;
      if (taken->outcome != dns::Outcome::NoError) taken = or_static(now.mono, *resolution->policy, asked.key, taken);
      resolution->known[{asked.key.name, asked.key.type}] = taken;
      if (--resolution->waiting > 0) continue;
      auto location = run(now, id);
      if (!location) continue;
      resolutions_.erase(id);
      located_.push_back({id, std::move(*location)});
    }
  }

  std::map<std::uint64_t, Asked> asked_;
  std::uint64_t last_question_ = 0;
  std::unordered_map<std::string, std::weak_ptr<const std::string>> names_;
};

Resolver::Resolver(Random& random, const Locator& hosts, std::size_t cache_limit)
    : impl_(std::make_unique<Impl>(random, hosts, cache_limit)) {}
Resolver::~Resolver() = default;

void Resolver::set_policy(std::shared_ptr<const Policy> policy) { impl_->policy_ = std::move(policy); }

Location Resolver::locate(Now now, const Destination& destination, std::shared_ptr<const Policy> policy) {
  return impl_->locate(now, destination, std::move(policy));
}

Location Resolver::locate(Now now, const sip::Uri& uri, std::shared_ptr<const Policy> policy) {
  const auto destination = destination_of(uri);
  if (destination) return impl_->locate(now, *destination, std::move(policy));
  Location none;
  none.error = NotLocated::Unsupported;
  return none;
}

void Resolver::cancel(ResolutionId id) { impl_->cancel(id); }

std::optional<Located> Resolver::poll_located() {
  if (impl_->located_.empty()) return std::nullopt;
  Located next = std::move(impl_->located_.front());
  impl_->located_.pop_front();
  return next;
}

std::optional<dns::Question> Resolver::poll_question() {
  if (impl_->questions_.empty()) return std::nullopt;
  dns::Question next = std::move(impl_->questions_.front());
  impl_->questions_.pop_front();
  return next;
}

void Resolver::answer(Now now, std::uint64_t question, const dns::Answer& answer) {
  impl_->answer(now, question, answer);
}
std::optional<TimePoint> Resolver::deadline() const { return impl_->timers_.deadline(); }
void Resolver::wake(Now now) { impl_->wake(now); }

void Resolver::failed(Now now, const Target& target, seconds retry_after) {
  impl_->health_.failed(now.mono, target, retry_after);
}
void Resolver::succeeded(const Target& target) { impl_->health_.succeeded(target); }
bool Resolver::is_penalised(Now now, const Target& target) const {
  return impl_->health_.is_penalised(now.mono, target);
}
void Resolver::order(Now now, std::vector<Target>& targets) const { impl_->health_.order(now.mono, targets); }

std::size_t Resolver::pending() const { return impl_->resolutions_.size(); }
std::size_t Resolver::cached() const { return impl_->cache_.size(); }

}  // namespace offhook::transport
