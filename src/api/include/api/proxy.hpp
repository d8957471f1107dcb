// The administration of a proxy over HTTP (docs/operations.md): what it knows, what it counts, and what an operator may
// tell it. A Service: io serves it.
//
// In: requests. Out: responses. Changes go straight to the engine; whoever called handle() drains the engine
// afterwards. One thread: that of the engine.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/service.hpp"
#include "base/histogram.hpp"
#include "base/result.hpp"
#include "flow/wire_ring.hpp"
#include "proxy/core.hpp"

namespace offhook::api {

// What only the world behind the engine can count.
struct WorldFigures {
  Duration uptime{};
  // Of the process: memory that is resident, processor time since its start, descriptors that are open.
  std::uint64_t resident_bytes = 0;
  Duration cpu_user{}, cpu_system{};
  std::uint64_t open_files = 0;
  // Stream connections: open now, and since the start.
  std::uint64_t connections = 0, accepted = 0, opened = 0, refused = 0, failed = 0;
  std::optional<std::pair<std::size_t, std::size_t>> captured;  // messages and bytes, while [capture] is on
  std::optional<Histogram> record_commits;                      // the same of the records of calls
  std::optional<Histogram> commits;  // how long the store's commits took; nothing where registrations stay in memory
};

// The world behind a proxy, as its administration sees it. Outlives the ProxyApi.
class ProxyWorld {
 public:
  virtual ~ProxyWorld() = default;
  [[nodiscard]] virtual proxy::Core& core() = 0;
  // f(core) of each engine that shares the work, one after the other: what concerns a user's subscriptions, which may
  // be at any of them.
  virtual void each_core(const std::function<void(proxy::Core&)>& f) { f(core()); }
  [[nodiscard]] virtual WorldFigures figures() const = 0;
  // What has gone over the wire of late; nothing where it is not kept.
  [[nodiscard]] virtual std::optional<std::deque<flow::Record>> captured(const flow::WireQuestion& /*question*/) {
    return std::nullopt;
  }
  // The configuration is read again; what is wrong with it when nothing has changed.
  virtual Checked<void> reload() = 0;
  // No new calls; the process ends once those that there are have ended, or after `limit` (of the configuration when
  // nothing is said). Again: no effect.
  virtual void drain(std::optional<seconds> limit) = 0;
};

class ProxyApi final : public Service {
 public:
  // `token`: what clients show as "Authorization: Bearer TOKEN". "" asks nobody and permits nothing that changes
  // anything or shows what was on the wire.
  ProxyApi(ProxyWorld& world, std::string token);
  ~ProxyApi() override;
  void set_token(std::string token) { token_ = std::move(token); }

  Response handle(Now now, const Request& request) override;
  // There are no WebSockets here.
  bool connected(Now now, SocketId socket, std::string_view path) override;
  void received(Now now, SocketId socket, std::string_view text) override;
  void disconnected(SocketId socket) override;
  [[nodiscard]] std::optional<Push> poll_push() override;

 private:
  ProxyWorld* world_;
  std::string token_;
};

}  // namespace offhook::api
