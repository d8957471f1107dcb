// Trunks, dial rules, groups and the like in proxy.toml.
#include <gmock/gmock.h>

#include "io/proxy_file.hpp"

namespace offhook::io {
namespace {

using testing::ElementsAre;

const std::string kHead = "domains = [\"a\"]\n";
const std::string kTrunk = "[[trunk]]\nname = \"one\"\nto = \"sip:gw.a\"\nprefixes = [\"0\"]\n";  // lines 2 to 5

Checked<ProxySettings> read(const std::string& text) { return read_proxy_file("p.toml", kHead + text); }

std::vector<std::string> warnings(const std::string& text) {
  const auto settings = read(text);
  EXPECT_TRUE(settings) << settings.error().text();
  std::vector<std::string> out;
  if (settings)
    for (const auto& finding : settings->lint()) {
      EXPECT_EQ(finding.severity, proxy::Finding::Severity::Warning);
      out.push_back(std::to_string(finding.line) + ": " + finding.text);
    }
  return out;
}

TEST(PolicyFile, ReachesTheEngine) {
  const auto settings = read(R"(redirect = "recurse"
[[trunk]]
name = "one"
to = "sip:gw.a;transport=tcp"
outbound_proxy = "sip:edge.a"
prefixes = ["0", "+"]
strip = 1
prepend = "+49"
timeout = 3
username = "u"
password = "p"
domain = "provider.a"
register = true
expires = 300
trusted = ["192.0.2.0/24", "2001:db8::1"]
inbound = "group:sales"
identity = "sip:+49301@provider.a"

[[dial]]
match = "0[1-9]."
from = "users"
strip = 1
prepend = "+49"
to = ["trunk:one"]

[[dial]]
match = "5xx"
to = "1001"

[[group]]
name = "sales"
members = ["1001", "0171"]
strategy = "hunt"

[alias]
reception = "group:sales"

[emergency]
numbers = ["112"]
trunks = ["one"]

[identity]
assert = true

[[user]]
name = "1001"
password = "x"
)");
  ASSERT_TRUE(settings) << settings.error().text();
  const proxy::Policy policy = settings->to_config().policy;
  ASSERT_EQ(policy.trunks.size(), 1U);
  const proxy::Trunk& trunk = policy.trunks[0];
  EXPECT_EQ(trunk.to + ' ' + trunk.outbound_proxy, "sip:gw.a;transport=tcp sip:edge.a");
  EXPECT_THAT(trunk.prefixes, ElementsAre("0", "+"));
  EXPECT_EQ(trunk.strip, 1U);
  EXPECT_EQ(trunk.timeout, seconds(3));
  EXPECT_TRUE(trunk.registers);
  EXPECT_EQ(trunk.expires, seconds(300));
  EXPECT_EQ(trunk.username + trunk.password + trunk.prepend + trunk.domain + trunk.inbound + trunk.identity,
            "up+49provider.agroup:salessip:+49301@provider.a");
  EXPECT_EQ(trunk.trusted.size(), 2U);
  EXPECT_EQ(trunk.line, 3U);
  ASSERT_EQ(policy.rules.size(), 2U);
  EXPECT_THAT(policy.rules[0].to, ElementsAre("trunk:one"));
  EXPECT_EQ(policy.rules[0].from, "users");
  EXPECT_THAT(policy.rules[1].to, ElementsAre("1001"));
  ASSERT_EQ(policy.groups.size(), 1U);
  EXPECT_EQ(policy.groups[0].strategy, proxy::Strategy::Hunt);
  EXPECT_EQ(policy.groups[0].ring_time, seconds(20)) << "a hunt has one";
  EXPECT_EQ(policy.aliases.at("reception").to, "group:sales");
  EXPECT_THAT(policy.emergency.numbers, ElementsAre("112"));
  EXPECT_THAT(policy.emergency.trunks, ElementsAre("one"));
  EXPECT_TRUE(policy.asserts_identity);
  EXPECT_EQ(policy.redirects, proxy::Redirects::Recurse);
  EXPECT_TRUE(settings->lint().empty());
}

TEST(PolicyFile, SaysWhatIsWrongAndWhere) {
  const std::pair<std::string, const char*> cases[] = {
      {"[[trunk]]\nname = \"one\"", "a [[trunk]] needs a name, and where it leads (to) (p.toml:2)"},
      {"[[trunk]]\nto = \"sip:me@gw.a\"",
       "to must be a SIP URI without a user: \"sip:sbc.provider.example;transport=tls\" (sip:me@gw.a) (p.toml:3)"},
      {"[[trunk]]\nidentity = \"sip:gw.a\"",
       "identity must be a SIP URI: \"sip:+49301234@provider.example\" (sip:gw.a) (p.toml:3)"},
      {"[[trunk]]\nprefixes = [\"0x\"]", "a prefix has digits, +, * and # alone (0x) (p.toml:3)"},
      {"[[trunk]]\ntrusted = [\"192.0.2.0/33\"]",
       "trusted wants addresses such as 192.0.2.7 or 192.0.2.0/24 (192.0.2.0/33) (p.toml:3)"},
      {"[[trunk]]\nname = \"one\"\nto = \"sip:gw.a\"\nregister = true",
       "trunk 'one' needs username and password to register (p.toml:2)"},
      {kTrunk + kTrunk, "trunk 'one' is there twice (p.toml:6)"},
      {kTrunk + "inbound = \"group:x\"", "inbound of trunk 'one' leads to group:x, which does not exist (p.toml:2)"},
      {"[[dial]]\nmatch = \"0[\"\nto = \"1\"", "rule '0[': '[' wants signs and a ']' behind them (p.toml:2)"},
      {"[[dial]]\nmatch = \"0\"", "a [[dial]] rule needs a place (to), or digits to strip or prepend (p.toml:2)"},
      {"[[dial]]\nto = 1", "to must be a place, or a list of trunks (1) (p.toml:3)"},
      {"[[dial]]\nto = \"1\"", "a [[dial]] rule needs a match (p.toml:2)"},
      {"[[dial]]\nmatch = \"0.\"\nto = \"trunk:two\"", "rule '0.' leads to trunk:two, which does not exist (p.toml:2)"},
      {"[[dial]]\nmatch = \"0.\"\nfrom = \"trunk:two\"\nto = \"1\"",
       "rule '0.' is for calls from trunk:two, which does not exist (p.toml:2)"},
      {"[[dial]]\nfrom = \"all\"", "from must be \"users\" or \"trunk:NAME\" (all) (p.toml:3)"},
      {kTrunk + "[[dial]]\nmatch = \"0.\"\nto = [\"trunk:one\", \"1001\"]",
       "rule '0.' leads to several places, which must all be trunks (p.toml:6)"},
      {"[[group]]\nname = \"g\"", "a [[group]] needs a name and members (p.toml:2)"},
      {"[[group]]\nstrategy = \"all\"", "strategy must be \"parallel\", \"serial\" or \"hunt\" (all) (p.toml:3)"},
      {"[[group]]\nname = \"g\"\nmembers = [\"g\"]", "group 'g' has a group as member: 'g' (p.toml:2)"},
      {"[alias]\na = \"b\"\nb = \"a\"", "alias 'a' leads to aliases in circles, or to more than eight (p.toml:3)"},
      {"[emergency]\nnumbers = [\"112\"]", "emergency numbers need trunks to go to (p.toml:2)"},
      {"[emergency]\nnumbers = [\"112\"]\ntrunks = [\"x\"]",
       "emergency calls go to trunk 'x', which does not exist (p.toml:2)"},
      {"[identity]\nassert = 1", "assert must be true or false (1) (p.toml:3)"},
      {"redirect = \"follow\"", "redirect must be \"pass\" or \"recurse\" (follow) (p.toml:2)"},
      {"next_hops = [\"sip:n1.a\"]", "next_hops is for stateless = true (p.toml)"},
      {"stateless = true", "stateless = true cannot authenticate calls: auth must be false or \"register\" (p.toml)"},
      {"[[trunk]]\nport = 5",
       "unknown field 'port' of [[trunk]]; known are name, to, outbound_proxy, prefixes, strip, "
       "prepend, timeout, username, password, domain, register, expires, trusted, inbound, identity, stateless "
       "(p.toml:3)"},
  };
  for (const auto& [text, message] : cases) {
    const auto settings = read(text);
    ASSERT_FALSE(settings) << text;
    EXPECT_EQ(settings.error().text(), message);
  }
}

TEST(PolicyFile, WarnsOfWhatIsOdd) {
  EXPECT_THAT(warnings("[[dial]]\nmatch = \"0.\"\nto = \"1\"\n[[dial]]\nmatch = \"01x\"\nto = \"1\"\n"),
              ElementsAre("5: rule '01x' is never reached: '0.' takes all of its numbers in line 2"));
  EXPECT_THAT(warnings("[[dial]]\nmatch = \"0.\"\nstrip = 1\n[[dial]]\nmatch = \"01x\"\nto = \"1\"\n"), ElementsAre())
      << "the first one goes on";
  EXPECT_THAT(warnings("[[dial]]\nmatch = \"0x\"\nstrip = 3\nto = \"1\"\n"),
              ElementsAre("2: rule '0x' takes more digits off than its shortest number has"));
  EXPECT_THAT(warnings("[[group]]\nname = \"g\"\nmembers = [\"nobody\"]\n"),
              ElementsAre("2: group 'g' has a member that is no user and no number: 'nobody'"));
  EXPECT_THAT(warnings("[[trunk]]\nname = \"one\"\nto = \"sip:gw.a\"\n"),
              ElementsAre("2: nothing leads to trunk 'one': it has no prefixes, and no rule names it"));
  EXPECT_THAT(warnings("auth = false\n" + kTrunk),
              ElementsAre("3: calls are not authenticated: anybody can call through trunk 'one'"));
  EXPECT_THAT(warnings("[alias]\n\"1001\" = \"1\"\n[[user]]\nname = \"1001\"\npassword = \"x\"\n"),
              ElementsAre("3: alias '1001' hides the user of that name"));
}

}  // namespace
}  // namespace offhook::io
