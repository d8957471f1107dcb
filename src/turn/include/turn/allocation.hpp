// One allocation at a TURN server, by UDP: an address there that is ours as long as it lasts (RFC 8656). Allocate with
// long-term credentials (RFC 8489 §9.2, MD5), refreshed a minute before its end; permissions for the addresses of
// peers; a channel for the one that media goes to, Send indications before that. While nothing else is sent, a Binding
// indication every 20 s keeps the way through a NAT open.
//
// A machine without I/O: send to the server what poll() gives after every call, and again whenever deadline() has come;
// hand it every datagram that comes from the server. One port of ours has one allocation. No thread of its own.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "stun/client.hpp"
#include "stun/message.hpp"
#include "turn/server.hpp"
#include "turn/wire.hpp"

namespace offhook::turn {

class Allocation {
 public:
  enum class State : std::uint8_t {
    Asking,     // Allocate is under way
    Allocated,  // relayed() is ours
    Failed,     // there is none, or none any more: failure() says why
    Closed      // given back, or being so
  };
  // Of what is kept for peers: further ones are not served.
  static constexpr std::size_t kMostPermissions = 40, kMostChannels = 8, kMostHeld = 8, kMostReady = 64;

  // Begins to ask. The relayed address has the IP version of the server's. `random` must outlive the allocation.
  Allocation(TimePoint now, std::shared_ptr<const Server> server, Random& random);

  // A datagram for the server that is due; ask until there is none.
  [[nodiscard]] std::optional<std::string> poll(TimePoint now);
  // When there is something to do without a datagram; nothing: never.
  [[nodiscard]] std::optional<TimePoint> deadline() const;

  struct Data {
    Endpoint peer;
    std::string_view bytes;  // within the datagram
  };
  struct Received {
    bool is_ours = false;  // it was for us, if only to be dropped
    std::optional<Data> data{};
  };
  // A datagram that has come from the server's address: an answer to a request of ours, or what a peer has sent.
  // Answers with another integrity than that of our password are dropped.
  [[nodiscard]] Received receive(TimePoint now, std::string_view datagram);

  // To a peer, once the server lets us; that is asked for with the first datagram, and the last few wait for it.
  void send(TimePoint now, const Endpoint& peer, std::string_view bytes);
  // Lets the peer's datagrams in, and ours out to it (§9): asked for, and kept up for as long as this is said again
  // within five minutes.
  void allow(TimePoint now, const IpAddress& peer);
  [[nodiscard]] bool allows(const IpAddress& peer) const;
  // The peer that media goes to: a channel is bound for it (§12). Others lose theirs with time.
  void bind(TimePoint now, const Endpoint& peer);
  [[nodiscard]] bool is_bound(const Endpoint& peer) const { return channel_to(peer) != nullptr; }

  // Appends what carries to the peer the bytes that write(std::vector<std::uint8_t>&) appends: ChannelData, or a Send
  // indication; nothing where those are none, or the server would not let them through.
  template <class Write>
  void frame(std::vector<std::uint8_t>& out, const Endpoint& peer, Write&& write) {
    const std::size_t begin = out.size();
    if (!open_frame(out, peer)) return;
    const std::size_t head = out.size() - begin;
    write(out);
    close_frame(out, begin, head);
  }

  // Gives the address back: one Refresh with lifetime 0, repeated for who goes on asking poll(). What an Allocate that
  // is under way still brings is given back as well.
  void close(TimePoint now);

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] const Endpoint& server() const { return server_->address; }
  [[nodiscard]] const Endpoint& relayed() const { return relayed_; }               // from Allocated on
  [[nodiscard]] const std::optional<Endpoint>& mapped() const { return mapped_; }  // us, as the server sees us
  // "the TURN server knows no such user or password"; of Failed.
  [[nodiscard]] const std::string& failure() const { return failure_; }
  [[nodiscard]] bool was_silent() const { return was_silent_; }  // Failed, for it did not answer
  [[nodiscard]] std::size_t permissions() const { return permissions_.size(); }
  [[nodiscard]] std::size_t channels() const { return channels_.size(); }

