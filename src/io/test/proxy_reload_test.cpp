// A running proxy is given other settings, on real sockets of the loopback interface.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "certificates.hpp"
#include "io/clock.hpp"
#include "io/proxy_host.hpp"

namespace offhook::io {
namespace {

using transport::Protocol;

const Endpoint kAny{IpAddress::loopback(), 0};

// A phone's datagram socket.
class Phone {
 public:
  Phone() : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    sockaddr_in name = at(0);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&name), sizeof name), 0);
    socklen_t size = sizeof name;
    EXPECT_EQ(::getsockname(fd_, reinterpret_cast<sockaddr*>(&name), &size), 0);
    port_ = ntohs(name.sin_port);
  }
  ~Phone() { ::close(fd_); }
  Phone(const Phone&) = delete;
  Phone& operator=(const Phone&) = delete;

  // The status of the answer to a REGISTER; nothing when none comes before `deadline`.
  std::optional<int> register_at(Loop& loop, const Endpoint& proxy, std::string_view domain = "example.test") {
    const std::string name = std::to_string(++count_) + "-" + std::to_string(port_);
    const std::string text =
        "REGISTER sip:example.test SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:" + std::to_string(port_) + ";branch=z9hG4bK" +
        name + "\r\nMax-Forwards: 70\r\nFrom: <sip:1@example.test>;tag=1\r\nTo: <sip:1@" + std::string(domain) +
        ">\r\nCall-ID: " + name + "\r\nCSeq: " + std::to_string(count_) +
        " REGISTER\r\nContact: <sip:1@127.0.0.1:" + std::to_string(port_) + ">\r\nContent-Length: 0\r\n\r\n";
    const sockaddr_in to = at(proxy.port);
    EXPECT_EQ(::sendto(fd_, text.data(), text.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to),
              static_cast<ssize_t>(text.size()));
    std::array<char, 2048> in{};
    ssize_t got = -1;
    loop.run_until([&] { return (got = ::recv(fd_, in.data(), in.size(), 0)) > 12; }, now().mono + seconds(20));
    if (got <= 12) return std::nullopt;
    return std::stoi(std::string(in.data() + 8, 3));
  }

 private:
  static sockaddr_in at(std::uint16_t port) {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(port);
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return name;
  }
  int fd_;
  std::uint16_t port_ = 0;
  int count_ = 0;
};

// Can somebody else listen there?
bool is_free(const Endpoint& endpoint) { return UdpSocket::open(endpoint).has_value(); }

class ProxyReload : public testing::Test {
 protected:
  ProxyReload() {
    settings_.listen = {{Protocol::Udp, kAny}};
    settings_.domains = {"example.test"};
    settings_.authenticate = false;
  }
  void start() {
    auto host = ProxyHost::start(loop_, settings_);
    ASSERT_TRUE(host) << host.error().text();
    host_ = std::move(*host);
  }
  Loop loop_;
  ProxySettings settings_;
  std::unique_ptr<ProxyHost> host_;
};

TEST_F(ProxyReload, UsersAndDomainsChangeAndSocketsWithoutAPortStay) {
  start();
  Phone phone;
  const Endpoint at = host_->listening().at(0).endpoint;
  EXPECT_EQ(phone.register_at(loop_, at), 200);
  EXPECT_EQ(phone.register_at(loop_, at, "second.test"), 404);
  settings_.domains.emplace_back("second.test");
  ASSERT_TRUE(host_->reload(settings_));
  EXPECT_EQ(host_->listening().at(0).endpoint, at);
  EXPECT_EQ(phone.register_at(loop_, at, "second.test"), 200);
  settings_.authenticate = true;
  settings_.users = {*parse_user("1:secret")};
  ASSERT_TRUE(host_->reload(settings_));
  EXPECT_EQ(phone.register_at(loop_, at), 401);
  EXPECT_EQ(host_->core().binding_count(), 1U);
}

