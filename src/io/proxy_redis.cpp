// The proxy with its bindings in Redis.
#include "io/clock.hpp"
#include "io/proxy_host.hpp"
#include "proxy_shards.hpp"

namespace offhook::io {
namespace {

constexpr seconds kWaitAtStart{5};

}  // namespace

void ProxyHost::open_redis(RedisUrl url) {
  redis_ = std::make_unique<RedisStore>(
      *loop_, std::move(url), random_,
      RedisStore::Hooks{
          [this](std::uint64_t id, proxy::Stored outcome) {
            if (shards_ != nullptr) return shards_->written(id, outcome);
            core_->stored(now(), id, outcome);
          },
          [this](const std::string& aor, const std::vector<proxy::Binding>& bindings) {
            if (shards_ != nullptr) return shards_->tell(ProxyShards::Replaced{aor, bindings});
            core_->replace(now(), aor, bindings);
          },
          [this] {
            if (sip_) sip_->drain();
          },
          [this] { return core_->addresses(); },
          [this](const std::string& aor) { return core_->kept(aor, now().wall); },
          [this](const std::string& why) {
            store_error_ = why;
            trouble(why.empty() ? LogLevel::Warning : LogLevel::Error, "store",
                    why.empty() ? "the store is there again" : "registrations are refused: Redis: " + why);
          },
          event_hooks()});
  loop_->run_until([this] { return redis_->is_synchronised(); }, now().mono + kWaitAtStart);
}

// What one of several shards hears they all have to hear.
RedisEventHooks ProxyHost::event_hooks() {
  RedisEventHooks out;
  out.learn = [this](std::string_view engine, const proxy::SharedEvent& event) {
    if (shards_ != nullptr) return shards_->tell(ProxyShards::Learned{std::string(engine), event});
    core_->learn(now(), engine, event);
  };
  out.forget = [this](std::string_view engine) {
    if (shards_ != nullptr) return shards_->tell(ProxyShards::Forgotten{std::string(engine)});
    core_->forget(now(), engine);
  };
  out.share_all = [this] {
    if (shards_ != nullptr) return shards_->tell(ProxyShards::ShareAll{});
    core_->share_all(now());
  };
  out.state = [this] { return core_->shared_state(now()); };
  return out;
}

void ProxyHost::pass_events() {
  std::vector<proxy::SharedEvent> events;
  while (auto event = core_->poll_shared()) events.push_back(std::move(*event));
  if (events.empty()) return;
  if (shards_ != nullptr) return shards_->share(index_, std::move(events));
  if (redis_) redis_->share(index_, std::move(events));
}

}  // namespace offhook::io
