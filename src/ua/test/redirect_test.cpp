// 302 and its kin, as the caller takes them. RFC 3261 §8.1.3.4, guide §6.8.
#include "world.hpp"

namespace offhook::ua::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string field(const std::string& message, const std::string& name) {
  const auto at = message.find("\r\n" + name + ": ");
  return at == std::string::npos ? "" : message.substr(at + 2, message.find("\r\n", at + 2) - at - 2);
}

struct Trio : Pair {
  explicit Trio(std::uint64_t seed = 1) : Pair(seed), c(world, "C", 3, account("1003")) {}
  Agent c;
};

TEST(Redirect, SendsTheCallerToTheNewTarget) {
  Trio trio;
  auto& world = trio.world;
  trio.c.auto_answer = true;
  trio.from_a = trio.a.call("1002");
  world.run_for(milliseconds(2));
  const std::string first = world.last("A>B INVITE");
  trio.b.act([&] {
    trio.b.ua.redirect(world.now(), trio.b.last<IncomingCall>().call, "sip:1003@example.test",
                       "<sip:1002@example.test>;reason=unconditional");
  });
  world.run_for(seconds(1));
  EXPECT_THAT(world.last("B>A 302 INVITE"), HasSubstr("Contact: <sip:1003@example.test>\r\n"));
  EXPECT_EQ(world.count("A>B ACK"), 1U);
  const std::string second = world.last("A>C INVITE");
  EXPECT_EQ(field(first, "Call-ID"), field(second, "Call-ID"));
  EXPECT_EQ(field(first, "To"), field(second, "To"));
  EXPECT_EQ(field(first, "From"), field(second, "From"));
  EXPECT_EQ(field(second, "CSeq"), "CSeq: 2 INVITE");
  EXPECT_THAT(second, HasSubstr("Diversion: <sip:1002@example.test>;reason=unconditional\r\n"));
  EXPECT_EQ(trio.a.last<CallRedirected>().to.user, "1003");
  EXPECT_EQ(trio.a.last<CallRedirected>().status, 302);
  EXPECT_EQ(trio.a.last<CallEstablished>().call, trio.from_a);
  EXPECT_EQ(trio.b.last<CallEnded>().status, 302);
  trio.a.hang_up(trio.from_a);
  EXPECT_TRUE(world.settle());
  trio.a.expect_clean();
  trio.b.expect_clean();
  trio.c.expect_clean();
}

TEST(Redirect, CircleEndsTheCall) {
  Trio trio;
  const auto forward_to = [&](Agent& agent, std::string target) {
    agent.on_event = [&agent, &trio, target](const Event& event) {
      if (const auto* incoming = std::get_if<IncomingCall>(&event))
        agent.ua.redirect(trio.world.now(), incoming->call, target, "");
    };
  };
  forward_to(trio.b, "1003");
  forward_to(trio.c, "1002");
  (void)trio.a.call("1002");
  EXPECT_TRUE(trio.world.settle());
  EXPECT_EQ(trio.world.count("A>B INVITE"), 1U);
  EXPECT_EQ(trio.world.count("A>C INVITE"), 1U);
  EXPECT_EQ(trio.a.last<CallEnded>().status, 302);
  trio.a.expect_clean();
}

TEST(Redirect, TriesTargetsByTheirPreferenceUntilOneAnswers) {
  World world;
  Agent a(world, "A", 1, account("1001"));
  Peer r(world, "R", 50);
  world.users["r"] = &r;
  std::vector<std::string> asked;
  r.on_request = [&](transaction::RequestReceived& e) {
    if (e.request.method() != sip::Method::Invite) return;
    asked.emplace_back(e.request.request_uri());
    auto response = sip::Builder::response(e.request, asked.size() == 1 ? 300 : 486, "x");
    if (asked.size() == 1)
      response
          .add(sip::HeaderId::Contact,
               "<sip:low@10.0.0.50>;q=0.1, <tel:+123>, <sip:high@10.0.0.50>;q=0.9, <mailto:x@example.test>")
          .add(sip::HeaderId::Contact, "sip:mid@10.0.0.50;q=0.5");
    r.transactions.respond(world.now().mono, e.id, response.build());
  };
  (void)a.call("r");
  EXPECT_TRUE(world.settle());
  EXPECT_THAT(asked, ElementsAre("sip:r@example.test", "sip:high@10.0.0.50", "sip:mid@10.0.0.50", "sip:low@10.0.0.50"));
  EXPECT_EQ(a.last<CallEnded>().status, 486);
  a.expect_clean();
}

TEST(Redirect, EndsAfterFiveTargets) {
  World world;
  Agent a(world, "A", 1, account("1001"));
  Peer r(world, "R", 50);
  world.users["r"] = &r;
  int asked = 0;
  r.on_request = [&](transaction::RequestReceived& e) {
    if (e.request.method() != sip::Method::Invite) return;
    auto response = sip::Builder::response(e.request, 302, "x");
    response.add(sip::HeaderId::Contact, "<sip:next" + std::to_string(++asked) + "@10.0.0.50>");
    r.transactions.respond(world.now().mono, e.id, response.build());
  };
  (void)a.call("r");
  EXPECT_TRUE(world.settle());
  EXPECT_EQ(asked, 6);
  EXPECT_EQ(a.last<CallEnded>().status, 302);
  a.expect_clean();
}

TEST(Redirect, AfterCancelIsNotFollowed) {
  Trio trio;
  trio.from_a = trio.a.call("1002");
  trio.world.run_for(seconds(1));
  trio.b.act([&] { trio.b.ua.redirect(trio.world.now(), trio.b.last<IncomingCall>().call, "1003", ""); });
  trio.a.hang_up(trio.from_a);
  EXPECT_TRUE(trio.world.settle());
  EXPECT_EQ(trio.world.count("A>C INVITE"), 0U);
  trio.a.expect_clean();
  trio.b.expect_clean();
}

}  // namespace
}  // namespace offhook::ua::test
