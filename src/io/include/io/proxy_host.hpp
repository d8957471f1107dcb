// A proxy on real sockets with its store: what `offhook proxy` runs, and what the demo and the flows put between their
// phones.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "flow/recorder.hpp"
#include "io/call_log.hpp"
#include "io/dns.hpp"
#include "io/loop.hpp"
#include "io/proxy_file.hpp"
#include "io/random.hpp"
#include "io/redis_store.hpp"
#include "io/sip_host.hpp"
#include "io/sqlite_store.hpp"
#include "proxy/core.hpp"
#include "transport/locate.hpp"

namespace offhook::io {

class ProxyShards;

// Stream connections: open now, and since the start.
struct StreamFigures {
  std::uint64_t connections = 0, accepted = 0, opened = 0, refused = 0, failed = 0;
};

class ProxyHost {
 public:
  // Opens the sockets and the store, loads what the store has. Port 0 in `listen` takes a free one. Redis is waited for
  // some seconds; without it registrations are refused until it comes.
  [[nodiscard]] static Checked<std::unique_ptr<ProxyHost>> start(Loop& loop, ProxySettings settings,
                                                                 flow::Recorder* recorder = nullptr);
  // With several shards it is the first of them, whose thread is `loop`'s, and owns the others.
  // What was acknowledged is on disk already; what was submitted is finished.
  ~ProxyHost();

  [[nodiscard]] const std::vector<transport::Listen>& listening() const { return listening_; }
  [[nodiscard]] const StreamHost& streams() const { return sip_->streams(); }
  // Other settings, and the certificates read again, while calls and transactions go on. Sockets that are new are
  // opened; of those that are gone, stream connections stay, and datagrams are heard for another kRetirement. On a
  // complaint nothing has changed, at no shard: an address that is taken, a bad certificate, or what needs a restart
  // (the store, name servers, dscp, segmentation, the first domain).
  Checked<void> reload(ProxySettings settings);
  static constexpr seconds kRetirement{32};  // 64*T1: all transactions have ended
  // Of the first shard, where there are several.
  [[nodiscard]] const proxy::Core& core() const { return *core_; }
  // For commands; flush() afterwards.
  [[nodiscard]] proxy::Core& core() { return *core_; }
  void flush() { sip_->drain(); }
  // How long commits of the store took; nothing for a store in memory.
  [[nodiscard]] std::optional<Histogram> commits() const {
    return store_ ? std::optional(store_->commits()) : std::nullopt;
  }
  // The same of the records of calls; nothing where none are kept.
  [[nodiscard]] std::optional<Histogram> record_commits() const {
    return call_log_ ? std::optional(call_log_->commits()) : std::nullopt;
  }
  // What has gone over the wire of late, of all shards (docs/operations.md); nothing while [capture] is off.
  [[nodiscard]] std::optional<std::deque<flow::Record>> captured(const flow::WireQuestion& question);
  // Messages and bytes that are kept; nothing while it is off.
  [[nodiscard]] std::optional<std::pair<std::size_t, std::size_t>> captured();
  // f(core) of each shard, one after the other, on the thread of each, this one's first: it waits. For counts and
  // commands.
  void each_core(const std::function<void(proxy::Core&)>& f);
  void each_shard(const std::function<void(ProxyHost&)>& f);
  // Of all shards.
  [[nodiscard]] StreamFigures stream_figures();
  // No new calls: `done` is called, once, when none is left or after `limit`, and after leave(). Once only.
  void drain(Duration limit, std::function<void()> done);
  // No new calls, and registrations at trunks are taken back: `done` is called, once, when they are or after kFarewell,
  // in place of that of drain(). False when that is under way already.
  bool leave(std::function<void()> done);
  static constexpr seconds kFarewell{2};
  // Hears what is for the log: once for each change, that the store cannot be written and why, and that it is written
  // again; bans, handshakes that fail, and what the engine tells (proxy/journal.hpp). From the threads of all shards.
  void on_log(const std::function<void(const LogEvent&)>& log) {
    each_shard([&log](ProxyHost& host) { host.log_ = log; });
    if (redis_ && !store_error_.empty()) tell_of_redis();  // it was not there when we started
  }

