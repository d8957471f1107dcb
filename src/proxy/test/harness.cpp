#include "harness.hpp"

#include "base/ascii.hpp"

namespace offhook::proxy::test {

std::string Draft::text(const Endpoint& sender) const {
  std::string out = method + ' ' + uri + " SIP/2.0\r\n";
  out += "Via: " + (via.empty() ? "SIP/2.0/UDP " + sender.text() + ";branch=" + branch : via) + "\r\n";
  if (!max_forwards.empty()) out += "Max-Forwards: " + max_forwards + "\r\n";
  out += "From: " + from + "\r\nTo: " + to + "\r\nCall-ID: " + call_id + "\r\nCSeq: " + std::to_string(cseq) + ' ' +
         method + "\r\n";
  if (method == "INVITE") out += "Contact: <sip:1001@" + sender.text() + ">\r\n";
  for (const auto& header : headers) out += header + "\r\n";
  return out + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

Config World::default_config() {
  Config config;
  config.listen = {{transport::Protocol::Udp, {IpAddress::v4(192, 0, 2, 1), 5060}}};
  config.domains = {std::string(kDomain)};
  config.authenticate = false;
  for (const std::string_view name : {"1001", "1002", "1003"})
    config.users.push_back(make_user(name, "secret-" + std::string(name), kDomain));
  return config;
}

World::World(Config config) : core(std::make_unique<Core>(std::move(config), random, locator)) {}

void World::send(const Endpoint& from, std::string bytes) {
  core->receive(now, {transport::Protocol::Udp, proxy, from, 0}, std::move(bytes));
  drain();
}

void World::answer_dns() {
  while (!questions_.empty()) {
    constexpr const char* kTypes[] = {"A ", "AAAA ", "SRV ", "NAPTR "};
    const auto question = questions_.front();
    questions_.pop_front();
    asked.push_back(kTypes[static_cast<int>(question.type)] + question.name);
    const auto found = zone.find(asked.back());
    core->answer(
        now, question.id,
        found == zone.end() ? transport::dns::Answer{transport::dns::Outcome::NxDomain, {}, {}, {}} : found->second);
    drain();
  }
}

void World::drain() {
  while (auto question = core->poll_question()) questions_.push_back(std::move(*question));
  if (!hold_dns) answer_dns();
  while (auto transmit = core->poll_transmit()) {
    EXPECT_EQ(transmit->flow.local, proxy);
    if (transmit->bytes == "\r\n\r\n") continue;  // a ping through a NAT
    auto message = sip::Message::parse(std::move(transmit->bytes));
    ASSERT_TRUE(message.has_value()) << "the proxy sent something that is no message";
    inbox_[transmit->flow.remote].push_back(std::move(*message));
  }
  bool more = false;
  while (auto write = core->poll_store()) {
    const auto id = write->id;
    writes.push_back(std::move(*write));
    if (hold_store) {
      held_.push_back(id);
    } else {
      core->stored(now, id, store_ok);
      more = true;
    }
  }
  if (more) drain();
}

void World::release_store(bool ok) {
  ASSERT_FALSE(held_.empty());
  const auto id = held_.front();
  held_.pop_front();
  core->stored(now, id, ok);
  drain();
}

sip::Message World::take(const Endpoint& party) {
  auto& box = inbox_[party];
  if (box.empty()) {
    ADD_FAILURE() << "nothing came to " << party.text();
    return {};
  }
  sip::Message message = std::move(box.front());
  box.pop_front();
  return message;
}

sip::Message World::expect(const Endpoint& party, int status) {
  auto message = take(party);
  EXPECT_EQ(message.status(), status) << message.bytes();
  return message;
}

sip::Message World::expect(const Endpoint& party, std::string_view method) {
  auto message = take(party);
  EXPECT_TRUE(message.is_request()) << message.bytes();
  EXPECT_EQ(message.method_text(), method) << message.bytes();
  return message;
}

bool World::quiet(const Endpoint& party) const {
  const auto box = inbox_.find(party);
  return box == inbox_.end() || box->second.empty();
}

std::string World::response(const sip::Message& request, int status, const Endpoint& party,
                            std::vector<std::string> headers) {
  auto builder = sip::Builder::response(
      request, status, status == 100 ? "" : "tag-" + std::to_string(party.port) + party.address.text());
  builder.copy(request, sip::HeaderId::RecordRoute);
  builder.add(sip::HeaderId::Contact, "<sip:" + party.text() + ">");
  for (const auto& header : headers) {
    const auto colon = header.find(':');
    builder.add(header.substr(0, colon), trim(std::string_view(header).substr(colon + 1)));
  }
  return std::string(builder.build().release());
}

void World::reply(const Endpoint& party, const sip::Message& request, int status, std::vector<std::string> headers) {
  send(party, response(request, status, party, std::move(headers)));
}

void World::advance(Duration by) {
  const TimePoint end = now.mono + by;
  const auto move_to = [&](TimePoint at) {
    now.wall += at - now.mono;
    now.mono = at;
  };
  while (const auto next = core->deadline()) {
    if (*next > end) break;
    if (*next > now.mono) move_to(*next);
    core->wake(now);
    drain();
  }
  move_to(end);
  core->wake(now);
  drain();
}

sip::Message World::register_user(std::string_view user, const Endpoint& party, std::string contact,
                                  std::vector<std::string> headers) {
  Draft draft;
  draft.method = "REGISTER";
  draft.uri = "sip:" + std::string(kDomain);
  draft.from = "<sip:" + std::string(user) + '@' + std::string(kDomain) + ">;tag=r";
  draft.to = "<sip:" + std::string(user) + '@' + std::string(kDomain) + '>';
  draft.call_id = "reg-" + std::string(user) + party.text();
  draft.cseq = ++registrations_;
  draft.branch = "z9hG4bKreg" + std::to_string(draft.cseq);
  draft.headers = std::move(headers);
  if (!contact.empty()) draft.headers.push_back("Contact: " + contact);
  send(party, draft);
  auto first = take(party);
  if (first.status() != 401) return first;
  const auto answer = credentials(first, draft, user, "secret-" + std::string(user));
  draft.cseq = ++registrations_;
  draft.branch = "z9hG4bKreg" + std::to_string(draft.cseq);
  draft.headers.push_back("Authorization: " + answer);
  send(party, draft);
  return take(party);
}

void World::register_party(std::string_view user, const Endpoint& party, std::string_view params) {
  const auto response =
      register_user(user, party, "<sip:" + std::string(user) + '@' + party.text() + '>' + std::string(params));
  EXPECT_EQ(response.status(), 200) << response.bytes();
}

std::string World::credentials(const sip::Message& response, const Draft& draft, std::string_view user,
                               std::string_view password, std::uint32_t nc, sip::DigestAlgorithm algorithm) {
  for (std::size_t i = 0; i < response.header_count(); ++i) {
    const auto header = response.header(i);
    if (header.id != sip::HeaderId::WwwAuthenticate && header.id != sip::HeaderId::ProxyAuthenticate) continue;
    const auto challenge = sip::Challenge::parse(header.value);
    if (!challenge || challenge->algorithm != algorithm) continue;
    const auto ha1 = sip::ha1(algorithm, user, challenge->realm, password);
    return sip::answer_challenge(*challenge, user, ha1, {draft.method, draft.uri}, "cnonce", nc).text();
  }
  ADD_FAILURE() << "no challenge of that algorithm";
  return {};
}

void World::expect_clean() {
  advance(minutes(10));
  EXPECT_EQ(core->relay_count(), 0U);
  EXPECT_EQ(core->transaction_count(), 0U);
  EXPECT_EQ(core->timer_count(), 0U);
}

}  // namespace offhook::proxy::test
