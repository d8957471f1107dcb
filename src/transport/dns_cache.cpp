#include "dns_cache.hpp"

namespace offhook::transport {
DnsEntryPtr DnsCache::find(const DnsKey& key, TimePoint now) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end() || found->second->entry->expires <= now) return nullptr;
  slots_.splice(slots_.begin(), slots_, found->second);
  return found->second->entry;
}

DnsEntryPtr DnsCache::find_stale(const DnsKey& key, TimePoint now) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  const DnsEntryPtr& entry = found->second->entry;
  return entry->outcome == dns::Outcome::NoError && entry->last_resort > now ? entry : nullptr;
}

void DnsCache::put(const DnsKey& key, DnsEntryPtr entry) {
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    found->second->entry = std::move(entry);
    slots_.splice(slots_.begin(), slots_, found->second);
    return;
  }
  if (limit_ == 0) return;
  if (by_key_.size() >= limit_) {
    by_key_.erase(slots_.back().key);
    slots_.pop_back();
  }
  slots_.push_front({key, std::move(entry)});
  by_key_.emplace(key, slots_.begin());
}

}  // namespace offhook::transport
