#include "redis/user_feed.hpp"

#include <algorithm>

#include "redis/user_record.hpp"

namespace offhook::io {
namespace {

constexpr std::string_view kPage = "500";  // keys of one SCAN

const std::string& name_of(const StoredUser& user) { return user.user.name; }

}  // namespace

void RedisUserFeed::read() {
  is_due_ = has_failed_ = false;
  found_.clear();
  const std::size_t round = ++round_;
  left_ = servers_->is_up() ? servers_->on_each([this, round](RedisLink& link) { scan(link, "0", round); }) : 0;
  is_due_ = left_ == 0;
}

void RedisUserFeed::scan(RedisLink& link, std::string_view cursor, std::size_t round) {
  link.command({"SCAN", cursor, "MATCH", kUserPattern, "COUNT", kPage}, [this, &link, round](const redisReply* reply) {
    if (round != round_) return;
    const bool good = reply != nullptr && reply->type == REDIS_REPLY_ARRAY && reply->elements == 2 &&
                      reply->element[1]->type == REDIS_REPLY_ARRAY;
    if (!good) return scanned(false);
    const redisReply& keys = *reply->element[1];
    for (std::size_t i = 0; i < keys.elements; ++i) {
      const std::string_view key = text_of(keys.element[i]);
      link.command({"HGETALL", key}, [this, round, key = std::string(key)](const redisReply* fields) {
        if (round != round_) return;
        has_failed_ = has_failed_ || fields == nullptr || fields->type != REDIS_REPLY_ARRAY;
        if (has_failed_) return;
        if (auto user = user_of(key, *fields)) found_.push_back(std::move(*user));
      });
    }
    const std::string_view next = text_of(reply->element[0]);
    if (next != "0") return scan(link, next, round);
    link.command({"PING"}, [this, round](const redisReply* last) {  // behind the last of them
      if (round == round_) scanned(error_of(last).empty());
    });
  });
}

void RedisUserFeed::scanned(bool good) {
  has_failed_ = has_failed_ || !good;
  if (left_ == 0 || --left_ != 0) return;
  auto found = std::exchange(found_, {});
  if (has_failed_) {
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
  if (left_ != 0)
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
  if (is_due_ && left_ == 0) read();
}

}  // namespace offhook::io
