// Two shards of one proxy that ask for passwords.
#include <mutex>

#include "shards_fixture.hpp"

namespace offhook::io {
namespace {

class ShardsDigest : public ShardsTest {
 protected:
  static constexpr std::size_t kPhones = 16;
  ShardsDigest() { authenticate(kPhones, "u"); }
};

// Only the shard that made it knows which counts of a nonce were used: what it has taken is good nowhere again.
TEST_F(ShardsDigest, ANonceIsGoodAtTheShardThatMadeItAlone) {
  start();
  const auto all = strangers(kPhones, "u", false);
  const auto at = one_of_each(all);
  for (std::size_t asked = 0; asked < 2; ++asked) {
    Phone &one = *at[asked], &other = *at[1 - asked];
    one.send(one.registration());
    const auto refused = one.hear();
    ASSERT_EQ(refused.status(), 401);
    const auto use = [&](Phone& phone) {
      phone.send(phone.registration(one.credentials(refused, "REGISTER", Phone::kRegistrar)));
      return phone.hear();
    };
    const auto before = counts([](proxy::Core& core) { return core.counters().registered; });
    EXPECT_EQ(use(one).status(), 200);
    auto after = counts([](proxy::Core& core) { return core.counters().registered; });
    EXPECT_EQ(after[asked], before[asked] + 1);
    EXPECT_EQ(after[1 - asked], before[1 - asked]);
    for (Phone* const phone : {&one, &other}) {
      const auto again = use(*phone);
      ASSERT_EQ(again.status(), 401);
      EXPECT_NE(again.find(HeaderId::WwwAuthenticate)->find("stale=true"), std::string_view::npos);
    }
    EXPECT_EQ(other.register_here(), 200);
  }
  wait_for_bindings(2);
}

TEST_F(ShardsDigest, AWrongPasswordIsWrongAtBoth) {
  start();
  const auto all = strangers(kPhones, "u", false);
  const auto at = one_of_each(all);
  for (Phone* const phone : at) {
    phone->send(phone->registration());
    std::string wrong = phone->credentials(phone->hear(), "REGISTER", "sip:elsewhere.test");
    phone->send(phone->registration(wrong));
    EXPECT_EQ(phone->hear().status(), 400);  // right, and about something else
    phone->send(phone->registration());
    wrong = at[phone == at[0] ? 1 : 0]->credentials(phone->hear(), "REGISTER", Phone::kRegistrar);
    phone->send(phone->registration(wrong));
    EXPECT_EQ(phone->hear().status(), 403);  // another user's password, for an address of one's own
  }
  EXPECT_EQ(bindings(), (std::vector<std::size_t>{0, 0}));
}

TEST_F(ShardsDigest, ABanOfOneIsTheOthersToo) {
  settings_.guard.exempt.clear();
  settings_.guard.failures = 3;
  start();
  std::mutex mutex;  // it is told by the threads of both
  std::vector<std::string> news;
  host_->on_log([&](const LogEvent& event) {
    const std::lock_guard lock(mutex);
    if (event.area == "guard") news.push_back(event.message);
  });
  const auto all = strangers(kPhones, "u", false);
  const auto at = one_of_each(all);
  // At the second one.
  for (int i = 0; i < 3; ++i) {
    at[1]->send(at[1]->registration());
    const auto refused = at[1]->hear();
    ASSERT_EQ(refused.status(), 401);
    at[1]->send(at[1]->registration(at[1]->guess(refused)));
    EXPECT_EQ(at[1]->hear().status(), 401);
  }
  const auto bans = [this] { return counts([](proxy::Core& core) { return core.bans(now()).size(); }); };
  wait_until(loop_, [&] { return bans() == std::vector<std::size_t>{1, 1}; });
  EXPECT_EQ(bans(), (std::vector<std::size_t>{1, 1}));
  host_->on_log({});  // nobody tells any more
  EXPECT_EQ(news, std::vector<std::string>{"127.0.0.1 is banned for 60 s: wrong passwords"});
  EXPECT_EQ(counts([](proxy::Core& core) { return core.guard_counters().bans; }), (std::vector<std::size_t>{0, 1}));
  const auto heard = counts([](proxy::Core& core) { return core.transport_counters().received; });
  for (Phone* const phone : at) phone->send(phone->registration());
  wait_until(loop_, [this] {
    return std::ranges::min(counts([](proxy::Core& core) { return core.guard_counters().dropped; })) > 0;
  });
  EXPECT_EQ(counts([](proxy::Core& core) { return core.transport_counters().received; }), heard);
  host_->each_core([](proxy::Core& core) { EXPECT_TRUE(core.unban(IpAddress::loopback())); });
  EXPECT_EQ(at[0]->register_here(), 200);
}

// Registered at one, called by way of the other, by datagrams and by connections that one of them holds.
TEST_F(ShardsDigest, CallsAcross) {
  authenticate(kPhones, "t");
  start();
  const auto datagrams = phones(kPhones, "u", false);
  const auto streams = phones(kPhones, "t", true);
  wait_for_bindings(2 * kPhones);
  const auto u = one_of_each(datagrams), t = one_of_each(streams);
  for (std::size_t from = 0; from < 2; ++from) {
    const std::size_t to = 1 - from;
    call(*u[from], *u[to], from == 0);
    call(*u[from], *t[to], from == 1);
    call(*t[from], *u[to], from == 0);
    call(*t[from], *t[to], from == 1);
  }
  EXPECT_EQ(counts([](proxy::Core& core) { return core.call_count(); }), (std::vector<std::size_t>{0, 0}));
}

// A phone registers over a connection of one shard, then over one of the other: wherever the call comes in, it goes out
// where the phone is.
TEST_F(ShardsDigest, ARegistrationMovesWithItsConnection) {
  authenticate(1, "t");
  start();
  const auto callers = phones(kPhones, "u", false);
  std::vector<std::unique_ptr<Phone>> lines;
  for (std::size_t i = 0; i < kPhones; ++i)
    lines.push_back(std::make_unique<Phone>(loop_, "t0", host_->listening()[1].endpoint.port, true));
  const auto at = one_of_each(lines);
  const auto from = one_of_each(callers);
  std::string contact;
  for (std::size_t asked = 0; asked < 2; ++asked) {
    Phone& other = *at[1 - asked];
    EXPECT_EQ(other.register_here(), 200);
    wait_for_bindings(kPhones + asked + 1);
    for (Phone* const caller : from) {
      const auto message = caller->request("MESSAGE", other.uri());
      caller->send(message);
      const auto refused = caller->hear();
      ASSERT_EQ(refused.status(), 407);
      caller->send(caller->request("MESSAGE", other.uri(), caller->credentials(refused, "MESSAGE", other.uri())));
      const auto arrived = other.hear();
      EXPECT_EQ(arrived.method_text(), "MESSAGE");
      other.answer(arrived, 200);
      EXPECT_EQ(caller->hear().status(), 200);
      if (asked == 1) {
        EXPECT_EQ(at[asked]->hear_method(), "MESSAGE");  // the fork to the first one
      }
    }
  }
}

}  // namespace
}  // namespace offhook::io
