#include "redis/servers.hpp"

#include <algorithm>
#include <utility>

#include "base/ascii.hpp"
#include "io/clock.hpp"

namespace offhook::io {
namespace {

constexpr Duration kFirstPause = milliseconds(100), kLongestPause = seconds(2);
constexpr std::uint16_t kNobody = UINT16_MAX;
constexpr int kMostHops = 5;

std::vector<std::string_view> views(const std::vector<std::string>& words) { return {words.begin(), words.end()}; }

// Errors of a server that takes no writes from us: another one may.
bool is_of_a_replica(std::string_view error) {
  return error.starts_with("READONLY") || error.starts_with("MASTERDOWN") || error.starts_with("LOADING");
}

}  // namespace

RedisServers::RedisServers(Loop& loop, RedisUrl url, std::string channel, Events events)
    : loop_(&loop),
      url_(std::move(url)),
      channel_(std::move(channel)),
      events_(std::move(events)),
      pause_(kFirstPause),
      timer_(loop, [this] {
        waits_ = false;
        begin();
      }) {
  begin();
}

RedisServers::~RedisServers() = default;

void RedisServers::begin() {
  if (!main_) {
    if (url_.kind == RedisUrl::Kind::Sentinel) return ask_sentinel();
    return found(url_.hosts[next_host_++ % url_.hosts.size()]);
  }
  if (main_ready_ && !feed_) open_feed();
}

void RedisServers::ask_sentinel() {
  const RedisAddress sentinel = url_.hosts[next_host_++ % url_.hosts.size()];
  retire(std::move(asked_));
  asked_ = std::make_unique<RedisLink>(
      *loop_, sentinel, sentinel_url_,
      RedisLink::Events{
          [this] {
            asked_->command({"SENTINEL", "get-master-addr-by-name", url_.master}, [this](const redisReply* reply) {
              const bool known = reply != nullptr && reply->type == REDIS_REPLY_ARRAY && reply->elements == 2;
              const auto port = known ? parse_number<std::uint16_t>(text_of(reply->element[1])) : std::nullopt;
              if (!port) return later("no Sentinel knows a master '" + url_.master + "'");
              found({std::string(text_of(reply->element[0])), *port});
              retire(std::move(asked_));
            });
          },
          [this, sentinel](const std::string& why) { later("Sentinel " + sentinel.text() + ": " + why); },
          {}});
}

void RedisServers::found(const RedisAddress& master) {
  if (main_) return;
  main_ = std::make_unique<RedisLink>(
      *loop_, master, url_,
      RedisLink::Events{[this] {
                          if (url_.kind == RedisUrl::Kind::Cluster)
                            ask_slots();
                          else
                            check_role();
                        },
                        [this, master](const std::string& why) { fail(master.text() + ": " + why); },
                        {}});
}

// A replica, or a master that has been deposed and does not know it yet, is none of ours.
void RedisServers::check_role() {
  main_->command({"ROLE"}, [this](const redisReply* reply) {
    if (!main_) return;
    const bool is_list = reply != nullptr && reply->type == REDIS_REPLY_ARRAY && reply->elements > 0;
    if (!is_list || text_of(reply->element[0]) != "master") {
      const auto error = error_of(reply);
      return main_->close(error.empty() ? "it is no master" : error);
    }
    main_ready_ = true;
    open_feed();
  });
}

void RedisServers::ask_slots() {
  main_->command({"CLUSTER", "SLOTS"}, [this](const redisReply* reply) {
    if (!main_) return;
    if (!take_slots(reply)) {
      const auto error = error_of(reply);
      return main_->close(error.empty() ? "it knows no slots" : error);
    }
    main_ready_ = true;
    if (!feed_) open_feed();
  });
}

// [[first, last, [ip, port, …], replicas…], …]
bool RedisServers::take_slots(const redisReply* reply) {
  if (reply == nullptr || reply->type != REDIS_REPLY_ARRAY || reply->elements == 0) return false;
  masters_.clear();
  slots_.assign(kRedisSlots, kNobody);
  for (std::size_t i = 0; i < reply->elements; ++i) {
    const redisReply* range = reply->element[i];
    if (range->type != REDIS_REPLY_ARRAY || range->elements < 3) return false;
    const redisReply* node = range->element[2];
    if (node->type != REDIS_REPLY_ARRAY || node->elements < 2) return false;
    const auto first = range->element[0]->integer, last = range->element[1]->integer;
    if (first < 0 || last >= kRedisSlots || first > last) return false;
    RedisAddress address{std::string(text_of(node->element[0])), static_cast<std::uint16_t>(node->element[1]->integer)};
    if (address.host.empty()) address.host = main_->address().host;
    auto at = std::ranges::find(masters_, address);
    if (at == masters_.end()) at = masters_.insert(masters_.end(), address);
    std::fill(slots_.begin() + first, slots_.begin() + last + 1, static_cast<std::uint16_t>(at - masters_.begin()));
  }
  return true;
}

void RedisServers::open_feed() {
  retire(std::move(feed_));
  feed_ready_ = false;
  feed_ = std::make_unique<RedisLink>(
      *loop_, main_->address(), url_,
      RedisLink::Events{[this] { feed_->subscribe(channel_); }, [this](const std::string& why) { drop_feed(why); },
                        [this](std::string_view text) {
                          if (!text.empty()) return events_.message(text);
                          feed_ready_ = true;
                          check_up();
                        }});
}

void RedisServers::check_up() {
  if (up_ || !main_ready_ || !feed_ready_) return;
  up_ = true;
  pause_ = kFirstPause;
  events_.up();
}

void RedisServers::drop_feed(const std::string& why) {
  if (!feed_) return;
  retire(std::move(feed_));
  feed_ready_ = up_ = false;
  later("changes of others are not heard: " + why);
}

void RedisServers::fail(const std::string& why) {
  retire(std::move(main_));
  retire(std::move(feed_));
  for (auto& [address, link] : nodes_) retire(std::move(link));
  nodes_.clear();
  slots_.clear();
  main_ready_ = feed_ready_ = up_ = false;
  later(why);
}

void RedisServers::later(const std::string& why) {
  retire(std::move(asked_));
  if (!std::exchange(waits_, true)) {
    timer_.set(now().mono + pause_);
    pause_ = std::min(pause_ * 2, kLongestPause);
  }
  events_.lost(why);
}

// A link may be in the middle of a call of ours.
void RedisServers::retire(Link link) {
  if (!link) return;
  link->leave();
  retired_.push_back(std::move(link));
  loop_->post([this, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) retired_.clear();
  });
}

