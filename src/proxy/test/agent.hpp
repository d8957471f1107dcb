// A user agent for storms: it calls, answers, refuses, ignores, cancels and hangs up as its seed says, on real
// transactions over a bad network.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sip/message.hpp"
#include "transaction/layer.hpp"

namespace offhook::proxy::test {

class Agent {
 public:
  Agent(std::string user, Endpoint self, Endpoint proxy, Random& random)
      : user_(std::move(user)),
        flow_{transport::Protocol::Udp, self, proxy, 0},
        random_(&random),
        transport_(random),
        transactions_(transport_, random) {}

  void register_at(TimePoint now);
  void call(TimePoint now, std::string_view callee);

  void receive(TimePoint now, std::string bytes);
  void wake(TimePoint now);
  [[nodiscard]] std::optional<TimePoint> deadline() const;
  [[nodiscard]] std::optional<transport::Transmit> poll_transmit() { return transport_.poll_transmit(); }

  [[nodiscard]] const Endpoint& endpoint() const { return flow_.local; }
  // How the calls that this one made have ended; "timeout" for those without a final response.
  std::map<std::string, int> results;
  [[nodiscard]] std::size_t open_calls() const { return outgoing_.size(); }
  int registered = 0;
  int bye_failures = 0;

 private:
  enum class Chore : std::uint8_t { Answer, Repeat200, Cancel, Bye };
  struct Task {
    TimePoint at;
    Chore chore;
    std::string call_id;
    Duration again{};
  };
  struct Outgoing {
    transaction::ClientId invite;
    bool ended = false;
    std::string ack;  // what was sent
    transport::Flow flow;
  };
  struct Incoming {
    transaction::ServerId invite;
    sip::Message request;
    std::optional<sip::Message> ok;
    bool acknowledged = false;
  };
  void pump(TimePoint now);
  void on_request(TimePoint now, transaction::RequestReceived& event);
  void on_response(TimePoint now, const transaction::ResponseReceived& event);
  void acknowledge(TimePoint now, const sip::Message& ok, Outgoing& call);
  void answer(TimePoint now, Incoming& call, int status);
  void run(TimePoint now, const Task& task);
  [[nodiscard]] sip::Message in_dialog(const sip::Message& ok, sip::Method method, std::uint32_t cseq) const;

  std::string user_;
  transport::Flow flow_;
  Random* random_;
  transport::Layer transport_;
  transaction::Layer transactions_;
  std::map<std::string, Outgoing> outgoing_;
  std::map<std::string, Incoming> incoming_;
  std::map<std::string, sip::Message> established_;  // by Call-ID: the 2xx
  std::vector<Task> tasks_;
  std::uint32_t cseq_ = 0;
};

}  // namespace offhook::proxy::test
