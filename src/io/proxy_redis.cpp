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
      RedisStore::Hooks{[this](std::uint64_t id, proxy::Stored outcome) {
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
                          tell_of_redis();
                        },
                        event_hooks(), user_hooks(),
                        [this] {
                          if (shards_ != nullptr) return shards_->tell(ProxyShards::StoreRead{});
                          core_->store_is_read();
                        }});
  loop_->run_until([this] { return redis_->is_synchronised(); }, now().mono + kWaitAtStart);
}

void ProxyHost::tell_of_redis() const {
  const bool is_there = store_error_.empty();
  trouble(is_there ? LogLevel::Warning : LogLevel::Error, "store",
          is_there ? "the store is there again" : "registrations are refused: Redis: " + store_error_);
}

RedisUserHooks ProxyHost::user_hooks() {
  RedisUserHooks out;
  out.all = [this](std::vector<StoredUser> users) { take_users(std::move(users)); };
  out.put = [this](StoredUser one) {
    if (const auto why = refusal_of(one); !why.empty()) trouble(LogLevel::Warning, "store", why);
    if (shards_ != nullptr) return shards_->tell(std::move(one.user));
    core_->put_stored_user(std::move(one.user));
  };
  out.remove = [this](const std::string& name) {
    if (shards_ != nullptr) return shards_->tell(ProxyShards::UserGone{name});
    core_->remove_stored_user(name);
  };
  return out;
}

// Redis that has lost everything does not lock everybody out.
void ProxyHost::take_users(std::vector<StoredUser> stored) {
  if (const auto known = core_->stored_user_count(); stored.empty() && known != 0)
    return trouble(LogLevel::Error, "store",
                   "Redis has no users any more; the " + std::to_string(known) +
                       " that were known stay until they are there again or one is taken out");
  std::vector<proxy::User> users;
  std::size_t refused = 0;
  std::string why;
  for (StoredUser& one : stored) {
    if (auto said = refusal_of(one); !said.empty() && ++refused == 1) why = std::move(said);
    users.push_back(std::move(one.user));
  }
  if (refused > 1) why += "; and " + std::to_string(refused - 1) + " more";
  if (refused != 0) trouble(LogLevel::Warning, "store", why);
  if (shards_ != nullptr) return shards_->tell(ProxyShards::UsersRead{std::move(users)});
  core_->set_stored_users(std::move(users));
}

std::string ProxyHost::refusal_of(const StoredUser& stored) const {
  const std::string realm = settings_.domains.empty() ? std::string{} : settings_.domains.front();
  if (stored.realm != realm)
    return "user '" + stored.user.name + "' of the store has a password for '" + stored.realm +
           "', but the first domain is '" + realm + "': it cannot come in";
  for (const auto algorithm : settings_.digest)
    if (stored.user.ha1.at(sip::hash_index(algorithm)).empty())
      return "user '" + stored.user.name + "' of the store has no hash for " +
             std::string(sip::algorithm_name(algorithm)) + ", which is offered: it may not come in";
  return {};
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
