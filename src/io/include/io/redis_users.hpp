// Users in Redis, beside the bindings: a hash "offhook-user:{NAME}" with realm and the hashes of the password. Written
// by `offhook proxy user`, which tells the proxies of it; each call waits for Redis. How a proxy reads them:
// redis/user_feed.hpp.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "io/redis_values.hpp"
#include "io/sqlite_users.hpp"

namespace offhook::io {

class RedisUsers final : public UserStore {
 public:
  // Complaint: "cannot reach Redis: … (10.0.0.1:6379)".
  [[nodiscard]] static Checked<std::unique_ptr<UserStore>> open(const RedisUrl& url);
  ~RedisUsers() override;

  [[nodiscard]] Checked<std::vector<StoredUser>> list() override;
  // In a Redis Cluster each by itself: a failure may leave some of them written.
  Checked<void> put(const std::vector<StoredUser>& users, Existing existing) override;
  Checked<void> remove(const std::string& name) override;

 private:
  class Client;
  explicit RedisUsers(std::unique_ptr<Client> client);
  std::unique_ptr<Client> client_;
};

}  // namespace offhook::io
