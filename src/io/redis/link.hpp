// One connection to a Redis server: hiredis' asynchronous context in our loop. Commands are pipelined, replies come in
// their order. A server that says nothing for kPatience is left.
#pragma once
#include <hiredis/async.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/loop.hpp"
#include "io/redis_values.hpp"

namespace offhook::io {

class RedisLink {
 public:
  // Null when the connection went before the reply came. Good during the call only.
  using Reply = std::function<void(const redisReply* reply)>;
  struct Events {
    std::function<void()> ready;                         // logged in
    std::function<void(const std::string& why)> down;    // once; from the loop, never from within a call of ours
    std::function<void(std::string_view text)> message;  // of the channels subscribed to
  };
  static constexpr seconds kPatience{3}, kIdle{2};

  // Begins to connect. `url` gives user, password and database, and must outlive the link.
  RedisLink(Loop& loop, RedisAddress address, const RedisUrl& url, Events events);
  // Callbacks that wait are dropped. Not from within one of them.
  ~RedisLink();
  RedisLink(const RedisLink&) = delete;
  RedisLink& operator=(const RedisLink&) = delete;

  void command(const std::vector<std::string_view>& words, Reply reply);
  // From then on there are no other commands, and patience is the owner's affair.
  void subscribe(std::string_view channel);
  // Replies that wait are null.
  void close(const std::string& why);
  // The same, and its owner hears no more of it.
  void leave();

  [[nodiscard]] bool ready() const { return ready_; }
  [[nodiscard]] const RedisAddress& address() const { return address_; }

 private:
  struct Adapter;
  struct Resolving;
  struct Waiting {
    RedisLink* link;
    Reply reply;
  };
  void connect(const std::string& ip);
  void resolve();
  void log_in();
  void logged_in(const redisReply* reply);
  void watch();
  void gone(const std::string& why);
  bool send(const std::vector<std::string_view>& words, redisCallbackFn* call, void* data);
  static void replied(redisAsyncContext* context, void* reply, void* data);
  static void heard(redisAsyncContext* context, void* reply, void* data);

  Loop* loop_;
  RedisAddress address_;
  const RedisUrl* url_;
  Events events_;
  redisAsyncContext* context_ = nullptr;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::shared_ptr<Resolving> resolving_;
  std::deque<TimePoint> sent_;  // commands whose replies have not come
  TimePoint since_, last_;
  bool ready_ = false, down_ = false, muted_ = false, subscribed_ = false;
  Loop::Timer timer_;
};

// The text of an error reply, or of none at all; "" for everything else.
[[nodiscard]] std::string error_of(const redisReply* reply);
[[nodiscard]] std::string_view text_of(const redisReply* reply);  // of strings and statuses; "" for others

}  // namespace offhook::io
