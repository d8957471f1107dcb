// Telephone numbers: RFC 3966, RFC 3261 §19.1.6.
#include "sip/tel_uri.hpp"

#include "grammar.hpp"

namespace offhook::sip {
namespace {

TEST(TelUri, grammar) {
  test::check_grammar(
      TelUri::parse,
      {"tel:+1-201-555-0123", "tel:7042;phone-context=example.com", "tel:863-1234;phone-context=+1-914-555",
       "TEL:+1(201)555.0123", "tel:+358-555-1234567;postd=pp22", "tel:+1;ext=12-3", "tel:+1;isub=a@b?c%20d",
       "tel:*#123;phone-context=a", "tel:aBc1;phone-context=x.y.", "tel:+1;phone-context=5", "tel:+1;flag",
       "tel:+1;a-b=c[d]/:&+$", "tel:+1;x=%41", "tel:+(1)", "tel:1234;ext=5;phone-context=a;tsp=b"},
      {"",
       "tel:",
       "tel:+",
       "tel:+-",
       "tel:()",
       "sip:+1",
       "tel:+12a",
       "tel:+12#",
       "tel:1234",
       "tel:1234;phone-context=",
       "tel:1234;phone-context",
       "tel:1234;phone-context=5",
       "tel:1234;phone-context=a..b",
       "tel:1234;phone-context=-a",
       "tel:1234;phone-context=+",
       "tel:+1;ext=x",
       "tel:+1;ext",
       "tel:+1;ext=1;ext=1",
       "tel:+1;x=1;X=2",
       "tel:+1;isub=",
       "tel:+1;isub=a b",
       "tel:+1;x=a@b",
       "tel:+1;x=%4",
       "tel:+1;_x=1",
       "tel:+1;",
       "tel:+1;;x",
       "tel:++1",
       "tel:1+;phone-context=a",
       "tel:12g4;phone-context=a",
       "tel:+1 2"});
}

TEST(TelUri, hasItsParts) {
  const auto tel = TelUri::parse("tel:+1-(201)555.0123;ext=42;isub=12%34;phone-context=+1;x=y");
  ASSERT_TRUE(tel);
  EXPECT_TRUE(tel->global);
  EXPECT_EQ(tel->digits, "+1-(201)555.0123");
  EXPECT_EQ(tel->number(), "+12015550123");
  EXPECT_EQ(tel->ext, "42");
  EXPECT_EQ(tel->isub, "12%34");
  EXPECT_EQ(tel->phone_context, "+1");
  EXPECT_EQ(tel->params.find("x"), "y");
  const auto local = TelUri::parse("tel:A*7#;phone-context=h");
  EXPECT_FALSE(local->global);
  EXPECT_EQ(local->number(), "a*7#");
}

TEST(TelUri, refusesMoreParametersThanAnyoneHas) {
  std::string text = "tel:+1";
  for (int i = 0; i < 32; ++i) text += ";p" + std::to_string(i);
  EXPECT_TRUE(TelUri::parse(text));
  EXPECT_FALSE(TelUri::parse(text + ";q"));
}

TEST(TelUri, knowsTheOrderOfParameters) {
  for (const char* text :
       {"tel:+1", "tel:+1;isub=1;phone-context=a;b=1;c=1", "tel:+1;ext=1;A=1;b=1", "tel:+1;phone-context=+1"})
    EXPECT_TRUE(TelUri::parse(text)->in_order()) << text;
  for (const char* text :
       {"tel:+1;a=1;ext=1", "tel:+1;phone-context=a;isub=1", "tel:+1;b=1;a=1", "tel:+1;a;phone-context=a"})
    EXPECT_FALSE(TelUri::parse(text)->in_order()) << text;
}

bool same(std::string_view a, std::string_view b) {
  const auto left = TelUri::parse(a), right = TelUri::parse(b);
  EXPECT_TRUE(left && right) << a << ' ' << b;
  EXPECT_EQ(equal(*left, *right), equal(*right, *left));
  // Two spellings of one number make one user part.
  EXPECT_EQ(equal(*left, *right), telephone_subscriber(*left) == telephone_subscriber(*right)) << a << ' ' << b;
  return equal(*left, *right);
}

TEST(TelUri, compares) {
  EXPECT_TRUE(same("tel:+1-201-555-0123", "tel:+1(201)555.0123"));
  EXPECT_TRUE(same("tel:7042;phone-context=Example.COM", "tel:70-42;phone-context=example.com"));
  EXPECT_TRUE(same("tel:863;phone-context=+1-914", "tel:863;phone-context=+1914"));
  EXPECT_TRUE(same("tel:+1;ext=4-2;x=Y", "tel:+1;X=y;ext=42"));
  EXPECT_TRUE(same("tel:A1;phone-context=a", "tel:a1;phone-context=a"));
  EXPECT_FALSE(same("tel:+1201", "tel:1201;phone-context=a"));
  EXPECT_FALSE(same("tel:+1201", "tel:+12010"));
  EXPECT_FALSE(same("tel:7042;phone-context=a", "tel:7042;phone-context=b"));
  EXPECT_FALSE(same("tel:+1;ext=1", "tel:+1"));
  EXPECT_FALSE(same("tel:+1;x", "tel:+1;x=1"));
  EXPECT_FALSE(same("tel:+1;isub=1-2", "tel:+1;isub=12"));
}

TEST(TelUri, becomesTheUserOfASipUri) {
  // §19.1.6's examples; separators go with the case, for two spellings shall make one address.
  EXPECT_EQ(telephone_subscriber(*TelUri::parse("tel:+358-555-1234567;POSTD=PP22")), "+3585551234567;postd=pp22");
  EXPECT_EQ(telephone_subscriber(*TelUri::parse("tel:+358-555-1234567;tsp=a.b;phone-context=5")),
            "+3585551234567;phone-context=5;tsp=a.b");
  EXPECT_EQ(telephone_subscriber(*TelUri::parse("tel:+358;postd=pp22;isub=1411;a=1")), "+358;isub=1411;postd=pp22;a=1");
  EXPECT_EQ(telephone_subscriber(*TelUri::parse("tel:*21#;phone-context=h")), "*21%23;phone-context=h");
}

TEST(TelUri, isFoundInEveryUri) {
  const auto number = [](std::string_view text) {
    const auto uri = Uri::parse(text);
    const auto tel = uri ? telephone(*uri) : std::nullopt;
    return tel ? tel->number() : "";
  };
  EXPECT_EQ(number("tel:+1-2"), "+12");
  EXPECT_EQ(number("sip:+1-212-555-1212:1234@gateway.com;user=phone"), "+12125551212");
  EXPECT_EQ(number("sips:*21%23;phone-context=h@g;user=Phone"), "*21#");
  EXPECT_EQ(number("sip:+1@h"), "");
  EXPECT_EQ(number("sip:+1@h;user=ip"), "");
  EXPECT_EQ(number("sip:alice@h;user=phone"), "");
  EXPECT_EQ(number("http://h"), "");
}

}  // namespace
}  // namespace offhook::sip
