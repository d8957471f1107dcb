// Users of a store that tells of its changes, and a proxy that has not read its store yet.
#include "harness.hpp"

namespace offhook::proxy::test {
namespace {

using sip::HeaderId;

constexpr std::string_view kRealm = kDomain;

class StoredUsers : public testing::Test {
 protected:
  static Config config() {
    Config out = World::default_config();
    out.authenticate = true;
    out.users = {make_user("1001", "of the file", kRealm)};
    return out;
  }
  explicit StoredUsers(const Config& config = StoredUsers::config()) : world(config) {}

  // The status of a REGISTER with that password.
  int status_of(std::string_view user, std::string_view password) {
    Draft draft;
    draft.method = "REGISTER";
    draft.uri = "sip:example.test";
    draft.from = "<sip:" + std::string(user) + "@example.test>;tag=a1";
    draft.to = "<sip:" + std::string(user) + "@example.test>";
    draft.call_id = "of-" + std::string(user);
    draft.cseq = ++count;
    draft.branch = "z9hG4bK" + std::to_string(count);
    world.send(party(9), draft);
    const auto challenge = world.take(party(9));
    if (challenge.status() != 401) return challenge.status();
    draft.cseq = ++count;
    draft.branch = "z9hG4bK" + std::to_string(count);
    draft.headers = {"Authorization: " + World::credentials(challenge, draft, user, password)};
    world.send(party(9), draft);
    return world.take(party(9)).status();
  }

  World world;
  std::uint32_t count = 0;
};

TEST_F(StoredUsers, ComeAndChangeAndGo) {
  EXPECT_EQ(status_of("1002", "two"), 401);
  world.core->set_stored_users({make_user("1002", "two", kRealm), make_user("1003", "three", kRealm)});
  EXPECT_EQ(status_of("1002", "two"), 200);
  EXPECT_EQ(status_of("1003", "three"), 200);
  world.core->put_stored_user(make_user("1002", "new", kRealm));
  EXPECT_EQ(status_of("1002", "two"), 401);
  EXPECT_EQ(status_of("1002", "new"), 200);
  world.core->remove_stored_user("1003");
  EXPECT_EQ(status_of("1003", "three"), 401);
  world.core->remove_stored_user("1003");
  EXPECT_EQ(world.core->user_count(), 2U);
  world.core->set_stored_users({make_user("1004", "four", kRealm)});
  EXPECT_EQ(status_of("1002", "new"), 401);
  EXPECT_EQ(status_of("1004", "four"), 200);
  EXPECT_EQ(world.core->stored_user_count(), 1U);
}

TEST_F(StoredUsers, WhoIsInTheConfigurationIsThatOne) {
  world.core->set_stored_users({make_user("1001", "of the store", kRealm), make_user("1002", "two", kRealm)});
  world.core->put_stored_user(make_user("1001", "of the store", kRealm));
  EXPECT_EQ(status_of("1001", "of the store"), 401);
  EXPECT_EQ(status_of("1001", "of the file"), 200);
  world.core->remove_stored_user("1001");
  EXPECT_EQ(status_of("1001", "of the file"), 200);
  // Another configuration leaves those of the store as they are, but for the one it names.
  auto other = config();
  other.users = {make_user("1002", "of the file too", kRealm)};
  world.core->put_stored_user(make_user("1003", "three", kRealm));
  ASSERT_TRUE(world.core->reconfigure(world.now, other));
  EXPECT_EQ(status_of("1001", "of the file"), 401);
  EXPECT_EQ(status_of("1002", "two"), 401);
  EXPECT_EQ(status_of("1002", "of the file too"), 200);
  EXPECT_EQ(status_of("1003", "three"), 200);
}

TEST_F(StoredUsers, AHiddenNameIsFoundAsLongAsItIsThere) {
  auto hidden = config();
  hidden.userhash = true;
  ASSERT_TRUE(world.core->reconfigure(world.now, hidden));
  const auto status = [&] {
    Draft draft;
    draft.method = "REGISTER";
    draft.uri = "sip:example.test";
    draft.from = draft.to = "<sip:1002@example.test>";
    draft.from += ";tag=a1";
    draft.cseq = ++count;
    draft.branch = "z9hG4bKh" + std::to_string(count);
    world.send(party(9), draft);
    const auto challenge = world.take(party(9));
    draft.cseq = ++count;
    draft.branch = "z9hG4bKh" + std::to_string(count);
    std::string answer = World::credentials(challenge, draft, "1002", "two");
    const std::string hash = sip::hash_hex(sip::DigestAlgorithm::Sha256, "1002:example.test");
    const std::string plain = "username=\"1002\"";
    const auto at = answer.find(plain);
    if (at != std::string::npos) answer.replace(at, plain.size(), "username=\"" + hash + "\"");
    if (answer.find("userhash=true") == std::string::npos) answer += ", userhash=true";
    draft.headers = {"Authorization: " + answer};
    world.send(party(9), draft);
    return world.take(party(9)).status();
  };
  EXPECT_EQ(status(), 401);
  world.core->put_stored_user(make_user("1002", "two", kRealm));
  EXPECT_EQ(status(), 200);
  world.core->put_stored_user(make_user("1002", "two", kRealm));
  EXPECT_EQ(status(), 200);
  world.core->remove_stored_user("1002");
  EXPECT_EQ(status(), 401);
}

class AwaitedStore : public StoredUsers {
 protected:
  static Config config() {
    Config out = StoredUsers::config();
    out.awaits_store = true;
    return out;
  }
  AwaitedStore() : StoredUsers(config()) {}
  sip::Message answer_to(const Draft& draft) {
    world.send(party(9), draft);
    return world.take(party(9));
  }
};

TEST_F(AwaitedStore, WhatNeedsItComesAgainLater) {
  Draft invite;
  const auto refused = answer_to(invite);
  EXPECT_EQ(refused.status(), 503);
  const int after = std::stoi(value(refused, HeaderId::RetryAfter));
  EXPECT_GE(after, 5);
  EXPECT_LT(after, 15);
  // Whoever it is, also one that the configuration has: nobody learns which users there are.
  EXPECT_EQ(status_of("1001", "of the file"), 503);
  EXPECT_EQ(status_of("1009", "nobody"), 503);
  // From outside, for one of us.
  invite.from = "<sip:bob@elsewhere.test>;tag=b";
  invite.call_id = "from-elsewhere";
  invite.branch = "z9hG4bKelsewhere";
  EXPECT_EQ(answer_to(invite).status(), 503);
  // Those who ask whether we are there are told so, and what we do not do at all stays refused.
  Draft options;
  options.method = "OPTIONS";
  options.uri = "sip:example.test";
  options.branch = "z9hG4bKoptions";
  EXPECT_EQ(answer_to(options).status(), 200);
  invite.uri = "sip:x@elsewhere.test";
  invite.branch = "z9hG4bKrelay";
  EXPECT_EQ(answer_to(invite).status(), 403);

  world.core->set_stored_users({make_user("1002", "two", kRealm)});
  EXPECT_EQ(status_of("1002", "two"), 503);
  world.core->store_is_read();
  EXPECT_EQ(status_of("1002", "two"), 200);
  EXPECT_EQ(status_of("1001", "of the file"), 200);
  EXPECT_EQ(world.core->guard_counters().bans, 0U);
}

}  // namespace
}  // namespace offhook::proxy::test
