// Calls over a network that loses 5%, doubles 2% and reorders: whatever happens, every call ends once on each side that
// knew of it, and nothing is left.
#include "world.hpp"

namespace offhook::ua::test {
namespace {

constexpr Trouble kTrouble{0.05, 0.02, milliseconds(5), milliseconds(60)};
constexpr std::uint64_t kSeeds = 200;

// Three phones that answer, hold, transfer and hang up at random moments.
struct Office {
  explicit Office(std::uint64_t seed) : world(seed, kTrouble), script(seed * 31 + 7) {
    for (int i = 0; i < 3; ++i)
      phones.push_back(std::make_unique<Agent>(world, std::string(1, static_cast<char>('A' + i)),
                                               static_cast<std::uint8_t>(i + 1),
                                               account("100" + std::to_string(i + 1))));
    for (auto& phone : phones) phone->on_event = [this, p = phone.get()](const Event& event) { react(*p, event); };
  }

  Duration soon(int most_ms) { return milliseconds(script.below(static_cast<std::uint64_t>(most_ms))); }

  void react(Agent& phone, const Event& event) {
    if (const auto* incoming = std::get_if<IncomingCall>(&event)) {
      phone.ua.ring(world.now(), incoming->call);
      const CallId call = incoming->call;
      switch (script.below(4)) {
        case 0:
          world.after(soon(3000),
                      [&phone, this, call] { phone.act([&] { phone.ua.reject(world.now(), call, 486); }); });
          break;
        case 1: break;  // nobody takes it: the caller gives up
        default: world.after(soon(3000), [&phone, call] { phone.answer(call); });
      }
    } else if (const auto* asked = std::get_if<TransferRequested>(&event)) {
      phone.ua.accept_transfer(world.now(), asked->call);
      orders[&phone][phone.call(asked->refer_to, asked->referred_by)] = asked->call;
      world.after(seconds(20), [&phone, this] { hang_up_all(phone); });
    } else if (const auto* up = std::get_if<CallEstablished>(&event)) {
      report(phone, up->call, 200);
    } else if (const auto* ended = std::get_if<CallEnded>(&event)) {
      report(phone, ended->call, ended->status == 0 ? 487 : ended->status);
      ++ended_count[&phone][ended->call];
    }
  }
  void report(Agent& phone, CallId call, int status) {
    const auto it = orders[&phone].find(call);
    if (it != orders[&phone].end()) phone.ua.notify_transfer(world.now(), it->second, status);
  }
  void hang_up_all(Agent& phone) {
    std::vector<CallId> calls;
    for (const auto& made : phone.all<CallEstablished>()) calls.push_back(made.call);
    for (const auto& made : phone.all<IncomingCall>()) calls.push_back(made.call);
    for (const auto& [made, order] : orders[&phone]) calls.push_back(made);
    for (const CallId call : calls) phone.hang_up(call);
  }

  void run() {
    Agent& a = *phones[0];
    Agent& b = *phones[1];
    const CallId call = a.call("1002");
    placed.emplace_back(&a, call);
    const CallId other = phones[2]->call("1001");
    placed.emplace_back(phones[2].get(), other);
    world.after(soon(6000), [&a, call] { a.hold(call); });
    world.after(soon(6000), [&] {
      for (const auto& up : b.all<CallEstablished>()) b.hold(up.call);
    });
    world.after(soon(9000), [&a, call] { a.resume(call); });
    if (script.below(3) != 0)
      world.after(seconds(3) + soon(5000), [&] {
        for (const auto& up : b.all<CallEstablished>()) b.transfer(up.call, "1003");
      });
    world.after(seconds(6) + soon(14000), [&a, call] { a.hang_up(call); });
    world.after(seconds(4) + soon(16000), [this, other] { phones[2]->hang_up(other); });
    world.after(seconds(60), [this] {
      for (auto& phone : phones) hang_up_all(*phone);
    });
    settled = world.settle(minutes(30));
  }

  World world;
  SeededRandom script;
  std::vector<std::unique_ptr<Agent>> phones;
  std::vector<std::pair<Agent*, CallId>> placed;
  std::map<Agent*, std::map<CallId, CallId>> orders;
  std::map<Agent*, std::map<CallId, int>> ended_count;
  bool settled = false;
};

TEST(Lossy, EveryCallEndsOnceAndNothingIsLeft) {
  std::size_t established = 0, transferred = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Office office(seed);
    office.run();
    EXPECT_TRUE(office.settled);
    for (const auto& phone : office.phones) {
      phone->expect_clean();
      established += phone->all<CallEstablished>().size();
      for (const auto& progress : phone->all<TransferProgress>())
        transferred += progress.finished && progress.status == 200;
      for (const auto& incoming : phone->all<IncomingCall>())
        EXPECT_EQ(office.ended_count[phone.get()][incoming.call], 1);
    }
    for (const auto& [phone, call] : office.placed) EXPECT_EQ(office.ended_count[phone][call], 1);
    if (testing::Test::HasFailure()) break;
  }
  // The trouble does not swallow the subject.
  EXPECT_GT(established, kSeeds);
  EXPECT_GT(transferred, kSeeds / 10);
}

TEST(Lossy, ASeedRepeatsByteForByte) {
  Office first(42), second(42);
  first.run();
  second.run();
  EXPECT_EQ(first.world.lines(), second.world.lines());
  EXPECT_EQ(first.world.clock, second.world.clock);
  EXPECT_EQ(first.world.last("A>B INVITE"), second.world.last("A>B INVITE"));
}

}  // namespace
}  // namespace offhook::ua::test
