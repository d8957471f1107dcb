// Under which address the lines of a phone are reached (guide: NAT). By STUN (RFC 8489) each line asks its server from
// the signalling socket, before it registers and again with each keep-alive; a fixed address is taken as it is. When
// the server does not answer, the phone goes by its own address, and says so.
//
// Owned by Desk; a machine without I/O: it sends by the transport layer, and is woken by one timer of the phone's
// wheel.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "config/phone_config.hpp"
#include "stun/client.hpp"
#include "ua/account.hpp"
#include "ua/port.hpp"

namespace offhook::phone {

class Nat {
 public:
  // Of its timer and its DNS question: that of no call.
  static constexpr std::uint32_t kKey = ua::Port::kForeignKey;

  Nat(ua::Port port, Endpoint local) : port_(port), local_(local) {}
  ~Nat();
  Nat(const Nat&) = delete;
  Nat& operator=(const Nat&) = delete;

  // A line; its address is asked for every `interval`.
  void add(ua::AccountId account, const config::NatConfig& config, std::shared_ptr<const transport::Policy> dns,
           seconds interval);
  // True: the address is being looked for, and poll() will tell. False: there is nothing to find.
  [[nodiscard]] bool begin(Now now, ua::AccountId account);
  void stop();

  // Inputs. The first is true when the datagram was an answer to us.
  bool receive(Now now, const transport::Flow& flow, std::string_view datagram);
  void located(Now now, const transport::Located& event);
  void wake(Now now);

  // What is new of a line's address, each once; nothing: its own.
  struct Found {
    ua::AccountId account;
    std::optional<Endpoint> address;
    bool first = false;  // the answer to begin()
  };
  [[nodiscard]] std::optional<Found> poll();

  // Where audio that comes to `port` is received, as far as it is known without asking.
  [[nodiscard]] Endpoint audio_address(ua::AccountId account, std::uint16_t port) const;
  // The STUN server that the audio ports of a call shall ask; nothing where none is, or where it does not answer.
  [[nodiscard]] std::optional<Endpoint> audio_server(ua::AccountId account) const;
  // For the screen: "203.0.113.7:5060 (STUN)", "no answer from the STUN server: own address"; "" without NAT.
  [[nodiscard]] std::string describe(ua::AccountId account) const;
  [[nodiscard]] std::uint64_t failures() const { return failures_; }  // discoveries that came to nothing
  [[nodiscard]] std::size_t timers() const { return timer_ ? 1 : 0; }

 private:
  struct Line {
    ua::AccountId account;
    config::NatConfig config;
    std::shared_ptr<const transport::Policy> dns;
    seconds interval{};
    bool wanted = false;            // begin() has been called
    bool decided = false;           // and answered
    bool works = false;             // the last discovery found an address
    std::vector<Endpoint> servers;  // of this discovery, the best first
    std::size_t asked = 0;          // of them
    std::optional<Endpoint> server;
    transport::ResolutionId resolution;
    stun::Client client;
    std::optional<Endpoint> mapped;
    std::optional<TimePoint> next;  // discovery
  };
  [[nodiscard]] const Line* find(ua::AccountId account) const;
  void ask(Now now, Line& line);
  void take_location(Now now, Line& line, const transport::Location& location);
  void ask_next(Now now, Line& line);
  void advance(Now now, Line& line);
  void conclude(Now now, Line& line, std::optional<Endpoint> mapped);
  void arm();

  ua::Port port_;
  Endpoint local_;
  std::vector<Line> lines_;
  std::vector<Found> found_;
  TimerId timer_;
  std::uint64_t failures_ = 0;
};

}  // namespace offhook::phone
