// A proxy that listens on two UDP sockets, TCP and WebSocket, between phones that are nothing but flows.
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/core.hpp"
#include "sip/message.hpp"

namespace offhook::proxy::test {

inline const Endpoint kUdpSocket{IpAddress::v4(192, 0, 2, 1), 5060}, kSecondSocket{IpAddress::v4(192, 0, 2, 1), 5062},
    kTcpSocket{IpAddress::v4(192, 0, 2, 1), 5060};

struct Sent {
  transport::Flow flow;
  sip::Message message;
};

class Wire {
 public:
  explicit Wire(Config config = default_config());
  static Config default_config();

  [[nodiscard]] static transport::Flow tcp(std::uint64_t connection);
  [[nodiscard]] static transport::Flow udp(std::uint8_t host, const Endpoint& socket = kUdpSocket);

  // What leaves because of it, 1xx apart.
  std::vector<Sent> receive(const transport::Flow& flow, const std::string& bytes);
  std::vector<Sent> sent();
  std::vector<Sent> advance(Duration by);
  std::vector<Sent> lose(const transport::Flow& flow);

  struct Register {
    std::string contact;                 // the whole value
    std::vector<std::string> headers{};  // whole lines
    std::string user = "1002";
    std::string call_id = "reg";
    std::string second_via{};  // of a hop between
    std::uint32_t cseq = 0;    // 0: the next one
  };
  // The final response.
  sip::Message reg(const transport::Flow& flow, const Register& what);
  // What left beside that response.
  std::vector<Sent> more;
  // From 1001, at the UDP socket; gives what leaves.
  std::vector<Sent> invite(std::string_view uri, std::string_view headers = {});
  // From a user to himself unless told otherwise; without a body.
  struct Subscribe {
    std::string user = "1002";
    std::string uri = "sip:1002@example.test";
    std::string event = "reg";
    std::vector<std::string> headers{};
    std::string call_id = "sub";
    std::uint32_t cseq = 1;
    std::string to_tag{};  // in a dialog
  };
  std::vector<Sent> subscribe(const transport::Flow& flow, const Subscribe& what);
  // The phone's answer to a request that it got.
  std::vector<Sent> reply(const Sent& request, int status);

  std::vector<transport::Flow> pings;  // bare CRLF that has left, and where to
  bool hold_store = false;
  std::vector<StoreWrite> writes;
  void release_store();

  Now now{TimePoint{} + seconds(1000), WallTime{} + seconds(1289690940)};
  SeededRandom random{3};
  transport::Locator locator;
  std::unique_ptr<Core> core;

 private:
  void pass_writes();
  std::vector<std::uint64_t> held_;
  std::uint32_t count_ = 0;
};

[[nodiscard]] std::vector<std::string> contacts_of(const sip::Message& response);

}  // namespace offhook::proxy::test
