// Event state among the nodes of a cluster: docs/scaling.md. What a node tells of itself goes over the channel and is
// kept by nobody; what belongs to no node is in Redis as well, each value with its version: a script takes no earlier
// one, so all nodes end with the same.
//
// A node that hears the channel (again) asks the others for all that they have to tell, and tells the same of itself.
// One that has not been heard of for kSilence has ended, with its calls.
//
//   NODE =5:w…9:d…      events, as event_text()
//   NODE/2 =5:w…9:d…    the same of an engine of that node which is not its first: they end together
//   NODE ?              tell me all
#pragma once
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "io/redis_store.hpp"
#include "proxy/shared_events.hpp"
#include "redis/script.hpp"
#include "redis/servers.hpp"
#include "redis/sweep.hpp"

namespace offhook::io {

class RedisEvents {
 public:
  using Hooks = RedisEventHooks;
  // `servers` must outlive it. `node` names this run of this process.
  // `settle` is called after several of the others.
  RedisEvents(RedisServers& servers, std::string channel, std::string node, Hooks hooks, std::function<void()> settle);

  // Of an engine of this process: its shard.
  void publish(unsigned engine, std::vector<proxy::SharedEvent> events);

  // The channel is heard.
  void up(TimePoint now);
  // Reads all that is kept; what is missing there, or older, is put back.
  void synchronise();
  // From an engine of another node; every word counts as a sign of life. True when it was for us.
  bool heard(TimePoint now, std::string_view engine, std::string_view text);
  // Now and then, while the channel is heard.
  void tick(TimePoint now);

  static constexpr seconds kSilence{6};                              // of a node that has ended
  static constexpr std::size_t kMostNodes = 256, kMostEngines = 32;  // engines of one of them

 private:
  void say(std::string text, unsigned engine = 0);
  void tell(TimePoint now);
  void learn(std::string_view engine, std::string_view events);
  void put(const proxy::SharedEvent& event);
  void fetch(const std::string& key);
  void read(const redisReply& all);
  void all_read(bool good);

  RedisServers* servers_;
  std::string channel_, node_;
  Hooks hooks_;
  std::function<void()> settle_;
  RedisScript script_;
  struct Peer {
    TimePoint heard;
    std::set<std::string> engines;  // that have told something
  };
  std::unordered_map<std::string, Peer> peers_;
  TimePoint told_{};  // all of ours, the last time
  bool is_asking_ = false, is_asked_ = false;
  // Of a round of reading everything.
  RedisSweep sweep_;
  bool is_due_ = false;
  std::unordered_map<std::string, std::string> found_;  // versions, by key and field
};

// "NODE" of "NODE/2".
[[nodiscard]] constexpr std::string_view node_of_engine(std::string_view engine) {
  return engine.substr(0, engine.find('/'));
}

}  // namespace offhook::io
