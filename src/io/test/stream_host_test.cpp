// Stream connections on real sockets of the loopback interface: what passes, what is reused, who is given up.
#include "io/stream_host.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "certificates.hpp"
#include "io/clock.hpp"
#include "io/random.hpp"

namespace offhook::io {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using transport::Flow;
using transport::Protocol;

const Endpoint kAnyPort{IpAddress::loopback(), 0};
constexpr std::string_view kMessage = "OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 0\r\n\r\n";

struct Folder {
  Folder() : path(std::filesystem::temp_directory_path() / ("offhook-tls-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  [[nodiscard]] std::string file(const char* name) const { return path / name; }
  std::filesystem::path path;
};

// One end: what it hears, and what it says back to each message.
struct Side {
  Side(Loop& loop, TlsContext* tls, StreamOptions options = {})
      : host(loop, options, random, tls,
             {[this](const Flow& flow, std::string bytes) {
                messages.push_back(std::move(bytes));
                flows.push_back(flow);
              },
              [this](const Flow& flow) { lost.push_back(flow); }, [this] { answer_all(); },
              [this](const Flow&, std::string_view why) { troubles.emplace_back(why); }}) {}

  void answer_all() {
    for (; !answer.empty() && answered < flows.size(); ++answered) host.send(flows[answered], answer);
  }

  SystemRandom random;
  std::vector<std::string> messages;
  std::vector<Flow> flows, lost;
  std::vector<std::string> troubles;
  std::string answer;
  std::size_t answered = 0;
  StreamHost host;
};

class StreamHostTest : public testing::Test {
 protected:
  StreamHostTest() : ca_(test::make_certificate("Test CA", "")) {
    test::write_pem(ca_, folder_.file("ca.pem"), "");
    issue("server", "DNS:proxy.example.com");
    issue("other", "DNS:other.example.com");
    issue("client", "DNS:client.example.com");
  }

  void issue(const std::string& name, const std::string& alternative) {
    test::write_pem(test::make_certificate(name.c_str(), alternative, &ca_), folder_.file((name + ".pem").c_str()),
                    folder_.file((name + ".key").c_str()));
  }
  [[nodiscard]] TlsCertificate files(const std::string& name) const {
    return {folder_.file((name + ".pem").c_str()), folder_.file((name + ".key").c_str())};
  }
  std::unique_ptr<TlsContext> tls(TlsSettings settings) {
    auto context = TlsContext::load(std::move(settings));
    EXPECT_TRUE(context) << (context ? "" : context.error().text());
    return context ? std::move(*context) : nullptr;
  }
  std::unique_ptr<TlsContext> server_tls() { return tls({{files("server")}, folder_.file("ca.pem")}); }
  std::unique_ptr<TlsContext> client_tls() { return tls({{}, folder_.file("ca.pem")}); }

  bool until(const std::function<bool()>& done) { return loop_.run_until(done, now().mono + seconds(20)); }
  static Flow to(Protocol protocol, Endpoint remote, const char* name = "proxy.example.com") {
    return {protocol, {IpAddress::loopback(), 5060}, remote, 0, std::make_shared<const std::string>(name)};
  }

  Folder folder_;
  test::Signed ca_;
  Loop loop_;
};

TEST_F(StreamHostTest, MessagesPassBothWaysOverOneConnection) {
  const auto ours = client_tls(), theirs = server_tls();
  for (const auto protocol : {Protocol::Tcp, Protocol::Tls, Protocol::Ws, Protocol::Wss}) {
    SCOPED_TRACE(transport::protocol_name(protocol));
    Side server(loop_, theirs.get()), client(loop_, ours.get());
    server.answer = kMessage;
    const auto local = server.host.listen(protocol, kAnyPort);
    ASSERT_TRUE(local) << local.error().text();
    for (int i = 0; i < 3; ++i) client.host.send(to(protocol, *local), kMessage);
    client.host.flush();
    ASSERT_TRUE(until([&] { return client.messages.size() == 3; })) << testing::PrintToString(client.troubles);
    EXPECT_THAT(server.messages, ElementsAre(kMessage, kMessage, kMessage));
    EXPECT_EQ(server.flows.front().local, *local);
    EXPECT_EQ(server.host.connections(), 1U);
    EXPECT_EQ(client.host.counters().reused, 2U);
    // The server's own request goes back over the connection that the client opened.
    server.host.send(server.flows.front(), "\r\n");
    server.host.flush();
    EXPECT_TRUE(until([&] { return client.messages.size() == 4; }));
    EXPECT_TRUE(client.lost.empty() && server.lost.empty());
  }
}

// Phones of one host: what comes back over a connection is for whoever has opened it.
TEST_F(StreamHostTest, EachAddressOfOursHasItsOwnConnections) {
  Side server(loop_, nullptr), phones(loop_, nullptr);
  server.answer = kMessage;
  const auto local = server.host.listen(Protocol::Tcp, kAnyPort);
  auto one = to(Protocol::Tcp, *local), other = one;
  other.local.port = 5070;
  for (const Flow* flow : {&one, &other, &one, &other}) phones.host.send(*flow, kMessage);
  phones.host.flush();
  ASSERT_TRUE(until([&] { return phones.messages.size() == 4; }));
  EXPECT_EQ(server.host.connections(), 2U);
  EXPECT_EQ(
      std::count_if(phones.flows.begin(), phones.flows.end(), [&](const Flow& f) { return f.local == one.local; }), 2);
  EXPECT_FALSE(transport::concerns(one, other));
}

TEST_F(StreamHostTest, LargeMessagesPassWhole) {
  const auto ours = client_tls(), theirs = server_tls();
  const std::string big = "MESSAGE sip:a@b SIP/2.0\r\nContent-Length: 60000\r\n\r\n" + std::string(60'000, 'x');
  for (const auto protocol : {Protocol::Tcp, Protocol::Tls, Protocol::Wss}) {
    Side server(loop_, theirs.get()), client(loop_, ours.get());
    const auto local = server.host.listen(protocol, kAnyPort);
    for (int i = 0; i < 10; ++i) client.host.send(to(protocol, *local), big);
    client.host.flush();
    ASSERT_TRUE(until([&] { return server.messages.size() == 10; }));
    EXPECT_EQ(server.messages.back(), big);
  }
}

TEST_F(StreamHostTest, WhoCannotBeReachedIsTold) {
  Side nobody(loop_, nullptr), client(loop_, nullptr);
  const auto local = nobody.host.listen(Protocol::Tcp, kAnyPort);
  nobody.host.close(Protocol::Tcp, *local);
  const Flow flow = to(Protocol::Tcp, *local);
  client.host.send(flow, kMessage);
  client.host.flush();
  ASSERT_TRUE(until([&] { return !client.lost.empty(); }));
  EXPECT_TRUE(transport::concerns(client.lost.front(), flow));
  EXPECT_THAT(client.troubles, ElementsAre(HasSubstr("refused")));
  // Without a TLS context TLS cannot be spoken at all.
  client.host.send(to(Protocol::Tls, *local), kMessage);
  client.host.flush();
  EXPECT_EQ(client.lost.size(), 2U);
}

TEST_F(StreamHostTest, ALostConnectionIsTold) {
  Side client(loop_, nullptr);
  auto server = std::make_unique<Side>(loop_, nullptr);
  const auto local = server->host.listen(Protocol::Tcp, kAnyPort);
  const Flow flow = to(Protocol::Tcp, *local);
  client.host.send(flow, kMessage);
  client.host.flush();
  ASSERT_TRUE(until([&] { return !server->messages.empty(); }));
  server.reset();
  ASSERT_TRUE(until([&] { return !client.lost.empty(); }));
  EXPECT_NE(client.lost.front().connection, 0U);
  EXPECT_TRUE(transport::concerns(client.lost.front(), flow));
  EXPECT_EQ(client.host.connections(), 0U);
  // Its number means nothing any more.
  client.host.send(client.lost.front(), kMessage);
  client.host.flush();
  EXPECT_EQ(client.lost.size(), 2U);
}

TEST_F(StreamHostTest, ACertificateMustBeTrustedAndNameTheDomain) {
  const auto theirs = server_tls();
  const auto strict = client_tls();
  const auto stranger = test::make_certificate("Another CA", "");
  test::write_pem(stranger, folder_.file("another.pem"), "");
  const auto trusting_others = tls({{}, folder_.file("another.pem")});
  const auto nameless = tls({{}, folder_.file("ca.pem"), true, false});
  const auto blind = tls({{}, folder_.file("another.pem"), false});
  const struct {
    const char* why;
    TlsContext* context;
    const char* name;
    const char* trouble;  // "" when it passes
  } cases[] = {
      {"right", strict.get(), "Proxy.Example.com", ""},
      {"another name", strict.get(), "example.com", "does not name example.com"},
      {"names are not looked at", nameless.get(), "example.com", ""},
      {"unknown authority", trusting_others.get(), "proxy.example.com", "certificate"},
      {"nothing is looked at", blind.get(), "example.com", ""},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.why);
    Side server(loop_, theirs.get()), client(loop_, c.context);
    const auto local = server.host.listen(Protocol::Tls, kAnyPort);
    client.host.send(to(Protocol::Tls, *local, c.name), kMessage);
    client.host.flush();
    ASSERT_TRUE(until([&] { return !client.lost.empty() || !server.messages.empty(); }));
    EXPECT_EQ(client.lost.empty(), *c.trouble == '\0');
    if (*c.trouble != '\0') {
      EXPECT_THAT(client.troubles, ElementsAre(HasSubstr(c.trouble)));
    }
  }
}

// They are read with the first connection, not at the start.
TEST_F(StreamHostTest, TheCertificatesOfTheSystemAreTrusted) {
  const auto theirs = server_tls();
  for (const bool is_known : {true, false}) {
    ::setenv("SSL_CERT_FILE", folder_.file(is_known ? "ca.pem" : "none.pem").c_str(), 1);
    ::setenv("SSL_CERT_DIR", folder_.file("none").c_str(), 1);
    const auto ours = tls({});
    Side server(loop_, theirs.get()), client(loop_, ours.get());
    const auto local = server.host.listen(Protocol::Tls, kAnyPort);
    client.host.send(to(Protocol::Tls, *local), kMessage);
    client.host.flush();
    ASSERT_TRUE(until([&] { return !server.messages.empty() || !client.lost.empty(); }));
    EXPECT_EQ(server.messages.size(), is_known ? 1U : 0U) << testing::PrintToString(client.troubles);
  }
  ::unsetenv("SSL_CERT_FILE");
  ::unsetenv("SSL_CERT_DIR");
}

TEST_F(StreamHostTest, MutualTlsWantsACertificateOfTheClient) {
  TlsSettings settings{{files("server")}, folder_.file("ca.pem")};
  settings.require_client_certificate = true;
  const auto theirs = tls(settings);
  const auto with = tls({{files("client")}, folder_.file("ca.pem")});
  const auto without = client_tls();
  for (auto* context : {with.get(), without.get()}) {
    Side server(loop_, theirs.get()), client(loop_, context);
    const auto local = server.host.listen(Protocol::Tls, kAnyPort);
    client.host.send(to(Protocol::Tls, *local), kMessage);
    client.host.flush();
    ASSERT_TRUE(until([&] { return !client.lost.empty() || !server.messages.empty(); }));
    EXPECT_EQ(server.messages.empty(), context == without.get());
  }
}

// RFC 5923: who has shown a certificate is called back over the connection that he has opened.
TEST_F(StreamHostTest, AnAliasedConnectionIsUsedTheOtherWayForWhomItsCertificateSpeaks) {
  const auto theirs = server_tls();
  const auto client = tls({{files("client")}, folder_.file("ca.pem")});
  const auto stranger = test::make_certificate("Another CA", "");
  test::write_pem(test::make_certificate("self", "DNS:client.example.com", &stranger), folder_.file("self.pem"),
                  folder_.file("self.key"));
  const auto unknown = tls({{files("self")}, folder_.file("ca.pem")});
  const auto nameless = client_tls();
  const struct {
    const char* why;
    TlsContext* context;
    bool offers;
    const char* name;
    bool reused;
  } cases[] = {
      {"authenticated, and meant", client.get(), true, "Client.example.com", true},
      {"without alias", client.get(), false, "client.example.com", false},
      {"another domain at the same address", client.get(), true, "other.example.com", false},
      {"a certificate that nobody trusts", unknown.get(), true, "client.example.com", false},
      {"no certificate", nameless.get(), true, "client.example.com", false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.why);
    Side server(loop_, theirs.get()), caller(loop_, c.context), listener(loop_, client.get());
    const auto local = server.host.listen(Protocol::Tls, kAnyPort);
    const auto advertised = listener.host.listen(Protocol::Tls, kAnyPort);  // where new connections end up
    caller.host.send(to(Protocol::Tls, *local), kMessage);
    caller.host.flush();
    ASSERT_TRUE(until([&] { return !server.messages.empty(); })) << testing::PrintToString(caller.troubles);
    if (c.offers) server.host.add_alias(server.flows.front(), *advertised);
    Flow back{Protocol::Tls, *local, *advertised, 0, std::make_shared<const std::string>(c.name)};
    server.host.send(back, kMessage);
    server.host.flush();
    EXPECT_EQ(server.host.counters().opened, c.reused ? 0U : 1U);
    if (c.reused) {
      ASSERT_TRUE(until([&] { return !caller.messages.empty(); }));
      // From another address of ours it would be another peer's connection.
      back.local.port ^= 1U;
      server.host.send(back, kMessage);
      EXPECT_EQ(server.host.counters().opened, 1U);
    } else {
      ASSERT_TRUE(until([&] { return !listener.messages.empty() || !server.troubles.empty(); }));
      EXPECT_TRUE(caller.messages.empty());
    }
  }
}

TEST_F(StreamHostTest, AnAliasIsForgottenWithItsConnection) {
  const auto theirs = server_tls();
  const auto client = tls({{files("client")}, folder_.file("ca.pem")});
  Side server(loop_, theirs.get()), listener(loop_, client.get());
  const auto local = server.host.listen(Protocol::Tls, kAnyPort);
  const auto advertised = listener.host.listen(Protocol::Tls, kAnyPort);
  auto caller = std::make_unique<Side>(loop_, client.get());
  caller->host.send(to(Protocol::Tls, *local), kMessage);
  caller->host.flush();
  ASSERT_TRUE(until([&] { return !server.messages.empty(); }));
  for (int i = 0; i < 3; ++i) server.host.add_alias(server.flows.front(), *advertised);
  EXPECT_EQ(server.host.counters().aliases, 1U);
  for (std::uint16_t port = 1; port < 100; ++port)
    server.host.add_alias(server.flows.front(), {IpAddress::loopback(), port});
  EXPECT_LT(server.host.counters().aliases, 10U) << "one peer has few addresses";
  caller.reset();
  ASSERT_TRUE(until([&] { return !server.lost.empty(); }));
  // What was sent to the advertised address is told as lost, too.
  const Flow back{Protocol::Tls, *local, *advertised, 0, std::make_shared<const std::string>("client.example.com")};
  EXPECT_TRUE(std::any_of(server.lost.begin(), server.lost.end(),
                          [&](const Flow& flow) { return transport::concerns(flow, back); }));
  server.host.send(back, kMessage);
  server.host.flush();
  ASSERT_TRUE(until([&] { return !listener.messages.empty(); }));
  EXPECT_EQ(server.host.counters().opened, 1U);
}

TEST_F(StreamHostTest, NoAliasOfAConnectionOfOurOwnOrOfAPlainOne) {
  Side server(loop_, nullptr), caller(loop_, nullptr);
  const auto local = server.host.listen(Protocol::Tcp, kAnyPort);
  caller.host.send(to(Protocol::Tcp, *local), kMessage);
  caller.host.flush();
  ASSERT_TRUE(until([&] { return !server.messages.empty(); }));
  server.host.add_alias(server.flows.front(), {IpAddress::loopback(), 5061});
  server.answer = kMessage;
  server.answer_all();
  server.host.flush();
  ASSERT_TRUE(until([&] { return !caller.messages.empty(); }));
  caller.host.add_alias(caller.flows.front(), {IpAddress::loopback(), 5061});
  EXPECT_EQ(server.host.counters().aliases + caller.host.counters().aliases, 0U);
}

TEST_F(StreamHostTest, ServerNameChoosesTheCertificateAndReloadReplacesIt) {
  const auto theirs = tls({{files("server"), files("other")}, folder_.file("ca.pem")});
  const auto ours = client_tls();
  Side server(loop_, theirs.get());
  const auto local = server.host.listen(Protocol::Tls, kAnyPort);
  std::size_t expected = 0;
  const auto passes = [&](const char* name) {
    Side client(loop_, ours.get());
    client.host.send(to(Protocol::Tls, *local, name), kMessage);
    client.host.flush();
    EXPECT_TRUE(until([&] { return !client.lost.empty() || server.messages.size() > expected; }));
    const bool passed = server.messages.size() > expected;
    expected = server.messages.size();
    return passed;
  };
  EXPECT_TRUE(passes("other.example.com"));
  EXPECT_TRUE(passes("proxy.example.com"));
  EXPECT_FALSE(passes("new.example.com"));
  issue("server", "DNS:new.example.com");
  EXPECT_TRUE(theirs->reload());
  EXPECT_TRUE(passes("new.example.com"));
  // A bad file changes nothing.
  std::filesystem::remove(folder_.file("other.key"));
  const auto refused = theirs->reload();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text(), HasSubstr("other.key"));
  EXPECT_TRUE(passes("other.example.com"));
}

TEST_F(StreamHostTest, SessionsAreResumed) {
  const auto theirs = server_tls(), ours = client_tls();
  Side server(loop_, theirs.get());
  server.answer = kMessage;
  const auto local = server.host.listen(Protocol::Tls, kAnyPort);
  for (std::uint64_t i = 0; i < 3; ++i) {
    Side client(loop_, ours.get());
    client.host.send(to(Protocol::Tls, *local), kMessage);
    client.host.flush();
    ASSERT_TRUE(until([&] { return !client.messages.empty(); }));
    EXPECT_EQ(client.host.counters().resumed, i == 0 ? 0U : 1U);
  }
}

TEST_F(StreamHostTest, WhatCannotBeFramedIsAnsweredAndLeft) {
  Side server(loop_, nullptr), client(loop_, nullptr);
  server.answer = "SIP/2.0 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
  const auto local = server.host.listen(Protocol::Tcp, kAnyPort);
  client.host.send(to(Protocol::Tcp, *local), "OPTIONS sip:a@b SIP/2.0\r\nContent-Length: -1\r\n\r\nmore and more");
  client.host.flush();
  ASSERT_TRUE(until([&] { return !client.lost.empty(); }));
  EXPECT_THAT(client.messages, ElementsAre(server.answer));
  EXPECT_EQ(server.messages.size(), 1U);
  EXPECT_TRUE(until([&] { return server.host.connections() == 0; }));
}

// A plain socket, for peers that misbehave.
int connect_to(Endpoint remote) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(remote.port);
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&name), sizeof name), 0);
  return fd;
}

