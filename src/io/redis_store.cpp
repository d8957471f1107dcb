#include "io/redis_store.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/ascii.hpp"
#include "io/clock.hpp"
#include "redis/channel.hpp"
#include "redis/events.hpp"
#include "redis/script.hpp"
#include "redis/servers.hpp"
#include "redis/sweep.hpp"
#include "redis/user_feed.hpp"

namespace offhook::io {
namespace {

constexpr std::string_view kPattern = "offhook:{*}";
constexpr std::size_t kNodeLength = 16;

// The part of a change that belongs to one address-of-record, as the script's arguments.
struct Change {
  bool everything = false;
  std::vector<const proxy::StoreWrite::Remove*> removes;
  std::vector<const proxy::Binding*> binds;

  [[nodiscard]] RedisServers::Words words(std::string_view mode, std::string text) const {
    RedisServers::Words out{std::string(mode), std::string(kChannel), std::move(text), everything ? "1" : "0",
                            std::to_string(removes.size())};
    for (const auto* which : removes) {
      out.push_back(redis_field(*which));
      out.push_back(which->only == WallTime{} ? "" : std::to_string(which->only.time_since_epoch().count()));
    }
    out.push_back(std::to_string(binds.size()));
    for (const auto* binding : binds) {
      out.push_back(redis_field(*binding));
      out.push_back(binding_text(*binding));
    }
    return out;
  }
};

std::map<std::string, Change> changes_of(const proxy::StoreWrite& write) {
  std::map<std::string, Change> out;
  for (const auto& which : write.remove) {
    Change& change = out[which.aor];
    if (which.contact.empty())
      change.everything = true;
    else
      change.removes.push_back(&which);
  }
  for (const auto& binding : write.put) out[binding.aor].binds.push_back(&binding);
  return out;
}

// Fields and values by turns. What is no binding of ours is passed over.
std::vector<proxy::Binding> bindings_of(std::string_view aor, const redisReply& reply) {
  std::vector<proxy::Binding> out;
  for (std::size_t i = 1; i < reply.elements; i += 2)
    if (auto binding = parse_binding_text(aor, text_of(reply.element[i]))) out.push_back(std::move(*binding));
  std::ranges::sort(out, {}, &proxy::Binding::expires);
  return out;
}

// "run_id:…" of INFO.
std::string run_of(std::string_view info) {
  constexpr std::string_view kName = "run_id:";
  const auto at = info.find(kName);
  if (at == std::string_view::npos) return {};
  const auto rest = info.substr(at + kName.size());
  return std::string(rest.substr(0, rest.find('\r')));
}

bool same_name(const proxy::Binding& a, const proxy::Binding& b) {
  return a.contact == b.contact && a.reg_id == b.reg_id && (a.reg_id == 0 || a.instance == b.instance);
}

}  // namespace

struct RedisStore::State {
  State(Loop& l, RedisUrl url, Random& random, Hooks h)
      : loop(&l),
        hooks(std::move(h)),
        node(random.token(kNodeLength)),
        script(kChangeScript),
        timer(l, [this] { tick(); }),
        servers(l, std::move(url), std::string(kChannel),
                {[this] { up(); }, [this](const std::string& why) { lost(why); },
                 [this](std::string_view text) { heard(text); }}),
        sweep(servers, std::string(kPattern),
              {[](std::string_view key) { return aor_of_key(key).has_value(); },
               [this](std::string_view key, const redisReply* all) {
                 return snapshot(std::string(*aor_of_key(key)), all);
               },
               [this](bool good) { all_read(good); }}),
        events(servers, std::string(kChannel), node, hooks.events, [this] { settle_soon(); }),
        users(servers, user_hooks()) {
    timer.set(now().mono + kHeartbeat);
  }

  RedisUserHooks user_hooks() {
    RedisUserHooks out = hooks.users;
    out.all = [this](std::vector<StoredUser> all) {
      hooks.users.all(std::move(all));
      settle_soon();
      tell_when_read();
    };
    return out;
  }
  void tell_when_read() {
    if (!synchronised || !users.is_read() || std::exchange(was_read, true)) return;
    hooks.read();
    settle_soon();
  }

  // --- Writing.
  struct Write {
    std::uint64_t id = 0;
    std::size_t left = 0;  // addresses-of-record whose answer has not come
    proxy::Stored outcome = proxy::Stored::Yes;
  };

  void submit(const proxy::StoreWrite& write) {
    auto open = std::make_shared<Write>(Write{write.id});
    if (waiting >= kQueue) return finish(write.id, proxy::Stored::Unreachable);
    ++waiting;
    const auto changes = changes_of(write);
    open->left = changes.size();
    for (const auto& [aor, change] : changes) {
      servers.run(script, redis_key(aor), change.words("put", node + ' ' + aor),
                  [this, open, aor](const redisReply* reply) {
                    seen(aor);
                    const bool outdated = text_of(reply) == "OUTDATED";
                    if (const auto error = error_of(reply); !error.empty()) {
                      open->outcome = proxy::Stored::Unreachable;
                      refuses = reply != nullptr;
                      if (refuses) trouble(error);
                    } else if (outdated) {
                      open->outcome = proxy::Stored::Outdated;
                      fetch(aor);
                    } else if (std::exchange(refuses, false)) {
                      trouble({});
                    }
                    if (--open->left != 0) return;
                    --waiting;
                    finish(open->id, open->outcome);
                  });
    }
  }

  void finish(std::uint64_t id, proxy::Stored outcome) {
    if (id == 0) return;
    answered.emplace_back(id, outcome);
    settle_soon();
  }

