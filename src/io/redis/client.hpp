// Redis for those who can wait: one command at a time, at the server that the key belongs to.
#pragma once
#include <hiredis/hiredis.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "io/redis_values.hpp"

namespace offhook::io {

class RedisClient {
 public:
  struct Free {
    void operator()(redisReply* reply) const { freeReplyObject(reply); }
    void operator()(redisContext* context) const { redisFree(context); }
  };
  using Reply = std::unique_ptr<redisReply, Free>;
  using Words = std::vector<std::string>;

  // Finds the master and logs in. Complaint: "cannot reach Redis: …".
  [[nodiscard]] static Checked<std::unique_ptr<RedisClient>> open(const RedisUrl& url);

  // Follows redirections. An error reply is a complaint.
  [[nodiscard]] Checked<Reply> command(const Words& words);
  [[nodiscard]] Checked<Reply> command(const RedisAddress& at, const Words& words);
  // All that hold keys.
  [[nodiscard]] Checked<std::vector<RedisAddress>> masters();
  [[nodiscard]] bool is_cluster() const { return url_.kind == RedisUrl::Kind::Cluster; }

 private:
  using Context = std::unique_ptr<redisContext, Free>;
  explicit RedisClient(RedisUrl url) : url_(std::move(url)) {}
  [[nodiscard]] Checked<redisContext*> connect(const RedisAddress& address, bool log_in);
  [[nodiscard]] Checked<RedisAddress> find_master();
  [[nodiscard]] static Checked<Reply> ask(redisContext& context, const RedisAddress& at, const Words& words);

  RedisUrl url_;
  RedisAddress main_;
  std::map<RedisAddress, Context> contexts_;
};

}  // namespace offhook::io
