#include "config/settings.hpp"

#include <gmock/gmock.h>

#include "support.hpp"

namespace offhook::config {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Settings, WithoutLayersAreTheFactorys) {
  const Settings s(model(ModelId::T46G));
  EXPECT_EQ(s.number("sip.listen_port"), 5060);
  EXPECT_FALSE(s.flag("account.1.enable"));
  EXPECT_EQ(s.text("account.1.label"), "");
  EXPECT_EQ(s.duration("account.X.advanced.timer_t1", {1}), milliseconds(500));
  EXPECT_EQ(s.duration("voice.jib.max"), milliseconds(240));
  EXPECT_EQ(s.duration("account.1.ptime"), milliseconds(20));
  EXPECT_FALSE(s.is_set("sip.listen_port"));
  EXPECT_EQ(s.origin("sip.listen_port").text(), "factory default");
}

TEST(Settings, TheHighestLayerThatSpeaksWins) {
  Settings s(model(ModelId::T46G));
  s.add(layer(LayerKind::Common, "common.cfg", "account.1.label = C\naccount.2.label = C\nsip.listen_port = 5070\n"));
  s.add(layer(LayerKind::Mac, "mac.cfg", "\naccount.1.label = M\naccount.2.label = M\n"));
  s.add(layer(LayerKind::Local, "local.cfg", "account.1.label = L\n"));
  s.add(nullptr);
  EXPECT_EQ(s.text("account.1.label"), "L");
  EXPECT_EQ(s.text("account.2.label"), "M");
  EXPECT_EQ(s.number("sip.listen_port"), 5070);
  EXPECT_EQ(s.origin("account.1.label").text(), "local file local.cfg:2");
  EXPECT_EQ(s.origin("account.2.label").text(), "MAC file mac.cfg:4");
  EXPECT_EQ(s.origin("sip.listen_port").text(), "common file common.cfg:4");
  EXPECT_EQ(s.layers().size(), 3);
}

TEST(Settings, NamesAndPatternsReadTheSame) {
  const auto s = settings_of("account.2.sip_server.1.port = 5080\n");
  EXPECT_EQ(s.number("account.2.sip_server.1.port"), 5080);
  EXPECT_EQ(s.number("account.X.sip_server.Y.port", {2, 1}), 5080);
  EXPECT_EQ(s.number("account.X.sip_server.Y.port", {2, 2}), 5060);
  EXPECT_EQ(s.number("static.account.2.sip_server.1.port"), 5080);
}

TEST(Settings, TheLaterLineOfAFileWins) {
  const auto s = settings_of("account.1.label = one\nsip.listen_port = 5070\naccount.1.label = two\n");
  EXPECT_EQ(s.text("account.1.label"), "two");
  EXPECT_EQ(s.origin("account.1.label").line, 4);
}

TEST(Settings, BlankChangesNothing) {
  Settings s(model(ModelId::T46G));
  s.add(layer(LayerKind::Common, "common.cfg", "account.1.label = C\n"));
  s.add(layer(LayerKind::Mac, "mac.cfg", "account.1.label =\n"));
  EXPECT_EQ(s.text("account.1.label"), "C");
}

TEST(Settings, NullClearsTextAndTakesNumbersBackToTheFactory) {
  Settings s(model(ModelId::T46G));
  s.add(layer(LayerKind::Common, "common.cfg",
              "phone_setting.ring_type = Ring2.wav\nsip.listen_port = 5070\ncall_waiting.enable = 0\n"));
  s.add(layer(LayerKind::Mac, "mac.cfg",
              "phone_setting.ring_type = %NULL%\nsip.listen_port = %NULL%\ncall_waiting.enable = %NULL%\n"));
  EXPECT_EQ(s.text("phone_setting.ring_type"), "");
  EXPECT_EQ(s.number("sip.listen_port"), 5060);
  EXPECT_TRUE(s.flag("call_waiting.enable"));
  EXPECT_TRUE(s.is_set("sip.listen_port"));
}

TEST(Settings, StaticIsTheSameSetting) {
  Settings s(model(ModelId::T46G));
  s.add(layer(LayerKind::Common, "a.cfg", "static.network.port.http = 8080\n"));
  EXPECT_EQ(s.number("network.port.http"), 8080);
  s.add(layer(LayerKind::Mac, "b.cfg", "network.port.http = 8081\n"));
  EXPECT_EQ(s.number("static.network.port.http"), 8081);
  const auto at = *locate("network.port.http");
  EXPECT_TRUE(s.layers()[0]->find(at.id, at.index)->is_static);
  EXPECT_FALSE(s.layers()[1]->find(at.id, at.index)->is_static);
}