TEST_F(StreamHostTest, APeerThatDoesNotReadIsGivenUpWithinBounds) {
  StreamOptions options;
  options.limits.unsent = 256 * 1024;
  Side server(loop_, nullptr, options);
  const auto local = server.host.listen(Protocol::Tcp, kAnyPort);
  const int fd = connect_to(*local);
  ASSERT_EQ(::send(fd, kMessage.data(), kMessage.size(), 0), static_cast<ssize_t>(kMessage.size()));
  ASSERT_TRUE(until([&] { return !server.messages.empty(); }));
  const std::string piece(32 * 1024, 'x');
  std::size_t sent = 0;
  while (server.lost.empty() && sent < (64U << 20U)) {
    server.host.send(server.flows.front(), piece);
    server.host.flush();
    sent += piece.size();
  }
  EXPECT_EQ(server.lost.size(), 1U);
  EXPECT_LT(sent, 32U << 20U) << "the kernel's buffers and ours, not all of it";
  EXPECT_EQ(server.host.counters().ended[static_cast<std::size_t>(transport::StreamEnd::SlowReader)], 1U);
  EXPECT_EQ(server.host.connections(), 0U);
  ::close(fd);
}

TEST_F(StreamHostTest, SlowAndSilentPeersAreGivenUp) {
  StreamOptions options;
  options.limits.handshake = milliseconds(50);
  options.limits.message = milliseconds(50);
  options.limits.idle = milliseconds(200);
  const auto theirs = server_tls();
  Side server(loop_, theirs.get(), options);
  const auto tls_local = server.host.listen(Protocol::Tls, kAnyPort), tcp = server.host.listen(Protocol::Tcp, kAnyPort);
  const int silent = connect_to(*tls_local), slow = connect_to(*tcp), idle = connect_to(*tcp);
  ASSERT_EQ(::send(slow, "OPTIONS", 7, 0), 7);
  ASSERT_TRUE(until([&] { return server.host.counters().accepted == 3 && server.host.connections() == 0; }));
  const auto& ended = server.host.counters().ended;
  EXPECT_EQ(ended[static_cast<std::size_t>(transport::StreamEnd::SlowMessage)], 1U);
  EXPECT_EQ(ended[static_cast<std::size_t>(transport::StreamEnd::Idle)], 1U);
  EXPECT_EQ(server.host.counters().failed, 1U);
  for (const int fd : {silent, slow, idle}) ::close(fd);
}

