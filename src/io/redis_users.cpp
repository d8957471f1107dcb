#include "io/redis_users.hpp"

#include <algorithm>
#include <utility>

#include "redis/channel.hpp"
#include "redis/client.hpp"
#include "redis/link.hpp"
#include "redis/user_record.hpp"

namespace offhook::io {
namespace {

constexpr std::size_t kMostNames = 100;  // that are told one by one

RedisClient::Words words_of(const StoredUser& stored) {
  RedisClient::Words out{"HSET", user_key(stored.user.name), "realm", stored.realm};
  for (std::size_t i = 0; i < kUserHashes.size(); ++i) {
    out.emplace_back(kUserHashes.at(i));
    out.push_back(stored.user.ha1.at(i));
  }
  return out;
}

RedisClient::Words told(std::string_view name) {
  return {"PUBLISH", std::string(kChannel), std::string(kUsersWord).append(1, ' ').append(name)};
}

}  // namespace

class RedisUsers::Client {
 public:
  explicit Client(std::unique_ptr<RedisClient> redis) : redis_(std::move(redis)) {}

  Checked<bool> has(const std::string& name) {
    return redis_->command({"EXISTS", user_key(name)}).map([](const auto& reply) { return reply->integer != 0; });
  }
  RedisClient& redis() { return *redis_; }

  // All of them or none; in a Redis Cluster one by one.
  Checked<void> run(const std::vector<RedisClient::Words>& commands) {
    const bool at_once = !redis_->is_cluster();
    if (at_once)
      if (auto begun = redis_->command({"MULTI"}); !begun) return tl::unexpected(begun.error());
    for (const auto& words : commands)
      if (auto done = redis_->command(words); !done) return tl::unexpected(done.error());
    if (at_once)
      if (auto done = redis_->command({"EXEC"}); !done) return tl::unexpected(done.error());
    return {};
  }

  Checked<void> read(const RedisAddress& server, std::vector<StoredUser>& out) {
    std::string cursor = "0";
    do {
      const auto page = redis_->command(server, {"SCAN", cursor, "MATCH", std::string(kUserPattern), "COUNT", "1000"});
      if (!page) return tl::unexpected(page.error());
      if ((*page)->elements != 2) return complain("Redis says something else than asked", server.text());
      const redisReply& keys = *(*page)->element[1];
      for (std::size_t i = 0; i < keys.elements; ++i) {
        const std::string key(text_of(keys.element[i]));
        const auto fields = redis_->command(server, {"HGETALL", key});
        if (!fields) return tl::unexpected(fields.error());
        if (auto user = user_of(key, **fields)) out.push_back(std::move(*user));
      }
      cursor = text_of((*page)->element[0]);
    } while (cursor != "0");
    return {};
  }

 private:
  std::unique_ptr<RedisClient> redis_;
};

Checked<std::unique_ptr<UserStore>> RedisUsers::open(const RedisUrl& url) {
  auto redis = RedisClient::open(url);
  if (!redis) return tl::unexpected(redis.error());
  return std::unique_ptr<UserStore>(new RedisUsers(std::make_unique<Client>(std::move(*redis))));
}

RedisUsers::RedisUsers(std::unique_ptr<Client> client) : client_(std::move(client)) {}
RedisUsers::~RedisUsers() = default;

Checked<std::vector<StoredUser>> RedisUsers::list() {
  const auto masters = client_->redis().masters();
  if (!masters) return tl::unexpected(masters.error());
  std::vector<StoredUser> out;
  for (const RedisAddress& master : *masters)
    if (auto read = client_->read(master, out); !read) return tl::unexpected(read.error());
  const auto name = [](const StoredUser& one) -> const std::string& { return one.user.name; };
  std::ranges::sort(out, {}, name);
  const auto twice = std::ranges::unique(out, {}, name);  // SCAN may say a key twice
  out.erase(twice.begin(), twice.end());
  return out;
}

Checked<void> RedisUsers::put(const std::vector<StoredUser>& users, Existing existing) {
  for (const StoredUser& stored : users) {
    if (existing == Existing::Replace) break;
    const auto is_there = client_->has(stored.user.name);
    if (!is_there) return tl::unexpected(is_there.error());
    if (existing == Existing::Refuse && *is_there) return complain("user '" + stored.user.name + "' is there already");
    if (existing == Existing::Expect && !*is_there) return complain("there is no user '" + stored.user.name + "'");
  }
  std::vector<RedisClient::Words> all;
  for (const StoredUser& stored : users) all.push_back(words_of(stored));
  if (users.size() > kMostNames) all.push_back(told({}));
  for (const StoredUser& stored : users)
    if (users.size() <= kMostNames) all.push_back(told(stored.user.name));
  return client_->run(all);
}

Checked<void> RedisUsers::remove(const std::string& name) {
  const auto is_there = client_->has(name);
  if (!is_there) return tl::unexpected(is_there.error());
  if (!*is_there) return complain("there is no user '" + name + "'");
  return client_->run({{"DEL", user_key(name)}, told(name)});
}

}  // namespace offhook::io
