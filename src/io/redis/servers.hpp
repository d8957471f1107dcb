// The Redis servers behind a URL as one: finds the master (by Sentinel), or the node of a key's slot (Redis Cluster),
// follows redirections, connects again. And the feed: a connection that hears the channel of changes.
//
// Commands of one key are carried out, and answered, in the order in which they were given, as long as their server
// stays the same; when it does not, lost() says so.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "redis/link.hpp"
#include "redis/script.hpp"

namespace offhook::io {

class RedisServers {
 public:
  using Words = std::vector<std::string>;
  using Reply = RedisLink::Reply;
  struct Events {
    std::function<void()> up;                          // connected, and the feed hears
    std::function<void(const std::string& why)> lost;  // a connection is gone: changes may have been missed
    std::function<void(std::string_view text)> message;
  };
  // `channel`: of the feed.
  RedisServers(Loop& loop, RedisUrl url, std::string channel, Events events);
  ~RedisServers();

  // Null at once when the key's server cannot be reached.
  void command(std::string_view key, Words words, Reply reply);
  // A script with one key; a server that does not know it yet is told it.
  void run(const RedisScript& script, const std::string& key, const Words& arguments, Reply reply);
  // To every master: of a cluster all that have slots. Gives how many there are.
  std::size_t on_each(const std::function<void(RedisLink&)>& call);
  [[nodiscard]] bool is_up() const { return up_; }
  // The feed has been silent for too long: a new one.
  void drop_feed(const std::string& why);

 private:
  using Link = std::unique_ptr<RedisLink>;
  struct Job {
    std::string key;
    Words words;
    Reply reply;
    int hops = 0;
  };
  void begin();
  void ask_sentinel();
  void found(const RedisAddress& master);
  void check_role();
  void ask_slots();
  bool take_slots(const redisReply* reply);
  void open_feed();
  void check_up();
  void fail(const std::string& why);
  void later(const std::string& why);
  void retire(Link link);
  [[nodiscard]] RedisLink* link_to(const RedisAddress& address);
  [[nodiscard]] RedisLink* link_for(std::string_view key);
  void run(const std::shared_ptr<Job>& job, RedisLink* link, bool asking);
  void answer(const std::shared_ptr<Job>& job, const redisReply* reply, const RedisAddress& by);

  Loop* loop_;
  RedisUrl url_, sentinel_url_;
  std::string channel_;
  Events events_;
  Link main_, asked_, feed_;
  bool main_ready_ = false, feed_ready_ = false, up_ = false, waits_ = false;
  std::size_t next_host_ = 0;
  Duration pause_;
  Loop::Timer timer_;
  std::vector<Link> retired_;  // until the loop comes round
  // Of a cluster.
  std::map<RedisAddress, Link> nodes_;
  std::vector<RedisAddress> masters_;
  std::vector<std::uint16_t> slots_;  // index into masters_
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace offhook::io
