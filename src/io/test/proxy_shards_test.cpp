// Two shards of one proxy: the same bindings, calls from one to the other, the store, other settings.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <utility>

#include "shards_fixture.hpp"

namespace offhook::io {
namespace {

class Shards : public ShardsTest {};

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

// From now on this thread gets no socket, as if there were no descriptors left: but for it alone, and for nothing else
// (a sanitizer looks at memory through a pipe). False where the system permits no such filter.
bool take_sockets_away() {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_socket, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EMFILE),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter{4, program};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

// The first shard opens the new address, the second one cannot. None of them has changed anything then.
TEST_F(Shards, AReloadThatOneCannotTakeIsTakenByNone) {
  start();
  const auto all = phones(16, "u", false);
  const auto of_each = one_of_each(all);
  const auto status = [](Phone& phone, const std::string& domain) {
    const auto plain = phone.registration();
    std::string text(plain.bytes());
    const std::string to = "To: <sip:" + phone.name() + "@example.test>";
    text.replace(text.find(to), to.size(), "To: <sip:" + phone.name() + "@" + domain + ">");
    phone.send(*sip::Message::parse(text));
    return phone.hear().status();
  };
  const auto free_address = [] { return UdpSocket::open({IpAddress::loopback(), 0})->local(); };
  settings_.listen = host_->listening();
  settings_.domains.emplace_back("second.test");
  settings_.listen.push_back({Protocol::Udp, free_address()});
  ASSERT_TRUE(host_->reload(settings_));
  host_->each_shard([&](const ProxyHost& host) { EXPECT_EQ(host.listening(), settings_.listen); });
  for (Phone* const phone : of_each) EXPECT_EQ(status(*phone, "second.test"), 200);

  bool is_first = true, are_gone = true;
  host_->each_shard([&](const ProxyHost&) { are_gone = std::exchange(is_first, false) || take_sockets_away(); });
  if (!are_gone) GTEST_SKIP() << "the system takes no filter of system calls";
  const auto before = host_->listening();
  const Endpoint free = free_address();
  auto settings = settings_;
  settings.domains.emplace_back("third.test");
  settings.listen.push_back({Protocol::Udp, free});
  const auto refused = host_->reload(settings);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what, "cannot make a socket: Too many open files");
  host_->each_shard([&](const ProxyHost& host) { EXPECT_EQ(host.listening(), before); });
  EXPECT_TRUE(UdpSocket::open(free)) << "a socket is left";
  // Nobody answers for the third domain, at neither of them.
  for (Phone* const phone : of_each) {
    EXPECT_EQ(status(*phone, "third.test"), 404);
    EXPECT_EQ(status(*phone, "second.test"), 200);
  }
}

}  // namespace
}  // namespace offhook::io