 private:
  friend class ProxyShards;
  // A socket that we listen at: as the settings have it (port 0), and as it came about.
  struct Socket {
    transport::Listen asked, bound;
  };
  struct Retired {
    transport::Listen bound;
    TimePoint until;
  };
  // Other settings that are about to be taken.
  struct Change {
    ProxySettings settings;  // with the ports that were taken
    proxy::Config config;
    std::unique_ptr<TlsContext> tls;  // of before
    std::vector<Socket> next, left;   // that stay or are new; that go
    std::vector<Retired> opened;      // those that are new, and when they go if all is taken back
  };
  explicit ProxyHost(Loop& loop);
  // Those of start() by one: without a store of its own but for the first.
  [[nodiscard]] static Checked<std::unique_ptr<ProxyHost>> start_one(Loop& loop, ProxySettings settings,
                                                                     flow::Recorder* recorder, ProxyShards* shards,
                                                                     unsigned index);
  [[nodiscard]] proxy::Config config_of(const ProxySettings& settings) const;
  Checked<void> open_store(const ProxySettings& settings);
  Checked<void> open_sockets(ProxySettings& settings, flow::Recorder* recorder);
  void remember(const ProxySettings& settings);
  [[nodiscard]] Checked<void> prepare(ProxySettings settings);
  [[nodiscard]] Checked<void> prepare(transport::Listen& listen);
  void commit();
  void abandon();
  [[nodiscard]] Checked<Retired> open(const transport::Listen& asked);
  void close_retired();
  void pass_store_writes();
  void pass_records();
  void pass_events();
  void pass_log();
  void trouble(LogLevel level, std::string_view area, std::string what) const;
  Checked<void> open_call_log(const CallLogSettings& settings);
  void recorded(const std::vector<std::uint64_t>& ids, const std::string& error);
  void leave_when_idle();
  void set_capture(flow::WireRingSettings settings);
  void open_redis(RedisUrl url);
  void tell_of_redis() const;
  [[nodiscard]] RedisEventHooks event_hooks();
  [[nodiscard]] RedisUserHooks user_hooks();
  void take_users(std::vector<StoredUser> stored);
  // Why that user of the store cannot come in; "" for one who can.
  [[nodiscard]] std::string refusal_of(const StoredUser& stored) const;
  void written(const std::vector<std::uint64_t>& ids, const std::string& error);

  Loop* loop_;
  ProxyShards* shards_ = nullptr;  // all of them
  unsigned index_ = 0;
  std::unique_ptr<ProxyShards> owned_;  // of the first one
  SystemRandom random_;
  transport::Locator locator_;
  std::unique_ptr<TlsContext> tls_;
  std::unique_ptr<proxy::Core> core_;
  std::unique_ptr<Dns> dns_;
  std::unique_ptr<flow::WireRing> ring_;  // [capture]
  std::unique_ptr<SipHost> sip_;
  std::unique_ptr<SqliteStore> store_;
  std::unique_ptr<RedisStore> redis_;
  ProxySettings settings_;  // without users
  std::vector<transport::Listen> listening_;
  std::vector<Socket> sockets_;
  std::vector<Retired> retired_;
  std::unique_ptr<Change> change_;
  Loop::Timer retirement_;
  std::function<void(const LogEvent&)> log_;
  std::string store_error_;  // of the last commit
  std::unique_ptr<CallLog> call_log_;
  std::string call_log_error_;  // of its last commit
  bool keeps_records_ = false;
  Loop::Timer leave_;  // at the latest, and soon after the last call
  bool leaving_ = false;
  TimePoint leave_at_{};
  std::function<void()> left_;
};

}  // namespace offhook::io