RedisLink* RedisServers::link_to(const RedisAddress& address) {
  if (main_ && main_->address() == address) return main_.get();
  if (const auto found = nodes_.find(address); found != nodes_.end()) return found->second.get();
  const auto gone = [this, address](const std::string& why) {
    if (auto node = nodes_.extract(address); !node.empty()) retire(std::move(node.mapped()));
    if (main_ready_) ask_slots();
    events_.lost(address.text() + ": " + why);
  };
  auto& link = nodes_[address];
  link = std::make_unique<RedisLink>(*loop_, address, url_, RedisLink::Events{{}, gone, {}});
  return link.get();
}

RedisLink* RedisServers::link_for(std::string_view key) {
  if (!main_ready_) return nullptr;
  if (url_.kind != RedisUrl::Kind::Cluster) return main_.get();
  const std::uint16_t master = slots_.at(redis_slot(key));
  return master == kNobody ? nullptr : link_to(masters_.at(master));
}

std::size_t RedisServers::on_each(const std::function<void(RedisLink&)>& call) {
  if (!main_ready_) return 0;
  if (url_.kind != RedisUrl::Kind::Cluster) {
    call(*main_);
    return 1;
  }
  const auto masters = masters_;
  for (const RedisAddress& address : masters) call(*link_to(address));
  return masters.size();
}

void RedisServers::command(std::string_view key, Words words, Reply reply) {
  RedisLink* const link = link_for(key);
  if (link == nullptr) return reply(nullptr);
  if (url_.kind != RedisUrl::Kind::Cluster) {
    // Its own text, not a copy, for the usual case.
    link->command(views(words), [this, reply = std::move(reply)](const redisReply* got) {
      const auto error = error_of(got);
      reply(got);
      if (got != nullptr && is_of_a_replica(error) && main_) main_->close(error);
    });
    return;
  }
  run(std::make_shared<Job>(Job{std::string(key), std::move(words), std::move(reply)}), link, false);
}

void RedisServers::run(const RedisScript& script, const std::string& key, const Words& arguments, Reply reply) {
  Words words{"EVALSHA", script.sha, "1", key};
  words.insert(words.end(), arguments.begin(), arguments.end());
  auto again = words;
  again[0] = "EVAL";
  again[1] = script.text;
  command(key, std::move(words),
          [this, key, again = std::move(again), reply = std::move(reply)](const redisReply* got) mutable {
            if (!error_of(got).starts_with("NOSCRIPT")) return reply(got);
            command(key, std::move(again), std::move(reply));
          });
}

void RedisServers::run(const std::shared_ptr<Job>& job, RedisLink* link, bool asking) {
  if (asking) link->command({"ASKING"}, [](const redisReply*) {});
  link->command(views(job->words),
                [this, job, by = link->address()](const redisReply* reply) { answer(job, reply, by); });
}

void RedisServers::answer(const std::shared_ptr<Job>& job, const redisReply* reply, const RedisAddress& by) {
  auto redirection = reply == nullptr ? std::nullopt : parse_redirection(error_of(reply));
  if (!redirection || ++job->hops > kMostHops || !main_ready_) return job->reply(reply);
  if (redirection->to.host.empty()) redirection->to.host = by.host;
  if (!redirection->ask) {
    auto at = std::ranges::find(masters_, redirection->to);
    if (at == masters_.end()) at = masters_.insert(masters_.end(), redirection->to);
    slots_.at(redirection->slot) = static_cast<std::uint16_t>(at - masters_.begin());
    ask_slots();
  }
  run(job, link_to(redirection->to), redirection->ask);
}

}  // namespace offhook::io
