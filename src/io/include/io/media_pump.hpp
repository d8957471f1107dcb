// A media engine on a loop: its ports on real sockets, its ticks by a timer. What MediaHost's thread runs, and the
// benchmarks. Owned by the loop's thread.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <utility>

#include "base/endpoint.hpp"
#include "base/result.hpp"
#include "io/loop.hpp"
#include "media/engine.hpp"

namespace offhook::io {

// How RTP and RTCP ports become sockets.
//   Own     a socket a port: one phone an address, or ports that several processes share out.
//   Shared  a socket a port number, bound to every address of the machine: cheaper where many phones have an address
//           each and use the same ports. No other process can then have that port.
enum class MediaLayout : std::uint8_t { Own, Shared };

class MediaSockets;

class MediaPump {
 public:
  struct Options {
    MediaLayout layout = MediaLayout::Own;
    int dscp = 0;  // 0 leaves it
    // After each tick, and when something has come to a group: for what else the engine has to tell.
    std::function<void()> ticked{};
  };
  // A datagram that went or came.
  struct Passed {
    Now at;
    bool sent = true;  // or received
    Endpoint local, remote;
    std::span<const std::uint8_t> bytes;
  };
  // `passed` may be empty: then nothing is spent on it. `trouble`: a port that cannot be opened; the call stays without
  // that port.
  MediaPump(Loop& loop, media::Engine& engine, Options options, std::function<void(const Passed&)> passed = {},
            std::function<void(Complaint)> trouble = {});
  ~MediaPump();
  MediaPump(const MediaPump&) = delete;
  MediaPump& operator=(const MediaPump&) = delete;

  // After each command to the engine: opens and closes ports, sends what waits, sets the timer.
  void drain();

  [[nodiscard]] std::uint64_t send_failures() const;
  // By how much the latest tick came after its time, since this was asked last.
  [[nodiscard]] Duration take_most_late() { return std::exchange(most_late_, Duration(0)); }

 private:
  void tick();
  void read_pages();

  Loop* loop_;
  media::Engine* engine_;
  std::unique_ptr<MediaSockets> sockets_;
  std::function<void(const Passed&)> passed_;
  std::function<void(Complaint)> trouble_;
  std::function<void()> ticked_;
  Loop::Timer timer_;
  bool watches_groups_ = false;
  Duration most_late_{0};
};

}  // namespace offhook::io