  // Of a read from the socket all answers together. In order with what others have changed.
  void flush() {
    for (const auto& [id, outcome] : std::exchange(answered, {})) hooks.stored(id, outcome);
  }
  void settle_soon() {
    if (std::exchange(settling, true)) return;
    loop->post([this, alive = std::weak_ptr<bool>(alive)] {
      if (alive.expired()) return;
      settling = false;
      flush();
      hooks.settle();
    });
  }

  // --- Reading.
  void heard(std::string_view text) {
    const auto space = text.find(' ');
    if (space == std::string_view::npos) return;
    const std::string_view from = text.substr(0, space), aor = text.substr(space + 1);
    if (from == kUsersWord) return users.heard(std::string(aor));
    const TimePoint at = now().mono;
    if (node_of_engine(from) == node)
      last_heard = at;
    else if (!events.heard(at, from, aor) && !aor.empty())
      fetch(std::string(aor));
  }

  void fetch(const std::string& aor) {
    std::string key = redis_key(aor);
    RedisServers::Words words{"HGETALL", key};
    servers.command(key, std::move(words), [this, aor](const redisReply* reply) {
      if (!snapshot(aor, reply)) is_due = true;
    });
  }

  bool snapshot(const std::string& aor, const redisReply* reply) {
    if (reply == nullptr || reply->type != REDIS_REPLY_ARRAY) return false;
    flush();
    seen(aor);
    auto bindings = bindings_of(aor, *reply);
    if (restoring) restore(aor, bindings);
    hooks.replace(aor, bindings);
    settle_soon();
    return true;
  }

  void seen(const std::string& aor) {
    if (sweep.under_way()) found.insert(std::hash<std::string>{}(aor));
  }

  // What we remember of it and the server does not.
  void restore(const std::string& aor, std::vector<proxy::Binding>& bindings) {
    const auto kept = hooks.kept(aor);
    Change change;
    for (const auto& binding : kept) {
      const auto same = std::ranges::find_if(bindings, [&](const auto& one) { return same_name(one, binding); });
      if (same != bindings.end() && same->expires >= binding.expires) continue;
      change.binds.push_back(&binding);
      if (same != bindings.end())
        *same = binding;
      else
        bindings.push_back(binding);
    }
    if (change.binds.empty()) return;
    servers.run(script, redis_key(aor), change.words("keep", node + ' ' + aor), [this](const redisReply* reply) {
      if (!error_of(reply).empty()) is_due = true;
    });
  }

  void synchronise() {
    if (sweep.under_way() || !servers.is_up()) return;
    restoring = false;
    found.clear();
    runs.clear();
    servers.on_each([this](RedisLink& link) { ask_run(link); });
    is_due = !sweep.begin();
  }

  void ask_run(RedisLink& link) {
    link.command({"INFO", "server"}, [this](const redisReply* reply) {
      const auto run = run_of(text_of(reply));
      if (run.empty()) return;
      runs.insert(run);
      restoring = restoring || (!known_runs.empty() && !known_runs.contains(run));
    });
  }

  void all_read(bool good) {
    if (!good) {
      is_due = true;
      return;
    }
    flush();
    for (const std::string& aor : hooks.addresses()) {
      if (found.contains(std::hash<std::string>{}(aor))) continue;
      std::vector<proxy::Binding> none;
      if (restoring)
        restore(aor, none);
      else
        hooks.replace(aor, none);
    }
    restoring = false;
    known_runs = runs;
    found.clear();
    synchronised = true;
    if (!refuses) trouble({});
    settle_soon();
    tell_when_read();
  }

  // --- The connection.
  void up() {
    last_heard = now().mono;
    synchronise();
    events.up(last_heard);
    events.synchronise();
    users.read();
  }
  void lost(const std::string& why) {
    synchronised = false;
    is_due = true;
    sweep.drop();
    restoring = false;
    trouble(why);
  }
  void trouble(const std::string& why) {
    if (why.empty() != in_trouble) return;
    in_trouble = !why.empty();
    hooks.trouble(why);
  }

  // Whether the feed lives shows in our own word coming back.
  void tick() {
    const TimePoint at = now().mono;
    timer.set(at + kHeartbeat);
    if (!servers.is_up()) return;
    if (at - last_heard > kSilence) return servers.drop_feed("silence");
    servers.command(kChannel, {"PUBLISH", std::string(kChannel), node + ' '}, [](const redisReply*) {});
    if (is_due) synchronise();
    events.tick(at);
    users.tick();
  }

  Loop* loop;
  Hooks hooks;
  std::string node;
  RedisScript script;
  std::size_t waiting = 0;
  std::vector<std::pair<std::uint64_t, proxy::Stored>> answered;
  bool settling = false;
  bool synchronised = false, in_trouble = false, was_read = false;
  bool refuses = false;  // the server is there, and takes no writes
  TimePoint last_heard;
  // Of a round of reading everything.
  bool is_due = true;
  bool restoring = false;                  // a server may have lost something
  std::unordered_set<std::size_t> found;   // hashes of what it has
  std::set<std::string> runs, known_runs;  // of the servers
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);
  Loop::Timer timer;
  RedisServers servers;
  RedisSweep sweep;
  RedisEvents events;
  RedisUserFeed users;
};

RedisStore::RedisStore(Loop& loop, RedisUrl url, Random& random, Hooks hooks)
    : state_(std::make_unique<State>(loop, std::move(url), random, std::move(hooks))) {}

RedisStore::~RedisStore() = default;

void RedisStore::submit(std::vector<proxy::StoreWrite> writes) {
  for (const auto& write : writes) state_->submit(write);
}

void RedisStore::share(unsigned engine, std::vector<proxy::SharedEvent> events) {
  state_->events.publish(engine, std::move(events));
}

void RedisStore::read_users() { state_->users.read(); }

bool RedisStore::is_synchronised() const { return state_->synchronised && state_->users.is_read(); }

}  // namespace offhook::io
