// The location service in Redis, shared by several proxies. docs/scaling.md.
//
// Each node holds all bindings in its own memory: it reads them when it connects, and reads an address-of-record again
// when another node says on the channel that it has changed one. All of that goes over one connection, in whose order
// Redis carries it out: what was answered last is the truth. A write is one script, so it is stored wholly or not, and
// its 200 leaves after Redis has confirmed it. Without Redis the node goes on with what it has, and takes no
// registrations.
//
// After a connection was lost everything is read again. When the server is another one then (it was started again, or
// Sentinel has made a replica the master), it may have lost what was written last: bindings that this node remembers
// and that are missing or older there are put back.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "io/loop.hpp"
#include "io/redis_values.hpp"
#include "io/sqlite_users.hpp"
#include "proxy/location.hpp"
#include "proxy/shared_events.hpp"

namespace offhook::io {

// Event state, to and from the other nodes (proxy::Core has the functions).
struct RedisEventHooks {
  std::function<void(std::string_view engine, const proxy::SharedEvent& event)> learn;
  std::function<void(std::string_view engine)> forget;
  std::function<void()> share_all;  // what this node's engines have to tell of themselves is to be shared again
  std::function<std::vector<proxy::SharedEvent>()> state;  // what belongs to no node, as it is known here
};

// Users, as `offhook proxy user` writes them: all of them when they are read, then each that has changed.
struct RedisUserHooks {
  std::function<void(std::vector<StoredUser> users)> all;  // by name
  std::function<void(StoredUser user)> put;
  std::function<void(const std::string& name)> remove;
};

class RedisStore {
 public:
  struct Hooks {
    std::function<void(std::uint64_t id, proxy::Stored outcome)> stored;
    // All that is stored of that address-of-record, as others have changed it.
    std::function<void(const std::string& aor, const std::vector<proxy::Binding>& bindings)> replace;
    std::function<void()> settle;  // after several of them: what has come of it may leave
    // What this node has in memory: every address-of-record, and of one the bindings as it would store them.
    std::function<std::vector<std::string>()> addresses;
    std::function<std::vector<proxy::Binding>(const std::string& aor)> kept;
    std::function<void(const std::string& why)> trouble;  // once for each change; "" when it is over
    RedisEventHooks events;
    RedisUserHooks users;
    std::function<void()> read;  // once: bindings and users were read for the first time
  };
  // Begins to connect; `random` must outlive it. Everything is called on the loop's thread.
  RedisStore(Loop& loop, RedisUrl url, Random& random, Hooks hooks);
  // What was submitted and not answered is not waited for.
  ~RedisStore();

  // Each is answered by stored(), in the order of submission for one address-of-record.
  void submit(std::vector<proxy::StoreWrite> writes);
  // To the other nodes, in that order: of one engine of this process (its shard).
  void share(unsigned engine, std::vector<proxy::SharedEvent> events);
  // The users again: those of the configuration have changed.
  void read_users();
  // Connected, and everything was read.
  [[nodiscard]] bool is_synchronised() const;

  static constexpr std::size_t kQueue = 100'000;  // writes that may wait; more are refused at once
  static constexpr seconds kHeartbeat{1}, kSilence{6};

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace offhook::io
