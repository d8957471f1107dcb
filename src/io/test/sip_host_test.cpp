// Engines on real sockets of the loopback interface: a response whose connection is gone (RFC 3261 §18.2.2, RFC 3263
// §5); requests both ways over one connection (RFC 5923).
#include "io/sip_host.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <utility>

#include "certificates.hpp"
#include "io/clock.hpp"
#include "sip/builder.hpp"
#include "transaction/layer.hpp"
#include "transport/resolver.hpp"

namespace offhook::io {
namespace {

using transport::Flow;
using transport::Protocol;

// A user agent that is asked and answers when it is told to.
struct Agent : transport::Engine {
  Agent() { transactions.use(resolver); }
  void receive(Now now, const Flow& flow, std::string bytes) override {
    if (auto incoming = transport.receive(flow, std::move(bytes))) transactions.receive(now.mono, std::move(*incoming));
    while (auto event = transactions.poll())
      if (auto* request = std::get_if<transaction::RequestReceived>(&*event)) requests.push_back(std::move(*request));
  }
  void wake(Now now) override { transactions.wake(now.mono); }
  [[nodiscard]] std::optional<TimePoint> deadline() const override { return transactions.deadline(); }
  [[nodiscard]] std::optional<transport::Transmit> poll_transmit() override { return transport.poll_transmit(); }
  [[nodiscard]] std::optional<transport::Alias> poll_alias() override { return transport.poll_alias(); }
  void unreachable(Now now, const Flow& flow) override {
    lost.push_back(flow);
    transactions.unreachable(now.mono, flow);
  }
  void answer_first(int status) {
    const auto& request = requests.at(0);
    transactions.respond(now().mono, request.id, sip::Builder::response(request.request, status, "t1").build());
  }

  void ask(const Flow& flow) {
    const auto request = sip::Builder::request("OPTIONS", "sip:" + flow.remote.text())
                             .add(sip::HeaderId::MaxForwards, "70")
                             .add(sip::HeaderId::From, "<sip:a@example.com>;tag=1")
                             .add(sip::HeaderId::To, "<sip:b@example.com>")
                             .add(sip::HeaderId::CallId, random.token(8))
                             .add(sip::HeaderId::CSeq, "1 OPTIONS")
                             .build();
    transactions.start(now().mono, request, flow, 0);
  }

  SystemRandom random;
  transport::Locator hosts;
  transport::Resolver resolver{random, hosts};
  transport::Layer transport{random};
  transaction::Layer transactions{transport, random};
  std::vector<transaction::RequestReceived> requests;
  std::vector<Flow> lost;
};

// Plain sockets of the peer.
struct Socket {
  Socket() : fd(::socket(AF_INET, SOCK_STREAM, 0)) {}
  explicit Socket(int descriptor) : fd(descriptor) {}
  ~Socket() { close(); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  void close() {
    if (fd >= 0) ::close(std::exchange(fd, -1));
  }
  // 127.0.0.`host`, and the port taken.
  std::uint16_t listen(std::uint8_t host) const {
    sockaddr_in name = at(host, 0);
    EXPECT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&name), sizeof name), 0);
    EXPECT_EQ(::listen(fd, 1), 0);
    socklen_t size = sizeof name;
    EXPECT_EQ(::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size), 0);
    return ntohs(name.sin_port);
  }
  void connect(std::uint16_t port) const {
    sockaddr_in name = at(1, port);
    EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&name), sizeof name), 0);
  }
  static sockaddr_in at(std::uint8_t host, std::uint16_t port) {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(port);
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + host);
    return name;
  }
  int fd;
};

class SipHostTest : public testing::Test {
 protected:
  SipHostTest() : host_(loop_) {
    host_.drive(agent_);
    const auto local = host_.listen(Protocol::Tcp, {IpAddress::loopback(), 0});
    EXPECT_TRUE(local);
    port_ = local->port;
  }
  bool until(const std::function<bool()>& done) { return loop_.run_until(done, now().mono + seconds(20)); }