 private:
  enum class Kind : std::uint8_t { None, Allocate, Refresh, Release, Permission, Channel };
  // A transaction that is under way; None: there is none.
  struct Request {
    Kind kind = Kind::None;
    Endpoint peer;  // of Permission and Channel
    std::uint16_t channel = 0;
    stun::TransactionId id{};
    std::string bytes;
    bool is_signed = false;
    int sent = 0, stale = 0;  // datagrams; nonces that have grown old
    TimePoint due{};
  };
  struct Permission {
    IpAddress peer;
    Request request;
    bool granted = false;
    TimePoint wanted{};  // the last time
    TimePoint next{};    // it is asked for again; where it was refused, not before that
    TimePoint ends{};    // granted
  };
  struct Channel {
    Endpoint peer;
    std::uint16_t number = 0;
    Request request;
    bool bound = false;
    TimePoint next{}, ends{};  // as above
  };
  struct Held {
    Endpoint peer;
    std::string bytes;
  };

  void begin(TimePoint now, Request& request, Kind kind);
  [[nodiscard]] std::string text_of(const Request& request) const;
  [[nodiscard]] std::optional<std::string> repeat(TimePoint now, Request& request);
  [[nodiscard]] std::optional<std::string> next_datagram(TimePoint now);
  void gave_up(TimePoint now, Request& request);
  [[nodiscard]] Request* find(const stun::TransactionId& id);
  void answered(TimePoint now, Request& request, std::string_view datagram, const stun::Message& message);
  void refused(TimePoint now, Request& request, const stun::Message& message);
  [[nodiscard]] bool take_challenge(const stun::Message& message);
  void allocated(TimePoint now, const stun::Message& message);
  void live(TimePoint now, const stun::Message& message);
  void fail(std::string why);
  [[nodiscard]] std::optional<Data> data_of(const stun::Message& indication) const;
  [[nodiscard]] std::optional<Data> data_of(const ChannelData& message) const;

  // permissions.cpp
  [[nodiscard]] const Permission* permission_of(const IpAddress& peer) const;
  void granted(TimePoint now, const IpAddress& peer);
  void bound(TimePoint now, std::uint16_t number);
  void denied(TimePoint now, const Request& request);
  void keep_permissions(TimePoint now);
  void keep_channels(TimePoint now);
  [[nodiscard]] bool make_room(TimePoint now);
  [[nodiscard]] const Channel* channel_to(const Endpoint& peer) const;
  [[nodiscard]] bool open_frame(std::vector<std::uint8_t>& out, const Endpoint& peer);
  static void close_frame(std::vector<std::uint8_t>& out, std::size_t begin, std::size_t head);
  void put_ready(const Endpoint& peer, std::string_view bytes);
  template <class Visit>
  void each_request(Visit&& visit) {
    visit(main_);
    for (Permission& each : permissions_) visit(each.request);
    for (Channel& each : channels_) visit(each.request);
  }

  std::shared_ptr<const Server> server_;
  Random* random_;
  State state_ = State::Asking;
  std::string realm_, nonce_, key_;
  Request main_;  // Allocate, Refresh, Release
  bool cleared_ = false, unwanted_ = false, was_silent_ = false;
  Endpoint relayed_;
  std::optional<Endpoint> mapped_;
  TimePoint refresh_{};
  TimePoint next_{};       // before that poll() has nothing
  TimePoint last_sent_{};  // by poll()
  std::string failure_;
  std::vector<Permission> permissions_;
  std::vector<Channel> channels_;
  std::optional<Endpoint> media_peer_;
  std::uint16_t next_channel_ = kFirstChannel;
  std::vector<Held> held_;          // wait for a permission
  std::vector<std::string> ready_;  // leave with the next poll()
};

}  // namespace offhook::turn
