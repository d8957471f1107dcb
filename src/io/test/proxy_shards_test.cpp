// Two shards of one proxy on real sockets of the loopback interface. Which of them gets a peer's messages is the
// kernel's choice, so there are many peers, and each test sees that both shards had some.
#include "proxy_shards.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "io/clock.hpp"
#include "io/proxy_host.hpp"
#include "sip/builder.hpp"
#include "sip/header/name_addr.hpp"

namespace offhook::io {
namespace {

using sip::HeaderId;
using transport::Protocol;

sockaddr_in at(std::uint16_t port) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return name;
}

// Other threads do the work as well, which this loop does not hear of: it is asked again and again.
bool wait_until(Loop& loop, const std::function<bool()>& done) {
  const TimePoint deadline = now().mono + seconds(20);
  while (!done())
    if (now().mono >= deadline || loop.run_until(done, now().mono + milliseconds(2))) return done();
  return true;
}

// A phone: one datagram socket, or one connection to the proxy.
class Phone {
 public:
  Phone(Loop& loop, std::string name, std::uint16_t proxy, bool tcp)
      : loop_(loop), name_(std::move(name)), tcp_(tcp), fd_(::socket(AF_INET, tcp ? SOCK_STREAM : SOCK_DGRAM, 0)) {
    const sockaddr_in to = at(proxy), any = at(0);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&any), sizeof any), 0);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
    sockaddr_in name_of{};
    socklen_t size = sizeof name_of;
    EXPECT_EQ(::getsockname(fd_, reinterpret_cast<sockaddr*>(&name_of), &size), 0);
    port_ = ntohs(name_of.sin_port);
  }
  ~Phone() { ::close(fd_); }
  Phone(const Phone&) = delete;
  Phone& operator=(const Phone&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::string uri() const { return "sip:" + name_ + "@example.test"; }
  void hang_up_the_line() { ::shutdown(fd_, SHUT_RDWR); }

  // A request out of any dialog to `uri`.
  sip::Message request(std::string_view method, const std::string& uri) {
    ++count_;
    const std::string id = std::to_string(count_) + '-' + std::to_string(port_);
    return fresh(method, uri, "<" + uri + ">", "<" + this->uri() + ">;tag=" + name_, id, count_, {});
  }
  // Within the dialog that `first` and its 200 made; `ours`: the one who sent `first`.
  sip::Message within(std::string_view method, const sip::Message& first, const sip::Message& ok, bool ours) {
    std::vector<std::string> routes;
    for (const std::string_view value : (ours ? ok : first).values(HeaderId::RecordRoute)) routes.emplace_back(value);
    if (ours) std::reverse(routes.begin(), routes.end());
    const auto contact = sip::NameAddr::parse(*(ours ? ok : first).top(HeaderId::Contact));
    const std::string from(*ok.find(HeaderId::From)), to(*ok.find(HeaderId::To));
    const std::uint32_t cseq = method == "ACK" ? first.cseq() : first.cseq() + 1;
    return fresh(method, std::string(contact->uri), ours ? to : from, ours ? from : to, std::string(first.call_id()),
                 cseq, routes);
  }
  void send(const sip::Message& message) {
    const auto bytes = message.bytes();
    EXPECT_EQ(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }
  void answer(const sip::Message& request, int status) {
    auto builder = sip::Builder::response(request, status, name_);
    builder.copy(request, HeaderId::RecordRoute);
    builder.add(HeaderId::Contact, contact());
    builder.add(HeaderId::ContentLength, "0");
    send(builder.build());
  }
  // The next message that is no 100; a message that does not parse when none comes.
  sip::Message hear() {
    std::optional<sip::Message> got;
    wait_until(loop_, [&] { return got || (got = take()).has_value(); });
    EXPECT_TRUE(got) << name_ << " hears nothing";
    return got.value_or(sip::Message{});
  }
  std::string hear_method() {
    const auto message = hear();
    return std::string(message.method_text());
  }
  int register_here() {
    const auto plain = request("REGISTER", "sip:example.test");
    std::string text(plain.bytes());
    const std::string to = "To: <sip:example.test>";
    text.replace(text.find(to), to.size(), "To: <" + uri() + ">");
    send(*sip::Message::parse(text));
    return hear().status();
  }

 private:
  [[nodiscard]] std::string contact() const {
    return "<sip:" + name_ + "@127.0.0.1:" + std::to_string(port_) + (tcp_ ? ";transport=tcp>" : ">");
  }
  sip::Message fresh(std::string_view method, const std::string& uri, const std::string& to, const std::string& from,
                     const std::string& call, std::uint32_t cseq, const std::vector<std::string>& routes) {
    std::string text(method);
    text += " " + uri + " SIP/2.0\r\nVia: SIP/2.0/" + (tcp_ ? "TCP" : "UDP") + " 127.0.0.1:" + std::to_string(port_) +
            ";branch=z9hG4bK" + name_ + std::to_string(++branches_) + "\r\nMax-Forwards: 70\r\n";
    for (const auto& route : routes) text += "Route: " + route + "\r\n";
    text += "From: " + from + "\r\nTo: " + to + "\r\nCall-ID: " + call + "\r\nCSeq: " + std::to_string(cseq) + " " +
            std::string(method) + "\r\nContact: " + contact() + "\r\nContent-Length: 0\r\n\r\n";
    return *sip::Message::parse(std::move(text));
  }
  std::optional<sip::Message> take() {
    char in[8192];
    const ssize_t got = ::recv(fd_, in, sizeof in, MSG_DONTWAIT);
    if (got > 0) heard_.append(in, static_cast<std::size_t>(got));
    // No message here has a body: one ends with its header, in a datagram as in a stream.
    for (std::size_t end; (end = heard_.find("\r\n\r\n")) != std::string::npos;) {
      auto message = sip::Message::parse(heard_.substr(0, end + 4));
      heard_.erase(0, end + 4);
      if (message && message->status() != 100) return std::move(*message);
    }
    return std::nullopt;
  }

  Loop& loop_;
  std::string name_;
  bool tcp_;
  int fd_;
  std::uint16_t port_ = 0;
  std::uint32_t count_ = 0, branches_ = 0;
  std::string heard_;
};

class Shards : public testing::Test {
 protected:
  Shards() {
    const Endpoint any{IpAddress::loopback(), 0};
    settings_.listen = {{Protocol::Udp, any}, {Protocol::Tcp, any}};
    settings_.domains = {"example.test"};
    settings_.authenticate = false;
    settings_.shards = 2;
  }
  void start() {
    auto host = ProxyHost::start(loop_, settings_);
    ASSERT_TRUE(host) << host.error().text();
    host_ = std::move(*host);
  }
  std::vector<std::unique_ptr<Phone>> phones(std::size_t count, const std::string& prefix, bool tcp) {
    std::vector<std::unique_ptr<Phone>> out;
    const std::uint16_t port = host_->listening()[tcp ? 1 : 0].endpoint.port;
    for (std::size_t i = 0; i < count; ++i) {
      out.push_back(std::make_unique<Phone>(loop_, prefix + std::to_string(i), port, tcp));
      EXPECT_EQ(out.back()->register_here(), 200);
    }
    return out;
  }
  // Of each shard.
  template <class F>
  std::vector<std::size_t> counts(F&& f) {
    std::vector<std::size_t> out;
    host_->each_core([&](proxy::Core& core) { out.push_back(f(core)); });
    return out;
  }
  std::vector<std::size_t> bindings() {
    return counts([](proxy::Core& core) { return core.binding_count(); });
  }
  void wait_for_bindings(std::size_t count) {
    const std::vector<std::size_t> all(2, count);
    wait_until(loop_, [&] { return bindings() == all; });
    EXPECT_EQ(bindings(), all);
  }
  void expect_both_had_some() {
    for (const std::size_t registers : counts([](proxy::Core& core) { return core.counters().registers; }))
      EXPECT_GT(registers, 0U);
  }
  void call(Phone& caller, Phone& callee, bool callee_ends) {
    SCOPED_TRACE(caller.name() + " calls " + callee.name());
    const auto invite = caller.request("INVITE", callee.uri());
    caller.send(invite);
    const auto arrived = callee.hear();
    ASSERT_EQ(arrived.method_text(), "INVITE");
    callee.answer(arrived, 180);
    ASSERT_EQ(caller.hear().status(), 180);
    callee.answer(arrived, 200);
    const auto ok = caller.hear();
    ASSERT_EQ(ok.status(), 200);
    caller.send(caller.within("ACK", invite, ok, true));
    ASSERT_EQ(callee.hear_method(), "ACK");
    Phone& who = callee_ends ? callee : caller;
    Phone& other = callee_ends ? caller : callee;
    who.send(callee_ends ? callee.within("BYE", arrived, ok, false) : caller.within("BYE", invite, ok, true));
    const auto bye = other.hear();
    ASSERT_EQ(bye.method_text(), "BYE");
    other.answer(bye, 200);
    ASSERT_EQ(who.hear().status(), 200);
  }

  Loop loop_;
  ProxySettings settings_;
  std::unique_ptr<ProxyHost> host_;
};

TEST_F(Shards, HaveTheSameBindingsAndCallsCross) {
  start();
  const auto all = phones(16, "udp", false);
  wait_for_bindings(16);
  expect_both_had_some();
  for (std::size_t i = 0; i < all.size(); ++i) {
    call(*all[i], *all[(i + 1) % all.size()], i % 2 == 0);
    call(*all[i], *all[(i + 5) % all.size()], i % 2 == 1);
  }
  // Each call was seen whole by one of them.
  EXPECT_EQ(counts([](proxy::Core& core) { return core.call_count(); }), (std::vector<std::size_t>{0, 0}));
}

TEST_F(Shards, APhoneOnAConnectionOfOneIsCalledFromTheOther) {
  start();
  const auto streams = phones(12, "tcp", true);
  const auto datagrams = phones(8, "udp", false);
  wait_for_bindings(20);
  expect_both_had_some();
  for (std::size_t i = 0; i < streams.size(); ++i) {
    call(*datagrams[i % 8], *streams[i], true);
    call(*datagrams[(i + 3) % 8], *streams[i], false);
    call(*streams[i], *streams[(i + 1) % streams.size()], i % 2 == 0);
    call(*streams[i], *datagrams[(i + 5) % 8], i % 2 == 1);
  }
}

TEST_F(Shards, ALostConnectionIsLostForAll) {
  start();
  const auto streams = phones(8, "tcp", true);
  wait_for_bindings(8);
  for (const auto& phone : streams) phone->hang_up_the_line();
  const auto caller = phones(1, "udp", false);
  // The contact names the phone's own port, where nobody listens: what was sent over the connection must not wait.
  for (const auto& phone : streams) {
    caller[0]->send(caller[0]->request("MESSAGE", phone->uri()));
    EXPECT_GE(caller[0]->hear().status(), 400);
  }
}

TEST_F(Shards, WhatWasAcknowledgedIsStored) {
  const std::string file = std::filesystem::temp_directory_path() / ("shards-" + std::to_string(::getpid()) + ".db");
  settings_.store = "sqlite:" + file;
  settings_.commit_delay = {};
  start();
  const auto all = phones(16, "udp", false);
  expect_both_had_some();
  host_.reset();
  start();
  EXPECT_EQ(bindings(), (std::vector<std::size_t>{16, 16}));
  host_.reset();
  for (const char* const end : {"", "-wal", "-shm"}) std::filesystem::remove(file + end);
}

TEST_F(Shards, AreGivenOtherSettingsTogether) {
  start();
  const auto all = phones(12, "udp", false);
  settings_.max_contacts = 0;
  settings_.listen = host_->listening();
  ASSERT_TRUE(host_->reload(settings_));
  for (const auto& phone : all) {
    Phone again(loop_, phone->name() + "x", host_->listening()[0].endpoint.port, false);
    EXPECT_NE(again.register_here(), 200);
  }
  settings_.shards = 3;
  EXPECT_FALSE(host_->reload(settings_));
}

TEST_F(Shards, TwoProxiesDoNotShareAPortUnnoticed) {
  start();
  settings_.listen = {host_->listening()[0]};
  const auto other = ProxyHost::start(loop_, settings_);
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().text().find("in use"), std::string::npos) << other.error().text();
}

}  // namespace
}  // namespace offhook::io
