// Blind transfer between three phones: A calls B, B sends A to C. Guide §6.6, RFC 3515, RFC 3892, RFC 5589.
#include "world.hpp"

namespace offhook::ua::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A does what a phone does with a REFER: accepts, calls once the transferor is gone, and reports.
struct Trio : Pair {
  explicit Trio(std::uint64_t seed = 1) : Pair(seed), c(world, "C", 3, account("1003")) {
    a.on_event = [this](const Event& event) { transferee(event); };
  }
  void transferee(const Event& event) {
    if (const auto* asked = std::get_if<TransferRequested>(&event)) {
      request = *asked;
      accept ? a.ua.accept_transfer(world.now(), asked->call) : a.ua.refuse_transfer(world.now(), asked->call, 603);
    } else if (const auto* ended = std::get_if<CallEnded>(&event)) {
      if (request && ended->call == request->call && !new_call)
        new_call = a.call(request->refer_to, request->referred_by);
      else if (new_call && ended->call == *new_call)
        a.ua.notify_transfer(world.now(), request->call, ended->status);
    } else if (const auto* ringing = std::get_if<CallProgress>(&event)) {
      if (new_call) a.ua.notify_transfer(world.now(), request->call, ringing->status);
    } else if (const auto* up = std::get_if<CallEstablished>(&event)) {
      if (new_call && up->call == *new_call) a.ua.notify_transfer(world.now(), request->call, 200);
    }
  }
  Agent c;
  bool accept = true;
  std::optional<TransferRequested> request;
  std::optional<CallId> new_call;
};

TEST(Transfer, SendsTheCallerOnAndTellsHowItWent) {
  Trio trio;
  trio.establish();
  auto& world = trio.world;
  trio.b.transfer(trio.at_b, "1003");
  world.run_for(seconds(1));
  EXPECT_EQ(trio.request->target.user, "1003");
  EXPECT_EQ(trio.request->refer_to, "sip:1003@example.test");
  EXPECT_EQ(trio.request->referred_by, "<sip:1002@example.test>");
  EXPECT_EQ(trio.b.last<CallEnded>().by, EndedBy::Local);
  EXPECT_EQ(trio.a.last<CallEnded>().by, EndedBy::Remote);
  const CallId ringing = trio.c.last<IncomingCall>().call;
  EXPECT_EQ(trio.c.last<IncomingCall>().caller.user, "1001");
  trio.c.ring(ringing);
  world.run_for(seconds(10));
  trio.c.answer(ringing);
  world.run_for(seconds(1));
  EXPECT_EQ(trio.a.last<CallEstablished>().call, *trio.new_call);
  EXPECT_THAT(world.last("A>C INVITE"), HasSubstr("Referred-By: <sip:1002@example.test>\r\n"));

  std::vector<int> told;
  for (const auto& progress : trio.b.all<TransferProgress>()) told.push_back(progress.status);
  EXPECT_THAT(told, ElementsAre(202, 100, 180, 200));
  EXPECT_TRUE(trio.b.last<TransferProgress>().finished);
  EXPECT_EQ(trio.b.last<TransferProgress>().call, trio.at_b);
  trio.c.hang_up(ringing);
  EXPECT_TRUE(world.settle());
  trio.a.expect_clean();
  trio.b.expect_clean();
  trio.c.expect_clean();
}

TEST(Transfer, GoesInTheGuidesOrder) {
  Trio trio;
  trio.establish();
  const std::size_t before = trio.world.lines().size();
  trio.c.auto_answer = true;
  trio.b.transfer(trio.at_b, "1003");
  trio.world.run_for(milliseconds(4));
  auto lines = trio.world.lines();
  lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(before));
  EXPECT_THAT(lines, ElementsAre("B>A REFER", "A>B 202 REFER", "A>B NOTIFY", "B>A BYE", "B>A 200 NOTIFY", "A>B 200 BYE",
                                 "A>C INVITE", "C>A 100 INVITE", "C>A 180 INVITE", "C>A 200 INVITE"));
}

TEST(Transfer, NotifyCarriesASipfrag) {
  Trio trio;
  trio.establish();
  trio.b.transfer(trio.at_b, "1003");
  trio.world.run_for(seconds(1));
  const std::string first = trio.world.last("A>B NOTIFY");
  EXPECT_THAT(first, HasSubstr("Event: refer\r\n"));
  EXPECT_THAT(first, HasSubstr("Subscription-State: active;expires=60\r\n"));
  EXPECT_THAT(first, HasSubstr("Content-Type: message/sipfrag;version=2.0\r\n"));
  EXPECT_THAT(first, HasSubstr("\r\n\r\nSIP/2.0 100 Trying\r\n"));
  trio.c.hang_up(trio.c.last<IncomingCall>().call);
  trio.world.run_for(seconds(1));
  const std::string last = trio.world.last("A>B NOTIFY");
  EXPECT_THAT(last, HasSubstr("Subscription-State: terminated;reason=noresource\r\n"));
  EXPECT_THAT(last, HasSubstr("SIP/2.0 486 Busy Here\r\n"));
  EXPECT_EQ(trio.b.last<TransferProgress>().status, 486);
  EXPECT_TRUE(trio.b.last<TransferProgress>().finished);
}