  // A request comes over a connection that is closed before it is answered.
  void ask_and_leave(const std::string& sent_by) {
    Socket caller;
    caller.connect(port_);
    const std::string invite = "INVITE sip:b@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP " + sent_by +
                               ";branch=z9hG4bK1\r\nMax-Forwards: 70\r\nFrom: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\n"
                               "Call-ID: c\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n";
    ASSERT_EQ(::send(caller.fd, invite.data(), invite.size(), 0), static_cast<ssize_t>(invite.size()));
    ASSERT_TRUE(until([&] { return agent_.requests.size() == 1; }));
    caller.close();
    ASSERT_TRUE(until([&] { return agent_.lost.size() == 1; }));
  }
  // What the first who connects there gets to read, up to an empty line.
  std::string heard_at(const Socket& listener) {
    Socket accepted(-1);
    std::string text;
    loop_.watch(listener.fd, [&] {
      if (accepted.fd >= 0) return;
      accepted.fd = ::accept4(listener.fd, nullptr, nullptr, SOCK_NONBLOCK);
      loop_.watch(accepted.fd, [&] {
        char buffer[4096];
        const ssize_t n = ::recv(accepted.fd, buffer, sizeof buffer, 0);
        if (n > 0) text.append(buffer, static_cast<std::size_t>(n));
      });
    });
    EXPECT_TRUE(until([&] { return text.find("\r\n\r\n") != std::string::npos; }));
    loop_.unwatch(listener.fd);
    if (accepted.fd >= 0) loop_.unwatch(accepted.fd);
    return text;
  }

  Loop loop_;
  Agent agent_;
  SipHost host_;
  std::uint16_t port_ = 0;
};

TEST_F(SipHostTest, AResponseWhoseConnectionIsGoneOpensANewOne) {
  Socket listener;
  const auto port = listener.listen(1);
  ask_and_leave("127.0.0.1:" + std::to_string(port));
  agent_.answer_first(486);
  host_.drain();
  const auto text = heard_at(listener);
  EXPECT_TRUE(text.starts_with("SIP/2.0 486 ")) << text;
  EXPECT_EQ(agent_.lost.size(), 1U);
}

TEST_F(SipHostTest, WhereItsSourceRefusesItGoesToTheSentBy) {
  Socket listener;
  const auto port = listener.listen(2);
  agent_.hosts.add_host("p1.example.com", IpAddress::v4(127, 0, 0, 2));
  ask_and_leave("p1.example.com:" + std::to_string(port));
  agent_.answer_first(486);
  host_.drain();
  const auto text = heard_at(listener);
  EXPECT_TRUE(text.starts_with("SIP/2.0 486 ")) << text;
  EXPECT_EQ(agent_.lost.size(), 2U) << "127.0.0.1 at that port has refused";
}

// RFC 5923: the caller puts alias into its Via, the callee's own request comes back over the caller's connection; but
// only where the caller's certificate speaks for the address that is called.
TEST(SipHostAlias, RequestsGoBothWaysOverOneConnection) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::temp_directory_path() / ("offhook-alias-" + std::to_string(::getpid()));
  fs::create_directories(folder);
  const auto ca = test::make_certificate("Test CA", "");
  test::write_pem(ca, folder / "ca.pem", "");
  const auto context = [&](const std::string& name, const char* alternative) {
    const TlsCertificate files{folder / (name + ".pem"), folder / (name + ".key")};
    test::write_pem(test::make_certificate(name.c_str(), alternative, &ca), files.certificate, files.key);
    return std::move(*TlsContext::load({{files}, folder / "ca.pem"}));
  };
  const auto here = context("here", "IP:127.0.0.1"), elsewhere = context("elsewhere", "IP:127.0.0.9");
  fs::remove_all(folder);

  for (TlsContext* tls : {here.get(), elsewhere.get()}) {
    SCOPED_TRACE(tls == here.get() ? "its certificate names its address" : "its certificate names another address");
    const bool one = tls == here.get();
    Loop loop;
    Agent caller, callee;
    SipHostOptions callers, callees;
    callers.tls = tls;
    callees.tls = here.get();
    SipHost caller_host(loop, {}, nullptr, callers), callee_host(loop, {}, nullptr, callees);
    caller_host.drive(caller);
    callee_host.drive(callee);
    const auto from = caller_host.listen(Protocol::Tls, {IpAddress::loopback(), 0});
    const auto to = callee_host.listen(Protocol::Tls, {IpAddress::loopback(), 0});
    ASSERT_TRUE(from && to);
    const auto until = [&](const Agent& agent) {
      return loop.run_until([&] { return !agent.requests.empty(); }, now().mono + seconds(20));
    };
    caller.ask({Protocol::Tls, *from, *to, 0});
    caller_host.drain();
    ASSERT_TRUE(until(callee));
    callee.ask({Protocol::Tls, *to, *from, 0});
    callee_host.drain();
    ASSERT_TRUE(until(caller));
    EXPECT_EQ(callee_host.streams().counters().aliases, 1U);
    EXPECT_EQ(callee_host.streams().counters().opened, one ? 0U : 1U);
    EXPECT_EQ(caller_host.streams().counters().accepted, one ? 0U : 1U);
    EXPECT_EQ(caller.requests.front().flow.local, *from);
  }
}

}  // namespace
}  // namespace offhook::io
