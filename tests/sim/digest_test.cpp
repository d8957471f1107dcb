// Desk phones and proxies with digest, the real engines of both, in virtual time: every algorithm and form, nonces that
// age, an overheard request sent again, and two proxies in a row (RFC 3665 §3.3).
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/cfg_file.hpp"
#include "config/model.hpp"
#include "config/settings.hpp"
#include "phone/rack.hpp"
#include "proxy/core.hpp"
#include "sip/digest.hpp"
#include "sip/message.hpp"

namespace offhook::test {
namespace {

using phone::CallState;
using sip::DigestAlgorithm;
using sip::HeaderId;

const Endpoint kProxy{IpAddress::v4(10, 0, 0, 1), 5060};
const Endpoint kFarProxy{IpAddress::v4(10, 0, 0, 2), 5060};
constexpr std::string_view kDomain = "one.test", kFarDomain = "two.test";

// Engines on a wire that loses nothing and takes no time.
class Wire {
 public:
  struct Datagram {
    Endpoint from, to;
    std::string bytes;
  };

  void add(const Endpoint& at, transport::Engine& engine) { engines_[at] = &engine; }
  void send(const Endpoint& from, const Endpoint& to, std::string bytes) {
    queue_.push_back({from, to, std::move(bytes)});
    drain();
  }
  void drain() {
    for (bool more = true; more;) {
      more = false;
      for (const auto& [at, engine] : engines_) {
        if (const auto proxy = dynamic_cast<proxy::Core*>(engine))
          while (auto write = proxy->poll_store()) proxy->stored(now, write->id, true);
        while (auto transmit = engine->poll_transmit())
          queue_.push_back({transmit->flow.local, transmit->flow.remote, std::move(transmit->bytes)});
      }
      while (!queue_.empty()) {
        more = true;
        Datagram datagram = std::move(queue_.front());
        queue_.pop_front();
        record.push_back(datagram);
        if (const auto to = engines_.find(datagram.to); to != engines_.end())
          to->second->receive(now, {transport::Protocol::Udp, datagram.to, datagram.from, 0}, datagram.bytes);
      }
    }
  }
  void run_for(Duration time) {
    const TimePoint end = now.mono + time;
    drain();
    for (;;) {
      std::optional<TimePoint> next;
      for (const auto& [at, engine] : engines_)
        if (const auto due = engine->deadline(); due && (!next || *due < *next)) next = due;
      const TimePoint at = next ? std::min(std::max(*next, now.mono + microseconds(1)), end) : end;
      now.wall += at - now.mono;
      now.mono = at;
      for (const auto& [where, engine] : engines_) engine->wake(now);
      drain();
      if (at == end) return;
    }
  }
  // Messages from `from` that begin with `start`.
  [[nodiscard]] std::vector<sip::Message> sent(const Endpoint& from, std::string_view start) const {
    std::vector<sip::Message> out;
    for (const Datagram& datagram : record)
      if (datagram.from == from && datagram.bytes.starts_with(start))
        if (auto message = sip::Message::parse(datagram.bytes)) out.push_back(std::move(*message));
    return out;
  }

  Now now{TimePoint{} + seconds(1000), WallTime{} + seconds(1700000000)};
  std::vector<Datagram> record;

 private:
  std::map<Endpoint, transport::Engine*> engines_;
  std::deque<Datagram> queue_;
};

// A phone on an engine of its own.
class Desk {
 public:
  Desk(Wire& wire, std::uint8_t host, const std::string& user, std::string_view domain, std::string_view more = "")
      : endpoint{IpAddress::v4(10, 0, 1, host), 5060}, wire_(&wire), random_(host) {
    locator_.add_host(std::string(kDomain), kProxy.address);
    locator_.add_host(std::string(kFarDomain), kFarProxy.address);
    rack_ = std::make_unique<phone::Rack>(random_, locator_);
    std::string text(config::kCfgHeader);
    text += "\naccount.1.enable = 1\naccount.1.user_name = " + user + "\naccount.1.auth_name = " + user +
            "\naccount.1.password = pw-" + user + "\naccount.1.sip_server.1.address = " + std::string(domain) +
            "\naccount.1.sip_server.1.expires = 60\n" + std::string(more);
    const auto file = config::load_cfg("phone.cfg", text);
    EXPECT_TRUE(file);
    std::vector<config::Finding> findings;
    const config::Model& model = config::model(config::ModelId::T46G);
    config::Settings settings(model);
    settings.add(config::Layer::make(config::LayerKind::Common, *file, findings));
    for (const auto& finding : findings) EXPECT_EQ(finding.severity, config::Severity::Info) << finding.text;
    id_ = rack_->add(user, config::make_phone_config(settings, model), endpoint);
    wire.add(endpoint, *rack_);
  }
  void start() {
    rack_->start(wire_->now, id_);
    wire_->drain();
  }
  void press(const phone::Command& command) {
    const auto done = rack_->command(wire_->now, id_, command);
    EXPECT_TRUE(done) << done.error().text();
    wire_->drain();
  }
  [[nodiscard]] bool is_registered() const { return rack_->is_registered(id_); }
  [[nodiscard]] std::vector<CallState> calls() const {
    std::vector<CallState> out;
    for (const auto& call : rack_->view(id_).calls)
      if (call.state != CallState::Ended) out.push_back(call.state);
    return out;
  }

