#include "redis/client.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "redis/link.hpp"

namespace offhook::io {
namespace {

constexpr timeval kPatience{3, 0};
constexpr int kMostHops = 5;

tl::unexpected<Complaint> unreachable(const std::string& why, const RedisAddress& at) {
  return complain("cannot reach Redis: " + why, at.text());
}

}  // namespace

Checked<std::unique_ptr<RedisClient>> RedisClient::open(const RedisUrl& url) {
  std::unique_ptr<RedisClient> client(new RedisClient(url));
  auto main = client->find_master();
  if (!main) return tl::unexpected(main.error());
  client->main_ = *main;
  return client;
}

Checked<RedisAddress> RedisClient::find_master() {
  Checked<RedisAddress> found = unreachable("no server", url_.hosts.front());
  for (const RedisAddress& host : url_.hosts) {
    const bool sentinel = url_.kind == RedisUrl::Kind::Sentinel;
    auto context = connect(host, !sentinel);
    if (!context) {
      found = tl::unexpected(context.error());
      continue;
    }
    if (!sentinel) return host;
    const auto reply = ask(**context, host, {"SENTINEL", "get-master-addr-by-name", url_.master});
    contexts_.clear();
    const bool known = reply && (*reply)->type == REDIS_REPLY_ARRAY && (*reply)->elements == 2;
    const auto port = known ? parse_number<std::uint16_t>(text_of((*reply)->element[1])) : std::nullopt;
    if (port) {
      const RedisAddress master{std::string(text_of((*reply)->element[0])), *port};
      return connect(master, true).map([&](redisContext*) { return master; });
    }
    found = unreachable("the Sentinel knows no master '" + url_.master + "'", host);
  }
  return found;
}

Checked<redisContext*> RedisClient::connect(const RedisAddress& address, bool log_in) {
  if (const auto known = contexts_.find(address); known != contexts_.end()) return known->second.get();
  Context context(redisConnectWithTimeout(address.host.c_str(), address.port, kPatience));
  if (!context || context->err != 0) return unreachable(context ? context->errstr : "out of memory", address);
  redisSetTimeout(context.get(), kPatience);
  std::vector<Words> greetings;
  if (log_in && !url_.password.empty())
    greetings.push_back(url_.user.empty() ? Words{"AUTH", url_.password} : Words{"AUTH", url_.user, url_.password});
  if (log_in && url_.database != 0) greetings.push_back({"SELECT", std::to_string(url_.database)});
  for (const Words& words : greetings)
    if (auto reply = ask(*context, address, words); !reply) return tl::unexpected(reply.error());
  return (contexts_[address] = std::move(context)).get();
}

Checked<RedisClient::Reply> RedisClient::ask(redisContext& context, const RedisAddress& at, const Words& words) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  for (const std::string& word : words) {
    texts.push_back(word.data());
    sizes.push_back(word.size());
  }
  Reply reply(
      static_cast<redisReply*>(redisCommandArgv(&context, static_cast<int>(words.size()), texts.data(), sizes.data())));
  if (!reply) return unreachable(context.errstr, at);
  return reply;
}

Checked<RedisClient::Reply> RedisClient::command(const Words& words) { return command(main_, words); }

Checked<RedisClient::Reply> RedisClient::command(const RedisAddress& address, const Words& words) {
  RedisAddress at = address;
  bool asking = false;
  for (int hop = 0; hop < kMostHops; ++hop) {
    const auto context = connect(at, true);
    if (!context) return tl::unexpected(context.error());
    if (asking)
      if (auto reply = ask(**context, at, {"ASKING"}); !reply) return reply;
    auto reply = ask(**context, at, words);
    if (!reply) {
      contexts_.erase(at);
      return reply;
    }
    const std::string error = error_of(reply->get());
    auto redirection = parse_redirection(error);
    if (!redirection) {
      if (!error.empty()) return complain("Redis refuses: " + error, at.text());
      return reply;
    }
    if (redirection->to.host.empty()) redirection->to.host = at.host;
    at = redirection->to;
    asking = redirection->ask;
  }
  return complain("Redis sends us round in a circle", at.text());
}

Checked<std::vector<RedisAddress>> RedisClient::masters() {
  if (!is_cluster()) return std::vector{main_};
  const auto reply = command({"CLUSTER", "SLOTS"});
  if (!reply) return tl::unexpected(reply.error());
  std::vector<RedisAddress> out;
  for (std::size_t i = 0; i < (*reply)->elements; ++i) {
    const redisReply& range = *(*reply)->element[i];
    if (range.type != REDIS_REPLY_ARRAY || range.elements < 3 || range.element[2]->elements < 2) continue;
    const redisReply& node = *range.element[2];
    RedisAddress address{std::string(text_of(node.element[0])), static_cast<std::uint16_t>(node.element[1]->integer)};
    if (address.host.empty()) address.host = main_.host;
    if (std::ranges::find(out, address) == out.end()) out.push_back(std::move(address));
  }
  return out;
}

}  // namespace offhook::io
