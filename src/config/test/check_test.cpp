#include "config/check.hpp"

#include <gmock/gmock.h>

#include "support.hpp"

namespace offhook::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> lint(const std::string& body, ModelId id = ModelId::T46G) {
  const std::string bytes = with_header(body);
  const CheckInput file{"p.cfg", bytes};
  return lines_of(check({&file, 1}, model(id)));
}

TEST(Check, PagingAddressesAreMulticastGroupsWithAPort) {
  for (const char* value : {"192.168.1.1:5000", "224.0.0.1", "224.0.0.1:0", "240.0.0.1:5000", "[ff02::1]:5000", "all"})
    EXPECT_THAT(lint(std::string("multicast.paging_address.1.ip_address = ") + value + "\n"),
                ElementsAre(std::string("p.cfg:2: error: bad value \"") + value +
                            "\" for multicast.paging_address.1.ip_address; permitted: a multicast address and port, "
                            "224.0.0.0:1-239.255.255.255:65535"));
  EXPECT_THAT(lint("multicast.paging_address.31.ip_address = 239.1.2.3:5000\n"), IsEmpty());
  // The list of listen addresses grew with V81.
  EXPECT_THAT(lint("multicast.listen_address.31.ip_address = 239.1.2.3:5000\n", ModelId::T40G), IsEmpty());
  EXPECT_THAT(lint("multicast.listen_address.11.ip_address = 239.1.2.3:5000\n"),
              ElementsAre("p.cfg:2: error: multicast.listen_address.11.ip_address: listen address 11 is beyond this "
                          "model: T46G has 10"));
}

TEST(Finding, IsPrintedAsFileLineSeverityText) {
  EXPECT_EQ(format({Severity::Error, "a.cfg", 3, "no"}), "a.cfg:3: error: no");
  EXPECT_EQ(format({Severity::Warning, "a.cfg", 0, "no"}), "a.cfg: warning: no");
  EXPECT_EQ(format({Severity::Info, "", 0, "no"}), "info: no");
}

TEST(Check, ExamplesAreClean) {
  std::vector<std::string> bytes;
  for (const char* name : {"examples/a.cfg", "examples/b.cfg", "examples/c.cfg"}) {
    const std::string text = project_file(name);
    ASSERT_FALSE(text.empty()) << name;
    const CheckInput file{name, text};
    for (const Model& m : models()) EXPECT_THAT(lines_of(check({&file, 1}, m)), IsEmpty()) << m.name;
  }
}

TEST(Examples, ProxyKnowsTheUsersOfThePhones) {
  const std::string proxy = project_file("examples/proxy.toml");
  for (const char* name : {"examples/a.cfg", "examples/b.cfg", "examples/c.cfg"}) {
    Settings s(model(ModelId::T46G));
    std::vector<Finding> findings;
    s.add(Layer::make(LayerKind::Mac, read_cfg(name, project_file(name)).file, findings));
    const std::string user = "name = \"" + std::string(s.text("account.1.auth_name")) + "\"\npassword = \"" +
                             std::string(s.text("account.1.password")) + "\"";
    EXPECT_THAT(proxy, HasSubstr(user)) << name;
    EXPECT_THAT(proxy, HasSubstr("\"" + std::string(s.text("account.1.sip_server.1.address")) + "\"")) << name;
  }
}

TEST(Examples, PhonesShareNoPorts) {
  std::vector<std::int64_t> rtp_ends{0};
  std::vector<std::int64_t> sip;
  for (const char* name : {"examples/a.cfg", "examples/b.cfg", "examples/c.cfg"}) {
    Settings s(model(ModelId::T46G));
    std::vector<Finding> findings;
    s.add(Layer::make(LayerKind::Mac, read_cfg(name, project_file(name)).file, findings));
    EXPECT_GT(s.number("network.port.min_rtpport"), rtp_ends.back()) << name;
    rtp_ends.push_back(s.number("network.port.max_rtpport"));
    sip.push_back(s.number("sip.listen_port"));
  }
  EXPECT_THAT(sip, ElementsAre(5061, 5062, 5063));
}