TEST_F(StreamHostTest, ConnectionsBeyondTheLimitAreRefused) {
  StreamOptions options;
  options.most_connections = 2;
  Side server(loop_, nullptr, options);
  const auto local = server.host.listen(Protocol::Tcp, kAnyPort);
  std::vector<int> fds;
  for (int i = 0; i < 4; ++i) fds.push_back(connect_to(*local));
  ASSERT_TRUE(until([&] { return server.host.counters().refused == 2; }));
  EXPECT_EQ(server.host.connections(), 2U);
  for (const int fd : fds) ::close(fd);
}

TEST_F(StreamHostTest, WithoutDescriptorsNewPeersWaitAndAreServedLater) {
  Side server(loop_, nullptr);
  const auto local = server.host.listen(Protocol::Tcp, kAnyPort);
  std::vector<int> fds{connect_to(*local)};
  ASSERT_TRUE(until([&] { return server.host.connections() == 1; }));
  for (int i = 0; i < 3; ++i) fds.push_back(connect_to(*local));
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  // Nothing above the descriptors that are open now. (A sanitizer that looks at an object's type wants some, too: until
  // it has them back, nothing of the fixture is called.)
  const rlimit none{static_cast<rlim_t>(*std::max_element(fds.begin(), fds.end())) + 1, before.rlim_max};
  Loop& loop = loop_;
  const TimePoint patience = now().mono + seconds(20);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const bool paused = loop.run_until([&] { return server.host.counters().refused > 0; }, patience);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_TRUE(paused);
  EXPECT_TRUE(until([&] { return server.host.connections() == 4; }));
  EXPECT_LT(server.host.counters().refused, 50U) << "it did not ask over and over";
  for (const int fd : fds) ::close(fd);
}

TEST_F(StreamHostTest, ListeningSaysWhatIsWrong) {
  Side side(loop_, nullptr);
  EXPECT_THAT(side.host.listen(Protocol::Tls, kAnyPort).error().text(), HasSubstr("certificate"));
  const auto local = side.host.listen(Protocol::Tcp, kAnyPort);
  EXPECT_EQ(side.host.listen(Protocol::Tcp, *local).error().text(),
            "cannot listen: Address already in use (tcp:" + local->text() + ")");
  EXPECT_THAT(TlsContext::load({{{folder_.file("none.pem"), ""}}, ""}).error().text(), HasSubstr("none.pem"));
}

}  // namespace
}  // namespace offhook::io
