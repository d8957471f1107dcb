// Two phones on a perfect wire with a recorder, for tests of the API. No proxy: each phone has the other one for its
// server, so that a call goes straight there; the wire itself says yes to every REGISTER.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "api/phones.hpp"
#include "sip/builder.hpp"
#include "sip/message.hpp"

namespace offhook::api::test {

using nlohmann::json;

inline Endpoint at(std::uint16_t port) { return {IpAddress::loopback(), port}; }

class PhonesApiTest : public testing::Test {
 public:
  PhonesApiTest() : random_(11), rack_(random_, locator_), api_(rack_, recorder_) {
    rack_.tell_ended_calls();
    recorder_.on_sip([this](const flow::Record& record) { api_.message(record); });
    add("A", "1001", 5061, 5062);
    add("B", "1002", 5062, 5061);
    flush();
  }

  Response send(const std::string& method, const std::string& target, const std::string& body = {}) {
    const auto mark = target.find('?');
    const Request request{method, target.substr(0, mark), mark == std::string::npos ? "" : target.substr(mark + 1),
                          "application/json", body};
    auto response = api_.handle(now_, request);
    flush();
    return response;
  }
  // The body of an answer that must be 200.
  json get(const std::string& target) { return good(send("GET", target)); }
  json post(const std::string& target, const std::string& body = {}) { return good(send("POST", target, body)); }
  static json good(const Response& response) {
    EXPECT_EQ(response.status, 200) << response.body;
    EXPECT_EQ(response.content_type, "application/json");
    return json::parse(response.body);
  }
  static std::string sentence(const Response& response) { return json::parse(response.body).at("error"); }

  // What is pushed to that client until now, in order.
  std::vector<json> pushed(SocketId socket) {
    std::vector<json> out;
    while (auto push = api_.poll_push())
      if (push->socket == socket) out.push_back(json::parse(push->text));
    return out;
  }
  void pass(Duration time) {
    now_.mono += time;
    now_.wall += time;
    rack_.wake(now_);
    flush();
  }
  // A calls B, B answers.
  void connect_call() {
    post("/api/phones/A/dial", R"({"number":"1002"})");
    post("/api/phones/B/answer");
  }

 protected:
  void add(const std::string& name, const std::string& number, std::uint16_t port, std::uint16_t server) {
    config::PhoneConfig config;
    config.model = &config::model(config::ModelId::T46G);
    config::AccountConfig account;
    account.label = "Desk " + number;
    account.display_name = account.user_name = account.auth_name = number;
    account.servers.push_back({"127.0.0.1", server});
    account.codecs = {{"PCMU", 0}};
    config.accounts.push_back(account);
    config.paging.send = {{2, {IpAddress::v4(224, 1, 1, 1), 5000}, "Fire"}};
    config.paging.listen = config.paging.send;
    recorder_.name(at(port), name);
    rack_.start(now_, rack_.add(name, config, at(port)));
  }

  // What a world's loop does after each input.
  void flush() {
    while (auto out = rack_.poll_transmit()) {
      recorder_.sent(now_, flow::Kind::Sip, out->flow, out->bytes);
      deliver(*out);
    }
    while (rack_.poll_media()) {
    }
    while (const auto event = rack_.poll_event()) api_.phone_changed(event->phone);
    while (auto call = rack_.poll_ended()) api_.call_ended(std::move(*call));
  }
  void deliver(const transport::Transmit& out) {
    if (wire_cut_) return;
    const transport::Flow arrival{out.flow.protocol, out.flow.remote, out.flow.local, 0};
    recorder_.received(now_, flow::Kind::Sip, arrival, out.bytes);
    const auto request = sip::Message::parse(out.bytes);
    if (!request || request->method() != sip::Method::Register || request->is_response()) {
      return rack_.receive(now_, arrival, out.bytes);
    }
    auto answer = sip::Builder::response(*request, 200, "p");
    answer.copy(*request, sip::HeaderId::Contact).copy(*request, sip::HeaderId::Expires);
    const auto response = answer.build();
    const auto bytes = response.bytes();
    recorder_.sent(now_, flow::Kind::Sip, arrival, bytes);
    recorder_.received(now_, flow::Kind::Sip, out.flow, bytes);
    rack_.receive(now_, out.flow, std::string(bytes));
  }

  Now now_{TimePoint(seconds(1000)), WallTime(seconds(1'700'000'000))};
  SeededRandom random_;
  transport::Locator locator_;
  phone::Rack rack_;
  flow::Recorder recorder_;
  PhonesApi api_;
  bool wire_cut_ = false;
};

}  // namespace offhook::api::test
