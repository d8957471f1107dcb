// What has gone over the wire of late, for whoever looks for a fault: a ring a shard.
#include "io/proxy_host.hpp"
#include "proxy_shards.hpp"

namespace offhook::io {

void ProxyHost::set_capture(flow::WireRingSettings settings) {
  if (shards_ != nullptr) settings.bytes /= shards_->count();
  if (settings.bytes == 0) {
    sip_->record_in(nullptr);
    ring_.reset();
  } else if (ring_) {
    ring_->configure(settings);
  } else {
    ring_ = std::make_unique<flow::WireRing>(settings);
    sip_->record_in(ring_.get());
  }
}

std::optional<std::deque<flow::Record>> ProxyHost::captured(const flow::WireQuestion& question) {
  if (!ring_) return std::nullopt;
  std::vector<std::deque<flow::Record>> parts;
  each_shard([&](const ProxyHost& host) {
    if (host.ring_) parts.push_back(host.ring_->find(question));
  });
  return flow::merge(std::move(parts), question.most);
}

std::optional<std::pair<std::size_t, std::size_t>> ProxyHost::captured() {
  if (!ring_) return std::nullopt;
  std::pair<std::size_t, std::size_t> out;
  each_shard([&](const ProxyHost& host) {
    if (!host.ring_) return;
    out.first += host.ring_->count();
    out.second += host.ring_->bytes();
  });
  return out;
}

}  // namespace offhook::io
