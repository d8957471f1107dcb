// A proxy between scripted parties in virtual time. Every datagram that leaves the proxy lands in the inbox of its
// destination.
#pragma once
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/core.hpp"
#include "sip/builder.hpp"
#include "sip/message.hpp"

namespace offhook::proxy::test {

inline constexpr std::string_view kDomain = "example.test";

// A request in the making: text with sensible defaults.
struct Draft {
  std::string method = "INVITE";
  std::string uri = "sip:1002@example.test";
  std::string from = "<sip:1001@example.test>;tag=a1";
  std::string to = "<sip:1002@example.test>";
  std::string call_id = "call-1";
  std::uint32_t cseq = 1;
  std::string branch = "z9hG4bKcaller1";
  std::string via;  // "" makes one from the sender's endpoint and `branch`
  std::string max_forwards = "70";
  std::vector<std::string> headers;  // whole lines
  std::string body;

  [[nodiscard]] std::string text(const Endpoint& sender) const;
};

class World {
 public:
  explicit World(Config config = default_config());
  static Config default_config();

  // Datagrams.
  void send(const Endpoint& from, std::string bytes);
  void send(const Endpoint& from, const Draft& draft) { send(from, draft.text(from)); }
  // The oldest message that has come to that party; fails the test when there is none.
  [[nodiscard]] sip::Message take(const Endpoint& party);
  // The next message must be that response / that request.
  sip::Message expect(const Endpoint& party, int status);
  sip::Message expect(const Endpoint& party, std::string_view method);
  [[nodiscard]] bool quiet(const Endpoint& party) const;
  void forget_all() { inbox_.clear(); }

  // A response to a request that a party took, with its own tag and contact; Record-Route is copied.
  [[nodiscard]] static std::string response(const sip::Message& request, int status, const Endpoint& party,
                                            std::vector<std::string> headers = {});
  void reply(const Endpoint& party, const sip::Message& request, int status, std::vector<std::string> headers = {});

  // DNS: "A host.example", "SRV _sip._udp.example"; what is not there does not exist.
  std::map<std::string, transport::dns::Answer> zone;
  std::vector<std::string> asked;
  bool hold_dns = false;  // questions wait for answer_dns()
  void answer_dns();

  // Time.
  void advance(Duration by);

  // The store.
  bool store_ok = true;
  bool hold_store = false;         // writes wait for release_store()
  std::vector<StoreWrite> writes;  // all that were asked for
  void release_store(bool ok);

  // Registers `contact` for the user, with a good password where one is asked for; gives the final response.
  sip::Message register_user(std::string_view user, const Endpoint& party, std::string contact,
                             std::vector<std::string> headers = {});
  // <sip:user@party> is registered and its inbox emptied.
  void register_party(std::string_view user, const Endpoint& party, std::string_view params = "");
  // Credentials for the challenge in `response`.
  [[nodiscard]] static std::string credentials(const sip::Message& response, const Draft& draft, std::string_view user,
                                               std::string_view password, std::uint32_t nc = 1,
                                               sip::DigestAlgorithm algorithm = sip::DigestAlgorithm::Sha256);

  // No transaction, relay or timer is left once everything has had its time.
  void expect_clean();

  const Endpoint proxy{IpAddress::v4(192, 0, 2, 1), 5060};
  Now now{TimePoint{} + seconds(1000), WallTime{} + seconds(1289690940)};  // Sat, 13 Nov 2010 23:29:00 GMT
  SeededRandom random{1};
  transport::Locator locator;
  std::unique_ptr<Core> core;

 private:
  void drain();
  std::map<Endpoint, std::deque<sip::Message>> inbox_;
  std::deque<std::uint64_t> held_;
  std::deque<transport::dns::Question> questions_;
  std::uint32_t registrations_ = 0;
};

[[nodiscard]] inline Endpoint party(std::uint8_t last, std::uint16_t port = 5060) {
  return {IpAddress::v4(192, 0, 2, last), port};
}
// Calls to numbers with these prefixes go to `at`.
[[nodiscard]] inline Trunk trunk(std::string name, const Endpoint& at, std::vector<std::string> prefixes) {
  Trunk out;
  out.name = std::move(name);
  out.to = "sip:" + at.text();
  out.prefixes = std::move(prefixes);
  return out;
}
[[nodiscard]] inline std::string value(const sip::Message& message, sip::HeaderId id) {
  return std::string(message.find(id).value_or(std::string_view{}));
}

}  // namespace offhook::proxy::test
