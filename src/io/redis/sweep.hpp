// Everything whose key is of a pattern, at all servers: what a node reads when it begins, or may have missed something.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "redis/servers.hpp"

namespace offhook::io {

// One round at a time: a new one, or drop(), and what is left of the round before counts no more. SCAN may give a key
// twice, and one that is changed meanwhile as it was before or after.
class RedisSweep {
 public:
  struct Hooks {
    std::function<bool(std::string_view key)> wants;  // nothing: every key
    // The fields and values of one key by turns; false: they cannot be used, the round has failed. Null or no array
    // when the server did not give them.
    std::function<bool(std::string_view key, const redisReply* hash)> hash;
    std::function<void(bool good)> done;  // once a round: all has been read, or not
  };
  RedisSweep(RedisServers& servers, std::string pattern, Hooks hooks)
      : servers_(&servers), pattern_(std::move(pattern)), hooks_(std::move(hooks)) {}
  // False: there is no server.
  bool begin();
  void drop();
  [[nodiscard]] bool under_way() const { return left_ != 0; }

 private:
  void scan(RedisLink& link, std::string_view cursor, std::size_t round);
  void scanned(bool good);

  RedisServers* servers_;
  std::string pattern_;
  Hooks hooks_;
  std::size_t round_ = 0;
  std::size_t left_ = 0;  // servers that have not told all
  bool has_failed_ = false;
};

}  // namespace offhook::io
