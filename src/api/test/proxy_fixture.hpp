// A proxy's administration over a real engine without a socket.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "api/proxy.hpp"
#include "sip/builder.hpp"
#include "transport/locate.hpp"

namespace offhook::api {

using nlohmann::json;

inline constexpr const char* kToken = "a-token-of-the-tests";
inline const transport::Listen kListen{transport::Protocol::Udp, {IpAddress::loopback(), 5060}};
inline const transport::Flow kPhone{transport::Protocol::Udp, kListen.endpoint, {IpAddress::loopback(), 5071}, 0};

inline proxy::Config config() {
  proxy::Config out;
  out.listen = {kListen};
  out.domains = {"example.test"};
  out.authenticate = false;
  return out;
}

class World final : public ProxyWorld {
 public:
  explicit World(proxy::Core& core) : core_(&core) {}
  proxy::Core& core() override { return *core_; }
  void each_core(const std::function<void(proxy::Core&)>& f) override {
    f(*core_);
    for (proxy::Core* other : others_) f(*other);
  }
  [[nodiscard]] WorldFigures figures() const override { return figures_; }
  [[nodiscard]] std::optional<std::deque<flow::Record>> captured(const flow::WireQuestion& question) override {
    if (!ring_) return std::nullopt;
    return flow::merge({ring_->find(question)}, question.most);
  }
  Checked<void> reload() override {
    ++reloads_;
    return answer_;
  }
  void drain(std::optional<seconds> limit) override {
    limit_ = limit;
    core_->drain();
  }

  proxy::Core* core_;
  std::vector<proxy::Core*> others_;
  std::optional<flow::WireRing> ring_;
  WorldFigures figures_;
  Checked<void> answer_;
  int reloads_ = 0;
  std::optional<seconds> limit_;
};

class ProxyApiTest : public testing::Test {
 protected:
  Response ask(const std::string& method, const std::string& target, const std::string& token = kToken,
               const std::string& body = {}) {
    const auto mark = target.find('?');
    Request request{method, target.substr(0, mark), mark == std::string::npos ? "" : target.substr(mark + 1),
                    "application/json", body};
    if (!token.empty()) request.authorization = "Bearer " + token;
    return api_.handle(now_, request);
  }
  json good(const Response& response) {
    EXPECT_EQ(response.status, 200) << response.body;
    return json::parse(response.body);
  }
  json get(const std::string& target) { return good(ask("GET", target)); }
  static std::string sentence(const Response& response) { return json::parse(response.body).at("error"); }

  // The status of the answer; what the proxy sent meanwhile is gone.
  int send(std::string_view method, const std::string& uri, const std::string& user, int expires = 3600) {
    auto builder = sip::Builder::request(method, uri);
    const std::string number = std::to_string(++count_);
    builder.add(sip::HeaderId::Via, "SIP/2.0/UDP 127.0.0.1:5071;branch=z9hG4bK" + number)
        .add(sip::HeaderId::From, "<sip:" + user + "@example.test>;tag=t")
        .add(sip::HeaderId::To, "<sip:" + user + "@example.test>")
        .add(sip::HeaderId::CallId, "call" + number)
        .add(sip::HeaderId::CSeq, "1 " + std::string(method))
        .add(sip::HeaderId::MaxForwards, "70")
        .add(sip::HeaderId::Contact, "<sip:" + user + "@127.0.0.1:5071>;expires=" + std::to_string(expires));
    hear(kPhone, builder.build().release());
    int status = 0;
    for (const auto& message : sent())
      if (message.status() > 100) status = message.status();
    return status;
  }
  void hear(const transport::Flow& flow, std::string bytes) {
    if (world_.ring_) world_.ring_->received(now_, flow, bytes);
    core_.receive(now_, flow, std::move(bytes));
    flush();
  }
  // What the proxy has sent since.
  std::vector<sip::Message> sent() {
    std::vector<sip::Message> out;
    while (const auto transmit = core_.poll_transmit()) {
      if (world_.ring_) world_.ring_->sent(now_, transmit->flow, transmit->bytes);
      if (auto message = sip::Message::parse(transmit->bytes)) out.push_back(std::move(*message));
    }
    return out;
  }
  // A request of the proxy's own is answered, from where it went.
  void answer(const sip::Message& request, int status, const std::string& header) {
    std::string text = "SIP/2.0 " + std::to_string(status) + " X\r\n";
    for (const auto id : {sip::HeaderId::Via, sip::HeaderId::From, sip::HeaderId::CallId, sip::HeaderId::CSeq})
      for (const std::string_view value : request.values(id))
        text += std::string(sip::header_name(id)) + ": " + std::string(value) + "\r\n";
    text += "To: " + std::string(*request.find(sip::HeaderId::To)) + ";tag=x\r\n" + header +
            (header.empty() ? "\r\n" : "\r\n\r\n");
    const auto uri = sip::Uri::parse(request.request_uri());
    hear({kListen.protocol, kListen.endpoint, {*IpAddress::parse(uri->host), uri->port.value_or(5060)}, 0}, text);
  }
  void flush() {
    while (auto write = core_.poll_store()) {
      removed_ += write->remove.size();
      core_.stored(now_, write->id, true);
    }
  }
  void enrol(const std::string& user) { EXPECT_EQ(send("REGISTER", "sip:example.test", user), 200); }

  Now now_{TimePoint(seconds(1000)), WallTime(seconds(1'700'000'000))};
  SeededRandom random_{7};
  transport::Locator locator_;
  proxy::Core core_{config(), random_, locator_};
  World world_{core_};
  ProxyApi api_{world_, kToken};
  int count_ = 0;
  std::size_t removed_ = 0;
};

}  // namespace offhook::api