TEST(Docs, ModelTableIsTheOneInUse) {
  const std::string page = project_file("docs/config.md");
  for (const Model& m : models()) {
    if (m.id == ModelId::T23G) continue;  // shares the row of T23P
    const std::string limits = " | " + std::to_string(m.accounts) + " | " + std::to_string(m.line_keys) + " | ";
    EXPECT_THAT(page, HasSubstr(limits + std::string(m.common_file) + " | " + user_agent(m) + " |")) << m.name;
  }
}

TEST(Check, MissingHeaderIsAnErrorAndTheRestIsStillRead) {
  const CheckInput file{"p.cfg", "sip.listen_port = 1\n"};
  EXPECT_THAT(lines_of(check({&file, 1}, model(ModelId::T46G))),
              ElementsAre("p.cfg:1: error: the first line must be exactly #!version:1.0.0.1",
                          "p.cfg:1: error: bad value \"1\" for sip.listen_port; permitted: 1024-65535"));
}

TEST(Check, UnknownNameSuggestsTheNearest) {
  EXPECT_THAT(lint("account.1.lable = A\ncoffee.temperature = 90\n"),
              ElementsAre("p.cfg:2: error: unknown name \"account.1.lable\"; did you mean \"account.1.label\"?",
                          "p.cfg:3: error: unknown name \"coffee.temperature\""));
}

TEST(Check, BadValueSaysWhatIsPermitted) {
  EXPECT_THAT(lint("features.dnd_refuse_code = 487\naccount.1.sip_server.1.port = 70000\n"),
              ElementsAre("p.cfg:2: error: bad value \"487\" for features.dnd_refuse_code; permitted: 404 (Not Found), "
                          "480 (Temporarily "
                          "Unavailable), 486 (Busy Here), 603 (Decline)",
                          "p.cfg:3: error: bad value \"70000\" for account.1.sip_server.1.port; permitted: 0-65535"));
}

TEST(Check, NumberBeyondTheModelIsAnError) {
  EXPECT_THAT(lint("account.17.label = A\naccount.16.label = B\n", ModelId::T46G),
              ElementsAre("p.cfg:2: error: account.17.label: account 17 is beyond this model: T46G has 16"));
  EXPECT_THAT(lint("account.2.label = A\n", ModelId::T19PE2),
              ElementsAre("p.cfg:2: error: account.2.label: account 2 is beyond this model: T19P_E2 has 1"));
  EXPECT_THAT(lint("account.1.sip_server.3.port = 5060\n"),
              ElementsAre("p.cfg:2: error: account.1.sip_server.3.port: number 3 is beyond this model: T46G has 2"));
  EXPECT_THAT(lint("account.1.codec.10.enable = 1\n", ModelId::T27P),
              ElementsAre("p.cfg:2: error: account.1.codec.10.enable: codec slot 10 is beyond this model: T27P has 9"));
}

TEST(Check, SettingOfAnotherModelIsAnError) {
  EXPECT_THAT(lint("features.auto_linekeys.enable = 1\n", ModelId::T46G), IsEmpty());
  EXPECT_THAT(lint("features.auto_linekeys.enable = 1\n", ModelId::T19PE2),
              ElementsAre("p.cfg:2: error: features.auto_linekeys.enable: T19P_E2 does not have this setting"));
}

TEST(Check, LineWrittenTwiceInOneFileIsAWarningAtTheLineThatLoses) {
  EXPECT_THAT(lint("account.1.label = A\nsip.listen_port = 5070\naccount.1.label = B\n"),
              ElementsAre("p.cfg:2: warning: account.1.label is written again in line 4, which wins"));
  EXPECT_THAT(lint("network.port.http = 80\nstatic.network.port.http = 81\n"),
              ElementsAre("p.cfg:2: warning: network.port.http is written again in line 3, which wins"));
}

