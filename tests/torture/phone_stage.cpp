#include "phone_stage.hpp"

#include <gtest/gtest.h>

#include "sip/message.hpp"
#include "sip/uri.hpp"

namespace offhook::torture {
namespace {

config::PhoneConfig plain_config(const std::string& user, const std::string& server) {
  config::PhoneConfig config;
  config.model = &config::model(config::ModelId::T46G);
  config::AccountConfig account;
  account.label = account.user_name = account.auth_name = user;
  account.servers.push_back({server});
  account.codecs = {{"PCMU", 0}, {"PCMA", 8}};
  config.accounts.push_back(account);
  return config;
}

}  // namespace

PhoneStage::PhoneStage(const std::string& user, bool is_ipv6)
    : stage(is_ipv6), wire(rack, stage.engine(), [this] {
        while (auto command = rack.poll_media()) media.push_back(std::move(*command));
      }) {
  id = rack.add("T", plain_config(user, stage.host(100).text()), stage.engine());
}

std::vector<std::string> PhoneStage::ask(std::string bytes) {
  wire.receive(stage.sender(), std::move(bytes));
  return wire.take(stage.sender().address);
}

std::string PhoneStage::call_out() {
  EXPECT_TRUE(rack.command(wire.now, id, phone::Dial{"1002"}));
  wire.drain();
  auto sent = wire.take(stage.server().address);
  EXPECT_EQ(sent.size(), 1U);
  return sent.empty() ? std::string{} : sent.back();
}

bool PhoneStage::works() {
  const auto number = std::to_string(++pings_);
  const auto answers = ask("OPTIONS sip:" + stage.engine().text() + " SIP/2.0\r\nVia: SIP/2.0/UDP " +
                           stage.sender().text() + ";branch=z9hG4bKping" + number +
                           "\r\nFrom: <sip:ping@example.com>;tag=ping\r\nTo: <sip:" + stage.engine().text() +
                           ">\r\nCall-ID: ping" + number + "\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n");
  return answers.size() == 1 && answers[0].starts_with("SIP/2.0 200 ");
}

std::string user_of(const std::string& bytes) {
  const auto message = sip::Message::parse(bytes);
  if (!message || !message->is_request()) return "user";
  const auto uri = sip::Uri::parse(message->request_uri());
  return uri && !uri->user.empty() ? sip::unescape(uri->user) : "user";
}

}  // namespace offhook::torture
