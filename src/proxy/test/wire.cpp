#include "wire.hpp"

#include "harness.hpp"

namespace offhook::proxy::test {

using transport::Flow;
using transport::Protocol;

Config Wire::default_config() {
  Config config = World::default_config();
  config.listen = {{Protocol::Udp, kUdpSocket}, {Protocol::Udp, kSecondSocket}, {Protocol::Tcp, kTcpSocket}};
  return config;
}

Wire::Wire(Config config) : core(std::make_unique<Core>(std::move(config), random, locator)) {}

Flow Wire::tcp(std::uint64_t connection) {
  return {Protocol::Tcp,
          kTcpSocket,
          {IpAddress::v4(198, 51, 100, 7), static_cast<std::uint16_t>(40'000 + connection)},
          connection};
}

Flow Wire::udp(std::uint8_t host, const Endpoint& socket) {
  return {Protocol::Udp, socket, {IpAddress::v4(203, 0, 113, host), 31'000}, 0};
}

void Wire::pass_writes() {
  while (auto write = core->poll_store()) {
    const auto id = write->id;
    writes.push_back(std::move(*write));
    if (hold_store)
      held_.push_back(id);
    else
      core->stored(now, id, true);
  }
}

void Wire::release_store() {
  hold_store = false;
  for (const auto id : std::exchange(held_, {})) core->stored(now, id, true);
  pass_writes();
}

std::vector<Sent> Wire::sent() {
  pass_writes();
  std::vector<Sent> out;
  while (auto transmit = core->poll_transmit()) {
    if (transmit->bytes == "\r\n\r\n") {
      pings.push_back(transmit->flow);
      continue;
    }
    auto message = sip::Message::parse(std::move(transmit->bytes));
    EXPECT_TRUE(message);
    if (message && (message->is_request() || message->status() >= 200))
      out.push_back({transmit->flow, std::move(*message)});
  }
  return out;
}

std::vector<Sent> Wire::receive(const Flow& flow, const std::string& bytes) {
  core->receive(now, flow, bytes);
  return sent();
}

std::vector<Sent> Wire::advance(Duration by) {
  const TimePoint end = now.mono + by;
  const auto move_to = [&](TimePoint at) {
    now.wall += at - now.mono;
    now.mono = at;
  };
  std::vector<Sent> out;
  const auto take = [&] {
    for (auto& each : sent()) out.push_back(std::move(each));
  };
  while (const auto next = core->deadline()) {
    if (*next > end) break;
    if (*next > now.mono) move_to(*next);
    core->wake(now);
    take();
  }
  move_to(end);
  core->wake(now);
  take();
  return out;
}

std::vector<Sent> Wire::lose(const Flow& flow) {
  core->unreachable(now, flow);
  return sent();
}

sip::Message Wire::reg(const Flow& flow, const Register& what) {
  ++count_;
  std::string text = "REGISTER sip:example.test SIP/2.0\r\nVia: SIP/2.0/";
  text += std::string(transport::protocol_name(flow.protocol)) + ' ' + flow.remote.text() + ";branch=z9hG4bKr" +
          std::to_string(count_);
  if (!what.second_via.empty()) text += "\r\nVia: " + what.second_via;
  text += "\r\nMax-Forwards: 70\r\nFrom: <sip:" + what.user + "@example.test>;tag=f\r\nTo: <sip:" + what.user +
          "@example.test>\r\nCall-ID: " + what.call_id +
          "\r\nCSeq: " + std::to_string(what.cseq == 0 ? count_ : what.cseq) + " REGISTER\r\n";
  if (!what.contact.empty()) text += "Contact: " + what.contact + "\r\n";
  for (const auto& header : what.headers) text += header + "\r\n";
  auto out = receive(flow, text + "Content-Length: 0\r\n\r\n");
  if (hold_store && out.empty()) return {};
  EXPECT_FALSE(out.empty());
  if (out.empty()) return {};
  auto response = std::move(out.front().message);
  out.erase(out.begin());
  more = std::move(out);
  return response;
}

std::vector<Sent> Wire::invite(std::string_view uri, std::string_view headers) {
  const std::string number = std::to_string(++count_);
  return receive({Protocol::Udp, kUdpSocket, party(9), 0},
                 "INVITE " + std::string(uri) + " SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKi" + number +
                     "\r\nMax-Forwards: 70\r\nFrom: <sip:1001@example.test>;tag=f\r\nTo: <sip:1002@example.test>"
                     "\r\nCall-ID: i" +
                     number + "\r\nCSeq: 1 INVITE\r\nContact: <sip:1001@192.0.2.9>\r\n" + std::string(headers) +
                     "Content-Length: 0\r\n\r\n");
}

std::vector<Sent> Wire::subscribe(const Flow& flow, const Subscribe& what) {
  std::string text =
      "SUBSCRIBE " + what.uri + " SIP/2.0\r\nVia: SIP/2.0/" + std::string(transport::protocol_name(flow.protocol)) +
      ' ' + flow.remote.text() + ";branch=z9hG4bKs" + std::to_string(++count_) +
      "\r\nMax-Forwards: 70\r\nFrom: <sip:" + what.user + "@example.test>;tag=watcher\r\nTo: <sip:1002@" +
      "example.test>" + (what.to_tag.empty() ? "" : ";tag=" + what.to_tag) + "\r\nCall-ID: " + what.call_id +
      "\r\nCSeq: " + std::to_string(what.cseq) + " SUBSCRIBE\r\nContact: <sip:watcher@" + flow.remote.text() + ">\r\n";
  if (!what.event.empty()) text += "Event: " + what.event + "\r\n";
  for (const auto& header : what.headers) text += header + "\r\n";
  return receive(flow, text + "Content-Length: 0\r\n\r\n");
}

std::vector<Sent> Wire::reply(const Sent& request, int status) {
  auto out = receive(request.flow, World::response(request.message, status, request.flow.remote));
  // The ACK to a refusal goes back to the phone and is of no interest.
  std::erase_if(out, [](const Sent& each) { return each.message.method_text() == "ACK"; });
  return out;
}

std::vector<std::string> contacts_of(const sip::Message& response) {
  std::vector<std::string> out;
  for (const auto contact : response.values(sip::HeaderId::Contact)) out.emplace_back(contact);
  return out;
}

}  // namespace offhook::proxy::test
