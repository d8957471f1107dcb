// The users in Redis as a proxy knows them: all are read when it connects, or is told of many at once; one is read
// again when `offhook proxy user` says on the channel that it has changed.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "io/redis_store.hpp"
#include "redis/servers.hpp"
#include "redis/sweep.hpp"

namespace offhook::io {

class RedisUserFeed {
 public:
  // `servers` must outlive it.
  RedisUserFeed(RedisServers& servers, RedisUserHooks hooks);

  // All of them; again from the beginning when a round is under way.
  void read();
  // "" stands for many.
  void heard(const std::string& name);
  // Now and then, while Redis is there: what could not be read is tried again.
  void tick();
  // Once at least.
  [[nodiscard]] bool is_read() const { return is_read_; }

 private:
  void all_read(bool good);
  void fetch(const std::string& name);

  RedisServers* servers_;
  RedisUserHooks hooks_;
  bool is_read_ = false, is_due_ = false;
  RedisSweep sweep_;
  std::vector<StoredUser> found_;  // by it
};

}  // namespace offhook::io
