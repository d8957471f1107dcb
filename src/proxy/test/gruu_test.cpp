// GRUUs: RFC 5627 §5 and §6.
#include "harness.hpp"
#include "sip/header/contact.hpp"
#include "wire.hpp"

namespace offhook::proxy::test {
namespace {

using sip::HeaderId;

Wire::Register phone(std::string_view contact, std::string_view uuid, std::string call_id = "reg") {
  Wire::Register out{"<" + std::string(contact) + ">;+sip.instance=\"<urn:uuid:" + std::string(uuid) + ">\"",
                     {"Supported: gruu"}};
  out.call_id = std::move(call_id);
  return out;
}

// Of the contact that has it.
std::string param(const sip::Message& response, std::string_view contact, std::string_view name) {
  for (const auto value : response.values(HeaderId::Contact)) {
    const auto parsed = sip::Contact::parse(value);
    if (parsed && parsed->address.uri == contact)
      return std::string(parsed->address.params.find(name).value_or(std::string_view{}));
  }
  return {};
}

int status_of(Wire& wire, std::string_view uri) {
  const auto out = wire.invite(uri);
  return out.size() == 1 && !out[0].message.is_request() ? out[0].message.status() : 0;
}
std::vector<std::string> reached(Wire& wire, std::string_view uri) {
  std::vector<std::string> out;
  for (const auto& each : wire.invite(uri))
    if (each.message.is_request()) out.emplace_back(each.message.request_uri());
  return out;
}

TEST(Gruu, AreToldToWhoKnowsOfThem) {
  Wire wire;
  const auto ok = wire.reg(Wire::udp(5), phone("sip:a@203.0.113.5:31000", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"));
  EXPECT_EQ(param(ok, "sip:a@203.0.113.5:31000", "pub-gruu"),
            "sip:1002@example.test;gr=urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
  const auto temporary = param(ok, "sip:a@203.0.113.5:31000", "temp-gruu");
  EXPECT_TRUE(temporary.ends_with("@example.test;gr")) << temporary;
  EXPECT_EQ(temporary.find("1002"), std::string::npos);
  EXPECT_TRUE(sip::Uri::parse(temporary));
  EXPECT_EQ(value(ok, HeaderId::Require), "");
  auto old = phone("sip:a@203.0.113.5:31000", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6");
  old.headers.clear();
  EXPECT_EQ(contacts_of(wire.reg(Wire::udp(5), old)),
            std::vector<std::string>{"<sip:a@203.0.113.5:31000>;expires=3600;+sip.instance=\"<urn:uuid:f81d4fae-7dec-"
                                     "11d0-a765-00a0c91e6bf6>\""});
  auto required = phone("sip:a@203.0.113.5:31000", "1");
  required.headers = {"Require: gruu"};
  EXPECT_EQ(wire.reg(Wire::udp(5), required).status(), 200);
}

TEST(Gruu, RequestsGoToThatInstanceOnly) {
  Wire wire;
  const auto first = wire.reg(Wire::udp(5), phone("sip:a@203.0.113.5:31000", "aa"));
  const auto second = wire.reg(Wire::udp(6), phone("sip:b@203.0.113.6:31000", "bb"));
  EXPECT_EQ(reached(wire, "sip:1002@example.test").size(), 2U);
  EXPECT_EQ(reached(wire, param(second, "sip:a@203.0.113.5:31000", "pub-gruu")),
            std::vector<std::string>{"sip:a@203.0.113.5:31000"});
  EXPECT_EQ(reached(wire, "sip:1002@example.test;gr=urn:uuid:BB"), std::vector<std::string>{"sip:b@203.0.113.6:31000"});
  EXPECT_EQ(reached(wire, param(second, "sip:b@203.0.113.6:31000", "temp-gruu")),
            std::vector<std::string>{"sip:b@203.0.113.6:31000"});
  EXPECT_EQ(reached(wire, param(first, "sip:a@203.0.113.5:31000", "temp-gruu")),
            std::vector<std::string>{"sip:a@203.0.113.5:31000"});
}

TEST(Gruu, EachTemporaryOneIsNewAndAllOfThemHold) {
  Wire wire;
  std::vector<std::string> all;
  for (int i = 0; i < 5; ++i)
    all.push_back(
        param(wire.reg(Wire::udp(5), phone("sip:a@203.0.113.5:31000", "aa")), "sip:a@203.0.113.5:31000", "temp-gruu"));
  for (const auto& one : all) {
    EXPECT_EQ(reached(wire, one).size(), 1U) << one;
    EXPECT_EQ(std::count(all.begin(), all.end(), one), 1);
  }
  // Nothing of one is in another: not where they differ, and not in their length either.
  auto other = phone("sip:b@203.0.113.6:31000", "bb");
  other.user = "1";
  const auto foreign = param(wire.reg(Wire::udp(6), other), "sip:b@203.0.113.6:31000", "temp-gruu");
  EXPECT_EQ(foreign.size(), all[0].size());
  EXPECT_NE(foreign.substr(4, 16), all[0].substr(4, 16));
}

TEST(Gruu, AnotherCallIdEndsTheTemporaryOnesAndNotThePublicOne) {
  Wire wire;
  const auto before = wire.reg(Wire::udp(5), phone("sip:a@203.0.113.5:31000", "aa", "first"));
  const auto old = param(before, "sip:a@203.0.113.5:31000", "temp-gruu");
  const auto after = wire.reg(Wire::udp(5), phone("sip:a@203.0.113.5:31000", "aa", "second"));
  EXPECT_EQ(status_of(wire, old), 404);
  EXPECT_EQ(reached(wire, param(after, "sip:a@203.0.113.5:31000", "temp-gruu")).size(), 1U);
  EXPECT_EQ(reached(wire, "sip:1002@example.test;gr=urn:uuid:aa").size(), 1U);
}

TEST(Gruu, ALaterContactOfTheInstanceEndsThoseOfItsEarlierOne) {
  Wire wire;
  const auto before = wire.reg(Wire::udp(5), phone("sip:a@203.0.113.5:31000", "aa", "first"));
  (void)wire.reg(Wire::udp(5), phone("sip:b@203.0.113.5:31000", "aa", "second"));
  EXPECT_EQ(wire.core->binding_count(), 2U);
  EXPECT_EQ(status_of(wire, param(before, "sip:a@203.0.113.5:31000", "temp-gruu")), 404);
}

TEST(Gruu, FlowsOfOneInstanceHaveACallIdEach) {
  Wire wire;
  auto first = phone("sip:a@10.0.0.5;transport=tcp", "aa", "one"), second = phone("sip:a@10.0.0.5", "aa", "two");
  first.contact += ";reg-id=1";
  second.contact += ";reg-id=2";
  const auto ok = wire.reg(Wire::tcp(1), first);
  (void)wire.reg(Wire::tcp(2), second);
  EXPECT_EQ(reached(wire, param(ok, "sip:a@10.0.0.5;transport=tcp", "temp-gruu")).size(), 1U);
}

TEST(Gruu, WhoIsNotThereIs480AndWhatWasNeverGivenOutIs404) {
  Wire wire;
  EXPECT_EQ(status_of(wire, "sip:1002@example.test;gr=urn:uuid:aa"), 480);
  EXPECT_EQ(status_of(wire, "sip:nobody@example.test;gr=urn:uuid:aa"), 404);
  EXPECT_EQ(status_of(wire, "sip:1002@example.test;gr"), 404);
  auto ok = wire.reg(Wire::udp(5), phone("sip:a@203.0.113.5:31000", "aa"));
  const auto temporary = param(ok, "sip:a@203.0.113.5:31000", "temp-gruu");
  for (const std::size_t at : {std::size_t{4}, std::size_t{20}, temporary.find('@') - 2}) {
    auto forged = temporary;
    forged[at] = forged[at] == 'A' ? 'B' : 'A';
    EXPECT_EQ(status_of(wire, forged), 404) << forged;
  }
  (void)wire.reg(Wire::udp(5), {"*", {"Expires: 0"}});
  EXPECT_EQ(status_of(wire, temporary), 404) << "it has ended with the registration";
  EXPECT_EQ(status_of(wire, "sip:1002@example.test;gr=urn:uuid:aa"), 480);
}

TEST(Gruu, OneThatLeadsBackHereMayNotBeRegistered) {
  Wire wire;
  for (const char* contact : {"sip:1002@example.test", "sip:1002@example.test;gr=urn:uuid:aa", "sip:x@example.test;gr",
                              "sip:1002@192.0.2.1:5060"})
    EXPECT_EQ(wire.reg(Wire::udp(5), phone(contact, "aa")).status(), 403) << contact;
  EXPECT_EQ(wire.reg(Wire::udp(5), phone("mailto:a@example.test", "aa")).status(), 403);
  EXPECT_EQ(wire.reg(Wire::udp(5), phone("sip:1003@example.test", "aa")).status(), 200) << "somebody else is no loop";
}

TEST(Gruu, OfSeveralContactsOfAnInstanceTheLatestIsTriedFirst) {
  Wire wire;
  (void)wire.reg(Wire::udp(5), phone("sip:old@203.0.113.5:31000", "aa"));
  (void)wire.reg(Wire::udp(5), phone("sip:new@203.0.113.5:31000", "aa"));
  const auto out = wire.invite("sip:1002@example.test;gr=urn:uuid:aa");
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].message.request_uri(), "sip:new@203.0.113.5:31000");
  const auto next = wire.reply(out[0], 408);
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(next[0].message.request_uri(), "sip:old@203.0.113.5:31000");
  EXPECT_EQ(wire.core->binding_count(), 2U) << "no flow, so nothing is dead";
}

TEST(Gruu, WithTheSameSecretTheyOutliveARestart) {
  Config config = Wire::default_config();
  config.secret = "the same all the time";
  Wire before(config);
  const auto ok = before.reg(Wire::udp(5), phone("sip:a@203.0.113.5:31000", "aa"));
  const auto temporary = param(ok, "sip:a@203.0.113.5:31000", "temp-gruu");
  const auto bindings = before.core->bindings(before.now.wall);
  Wire after(config);
  after.core->load(after.now, bindings);
  EXPECT_EQ(reached(after, temporary).size(), 1U);
  config.secret = "another";
  Wire stranger(config);
  stranger.core->load(stranger.now, bindings);
  EXPECT_EQ(status_of(stranger, temporary), 404);
}

}  // namespace
}  // namespace offhook::proxy::test
