#include "config/model.hpp"

#include <gmock/gmock.h>

namespace offhook::config {
namespace {

TEST(Model, EachIdIsItsOwnRow) {
  ASSERT_EQ(models().size(), 14);
  for (const Model& m : models()) EXPECT_EQ(&model(m.id), &m) << m.name;
  EXPECT_EQ(kAllModels, (1u << models().size()) - 1);
}

TEST(Model, CommonFileCarriesTheFirmwarePrefix) {
  for (const Model& m : models()) {
    const std::string prefix = std::to_string(m.firmware_prefix());
    EXPECT_EQ(m.common_file, "y0000000000" + prefix + ".cfg") << m.name;
    EXPECT_EQ(m.common_file.size(), 17) << m.name;
  }
}

TEST(Model, LimitsAreThoseOfTheGuide) {
  struct Limits {
    const char* name;
    int accounts;
    int line_keys;
  };
  for (const Limits& want : {Limits{"T48G", 16, 29},
                             {"T46G", 16, 27},
                             {"T42G", 12, 15},
                             {"T41P", 6, 15},
                             {"T40P", 3, 3},
                             {"T29G", 16, 27},
                             {"T27P", 6, 21},
                             {"T23P", 3, 3},
                             {"T23G", 3, 3},
                             {"T21P_E2", 2, 2},
                             {"T19P_E2", 1, 0},
                             {"CP860", 1, 0}}) {
    const auto found = find_model(want.name);
    ASSERT_TRUE(found.has_value()) << want.name;
    EXPECT_EQ((*found)->accounts, want.accounts) << want.name;
    EXPECT_EQ((*found)->line_keys, want.line_keys) << want.name;
  }
}

TEST(Model, IsFoundByEverySpelling) {
  for (const char* name : {"T19P_E2", "t19p_e2", "SIP-T19P_E2", "SIP-T19(P) E2", "T19PE2"}) {
    const auto found = find_model(name);
    ASSERT_TRUE(found.has_value()) << name;
    EXPECT_EQ((*found)->id, ModelId::T19PE2) << name;
  }
  EXPECT_EQ((*find_model("SIP-T46G"))->id, ModelId::T46G);
  EXPECT_EQ((*find_model("cp860"))->id, ModelId::CP860);
}

TEST(Model, UnknownNameListsTheKnownOnes) {
  const auto found = find_model("T99X");
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().text(),
            "unknown model \"T99X\"; known are T48G, T46G, T42G, T41P, T40P, T40G, T29G, T27P, T27G, T23P, T23G, "
            "T21P_E2, T19P_E2, CP860");
  EXPECT_FALSE(find_model("").has_value());
}

TEST(Model, UserAgentIsWrittenAsThePhonesDo) {
  EXPECT_EQ(user_agent(model(ModelId::T46G)), "Yealink SIP-T46G 28.80.0.95");
  EXPECT_EQ(user_agent(model(ModelId::CP860)), "Yealink CP860 37.80.0.95");
}

TEST(Mac, IsTwelveLowerCaseHexDigits) {
  for (const char* text :
       {"001565A1B2C3", "00:15:65:a1:b2:c3", "00-15-65-A1-B2-C3", "0015.65a1.b2c3", " 001565a1b2c3 "})
    EXPECT_EQ(parse_mac(text).value_or("none"), "001565a1b2c3") << text;
  for (const char* text : {"", "001565a1b2c", "001565a1b2c3d", "001565a1b2cg", "001565a1b2c3g"}) {
    const auto mac = parse_mac(text);
    ASSERT_FALSE(mac.has_value()) << text;
    EXPECT_EQ(mac.error().what, "\"" + std::string(text) + "\" is not a MAC address: twelve hex digits are needed");
  }
}

}  // namespace
}  // namespace offhook::config