TEST(Transfer, ThatIsRefusedLeavesTheCall) {
  Trio trio;
  trio.accept = false;
  trio.establish();
  trio.b.transfer(trio.at_b, "1003");
  trio.world.run_for(seconds(1));
  EXPECT_EQ(trio.b.last<TransferProgress>().status, 603);
  EXPECT_TRUE(trio.b.last<TransferProgress>().finished);
  EXPECT_EQ(trio.b.all<CallEnded>().size(), 0U);
  // The call can be transferred again, now with an id in the Event.
  trio.accept = true;
  trio.b.transfer(trio.at_b, "1003");
  trio.world.run_for(seconds(1));
  EXPECT_THAT(trio.world.last("A>B NOTIFY"), testing::ContainsRegex("Event: refer;id=[0-9]+\r\n"));
  EXPECT_EQ(trio.b.last<TransferProgress>().status, 100);
  trio.c.hang_up(trio.c.last<IncomingCall>().call);
  EXPECT_TRUE(trio.world.settle());
  trio.a.expect_clean();
  trio.b.expect_clean();
}

TEST(Transfer, OfAHeldCallWorksToo) {
  Trio trio;
  trio.establish();
  trio.b.hold(trio.at_b);
  trio.world.run_for(seconds(1));
  trio.c.auto_answer = true;
  trio.b.transfer(trio.at_b, "1003");
  trio.world.run_for(seconds(1));
  EXPECT_EQ(trio.b.last<TransferProgress>().status, 200);
}

TEST(Transfer, AbandonedByATransfereeThatFellSilentEndsForTheTransferor) {
  Trio trio;
  trio.establish();
  trio.b.transfer(trio.at_b, "1003");
  trio.world.run_for(milliseconds(3));
  trio.world.filter = [](const std::string& line) { return line.find("A>B NOTIFY") == std::string::npos; };
  trio.world.run_for(minutes(5));
  EXPECT_EQ(trio.b.last<TransferProgress>().status, 408);
  EXPECT_TRUE(trio.b.last<TransferProgress>().finished);
  trio.b.expect_clean();
}

TEST(Transfer, TransfereeTakesA481ToNotifyAsTheEnd) {
  Trio trio;
  trio.establish();
  trio.b.transfer(trio.at_b, "1003");
  trio.world.run_for(milliseconds(10));
  trio.world.nodes.erase(trio.world.nodes.begin() + 1);
  Agent again(trio.world, "B", 2, account("1002"));
  trio.c.ring(trio.c.last<IncomingCall>().call);
  trio.world.run_for(seconds(2));
  EXPECT_EQ(trio.world.count("B>A 481 NOTIFY"), 1U);
  EXPECT_EQ(trio.a.ua.counts().subscriptions, 0U);
  trio.c.answer(trio.c.last<IncomingCall>().call);
  trio.world.run_for(seconds(2));
  EXPECT_EQ(trio.a.last<CallEstablished>().call, *trio.new_call);
}

// Another request of the dialog comes first: the report is out of order at the transferor, and is made again.
TEST(Transfer, AReportThatWasOvertakenIsMadeAgain) {
  Trio trio;
  trio.establish();
  trio.world.filter = [](const std::string& line) { return line != "A>B NOTIFY" && line != "A>B 202 REFER"; };
  trio.b.transfer(trio.at_b, "1003");
  trio.world.run_for(milliseconds(10));
  trio.world.filter = {};
  trio.a.act([&] { trio.a.ua.refresh(trio.world.now(), trio.from_a); });
  trio.world.run_for(seconds(1));
  EXPECT_EQ(trio.world.count("B>A 500 NOTIFY"), 1U);
  EXPECT_EQ(trio.world.count("B>A 200 NOTIFY"), 1U);
  trio.c.answer(trio.c.last<IncomingCall>().call);
  trio.world.run_for(seconds(2));
  EXPECT_EQ(trio.b.last<TransferProgress>().status, 200);
  EXPECT_TRUE(trio.b.last<TransferProgress>().finished);
}

TEST(Transfer, NobodyDecidesIsADecline) {
  Pair pair;
  pair.establish();
  pair.b.transfer(pair.at_b, "1003");
  pair.world.run_for(minutes(1));
  // A's phone said nothing: B's REFER timed out, and A keeps no trace of it.
  EXPECT_EQ(pair.b.last<TransferProgress>().status, 408);
  EXPECT_EQ(pair.a.ua.counts().subscriptions, 0U);
  EXPECT_EQ(pair.b.all<CallEnded>().size(), 0U);
  pair.a.hang_up(pair.from_a);
  EXPECT_TRUE(pair.world.settle());
  pair.a.expect_clean();
  pair.b.expect_clean();
}

}  // namespace
}  // namespace offhook::ua::test
