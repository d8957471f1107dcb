#include "redis/user_feed.hpp"

#include <algorithm>

#include "redis/user_record.hpp"

namespace offhook::io {
namespace {

const std::string& name_of(const StoredUser& user) { return user.user.name; }

}  // namespace

RedisUserFeed::RedisUserFeed(RedisServers& servers, RedisUserHooks hooks)
    : servers_(&servers),
      hooks_(std::move(hooks)),
      sweep_(servers, std::string(kUserPattern),
             {{},
              [this](std::string_view key, const redisReply* fields) {
                if (fields == nullptr || fields->type != REDIS_REPLY_ARRAY) return false;
                if (auto user = user_of(key, *fields)) found_.push_back(std::move(*user));
                return true;
              },
              [this](bool good) { all_read(good); }}) {}

void RedisUserFeed::read() {
  found_.clear();
  is_due_ = !sweep_.begin();
}

void RedisUserFeed::all_read(bool good) {
  auto found = std::exchange(found_, {});
  if (!good) {
    is_due_ = true;
    return;
  }
  std::ranges::sort(found, {}, name_of);
  const auto twice = std::ranges::unique(found, {}, name_of);  // SCAN may say a key twice
  found.erase(twice.begin(), twice.end());
  is_read_ = true;
  hooks_.all(std::move(found));
  if (is_due_) read();  // what was changed meanwhile may have been read before that
}

void RedisUserFeed::heard(const std::string& name) {
  if (sweep_.under_way())
    is_due_ = true;
  else if (name.empty())
    read();
  else
    fetch(name);
}

void RedisUserFeed::fetch(const std::string& name) {
  std::string key = user_key(name);
  RedisServers::Words words{"HGETALL", key};
  servers_->command(key, std::move(words), [this, name, key](const redisReply* fields) {
    if (fields == nullptr || fields->type != REDIS_REPLY_ARRAY) {
      is_due_ = true;
      return;
    }
    if (auto user = user_of(key, *fields))
      hooks_.put(std::move(*user));
    else
      hooks_.remove(name);
  });
}

void RedisUserFeed::tick() {
  if (is_due_ && !sweep_.under_way()) read();
}

}  // namespace offhook::io
