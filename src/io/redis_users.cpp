#include "io/redis_users.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "redis/client.hpp"
#include "redis/link.hpp"

namespace offhook::io {
namespace {

constexpr std::string_view kPrefix = "offhook-user:{", kPattern = "offhook-user:{*}";
constexpr std::array<std::string_view, sip::kDigestHashes> kHashes{"ha1_md5", "ha1_sha256", "ha1_sha512_256"};

std::string key_of(const std::string& name) { return std::string(kPrefix) + name + '}'; }

RedisClient::Words words_of(const StoredUser& stored) {
  RedisClient::Words out{"HSET", key_of(stored.user.name), "realm", stored.realm};
  for (std::size_t i = 0; i < kHashes.size(); ++i) {
    out.emplace_back(kHashes.at(i));
    out.push_back(stored.user.ha1.at(i));
  }
  return out;
}

StoredUser user_of(std::string_view key, const redisReply& fields) {
  StoredUser out;
  out.user.name = key.substr(kPrefix.size(), key.size() - kPrefix.size() - 1);
  for (std::size_t i = 0; i + 1 < fields.elements; i += 2) {
    const std::string_view name = text_of(fields.element[i]), value = text_of(fields.element[i + 1]);
    if (name == "realm") out.realm = value;
    const auto hash = std::ranges::find(kHashes, name);
    if (hash != kHashes.end()) out.user.ha1.at(static_cast<std::size_t>(hash - kHashes.begin())) = value;
  }
  return out;
}

}  // namespace

class RedisUsers::Client {
 public:
  explicit Client(std::unique_ptr<RedisClient> redis) : redis_(std::move(redis)) {}

  Checked<bool> has(const std::string& name) {
    return redis_->command({"EXISTS", key_of(name)}).map([](const auto& reply) { return reply->integer != 0; });
  }
  RedisClient& redis() { return *redis_; }

  Checked<void> read(const RedisAddress& server, std::vector<StoredUser>& out) {
    std::string cursor = "0";
    do {
      const auto page = redis_->command(server, {"SCAN", cursor, "MATCH", std::string(kPattern), "COUNT", "1000"});
      if (!page) return tl::unexpected(page.error());
      if ((*page)->elements != 2) return complain("Redis says something else than asked", server.text());
      const redisReply& keys = *(*page)->element[1];
      for (std::size_t i = 0; i < keys.elements; ++i) {
        const std::string key(text_of(keys.element[i]));
        if (!key.starts_with(kPrefix)) continue;
        const auto fields = redis_->command(server, {"HGETALL", key});
        if (!fields) return tl::unexpected(fields.error());
        if ((*fields)->elements != 0) out.push_back(user_of(key, **fields));
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
  RedisClient& redis = client_->redis();
  const bool at_once = !redis.is_cluster();
  if (at_once)
    if (auto begun = redis.command({"MULTI"}); !begun) return tl::unexpected(begun.error());
  for (const StoredUser& stored : users)
    if (auto done = redis.command(words_of(stored)); !done) return tl::unexpected(done.error());
  if (at_once)
    if (auto done = redis.command({"EXEC"}); !done) return tl::unexpected(done.error());
  return {};
}

Checked<void> RedisUsers::remove(const std::string& name) {
  const auto gone = client_->redis().command({"DEL", key_of(name)});
  if (!gone) return tl::unexpected(gone.error());
  if ((*gone)->integer == 0) return complain("there is no user '" + name + "'");
  return {};
}

}  // namespace offhook::io