TEST(Settings, UserPasswordsAddUp) {
  Settings s(model(ModelId::T46G));
  s.add(layer(LayerKind::Common, "a.cfg", "security.user_password = admin:one\nsecurity.user_password = user:two\n"));
  s.add(layer(LayerKind::Mac, "b.cfg", "security.user_password = admin:three\n"));
  EXPECT_THAT(s.all("security.user_password"), ElementsAre("admin:one", "user:two", "admin:three"));
  s.add(layer(LayerKind::Local, "c.cfg", "security.user_password = %NULL%\nsecurity.user_password = var:four\n"));
  EXPECT_THAT(s.all("security.user_password"), ElementsAre("var:four"));
}

TEST(LoadSettings, LaysFilesInOrderAndTellsTheirKind) {
  const std::string common = with_header("account.1.label = C\naccount.2.label = C\naccount.3.label = C\n");
  const std::string mac = with_header("account.1.label = M\naccount.2.label = M\n");
  const std::string local = with_header("account.1.label = L\n");
  const CfgSource files[] = {
      {"cfg/y000000000028.cfg", common}, {"cfg/001565a1b2c3.cfg", mac}, {"001565a1b2c3-local.cfg", local}};
  const auto loaded = load_settings(files, model(ModelId::T46G));
  EXPECT_THAT(loaded.findings, IsEmpty());
  EXPECT_EQ(loaded.settings.origin("account.1.label").text(), "local file 001565a1b2c3-local.cfg:2");
  EXPECT_EQ(loaded.settings.origin("account.2.label").text(), "MAC file cfg/001565a1b2c3.cfg:3");
  EXPECT_EQ(loaded.settings.origin("account.3.label").text(), "common file cfg/y000000000028.cfg:4");
}

TEST(LoadSettings, ARefusedFileMakesNoLayer) {
  const CfgSource files[] = {{"a.cfg", "sip.listen_port = 5070\n"}};
  const auto loaded = load_settings(files, model(ModelId::T46G));
  EXPECT_EQ(loaded.settings.number("sip.listen_port"), 5060);
  EXPECT_THAT(lines_of(loaded.findings),
              ElementsAre("a.cfg:1: error: the first line must be exactly #!version:1.0.0.1"));
}

TEST(Layer, LeavesOutWhatAPhoneDoesNotTakeAndSaysSo) {
  std::vector<Finding> findings;
  const auto made = Layer::make(
      LayerKind::Mac,
      read_cfg("a.cfg", with_header("sip.listen_port = 99\ncoffee = 1\naccount.1.label = A\naccount.X.label = B\n"))
          .file,
      findings);
  EXPECT_EQ(made->size(), 1);
  EXPECT_THAT(lines_of(findings),
              ElementsAre("a.cfg:2: error: bad value \"99\" for sip.listen_port; permitted: 1024-65535",
                          "a.cfg:3: warning: unknown name \"coffee\"",
                          "a.cfg:5: warning: name \"account.X.label\" needs a number in place of its letter"));
  Settings s(model(ModelId::T46G));
  s.add(made);
  EXPECT_EQ(s.number("sip.listen_port"), 5060);
}

TEST(Layer, SecretsAreNotEchoed) {
  std::vector<Finding> findings;
  (void)Layer::make(LayerKind::Mac,
                    read_cfg("a.cfg", with_header("account.1.password = " + std::string(100, 's'))).file, findings);
  EXPECT_THAT(lines_of(findings),
              ElementsAre("a.cfg:2: error: bad value for account.1.password; permitted: text of at most 99 bytes"));
}

TEST(Layer, IsSharedAndSmall) {
  const auto common = layer(LayerKind::Common, "common.cfg", "account.1.sip_server.1.address = sip.example.com\n");
  std::vector<Settings> phones;
  for (int i = 0; i < 1000; ++i) {
    phones.emplace_back(model(ModelId::T46G));
    phones.back().add(common);
  }
  EXPECT_EQ(common.use_count(), 1001);
  EXPECT_EQ(phones[0].text("account.1.sip_server.1.address").data(),
            phones[999].text("account.1.sip_server.1.address").data());
  // A MAC file of the usual twelve lines: what 100,000 phones pay each.
  std::string body;
  for (const char* name : {"enable = 1", "label = Alice Example", "display_name = Alice Example", "user_name = 1001",
                           "auth_name = 1001", "password = a-long-enough-password"})
    body += "account.1." + std::string(name) + "\n";
  EXPECT_LE(layer(LayerKind::Mac, "001565a1b2c3.cfg", body)->memory(), 400);
}

}  // namespace
}  // namespace offhook::config
