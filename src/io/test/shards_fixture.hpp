// Shards of one proxy on real sockets of the loopback interface, and phones that talk to them. Which shard gets a
// phone's messages is the kernel's choice, so there are many phones; where() says which it is.
#pragma once
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "io/clock.hpp"
#include "io/proxy_host.hpp"
#include "proxy_shards.hpp"
#include "sip/builder.hpp"
#include "sip/digest.hpp"
#include "sip/header/name_addr.hpp"

namespace offhook::io {

using sip::HeaderId;
using transport::Protocol;

inline sockaddr_in at(std::uint16_t port) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return name;
}

// Other threads do the work as well, which this loop does not hear of: it is asked again and again.
inline bool wait_until(Loop& loop, const std::function<bool()>& done) {
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

  // A request out of any dialog to `uri`; `more`: further header lines.
  sip::Message request(std::string_view method, const std::string& uri, const std::string& more = {}) {
    ++count_;
    const std::string id = std::to_string(count_) + '-' + std::to_string(port_);
    return fresh(method, uri, "<" + uri + ">", "<" + this->uri() + ">;tag=" + name_, id, count_, more);
  }
  sip::Message registration(const std::string& more = {}) {
    const auto plain = request("REGISTER", kRegistrar, more);
    std::string text(plain.bytes());
    const std::string to = "To: <sip:example.test>";
    text.replace(text.find(to), to.size(), "To: <" + uri() + ">");
    return *sip::Message::parse(text);
  }
  // The header line that answers a 401 or 407; its password is its name.
  [[nodiscard]] std::string credentials(const sip::Message& refused, std::string_view method,
                                        const std::string& uri) const {
    return credentials(refused, method, uri, name_);
  }
  [[nodiscard]] std::string guess(const sip::Message& refused) const {
    return credentials(refused, "REGISTER", kRegistrar, "guess");
  }
  [[nodiscard]] std::string credentials(const sip::Message& refused, std::string_view method, const std::string& uri,
                                        const std::string& password) const {
    const bool registrar = refused.status() == 401;
    const auto field = refused.find(registrar ? HeaderId::WwwAuthenticate : HeaderId::ProxyAuthenticate);
    const auto challenge = sip::Challenge::parse(field.value_or(""));
    if (!challenge) {
      ADD_FAILURE() << name_ << " is not challenged: " << refused.status();
      return {};
    }
    const std::string ha1 = sip::ha1(challenge->algorithm, name_, challenge->realm, password);
    const auto answer = sip::answer_challenge(*challenge, name_, ha1, {method, uri}, "0a4f113b", 1);
    return (registrar ? "Authorization: " : "Proxy-Authorization: ") + answer.text() + "\r\n";
  }
  // The ACK of a refusal.
  void acknowledge(const sip::Message& invite, const sip::Message& refused) {
    std::string text(invite.bytes());
    const auto put = [&text](const std::string& before, const std::string& after) {
      text.replace(text.find(before), before.size(), after);
    };
    put("INVITE ", "ACK ");
    put(" INVITE\r\n", " ACK\r\n");
    put("To: " + std::string(*invite.find(HeaderId::To)), "To: " + std::string(*refused.find(HeaderId::To)));
    send(*sip::Message::parse(text));
  }
  // Within the dialog that `first` and its 200 made; `ours`: the one who sent `first`.
  sip::Message within(std::string_view method, const sip::Message& first, const sip::Message& ok, bool ours) {
    std::string routes;
    for (const std::string_view value : (ours ? ok : first).values(HeaderId::RecordRoute)) {
      const std::string line = "Route: " + std::string(value) + "\r\n";
      routes = ours ? line + routes : routes + line;
    }
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
  // A NOTIFY with that in its body, answered as are those before it; what else comes is passed over.
  void hear_notify(const std::string& wanted) {
    for (;;) {
      const auto message = hear();
      if (!message.is_request() && message.status() == 0) return;  // hear() has said that there is none
      if (message.method_text() != "NOTIFY") continue;
      answer(message, 200);
      if (message.body().find(wanted) != std::string_view::npos) return;
    }
  }
  void subscribe(const std::string& event, const std::string& uri) {
    send(request("SUBSCRIBE", uri, "Event: " + event + "\r\nExpires: 600\r\n"));
    for (bool accepted = false, notified = false; !accepted || !notified;) {
      const auto message = hear();
      if (!message.is_request() && message.status() == 0) return;
      if (message.is_request()) {
        answer(message, 200);
        notified = true;
      } else {
        EXPECT_EQ(message.status(), 200);
        accepted = true;
      }
    }
  }
  // The final status; credentials go with it where they are asked for.
  int register_here() {
    send(registration());
    auto answer = hear();
    if (answer.status() == 401) {
      send(registration(credentials(answer, "REGISTER", kRegistrar)));
      answer = hear();
    }
    return answer.status();
  }

  static constexpr const char* kRegistrar = "sip:example.test";

 private:
  [[nodiscard]] std::string contact() const {
    return "<sip:" + name_ + "@127.0.0.1:" + std::to_string(port_) + (tcp_ ? ";transport=tcp>" : ">");
  }
  sip::Message fresh(std::string_view method, const std::string& uri, const std::string& to, const std::string& from,
                     const std::string& call, std::uint32_t cseq, const std::string& more) {
    std::string text(method);
    text += " " + uri + " SIP/2.0\r\nVia: SIP/2.0/" + (tcp_ ? "TCP" : "UDP") + " 127.0.0.1:" + std::to_string(port_) +
            ";branch=z9hG4bK" + name_ + std::to_string(++branches_) + "\r\nMax-Forwards: 70\r\n" + more;
    text += "From: " + from + "\r\nTo: " + to + "\r\nCall-ID: " + call + "\r\nCSeq: " + std::to_string(cseq) + " " +
            std::string(method) + "\r\nContact: " + contact() + "\r\nContent-Length: 0\r\n\r\n";
    return *sip::Message::parse(std::move(text));
  }
  std::optional<sip::Message> take() {
    char in[8192];
    const ssize_t got = ::recv(fd_, in, sizeof in, MSG_DONTWAIT);
    if (got > 0 && !tcp_) {
      auto message = sip::Message::parse(std::string(in, static_cast<std::size_t>(got)));
      if (message && message->status() != 100) return std::move(*message);
      return std::nullopt;
    }
    if (got > 0) heard_.append(in, static_cast<std::size_t>(got));
    // No message that comes over a connection here has a body: one ends with its header.
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

class ShardsTest : public testing::Test {
 protected:
  ShardsTest() {
    const Endpoint any{IpAddress::loopback(), 0};
    settings_.listen = {{Protocol::Udp, any}, {Protocol::Tcp, any}};
    settings_.domains = {"example.test"};
    settings_.authenticate = false;
    settings_.shards = 2;
  }
  // Digest with users whose passwords are their names.
  void authenticate(std::size_t count, const std::string& prefix) {
    settings_.authenticate = true;
    for (std::size_t i = 0; i < count; ++i)
      settings_.users.push_back({prefix + std::to_string(i), prefix + std::to_string(i), {}, true});
  }
  void start() {
    auto host = ProxyHost::start(loop_, settings_);
    ASSERT_TRUE(host) << host.error().text();
    host_ = std::move(*host);
  }
  std::vector<std::unique_ptr<Phone>> phones(std::size_t count, const std::string& prefix, bool tcp) {
    auto out = strangers(count, prefix, tcp);
    for (const auto& phone : out) EXPECT_EQ(phone->register_here(), 200);
    return out;
  }
  // Phones that have not registered.
  std::vector<std::unique_ptr<Phone>> strangers(std::size_t count, const std::string& prefix, bool tcp) {
    std::vector<std::unique_ptr<Phone>> out;
    const std::uint16_t port = host_->listening()[tcp ? 1 : 0].endpoint.port;
    for (std::size_t i = 0; i < count; ++i)
      out.push_back(std::make_unique<Phone>(loop_, prefix + std::to_string(i), port, tcp));
    return out;
  }
  // The shard that gets what this phone sends: the one that counts its OPTIONS.
  std::size_t where(Phone& phone) {
    const auto options = [](proxy::Core& core) {
      return core.transaction_counters().requests.at(static_cast<std::size_t>(sip::Method::Options));
    };
    const auto before = counts(options);
    phone.send(phone.request("OPTIONS", Phone::kRegistrar));
    EXPECT_EQ(phone.hear().status(), 200);
    const auto after = counts(options);
    for (std::size_t i = 0; i < after.size(); ++i)
      if (after[i] != before[i]) return i;
    ADD_FAILURE() << phone.name() << " came nowhere";
    return 0;
  }
  // One of these phones at each shard, the first's first.
  std::vector<Phone*> one_of_each(const std::vector<std::unique_ptr<Phone>>& phones) {
    std::vector<Phone*> out(2, nullptr);
    for (const auto& phone : phones)
      if (Phone*& at = out.at(where(*phone)); at == nullptr) at = phone.get();
    EXPECT_NE(out[0], nullptr);
    EXPECT_NE(out[1], nullptr);
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
  // A call that is answered.
  struct Talk {
    sip::Message invite, arrived, ok;
  };
  void connect(Phone& caller, Phone& callee, Talk& talk) {
    auto invite = caller.request("INVITE", callee.uri());
    caller.send(invite);
    if (settings_.authenticate) {
      const auto refused = caller.hear();
      ASSERT_EQ(refused.status(), 407);
      caller.acknowledge(invite, refused);
      invite = caller.request("INVITE", callee.uri(), caller.credentials(refused, "INVITE", callee.uri()));
      caller.send(invite);
    }
    talk.invite = std::move(invite);
    talk.arrived = callee.hear();
    ASSERT_EQ(talk.arrived.method_text(), "INVITE");
    callee.answer(talk.arrived, 180);
    ASSERT_EQ(caller.hear().status(), 180);
    callee.answer(talk.arrived, 200);
    talk.ok = caller.hear();
    ASSERT_EQ(talk.ok.status(), 200);
    caller.send(caller.within("ACK", talk.invite, talk.ok, true));
    ASSERT_EQ(callee.hear_method(), "ACK");
  }
  static void hang_up(Phone& caller, Phone& callee, const Talk& talk, bool callee_ends) {
    Phone& who = callee_ends ? callee : caller;
    Phone& other = callee_ends ? caller : callee;
    who.send(callee_ends ? callee.within("BYE", talk.arrived, talk.ok, false)
                         : caller.within("BYE", talk.invite, talk.ok, true));
    const auto bye = other.hear();
    ASSERT_EQ(bye.method_text(), "BYE");
    other.answer(bye, 200);
    ASSERT_EQ(who.hear().status(), 200);
  }
  void call(Phone& caller, Phone& callee, bool callee_ends) {
    SCOPED_TRACE(caller.name() + " calls " + callee.name());
    Talk talk;
    connect(caller, callee, talk);
    if (!HasFatalFailure()) hang_up(caller, callee, talk, callee_ends);
  }

  Loop loop_;
  ProxySettings settings_;
  std::unique_ptr<ProxyHost> host_;
};

}  // namespace offhook::io
