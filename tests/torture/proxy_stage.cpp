#include "proxy_stage.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "sip/builder.hpp"
#include "sip/header/name_addr.hpp"
#include "sip/uri.hpp"

namespace offhook::torture {
namespace {

using sip::HeaderId;

proxy::Config config_for(const Stage& stage, std::vector<std::string> domains, bool authenticate) {
  proxy::Config config;
  config.listen = {{transport::Protocol::Udp, stage.engine()}};
  config.domains = std::move(domains);
  config.authenticate = authenticate;
  return config;
}

std::string domain_of(const sip::Uri& uri) {
  std::string out(uri.host);
  if (uri.port) out += ':' + std::to_string(*uri.port);
  return out;
}

}  // namespace

std::vector<std::string> domains_of(const std::string& bytes, bool with_request_uri) {
  std::vector<std::string> out;
  const auto message = sip::Message::parse(bytes);
  if (!message) return {"example.com"};
  const auto add = [&out](Result<sip::Uri> uri) {
    if (!uri || !uri->is_sip()) return;
    if (std::find(out.begin(), out.end(), domain_of(*uri)) == out.end()) out.push_back(domain_of(*uri));
  };
  if (with_request_uri) add(sip::Uri::parse(message->request_uri()));
  for (const HeaderId id : {HeaderId::From, HeaderId::To})
    if (const auto address = sip::NameAddr::parse(message->find(id).value_or(""))) add(address->parse_uri());
  if (out.empty()) out.push_back("example.com");
  return out;
}

std::string asked_user(const std::string& bytes) {
  const auto message = sip::Message::parse(bytes);
  if (!message || !message->is_request()) return {};
  const auto uri = sip::Uri::parse(message->request_uri());
  return uri && uri->is_sip() && !uri->user.empty() ? sip::aor_key(*uri) : std::string{};
}

ProxyStage::ProxyStage(bool is_ipv6, std::vector<std::string> domains, bool authenticate)
    : stage(is_ipv6),
      core(std::make_unique<proxy::Core>(config_for(stage, std::move(domains), authenticate), random, locator)),
      wire(*core, stage.engine(), [this] {
        while (const auto write = core->poll_store()) core->stored(wire.now, write->id, true);
      }) {
  for (const char* name : {"services.example.com", "registrar.example.com", "example.com"})
    locator.add_host(name, stage.onward().address);
}

void ProxyStage::bind(const std::string& bytes) {
  const auto aor = asked_user(bytes);
  if (aor.empty()) return;
  proxy::Binding binding;
  binding.aor = aor;
  binding.contact = device_uri();
  binding.call_id = "bound";
  binding.expires = wire.now.wall + seconds(3600);
  core->load(wire.now, {binding});
}

std::string ProxyStage::relay_for(const sip::Message& response, std::string_view method) {
  auto request = sip::Builder::request(method, "sip:user@example.com");
  request.add(HeaderId::Via, "SIP/2.0/UDP " + stage.sender().text() + ";branch=z9hG4bKsplice");
  request.copy(response, HeaderId::From).copy(response, HeaderId::CallId).add(HeaderId::To, "<sip:user@example.com>");
  request.add(HeaderId::CSeq, "35 " + std::string(method)).add(HeaderId::MaxForwards, "70");
  const std::string bytes = request.build().release();
  bind(bytes);
  send(bytes);
  auto relayed = wire.take(stage.device().address);
  EXPECT_EQ(relayed.size(), 1U);
  (void)wire.take(stage.sender().address);  // 100 Trying
  return relayed.empty() ? std::string{} : relayed.front();
}

std::vector<std::string> ProxyStage::contacts() const {
  std::vector<std::string> out;
  for (const auto& binding : core->bindings(wire.now.wall)) out.push_back(binding.contact);
  std::sort(out.begin(), out.end());
  return out;
}

bool ProxyStage::works() {
  const auto number = std::to_string(++pings_);
  wire.sent.clear();
  send("OPTIONS sip:" + stage.engine().text() + " SIP/2.0\r\nVia: SIP/2.0/UDP " + stage.sender().text() +
       ";branch=z9hG4bKping" + number + "\r\nFrom: <sip:ping@elsewhere.test>;tag=ping\r\nTo: <sip:" +
       stage.engine().text() + ">\r\nCall-ID: ping" + number + "\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n");
  const auto answers = wire.take(stage.sender().address);
  return answers.size() == 1 && answers[0].starts_with("SIP/2.0 200 ");
}

}  // namespace offhook::torture