TEST(Check, ValueOverriddenByALaterFileIsAnInfo) {
  const std::string common = with_header("account.1.label = A\n");
  const std::string mac = with_header("\n\naccount.1.label = B\n");
  const CheckInput files[] = {{"common.cfg", common}, {"mac.cfg", mac}};
  EXPECT_THAT(lines_of(check(files, model(ModelId::T46G))),
              ElementsAre("common.cfg:2: info: account.1.label is overridden by mac.cfg:4"));
}

TEST(Check, PasswordsOfUsersDoNotShadowEachOther) {
  EXPECT_THAT(lint("security.user_password = admin:a\nsecurity.user_password = user:b\n"), IsEmpty());
}

TEST(Check, BlankIsAnInfo) {
  EXPECT_THAT(lint("account.1.label =\n"),
              ElementsAre("p.cfg:2: info: account.1.label is blank, which changes nothing"));
  EXPECT_THAT(lint("account.1.label = %NULL%\n"), IsEmpty());
}

TEST(Check, EnabledAccountNeedsUserAndServer) {
  EXPECT_THAT(lint("\naccount.3.enable = 1\n"),
              ElementsAre("p.cfg:3: error: account.3 is enabled but has no user_name",
                          "p.cfg:3: error: account.3 is enabled but has no sip_server.1.address"));
}

TEST(Check, AnAccountMayBeSpreadOverFiles) {
  const std::string common = with_header("account.1.sip_server.1.address = sip.example.com\n");
  const std::string mac = with_header("account.1.enable = 1\naccount.1.user_name = 1001\n");
  const CheckInput files[] = {{"common.cfg", common}, {"mac.cfg", mac}};
  EXPECT_THAT(check(files, model(ModelId::T46G)), IsEmpty());
}

TEST(Check, RtpPortsMustBeARange) {
  EXPECT_THAT(
      lint("network.port.min_rtpport = 20000\n"),
      ElementsAre("p.cfg:2: error: no RTP ports: network.port.min_rtpport is 20000, network.port.max_rtpport 12780"));
  EXPECT_THAT(lint("network.port.max_rtpport = 2000\n"),
              ElementsAre(HasSubstr("error: no RTP ports: network.port.min_rtpport is 11780")));
}

TEST(Check, ARelayIsNothingWithoutIce) {
  const std::string turn = "sip.nat_turn.enable = 1\n", server = "sip.nat_turn.server = turn.test\n";
  EXPECT_THAT(lint(server + turn),
              ElementsAre("p.cfg:3: warning: sip.nat_turn.enable does nothing without ice.enable: calls use a relay by "
                          "ICE only"));
  EXPECT_THAT(lint(turn), ElementsAre("p.cfg:2: error: sip.nat_turn.enable is on but has no sip.nat_turn.server"));
  EXPECT_THAT(lint(turn + server + "ice.enable = 1\n"), IsEmpty());
  EXPECT_THAT(lint(turn + server + "account.2.nat.nat_traversal = 3\n"), IsEmpty());
}

TEST(Check, ForwardNeedsATargetInTheModeThatCounts) {
  EXPECT_THAT(lint("forward.busy.enable = 1\n"),
              ElementsAre("p.cfg:2: warning: forward.busy.enable is on but has no target"));
  EXPECT_THAT(lint("features.fwd_mode = 1\nforward.busy.enable = 1\naccount.2.busy_fwd.enable = 1\n"),
              ElementsAre("p.cfg:4: warning: account.2.busy_fwd.enable is on but has no target"));
}

TEST(Check, DefaultAccountMustExist) {
  EXPECT_THAT(lint("features.default_account = 4\n", ModelId::T23G),
              ElementsAre("p.cfg:2: error: account 4 is beyond this model: T23G has 3"));
}

TEST(Check, LongNamesAreCutInMessages) {
  const auto findings = lint(std::string(79, 'n') + "\xC3\xABnnnn = 1\n");
  ASSERT_EQ(findings.size(), 1);
  EXPECT_EQ(findings[0], "p.cfg:2: error: unknown name \"" + std::string(79, 'n') + "…\"");
}

}  // namespace
}  // namespace offhook::config
