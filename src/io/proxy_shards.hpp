// The shards of one proxy: threads, each with a loop, an engine and sockets of its own that share their addresses by
// SO_REUSEPORT. They speak by posted work alone; nothing is locked.
//
// Every write of bindings goes through the first shard's thread, which has the store. What is stored goes out from
// there to every shard in the one order in which it was stored: all of them have the same bindings. With Redis the
// first one has the connection, and what comes from other nodes goes out in the same order.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>

#include "io/loop.hpp"
#include "io/proxy_host.hpp"

namespace offhook::io {

class ProxyShards {
 public:
  // Gives the first one, whose thread is that of `loop`; the others run already.
  [[nodiscard]] static Checked<std::unique_ptr<ProxyHost>> start(Loop& loop, ProxySettings settings,
                                                                 flow::Recorder* recorder);
  // Ends the other threads. On the thread of the first one.
  ~ProxyShards();
  ProxyShards(const ProxyShards&) = delete;
  ProxyShards& operator=(const ProxyShards&) = delete;

  [[nodiscard]] unsigned count() const { return static_cast<unsigned>(members_.size()); }
  [[nodiscard]] const std::string& secret() const { return secret_; }
  // What shard `index` tells the others.
  [[nodiscard]] ShardLink link(unsigned index);
  // For shards that start, one after the other. The first one's store, where it has one.
  [[nodiscard]] SqliteStore& store() const { return *members_.front().host->store_; }
  // Calls that an earlier run has left answered, each for the shard that it was of.
  void keep_calls(std::vector<proxy::CallRecord> calls) { kept_calls_ = std::move(calls); }
  [[nodiscard]] std::vector<proxy::CallRecord> kept_calls(unsigned index) const;

  // From shard `index`, on its thread.
  void write(unsigned index, std::vector<proxy::StoreWrite> writes);
  // Event state of shard `index`, on its thread: to the others, in its order.
  void share(unsigned index, std::vector<proxy::SharedEvent> events);
  // A ban that shard `index` has begun: for the others as well.
  void banned(unsigned index, const proxy::Ban& ban);
  // Records of calls from shard `index`, on its thread; they are written by the first one, which has the log.
  void record(unsigned index, std::vector<proxy::RecordWrite> writes);
  // Of the log; on the first one's thread.
  void recorded(const std::vector<std::uint64_t>& ids, bool ok);
  // Of the store; on the first one's thread.
  void written(const std::vector<std::uint64_t>& ids, bool ok);
  void written(std::uint64_t id, proxy::Stored outcome);

  // What the other nodes have done, for every shard. The first one hears it at once, on whose thread this is; the
  // others with pass_on(), before the first one's answers leave.
  struct Replaced {
    std::string aor;
    std::vector<proxy::Binding> bindings;
  };
  struct Learned {
    std::string engine;
    proxy::SharedEvent event;
  };
  struct Forgotten {
    std::string engine;
  };
  struct ShareAll {};  // somebody has missed something
  struct UsersRead {
    std::vector<proxy::User> users;
  };
  struct UserGone {
    std::string name;
  };
  struct StoreRead {};
  // A write on its way, and what has become of it.
  struct Written {
    unsigned from = 0;
    proxy::Stored outcome = proxy::Stored::Yes;
    proxy::StoreWrite write;
  };
  using News = std::variant<Written, Replaced, Learned, Forgotten, ShareAll, proxy::NodeChange, UsersRead, proxy::User,
                            UserGone, StoreRead>;
  void tell(News news);
  void pass_on();

  // f(host) of each but the first, on its thread, one after the other; waits for it. On the first one's thread.
  void each_other(const std::function<void(ProxyHost&)>& f);

 private:
  struct Member {
    Loop* loop = nullptr;
    ProxyHost* host = nullptr;
    std::unique_ptr<Loop> own;  // of all but the first
    std::thread thread;
  };
  ProxyShards(Loop& loop, unsigned count);
  [[nodiscard]] Checked<void> start_others(const ProxySettings& settings);
  // Work for a shard's host, on its thread; none when that has ended.
  void post(unsigned shard, std::function<void(ProxyHost&)> work);
  void store(unsigned from, std::vector<proxy::StoreWrite> writes);
  static void take(ProxyHost& host, const News& news);

  std::vector<Member> members_;
  std::string secret_;
  std::vector<proxy::CallRecord> kept_calls_;
  std::shared_ptr<ProxyHost*> first_;  // null once it is gone; of its thread
  std::uint64_t last_id_ = 0;          // of the store; of the first one's thread, as is
  std::unordered_map<std::uint64_t, Written> pending_;
  std::vector<News> news_;  // that only the first one has heard
  // A record on its way: whose it is, and the number that it has there.
  struct Recorded {
    unsigned from = 0;
    std::uint64_t id = 0;
  };
  std::uint64_t last_record_ = 0;  // of the log
  std::unordered_map<std::uint64_t, Recorded> recording_;
};

}  // namespace offhook::io
