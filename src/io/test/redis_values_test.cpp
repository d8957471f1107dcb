#include "io/redis_values.hpp"

#include <gtest/gtest.h>

namespace offhook::io {
namespace {

TEST(RedisUrl, OneServer) {
  const auto plain = parse_redis_url("redis://redis.example");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->kind, RedisUrl::Kind::Single);
  EXPECT_EQ(plain->hosts, (std::vector<RedisAddress>{{"redis.example", 6379}}));
  const auto all = parse_redis_url("redis://proxy:p%40ss:w@[2001:db8::1]:6380/3");
  ASSERT_TRUE(all);
  EXPECT_EQ(all->hosts, (std::vector<RedisAddress>{{"2001:db8::1", 6380}}));
  EXPECT_EQ(all->hosts[0].text(), "[2001:db8::1]:6380");
  EXPECT_EQ(all->user, "proxy");
  EXPECT_EQ(all->password, "p@ss:w");
  EXPECT_EQ(all->database, 3U);
  const auto password = parse_redis_url("redis://:secret@10.0.0.1");
  ASSERT_TRUE(password);
  EXPECT_EQ(password->user, "");
  EXPECT_EQ(password->password, "secret");
}

TEST(RedisUrl, SentinelsAndNodes) {
  const auto sentinels = parse_redis_url("redis+sentinel://:pw@10.0.0.1,10.0.0.2:26380/bindings/1");
  ASSERT_TRUE(sentinels);
  EXPECT_EQ(sentinels->kind, RedisUrl::Kind::Sentinel);
  EXPECT_EQ(sentinels->hosts, (std::vector<RedisAddress>{{"10.0.0.1", 26379}, {"10.0.0.2", 26380}}));
  EXPECT_EQ(sentinels->master, "bindings");
  EXPECT_EQ(sentinels->database, 1U);
  const auto nodes = parse_redis_url("redis+cluster://a:7000,b:7001");
  ASSERT_TRUE(nodes);
  EXPECT_EQ(nodes->kind, RedisUrl::Kind::Cluster);
  EXPECT_EQ(nodes->hosts, (std::vector<RedisAddress>{{"a", 7000}, {"b", 7001}}));
}

TEST(RedisUrl, WhatIsNone) {
  for (const char* bad :
       {"redis:", "redis://", "redis://:6379", "redis://a:0", "redis://a:65536", "redis://a:x", "redis://a/x",
        "redis://a,b", "redis://:@a", "redis://user@a", "redis://[::1", "redis+sentinel://a", "redis+sentinel://a/",
        "redis+cluster://a/1", "redis+cluster://a,", "rediss://a"}) {
    const auto url = parse_redis_url(bad);
    ASSERT_FALSE(url) << bad;
    EXPECT_EQ(url.error().text().find("secret"), std::string::npos);
  }
  EXPECT_EQ(parse_redis_url("redis://:secret@a:x").error().text().find("secret"), std::string::npos)
      << "no password in a log";
}

// The values of the Redis Cluster specification and of CLUSTER KEYSLOT.
TEST(RedisSlot, AsRedisSays) {
  EXPECT_EQ(redis_slot("123456789"), 0x31C3);
  EXPECT_EQ(redis_slot(""), 0);
  EXPECT_EQ(redis_slot("foo"), 12182);
  EXPECT_EQ(redis_slot("{user1000}.following"), redis_slot("{user1000}.followers"));
  EXPECT_EQ(redis_slot("{user1000}.following"), redis_slot("user1000"));
  EXPECT_EQ(redis_slot("foo{{bar}}zap"), redis_slot("{bar"));
  EXPECT_EQ(redis_slot("foo{bar}{zap}"), redis_slot("bar"));
  EXPECT_NE(redis_slot("foo{}{bar}"), redis_slot("bar")) << "empty braces hash the whole key";
  EXPECT_EQ(redis_slot(redis_key("sip:1001@example.test")), redis_slot("sip:1001@example.test"));
}

TEST(RedisRedirection, MovedAndAsk) {
  const auto moved = parse_redirection("MOVED 3999 127.0.0.1:6381");
  ASSERT_TRUE(moved);
  EXPECT_FALSE(moved->ask);
  EXPECT_EQ(moved->slot, 3999);
  EXPECT_EQ(moved->to, (RedisAddress{"127.0.0.1", 6381}));
  const auto ask = parse_redirection("ASK 16383 2001:db8::1:6381");
  ASSERT_TRUE(ask);
  EXPECT_TRUE(ask->ask);
  EXPECT_EQ(ask->to, (RedisAddress{"2001:db8::1", 6381}));
  EXPECT_EQ(parse_redirection("MOVED 1 :6381")->to.host, "") << "the one that said so";
  for (const char* bad :
       {"ERR no", "MOVED", "MOVED 16384 a:1", "MOVED x a:1", "MOVED 1", "MOVED 1 a", "MOVED 1 a:0", "ASK "})
    EXPECT_FALSE(parse_redirection(bad)) << bad;
}

proxy::Binding binding() {
  proxy::Binding out;
  out.aor = "sip:1001@example.test";
  out.contact = "sip:1001@10.0.0.1:5060;transport=tcp";
  out.call_id = "a b\n{1:2,}";
  out.cseq = 4294967295;
  out.expires = WallTime(seconds(1289690940) + Duration(7));
  out.q = 500;
  out.path = "<sip:edge.test;lr>";
  out.user_agent = "phone/1\xff";
  out.received = "[2001:db8::1]:5060";
  out.instance = "urn:uuid:1";
  out.reg_id = 2;
  out.through = "<sip:n-d1@10.0.0.1:5060;lr>";
  return out;
}

TEST(RedisBinding, ComesBackAsItWas) {
  const auto there = binding();
  const auto back = parse_binding_text(there.aor, binding_text(there));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->aor, there.aor);
  EXPECT_EQ(back->contact, there.contact);
  EXPECT_EQ(back->call_id, there.call_id);
  EXPECT_EQ(back->cseq, there.cseq);
  EXPECT_EQ(back->expires, there.expires);
  EXPECT_EQ(back->q, there.q);
  EXPECT_EQ(back->path, there.path);
  EXPECT_EQ(back->user_agent, there.user_agent);
  EXPECT_EQ(back->received, there.received);
  EXPECT_EQ(back->instance, there.instance);
  EXPECT_EQ(back->reg_id, there.reg_id);
  EXPECT_EQ(back->through, there.through);
}

