// Event state with shards: a watcher at one sees what happens at the other.
#include "shards_fixture.hpp"

namespace offhook::io {
namespace {

class ShardsEvents : public ShardsTest {
 protected:
  void start_with_phones() {
    start();
    all_ = phones(16, "u", false);
    wait_for_bindings(16);
    at_ = one_of_each(all_);
    for (const auto& phone : all_)
      if (phone.get() != at_[0] && phone.get() != at_[1]) callees_.push_back(phone.get());
  }
  std::vector<std::unique_ptr<Phone>> all_;
  std::vector<Phone*> at_;  // one at each shard
  std::vector<Phone*> callees_;
};

TEST_F(ShardsEvents, ALampShowsTheCallsOfTheOther) {
  start_with_phones();
  if (HasFailure()) return;
  for (std::size_t watching = 0; watching < 2; ++watching) {
    Phone &watcher = *at_[watching], &caller = *at_[1 - watching], &callee = *callees_[watching];
    watcher.subscribe("dialog", callee.uri());
    // Who watches whom goes from thread to thread, and then the call comes back.
    Talk talk;
    connect(caller, callee, talk);
    if (HasFatalFailure()) return;
    watcher.hear_notify("confirmed");
    hang_up(caller, callee, talk, false);
    watcher.hear_notify("terminated");
  }
  EXPECT_EQ(counts([](proxy::Core& core) { return core.subscription_count(); }), (std::vector<std::size_t>{1, 1}));
}

TEST_F(ShardsEvents, ACallFromBeforeIsToldToALateWatcher) {
  start_with_phones();
  if (HasFailure()) return;
  Talk talk;
  connect(*at_[0], *callees_[0], talk);
  at_[1]->send(at_[1]->request("SUBSCRIBE", callees_[0]->uri(), "Event: dialog\r\nExpires: 600\r\n"));
  at_[1]->hear_notify("confirmed");
  hang_up(*at_[0], *callees_[0], talk, true);
  at_[1]->hear_notify("terminated");
}

TEST_F(ShardsEvents, WhatIsPublishedAtOneIsSeenAtTheOther) {
  start_with_phones();
  if (HasFailure()) return;
  at_[1]->subscribe("presence", at_[0]->uri());
  const std::string document =
      "<?xml version=\"1.0\"?><presence xmlns=\"urn:ietf:params:xml:ns:pidf\" entity=\"" + at_[0]->uri() +
      "\"><tuple id=\"t\"><status><basic>open</basic></status><note>at the other desk</note></tuple></presence>";
  const auto plain = at_[0]->request("PUBLISH", at_[0]->uri(), "Event: presence\r\n");
  std::string text(plain.bytes());
  const std::string end = "Content-Length: 0\r\n\r\n";
  text.replace(text.find(end), end.size(),
               "Content-Type: application/pidf+xml\r\nContent-Length: " + std::to_string(document.size()) + "\r\n\r\n" +
                   document);
  at_[0]->send(*sip::Message::parse(text));
  EXPECT_EQ(at_[0]->hear().status(), 200);
  at_[1]->hear_notify("at the other desk");
}

TEST_F(ShardsEvents, MessagesThatWaitAreToldByBoth) {
  start_with_phones();
  if (HasFailure()) return;
  for (Phone* const phone : at_) phone->subscribe("message-summary", phone->uri());
  host_->each_core([this](proxy::Core& core) {
    for (const Phone* const phone : at_) core.set_messages(now(), phone->name(), {3, 4, 0, 0});
  });
  for (Phone* const phone : at_) phone->hear_notify("Voice-Message: 3/4");
}

// What phones are told unasked is the first one's to say, also to one that has registered at the other.
TEST_F(ShardsEvents, APhoneIsToldOfItsMessagesWhereverItRegisters) {
  start();
  const auto all = strangers(16, "u", false);
  for (Phone* const phone : one_of_each(all)) {
    host_->each_core([&](proxy::Core& core) { core.set_messages(now(), phone->name(), {3, 4, 0, 0}); });
    phone->send(phone->registration());
    for (bool is_registered = false, is_told = false; !is_registered || !is_told;) {
      const auto message = phone->hear();
      ASSERT_TRUE(message.is_request() || message.status() == 200);
      if (message.is_request()) {
        EXPECT_NE(message.body().find("Voice-Message: 3/4"), std::string_view::npos);
        phone->answer(message, 200);
        is_told = true;
      } else {
        is_registered = true;
      }
    }
  }
}

}  // namespace
}  // namespace offhook::io
