#include "redis/events.hpp"

#include <utility>

#include "io/redis_values.hpp"
#include "redis/netstring.hpp"

namespace offhook::io {
namespace {

constexpr std::string_view kPattern = "offhook-event:{*}";
constexpr std::size_t kBatch = 32 * 1024;  // octets of one message, about
constexpr seconds kBreath{1};              // between two times that all is told

std::string name_of(std::string_view key, std::string_view field) {
  return std::string(key).append(1, '\n').append(field);
}

}  // namespace

RedisEvents::RedisEvents(RedisServers& servers, std::string channel, std::string node, Hooks hooks,
                         std::function<void()> settle)
    : servers_(&servers),
      channel_(std::move(channel)),
      node_(std::move(node)),
      hooks_(std::move(hooks)),
      settle_(std::move(settle)),
      script_(kEventScript),
      sweep_(servers, std::string(kPattern),
             {is_event_key,
              [this](std::string_view, const redisReply* all) {
                if (all == nullptr || all->type != REDIS_REPLY_ARRAY) return false;
                read(*all);
                return true;
              },
              [this](bool good) { all_read(good); }}) {}

void RedisEvents::say(std::string text, unsigned engine) {
  const std::string name = engine == 0 ? node_ : node_ + '/' + std::to_string(engine);
  servers_->command(channel_, {"PUBLISH", channel_, name + ' ' + std::move(text)}, [](const redisReply*) {});
}

// Without Redis nobody hears it: all is told when it is there again.
void RedisEvents::publish(unsigned engine, std::vector<proxy::SharedEvent> events) {
  if (!servers_->is_up()) return;
  std::string batch;
  const auto flush = [&] {
    if (!batch.empty()) say('=' + std::exchange(batch, {}), engine);
  };
  for (const proxy::SharedEvent& event : events) {
    if (redis_event(event)) {
      flush();
      put(event);
      continue;
    }
    append_text(batch, event_text(event));
    if (batch.size() > kBatch) flush();
  }
  flush();
}

void RedisEvents::put(const proxy::SharedEvent& event) {
  const RedisEvent one = *redis_event(event);
  std::string text = node_ + " =";
  append_text(text, event_text(event));
  servers_->run(script_, one.key, {channel_, std::move(text), one.field, one.value},
                [this, key = one.key](const redisReply* reply) {
                  if (!error_of(reply).empty())
                    is_due_ = true;
                  else if (text_of(reply) == "OUTDATED")
                    fetch(key);
                });
}

void RedisEvents::fetch(const std::string& key) {
  servers_->command(key, {"HGETALL", key}, [this](const redisReply* reply) {
    if (reply == nullptr || reply->type != REDIS_REPLY_ARRAY) {
      is_due_ = true;
      return;
    }
    read(*reply);
    settle_();
  });
}

// Fields and values by turns. What is no event of ours is passed over.
void RedisEvents::read(const redisReply& all) {
  for (std::size_t i = 1; i < all.elements; i += 2) {
    const std::string_view value = text_of(all.element[i]);
    const auto event = parse_redis_event(value);
    const auto again = event ? redis_event(*event) : std::nullopt;
    if (!again || again->field != text_of(all.element[i - 1])) continue;
    if (sweep_.under_way()) found_[name_of(again->key, again->field)] = event_version(value);
    hooks_.learn({}, *event);
  }
}

void RedisEvents::up(TimePoint now) {
  for (auto& [name, peer] : peers_) peer.heard = now;  // while nothing was heard nobody has been silent
  say("?");
  tell(now);
}

void RedisEvents::tell(TimePoint now) {
  told_ = now;
  is_asked_ = false;
  hooks_.share_all();
  settle_();
}

bool RedisEvents::heard(TimePoint now, std::string_view engine, std::string_view text) {
  const std::string node(node_of_engine(engine));
  auto known = peers_.find(node);
  if (known == peers_.end() && peers_.size() < kMostNodes) {
    known = peers_.try_emplace(node).first;
    is_asking_ = true;  // it may have told something before
  }
  if (known != peers_.end()) known->second.heard = now;
  if (text == "?") {
    is_asked_ = true;
    if (now - told_ >= kBreath) tell(now);
    return true;
  }
  if (!text.starts_with('=')) return false;
  if (known == peers_.end()) return true;
  auto& engines = known->second.engines;
  if (engines.size() < kMostEngines) engines.emplace(engine);
  if (engines.contains(std::string(engine))) learn(engine, text.substr(1));
  return true;
}

void RedisEvents::learn(std::string_view engine, std::string_view events) {
  while (const auto text = take_text(events))
    if (const auto event = parse_event_text(*text)) hooks_.learn(engine, *event);
  settle_();
}

void RedisEvents::tick(TimePoint now) {
  const auto gone = std::erase_if(peers_, [&](const auto& peer) {
    if (now - peer.second.heard <= kSilence) return false;
    for (const std::string& engine : peer.second.engines) hooks_.forget(engine);
    return true;
  });
  if (gone != 0) settle_();
  if (std::exchange(is_asking_, false)) say("?");
  if (is_asked_ && now - told_ >= kBreath) tell(now);
  if (is_due_) synchronise();
}

void RedisEvents::synchronise() {
  if (!servers_->is_up()) return;
  found_.clear();
  is_due_ = !sweep_.begin();
}

void RedisEvents::all_read(bool good) {
  is_due_ = !good;
  const auto found = std::exchange(found_, {});
  if (good)
    for (const proxy::SharedEvent& event : hooks_.state()) {
      const auto ours = redis_event(event);
      const auto theirs = ours ? found.find(name_of(ours->key, ours->field)) : found.end();
      if (ours && (theirs == found.end() || theirs->second < event_version(ours->value))) put(event);
    }
  settle_();
}

}  // namespace offhook::io
