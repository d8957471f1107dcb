// One UDP socket, non-blocking, read and written in batches (recvmmsg, sendmmsg). Owned by one loop's thread.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"
#include "base/result.hpp"

namespace offhook::io {

// Whether datagrams of one size that leave together for one peer are given to the kernel as one (UDP_SEGMENT, where it
// has that): it costs much less, and a capture on this machine shows them as one.
enum class Segmentation : std::uint8_t {
  Never,
  Busy,  // when many leave together (UdpBatch::kBusy), for one peer or for several
  Always,
};

struct UdpOptions {
  int receive_buffer = 4 << 20;  // bytes asked of the kernel; it may give less
  int send_buffer = 1 << 20;
  int dscp = 0;  // 0 leaves it
  Segmentation segmentation = Segmentation::Never;
  bool reuse_port = false;  // several sockets share the address, the kernel spreads the peers (SO_REUSEPORT)
};

class UdpSocket;

// The buffers of batched reads and writes: 4 MB of addresses, of which as much is memory as was read at once. Made once
// a loop and shared by all its sockets.
class UdpBatch {
 public:
  static constexpr std::size_t kSize = 64;
  static constexpr std::size_t kBusy = 8;  // of Segmentation::Busy
  struct Datagram {
    Endpoint from;
    std::span<const std::uint8_t> bytes;
  };

  UdpBatch();
  ~UdpBatch();
  UdpBatch(const UdpBatch&) = delete;
  UdpBatch& operator=(const UdpBatch&) = delete;

  // What kSize reads take from the socket, good until the next receive(); empty when nothing waits. A read may bring
  // several datagrams of one peer (UDP_GRO, where the kernel has it).
  [[nodiscard]] std::span<const Datagram> receive(UdpSocket& socket);
  // Fewer reads than kSize were filled: nothing waited behind the last receive().
  [[nodiscard]] bool is_empty() const;
  // Peers that the kernel has learned of by ICMP that nothing reaches them; good until the next call.
  [[nodiscard]] std::span<const Endpoint> unreachable(UdpSocket& socket);
  // Queues for that socket; what is queued for another one, or a full queue, is sent first.
  void queue(UdpSocket& socket, Endpoint to, std::span<const std::uint8_t> bytes);
  void queue(UdpSocket& socket, Endpoint to, std::string&& bytes);
  // Sends what is queued. What the kernel will not take now is dropped, as the network might: UDP owes nothing. Counted
  // at the socket.
  void flush();
  // The socket is about to go: what is queued for it is sent now.
  void forget(const UdpSocket& socket);

 private:
  struct Buffers;
  [[nodiscard]] std::string& place(UdpSocket& socket, Endpoint to);
  void send_queued();
  std::unique_ptr<Buffers> buffers_;
  UdpSocket* queued_for_ = nullptr;
  std::size_t queued_ = 0;
  bool overflowed_ = false;  // since the last flush(): what is queued now is the rest of more
};

class UdpSocket {
 public:
  // Port 0 takes a free one. Complaint: "cannot listen: Address already in use (udp:127.0.0.1:5060)".
  [[nodiscard]] static Checked<UdpSocket> open(Endpoint local, const UdpOptions& options = {});
  ~UdpSocket();
  UdpSocket(UdpSocket&& other) noexcept;
  UdpSocket& operator=(UdpSocket&& other) noexcept;

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] Endpoint local() const { return local_; }
  [[nodiscard]] std::uint64_t send_failures() const { return send_failures_; }

 private:
  friend class UdpBatch;
  UdpSocket(int fd, Endpoint local) : fd_(fd), local_(local) {}
  int fd_ = -1;
  Endpoint local_;
  Segmentation segmentation_ = Segmentation::Never;  // as far as the kernel has it
  std::uint64_t send_failures_ = 0;
};

}  // namespace offhook::io
