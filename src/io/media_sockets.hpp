// The RTP and RTCP ports of a media engine's sessions on real sockets, read and written so that 20 ms of a stream cost
// little more than what the kernel takes for two datagrams. Owned by one loop's thread.
//
// No socket is watched: RTP waits in its socket until the tick that plays it, which costs no wait queue and one system
// call a stream; the kernel notes when each datagram came (SO_TIMESTAMPNS), so jitter and round trip are as true as if
// it had been read at once. Two layouts:
//   Own     a socket a port. Right for one phone an address, and where ports belong to several processes.
//   Shared  a socket a port number, bound to every address; sessions are told apart by the address that was written to
//           (IP_PKTINFO). For many phones that have an address each and the same ports: one system call moves the
//           packets of many of them.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "io/media_pump.hpp"
#include "media/engine.hpp"
#include "poller.hpp"

namespace offhook::io {

class MediaSockets {
 public:
  struct Options {
    MediaLayout layout = MediaLayout::Own;
    int dscp = 0;  // 0 leaves it
  };
  explicit MediaSockets(Options options);
  ~MediaSockets();
  MediaSockets(const MediaSockets&) = delete;
  MediaSockets& operator=(const MediaSockets&) = delete;

  Checked<void> open(const media::SocketRequest& request);
  void close(const media::SocketRequest& request);
  // A multicast group at one interface: a socket of its own, which others on this machine may have as well.
  Checked<void> join(const media::SocketRequest& request);
  void leave(const media::SocketRequest& request);
  // Readable when something has come to a group.
  [[nodiscard]] int groups_fd() const { return groups_ready_.fd(); }

  struct Received {
    Now at;  // when the kernel had it
    Endpoint local, from;
    std::optional<media::SessionId> session;  // where the socket is that of one session
    std::span<const std::uint8_t> bytes;
    IpAddress interface{};  // of a group
  };
  // Reads what waits for the sessions of these phases (bits, as media::Engine::due()), and all RTCP.
  void receive(Now now, std::uint32_t phases, const std::function<void(const Received&)>& take);
  // Reads what has come to groups; `local` is the group.
  void receive_pages(Now now, const std::function<void(const Received&)>& take);
  // The bytes stay where they are until flush(). What the kernel will not take is lost, as on the way; it is counted.
  void send(const media::Transmit& packet);
  void flush();

  [[nodiscard]] std::uint64_t send_failures() const { return send_failures_; }

 private:
  struct Batch;
  struct Socket {
    int fd = -1;
    Endpoint local;
    std::optional<media::SessionId> session;  // none: shared
    std::size_t users = 1;
    IpAddress interface{};  // of a group
  };
  struct Place {  // where a session sends from
    std::uint32_t generation = 0;
    std::array<int, 2> fds{-1, -1};  // RTP, RTCP
  };
  using Take = std::function<void(const Received&)>;

  Checked<int> open_own(const media::SocketRequest& request);
  Checked<int> open_shared(const media::SocketRequest& request);
  void read(Now now, const Socket& socket, const Take& take);
  void queue(int fd, const media::Transmit& packet);

  Options options_;
  std::vector<Place> places_;                            // by the session's index
  std::array<std::vector<Socket>, media::kPhases> rtp_;  // own ones, by phase
  std::map<int, Socket> watched_;                        // by descriptor: those of RTCP, and the shared ones
  std::map<int, Socket> groups_;                         // by descriptor
  Poller ready_, groups_ready_;
  std::unique_ptr<Batch> batch_;
  std::uint64_t send_failures_ = 0;
};

}  // namespace offhook::io
