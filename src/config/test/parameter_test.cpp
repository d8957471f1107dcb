#include "config/parameter.hpp"

#include <gmock/gmock.h>

#include <set>

namespace offhook::config {
namespace {

using ::testing::Optional;

const Row& row(std::string_view name) { return *locate(name)->row; }

TEST(ParameterTable, EveryRowIsWellFormed) {
  std::set<std::string_view> seen;
  for (const Row& r : rows()) {
    SCOPED_TRACE(r.name);
    EXPECT_TRUE(seen.insert(r.name).second) << "twice in the table";
    EXPECT_FALSE(r.help.empty());
    EXPECT_FALSE(r.name.starts_with("static."));
    EXPECT_LE(r.min, r.max);
    EXPECT_NE(r.models & kAllModels, 0u);
    EXPECT_EQ(r.kind == Kind::Choice, !r.choices.empty());
    EXPECT_EQ(r.name.find(".X.") != std::string_view::npos, r.x_range != IndexRange::None);
    EXPECT_EQ(r.name.find(".Y.") != std::string_view::npos, r.y_range != IndexRange::None);
    if (r.kind == Kind::Flag || r.kind == Kind::Integer || r.kind == Kind::Choice) {
      EXPECT_FALSE(permitted(r).empty());
    }
  }
}

TEST(ParameterTable, EveryFactoryDefaultIsPermittedOnEveryModel) {
  for (const Row& r : rows())
    for (const Model& m : models()) {
      const unsigned last = std::max(1u, y_limit(r, m));
      for (unsigned y = 1; y <= last; ++y) {
        const auto value = factory_default(r, m, {1, static_cast<std::uint8_t>(y)});
        if (r.kind == Kind::Text || r.kind == Kind::Host || r.kind == Kind::Address || r.kind == Kind::Credential)
          continue;
        EXPECT_TRUE(is_permitted(r, value)) << r.name << " on " << m.name << ": \"" << value << "\"";
      }
    }
}

TEST(ParameterTable, EveryRowIsFoundByPatternAndByName) {
  for (const Row& r : rows()) {
    const auto by_pattern = locate(r.name);
    ASSERT_TRUE(by_pattern.has_value()) << r.name;
    EXPECT_EQ(by_pattern->row, &r);
    EXPECT_EQ(by_pattern->index, Index{});
    EXPECT_EQ(&rows()[by_pattern->id], &r);
    const Index index{static_cast<std::uint8_t>(r.x_range != IndexRange::None ? 16 : 0),
                      static_cast<std::uint8_t>(r.y_range != IndexRange::None ? 2 : 0)};
    for (const std::string& name : {concrete_name(r, index), "static." + concrete_name(r, index)}) {
      const auto by_name = locate(name);
      ASSERT_TRUE(by_name.has_value()) << name;
      EXPECT_EQ(by_name->row, &r) << name;
      EXPECT_EQ(by_name->index, index) << name;
    }
  }
}

TEST(ParameterTable, DoesNotFindWhatIsNotThere) {
  for (const char* name : {"",
                           ".",
                           "account",
                           "account.1",
                           "account.1.",
                           "account.1.label.",
                           ".account.1.label",
                           "account..label",
                           "account.0.label",
                           "account.01.label",
                           "account.256.label",
                           "account.-1.label",
                           "account.1.2.label",
                           "Account.1.label",
                           "account.1.Label",
                           "account.1.sip_server.port",
                           "account.1.label ",
                           "static.",
                           "account.Z.label",
                           "sip.listen_port.1",
                           "99999999999999999999"})
    EXPECT_FALSE(locate(name).has_value()) << name;
}

TEST(ParameterTable, TakesNamesRangesAndDefaultsFromTheGuide) {
  struct Want {
    const char* name;
    const char* fallback;
    const char* permitted;
  };
  const Model& t46 = model(ModelId::T46G);
  for (const Want& want : {
           Want{"account.1.enable", "0", "0 or 1"},
           {"account.1.label", "", "text of at most 99 bytes"},
           {"account.1.sip_server.1.address", "", "an IP address or host name of at most 256 bytes"},
           {"account.1.sip_server.1.port", "5060", "0-65535"},
           {"account.1.sip_server.2.transport_type", "0", "0 (UDP), 1 (TCP), 2 (TLS), 3 (DNS-NAPTR)"},
           {"account.1.sip_server.1.expires", "3600", "30-2147483647 s"},
           {"account.1.sip_server.1.retry_counts", "3", "0-20"},
           {"account.1.sip_server.1.failback_timeout", "3600", "0 or 1-65535 s"},
           {"account.1.reg_fail_retry_interval", "30", "0-1800 s"},
           {"account.1.advanced.timer_t1", "0.5", "0.5-10 s"},
           {"account.1.advanced.timer_t4", "5", "2.5-60 s"},
           {"account.1.timeout_fwd.timeout", "2", "0-20 rings"},
           {"account.1.contact_take_line_param", "1", "0 or 1"},
           {"sip.listen_port", "5060", "1024-65535"},
           {"network.port.min_rtpport", "11780", "1024-65535"},
           {"network.port.max_rtpport", "12780", "1024-65535"},
           {"features.normal_refuse_code", "486",
            "404 (Not Found), 480 (Temporarily Unavailable), 486 (Busy Here), 603 (Decline)"},
           {"features.dnd_refuse_code", "480",
            "404 (Not Found), 480 (Temporarily Unavailable), 486 (Busy Here), 603 (Decline)"},
           {"features.fwd_diversion_enable", "1", "0 or 1"},
           {"features.busy_tone_delay", "0", "0, 3, 5 s"},
           {"call_waiting.enable", "1", "0 or 1"},
           {"phone_setting.ringing_timeout", "120", "1-3600 s"},
           {"phone_setting.ringback_timeout", "180", "1-3600 s"},
           {"voice.jib.normal", "120", "0-400 ms"},
           {"security.user_password", "", "name:password"},
           {"phone_setting.ring_type", "Ring1.wav", "text of at most 99 bytes"},
       }) {
    const auto at = locate(want.name);
    ASSERT_TRUE(at.has_value()) << want.name;
    EXPECT_EQ(factory_default(*at->row, t46, at->index), want.fallback) << want.name;
    EXPECT_EQ(permitted(*at->row), want.permitted) << want.name;
  }
}

struct ValueCase {
  const char* name;
  const char* value;
  bool ok;
};
class Values : public ::testing::TestWithParam<ValueCase> {};
TEST_P(Values, ArePermittedOrNot) {
  EXPECT_EQ(is_permitted(row(GetParam().name), GetParam().value), GetParam().ok)
      << GetParam().name << " = \"" << GetParam().value << "\"";
}
INSTANTIATE_TEST_SUITE_P(
    Parameter, Values,
    ::testing::Values(
        ValueCase{"account.1.enable", "1", true}, ValueCase{"account.1.enable", "2", false},
        ValueCase{"account.1.enable", "on", false}, ValueCase{"sip.listen_port", "1024", true},
        ValueCase{"sip.listen_port", "65535", true}, ValueCase{"sip.listen_port", "1023", false},
        ValueCase{"sip.listen_port", "65536", false}, ValueCase{"sip.listen_port", "5060x", false},
        ValueCase{"sip.listen_port", "-5060", false}, ValueCase{"sip.listen_port", "99999999999999999999", false},
        ValueCase{"features.dnd_refuse_code", "603", true}, ValueCase{"features.dnd_refuse_code", "487", false},
        ValueCase{"features.dnd_refuse_code", "603 Decline", false},
        ValueCase{"account.1.advanced.timer_t1", "0.5", true}, ValueCase{"account.1.advanced.timer_t1", "10", true},
        ValueCase{"account.1.advanced.timer_t1", "0.4", false},
        ValueCase{"account.1.advanced.timer_t1", "10.001", false},
        ValueCase{"account.1.advanced.timer_t1", "0,5", false},
        ValueCase{"account.1.sip_server.1.failback_timeout", "0", true},
        ValueCase{"account.1.sip_server.1.address", "sip.example.com", true},
        ValueCase{"account.1.sip_server.1.address", "192.0.2.1", true},
        ValueCase{"account.1.sip_server.1.address", "2001:db8::1", true},
        ValueCase{"account.1.sip_server.1.address", "192.0.2.300", false},
        ValueCase{"account.1.sip_server.1.address", "sip.example.com:5060", false},
        ValueCase{"account.1.sip_server.1.address", "sip:example.com", false},
        ValueCase{"account.1.sip_server.1.address", "a..b", false},
        ValueCase{"account.1.sip_server.1.address", ".b", false},
        ValueCase{"account.1.codec.1.payload_type", "G726-32", true},
        ValueCase{"account.1.codec.1.payload_type", "pcmu", false},
        ValueCase{"security.user_password", "admin:secret", true}, ValueCase{"security.user_password", "admin:", true},
        ValueCase{"security.user_password", ":secret", false}, ValueCase{"security.user_password", "admin", false}));

TEST(Parameter, TextIsLimitedInBytes) {
  EXPECT_TRUE(is_permitted(row("account.1.label"), std::string(99, 'x')));
  EXPECT_FALSE(is_permitted(row("account.1.label"), std::string(100, 'x')));
}

TEST(Parameter, ThousandthsReadDecimals) {
  EXPECT_THAT(parse_thousandths("0.5"), Optional(500));
  EXPECT_THAT(parse_thousandths("4"), Optional(4000));
  EXPECT_THAT(parse_thousandths("1.234"), Optional(1234));
  EXPECT_THAT(parse_thousandths("1.05"), Optional(1050));
  for (const char* bad : {"", ".", "1.", ".5", "1.2345", "-1", "1.x", "1e3", "1.-5", "4294967296"})
    EXPECT_FALSE(parse_thousandths(bad).has_value()) << bad;
}

TEST(Parameter, IntegersMayBeNegative) {
  EXPECT_THAT(parse_integer("-3"), Optional(-3));
  EXPECT_THAT(parse_integer("0"), Optional(0));
  for (const char* bad : {"", "-", "+1", " 1", "1 ", "1.0", "0x1"}) EXPECT_FALSE(parse_integer(bad).has_value()) << bad;
}

TEST(Parameter, NearestNameKeepsTheNumbers) {
  EXPECT_THAT(nearest_name("account.3.lable"), Optional(std::string("account.3.label")));
  EXPECT_THAT(nearest_name("Account.1.Enable"), Optional(std::string("account.1.enable")));
  EXPECT_THAT(nearest_name("account.1.sip_sever.2.port"), Optional(std::string("account.1.sip_server.2.port")));
  EXPECT_THAT(nearest_name("account.1.sip_server.retry_counts"),
              Optional(std::string("account.1.sip_server.Y.retry_counts")));
  EXPECT_THAT(nearest_name("features.dnd_refuse_codes"), Optional(std::string("features.dnd_refuse_code")));
  EXPECT_THAT(nearest_name("static.network.prot.http"), Optional(std::string("network.port.http")));
}

TEST(Parameter, NothingIsNearAStrangeName) {
  EXPECT_FALSE(nearest_name("coffee.temperature").has_value());
  EXPECT_FALSE(nearest_name("").has_value());
  EXPECT_FALSE(nearest_name(std::string(4000, 'a')).has_value());
}

TEST(Parameter, CodecSlotsFollowTheModel) {
  const Row& codec = row("account.X.codec.Y.payload_type");
  const Row& priority = row("account.X.codec.Y.priority");
  EXPECT_EQ(factory_default(codec, model(ModelId::T46G), {1, 6}), "G722");
  EXPECT_EQ(factory_default(priority, model(ModelId::T46G), {1, 6}), "1");
  EXPECT_EQ(factory_default(codec, model(ModelId::T23G), {1, 10}), "opus");
  EXPECT_EQ(y_limit(codec, model(ModelId::T46G)), 11);
  EXPECT_EQ(y_limit(codec, model(ModelId::T23G)), 10);
  EXPECT_EQ(y_limit(codec, model(ModelId::T27P)), 9);
}

}  // namespace
}  // namespace offhook::config
