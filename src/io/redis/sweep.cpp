#include "redis/sweep.hpp"

namespace offhook::io {
namespace {

constexpr std::string_view kPage = "500";  // keys of one SCAN

}  // namespace

bool RedisSweep::begin() {
  drop();
  has_failed_ = false;
  const std::size_t round = round_;
  left_ = servers_->is_up() ? servers_->on_each([this, round](RedisLink& link) { scan(link, "0", round); }) : 0;
  return under_way();
}

void RedisSweep::drop() {
  ++round_;
  left_ = 0;
}

void RedisSweep::scan(RedisLink& link, std::string_view cursor, std::size_t round) {
  link.command({"SCAN", cursor, "MATCH", pattern_, "COUNT", kPage}, [this, &link, round](const redisReply* reply) {
    if (round != round_) return;
    const bool good = reply != nullptr && reply->type == REDIS_REPLY_ARRAY && reply->elements == 2 &&
                      reply->element[1]->type == REDIS_REPLY_ARRAY;
    if (!good) return scanned(false);
    const redisReply& keys = *reply->element[1];
    for (std::size_t i = 0; i < keys.elements; ++i) {
      const std::string_view key = text_of(keys.element[i]);
      if (hooks_.wants && !hooks_.wants(key)) continue;
      link.command({"HGETALL", key}, [this, round, key = std::string(key)](const redisReply* hash) {
        if (round == round_ && !hooks_.hash(key, hash)) has_failed_ = true;
      });
    }
    const std::string_view next = text_of(reply->element[0]);
    if (next != "0") return scan(link, next, round);
    link.command({"PING"}, [this, round](const redisReply* last) {  // behind the last of them
      if (round == round_) scanned(error_of(last).empty());
    });
  });
}

void RedisSweep::scanned(bool good) {
  has_failed_ = has_failed_ || !good;
  if (left_ != 0 && --left_ == 0) hooks_.done(!has_failed_);
}

}  // namespace offhook::io