  const Endpoint endpoint;

 private:
  Wire* wire_;
  SeededRandom random_;
  transport::Locator locator_;
  std::unique_ptr<phone::Rack> rack_;
  phone::PhoneId id_;
};

proxy::Config config_of(const Endpoint& at, std::string_view domain) {
  proxy::Config config;
  config.listen = {{transport::Protocol::Udp, at}};
  config.domains = {std::string(domain)};
  config.realm = std::string(domain);
  for (const std::string user : {"1001", "1002"})
    config.users.push_back(proxy::make_user(user, "pw-" + user, config.realm));
  return config;
}

// One proxy, two phones.
struct Office {
  explicit Office(proxy::Config config = config_of(kProxy, kDomain))
      : proxy(std::move(config), random, locator), a(wire, 1, "1001", kDomain), b(wire, 2, "1002", kDomain) {
    wire.add(kProxy, proxy);
  }
  void begin() {
    a.start();
    b.start();
    ASSERT_TRUE(a.is_registered() && b.is_registered());
  }
  void talk_and_hang_up() {
    a.press(phone::Dial{"1002", 0});
    ASSERT_EQ(b.calls(), std::vector{CallState::Ringing});
    b.press(phone::Answer{});
    ASSERT_EQ(a.calls(), std::vector{CallState::Talking});
    a.press(phone::HangUp{});
    wire.run_for(seconds(1));
    EXPECT_EQ(b.calls(), std::vector<CallState>{});
  }
  Wire wire;
  SeededRandom random{7};
  transport::Locator locator;
  proxy::Core proxy;
  Desk a, b;
};

struct Form {
  DigestAlgorithm algorithm;
  sip::Qop qop;
  bool userhash;
};
class DigestOffice : public testing::TestWithParam<Form> {};

TEST_P(DigestOffice, RegistersCallsAndStaysRegistered) {
  const auto& [algorithm, qop, userhash] = GetParam();
  auto config = config_of(kProxy, kDomain);
  config.digest = {algorithm};
  config.qop = {qop};
  config.userhash = userhash;
  Office office(config);
  office.begin();
  office.talk_and_hang_up();
  const auto first = office.wire.sent(office.a.endpoint, "REGISTER").at(1);
  const auto credentials = sip::Credentials::parse(*first.find(HeaderId::Authorization));
  ASSERT_TRUE(credentials);
  EXPECT_EQ(credentials->algorithm, algorithm);
  EXPECT_EQ(credentials->qop, qop);
  EXPECT_EQ(credentials->userhash, userhash);
  EXPECT_EQ(credentials->username == "1001", !userhash);

  const auto before = office.proxy.counters().challenges;
  office.wire.run_for(minutes(60));
  EXPECT_TRUE(office.a.is_registered() && office.b.is_registered());
  EXPECT_EQ(office.proxy.counters().bad_credentials, 0U);
  EXPECT_GE(office.proxy.counters().registered, 100U);
  // With nextnonce nobody is ever asked again; a -sess session ends with its nonce, each five minutes.
  const auto again = office.proxy.counters().challenges - before;
  if (sip::is_session(algorithm)) {
    EXPECT_TRUE(again > 10 && again < 30) << again;
  } else {
    EXPECT_EQ(again, 0U);
  }
}
INSTANTIATE_TEST_SUITE_P(All, DigestOffice,
                         testing::Values(Form{DigestAlgorithm::Md5, sip::Qop::Auth, false},
                                         Form{DigestAlgorithm::Md5, sip::Qop::AuthInt, true},
                                         Form{DigestAlgorithm::Sha256, sip::Qop::Auth, true},
                                         Form{DigestAlgorithm::Sha256, sip::Qop::AuthInt, false},
                                         Form{DigestAlgorithm::Sha512_256, sip::Qop::Auth, false},
                                         Form{DigestAlgorithm::Md5Sess, sip::Qop::Auth, false},
                                         Form{DigestAlgorithm::Sha256Sess, sip::Qop::AuthInt, true},
                                         Form{DigestAlgorithm::Sha512_256Sess, sip::Qop::Auth, false}));

// The proxy has lost its memory, nonces with it: who knows the password is asked anew and nobody notices.
TEST(Digest, ANonceOfAnotherLifeIsStaleAndReplaced) {
  Office office;
  office.begin();
  proxy::Core second(config_of(kProxy, kDomain), office.random, office.locator);
  office.wire.add(kProxy, second);
  office.wire.run_for(seconds(70));
  EXPECT_TRUE(office.a.is_registered() && office.b.is_registered());
  EXPECT_EQ(second.counters().challenges, 2U);
  EXPECT_EQ(second.counters().bad_credentials, 0U);
  EXPECT_EQ(second.binding_count(), 2U);
}

// What somebody overheard: the same bytes from elsewhere, and the same credentials in a request of his own.
TEST(Digest, AnOverheardRequestIsOfNoUse) {
  Office office;
  office.begin();
  const Endpoint eve{IpAddress::v4(10, 0, 9, 9), 5060};
  const auto overheard = office.wire.sent(office.a.endpoint, "REGISTER").at(1);
  std::string forged(overheard.bytes());
  for (std::size_t at = forged.find("10.0.1.1"); at != std::string::npos; at = forged.find("10.0.1.1", at))
    forged.replace(at, 8, "10.0.9.9");
  const auto bindings = office.proxy.bindings(office.wire.now.wall);
  for (const Duration wait :
       {Duration(0), Duration(seconds(1)), Duration(seconds(298)), Duration(milliseconds(1500))}) {
    office.wire.run_for(wait);
    forged.replace(forged.find("z9hG4bK"), 7, "z9hG4bKe");
    office.wire.send(eve, kProxy, forged);
    const auto answers = office.wire.sent(kProxy, "SIP/2.0 401");
    ASSERT_FALSE(answers.empty());
    EXPECT_TRUE(sip::Challenge::parse(*answers.back().find(HeaderId::WwwAuthenticate))->stale);
  }
  for (const auto& binding : office.proxy.bindings(office.wire.now.wall))
    EXPECT_EQ(binding.contact.find("10.0.9.9"), std::string::npos) << binding.contact;
  EXPECT_EQ(bindings.size(), 2U);
}

// RFC 3665 §3.3: both proxies ask; the caller answers the second without forgetting the first.
TEST(Digest, TwoProxiesInARowEachAsk) {
  Wire wire;
  SeededRandom random{7};
  transport::Locator locator;
  locator.add_host(std::string(kFarDomain), kFarProxy.address);
  proxy::Core near(config_of(kProxy, kDomain), random, locator);
  auto far_config = config_of(kFarProxy, kFarDomain);
  far_config.domains.emplace_back(kDomain);  // whose users it knows, and asks
  far_config.digest = {DigestAlgorithm::Md5};
  proxy::Core far(far_config, random, locator);
  wire.add(kProxy, near);
  wire.add(kFarProxy, far);
  Desk a(wire, 1, "1001", kDomain), b(wire, 2, "1002", kFarDomain);
  a.start();
  b.start();
  ASSERT_TRUE(a.is_registered() && b.is_registered());
  a.press(phone::Dial{"sip:1002@two.test", 0});
  ASSERT_EQ(b.calls(), std::vector{CallState::Ringing});
  b.press(phone::Answer{});
  EXPECT_EQ(a.calls(), std::vector{CallState::Talking});

  const auto invites = wire.sent(a.endpoint, "INVITE");
  ASSERT_EQ(invites.size(), 3U);
  std::vector<std::string> asked;
  for (const auto& invite : invites) {
    std::string text;
    for (const std::string_view value : invite.values(HeaderId::ProxyAuthorization)) {
      const auto c = sip::Credentials::parse(value);
      text += c->realm + " " + std::to_string(c->nc.value_or(0)) + ",";
    }
    asked.push_back(text);
  }
  EXPECT_EQ(asked, (std::vector<std::string>{"", "one.test 1,", "one.test 2,two.test 1,"}));
  // Each proxy keeps what was meant for it.
  const auto at_far = wire.sent(kProxy, "INVITE"), at_b = wire.sent(kFarProxy, "INVITE");
  EXPECT_EQ(at_far.back().count(HeaderId::ProxyAuthorization), 1U);
  EXPECT_EQ(at_b.back().count(HeaderId::ProxyAuthorization), 0U);
  a.press(phone::HangUp{});
  wire.run_for(seconds(1));
  EXPECT_EQ(b.calls(), std::vector<CallState>{});
}

}  // namespace
}  // namespace offhook::test