TEST(RedisBinding, WhatIsCutOrWrongIsNone) {
  const std::string text = binding_text(binding());
  for (std::size_t size = 0; size < text.size(); ++size)
    EXPECT_FALSE(parse_binding_text("sip:1001@example.test", text.substr(0, size))) << size;
  EXPECT_FALSE(parse_binding_text("sip:1001@example.test", text + "x"));
  EXPECT_FALSE(parse_binding_text("a", "9223372036854775807 1 0\n1:a0:1:00:0:0:0:1:00:"))
      << "later than can be compared";
  EXPECT_TRUE(parse_binding_text("a", "1 1 0\n1:a0:1:00:0:0:0:1:00:"));
  EXPECT_FALSE(parse_binding_text("a", "1 1 0\n1:a0:4:10010:0:0:0:1:00:")) << "q above 1";
  EXPECT_FALSE(parse_binding_text("a", "1 1 0\n0:0:1:00:0:0:0:1:00:")) << "no contact";
  EXPECT_FALSE(parse_binding_text("a", "1 1 0\n4294967295:a0:1:00:0:0:0:1:00:"));
}

TEST(RedisBinding, NobodyWritesLinesOfMessages) {
  auto folded = binding();
  folded.path = "<sip:a.test;lr>,\r\n <sip:b.test;lr>";
  EXPECT_EQ(parse_binding_text("a", binding_text(folded))->path, "<sip:a.test;lr>,   <sip:b.test;lr>");
  for (std::string proxy::Binding::* part : {&proxy::Binding::contact, &proxy::Binding::through}) {
    auto forged = binding();
    forged.*part += "\r\nRoute: <sip:evil.test>";
    EXPECT_FALSE(parse_binding_text("a", binding_text(forged)));
  }
}

TEST(RedisBinding, AFieldNamesTheBindingAndTheKeyTheAddress) {
  auto one = binding(), two = binding();
  EXPECT_EQ(redis_field(one), "2 urn:uuid:1 sip:1001@10.0.0.1:5060;transport=tcp");
  EXPECT_EQ(redis_field(proxy::StoreWrite::Remove{one.aor, one.contact, one.instance, one.reg_id}), redis_field(one));
  one.reg_id = two.reg_id = 0;
  two.instance = "urn:uuid:2";
  EXPECT_EQ(redis_field(one), redis_field(two)) << "without a reg-id the contact alone counts";
  EXPECT_EQ(aor_of_key(redis_key(one.aor)), one.aor);
  EXPECT_FALSE(aor_of_key("offhook:{}"));
  EXPECT_FALSE(aor_of_key("offhook:changes"));
  EXPECT_FALSE(aor_of_key("other"));
}

}  // namespace
}  // namespace offhook::io