TEST_F(ProxyReload, SocketsComeAndGoAndAnOldOneIsHeardForAWhile) {
  start();
  const Endpoint first = host_->listening().at(0).endpoint;
  settings_.listen.push_back({Protocol::Udp, {IpAddress::v4(127, 0, 0, 2), 0}});
  settings_.listen.push_back({Protocol::Tcp, kAny});
  ASSERT_TRUE(host_->reload(settings_));
  ASSERT_EQ(host_->listening().size(), 3U);
  const Endpoint second = host_->listening().at(1).endpoint;
  Phone phone;
  EXPECT_EQ(phone.register_at(loop_, first), 200);
  settings_.listen = {{Protocol::Udp, second}};
  ASSERT_TRUE(host_->reload(settings_));
  EXPECT_EQ(host_->listening(), settings_.listen);
  EXPECT_EQ(phone.register_at(loop_, first), 200);
  EXPECT_FALSE(is_free(first));
  // And back before it was closed.
  settings_.listen = {{Protocol::Udp, first}};
  ASSERT_TRUE(host_->reload(settings_));
  EXPECT_EQ(phone.register_at(loop_, first), 200);
}

TEST_F(ProxyReload, WhatCannotBeDoneChangesNothing) {
  start();
  const auto before = host_->listening();
  const auto refusal = [&](auto&& change) {
    auto settings = settings_;
    change(settings);
    const auto done = host_->reload(settings);
    EXPECT_EQ(host_->listening(), before);
    return done ? std::string("nothing") : done.error().text();
  };
  EXPECT_EQ(refusal([](auto& s) { s.store = "sqlite:x.db"; }), "another store needs a restart (sqlite:x.db)");
  EXPECT_EQ(refusal([](auto& s) { s.segmentation = Segmentation::Always; }), "another segmentation needs a restart");
  EXPECT_EQ(refusal([](auto& s) { s.dscp = 24; }), "another dscp needs a restart");
  EXPECT_EQ(refusal([](auto& s) { s.name_servers = {Endpoint{IpAddress::loopback(), 53}}; }),
            "other name servers (dns) need a restart");
  EXPECT_EQ(refusal([](auto& s) { s.domains = {"other.test"}; }),
            "another first domain needs a restart: users are registered under 'example.test' (other.test)");
  EXPECT_EQ(refusal([](auto& s) { s.tls.certificates = {{"/nowhere.pem", "/nowhere.key"}}; }),
            "cannot use the certificate: No such file or directory (/nowhere.pem)");

  // An address that is taken, behind one that was free: that one is free again.
  const auto other = UdpSocket::open(kAny);
  auto lent = UdpSocket::open(kAny);
  ASSERT_TRUE(other && lent);
  const Endpoint free = lent->local();
  {
    const UdpSocket gone = std::move(*lent);
  }
  EXPECT_EQ(refusal([&](auto& s) { s.listen = {{Protocol::Udp, free}, {Protocol::Udp, other->local()}}; }),
            "cannot listen: Address already in use (udp:" + other->local().text() + ")");
  EXPECT_TRUE(is_free(free));
  Phone phone;
  EXPECT_EQ(phone.register_at(loop_, before.at(0).endpoint), 200);
}

TEST_F(ProxyReload, TlsMayBeAddedAndItsCertificatesAreReadAgain) {
  const auto folder = std::filesystem::temp_directory_path() / ("offhook-reload-" + std::to_string(::getpid()));
  std::filesystem::create_directory(folder);
  const std::string certificate = folder / "c.pem", key = folder / "c.key";
  test::write_pem(test::make_certificate("one", "IP:127.0.0.1"), certificate, key);
  start();
  settings_.listen.push_back({Protocol::Tls, kAny});
  EXPECT_EQ(host_->reload(settings_).error().what, "a certificate and its key are needed");
  settings_.tls.certificates = {{certificate, key}};
  ASSERT_TRUE(host_->reload(settings_));

  // A client that says nothing before the certificates are read again, and only then begins its handshake.
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(host_->listening().at(1).endpoint.port);
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&name), sizeof name), 0);
  loop_.run_until([&] { return host_->streams().connections() == 1; }, now().mono + seconds(20));
  test::write_pem(test::make_certificate("two", "IP:127.0.0.1"), certificate, key);
  ASSERT_TRUE(host_->reload(settings_));
  ::fcntl(fd, F_SETFL, O_NONBLOCK);
  TlsSettings client;
  client.verify_servers = false;
  auto context = TlsContext::load(client);
  ASSERT_TRUE(context);
  auto session = (*context)->connect(fd, std::make_shared<const std::string>("phone.example"), kAny);
  TlsResult result = TlsResult::WantsRead;
  loop_.run_until([&] { return (result = session.handshake()) != TlsResult::WantsRead; }, now().mono + seconds(20));
  EXPECT_EQ(result, TlsResult::Ok) << session.error();
  EXPECT_EQ(session.peer_names().common_name, "one");  // of when it was accepted
  ::close(fd);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace offhook::io
