// Every example of RFC 3261 §19.1.4 and §19.1.6, RFC 3966 and RFC 5954, and what follows from their rules.
#include <gtest/gtest.h>

#include "sip/tel_uri.hpp"
#include "sip/uri.hpp"

namespace offhook::sip {
namespace {

using Set = std::initializer_list<std::string_view>;
using Sets = std::initializer_list<std::initializer_list<std::string_view>>;

bool same(std::string_view a, std::string_view b) {
  const auto first = Uri::parse(a), second = Uri::parse(b);
  EXPECT_TRUE(first && second) << a << ' ' << b;
  if (!first || !second) return false;
  EXPECT_EQ(equal(*first, *second), equal(*second, *first)) << a << ' ' << b;
  EXPECT_TRUE(equal(*first, *first)) << a;
  EXPECT_TRUE(!equal(*first, *second) || aor_key(*first) == aor_key(*second)) << a << ' ' << b;
  return equal(*first, *second);
}

// All of a set with each other, in both orders.
void expect_pairs(Sets sets, bool equal) {
  for (const Set& set : sets)
    for (auto a = set.begin(); a != set.end(); ++a)
      for (auto b = a + 1; b != set.end(); ++b) EXPECT_EQ(same(*a, *b), equal) << *a << ' ' << *b;
}

TEST(UriEquality, rfc3261Equivalent) {
  expect_pairs({{"sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"},
                {"sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on"},
                {"sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
                 "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com"},
                {"sip:alice@atlanta.com?subject=project%20x&priority=urgent",
                 "sip:alice@atlanta.com?priority=urgent&subject=project%20x"}},
               true);
}

TEST(UriEquality, rfc3261NotEquivalent) {
  expect_pairs({{"SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"},
                {"sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"},
                {"sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"},
                {"sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"},
                {"sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"},
                {"sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"},
                // Equivalence is not transitive: each of these is the same as sip:carol@chicago.com.
                {"sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"}},
               false);
}

TEST(UriEquality, rfc3261TelephoneSubscribers) {
  // §19.1.6: a user part is compared as it stands.
  expect_pairs(
      {{"sip:+358-555-1234567;postd=pp22@foo.com;user=phone", "sip:+358-555-1234567;POSTD=PP22@foo.com;user=phone"},
       {"sip:+358-555-1234567;postd=pp22;isub=1411@foo.com;user=phone",
        "sip:+358-555-1234567;isub=1411;postd=pp22@foo.com;user=phone"}},
      false);
  expect_pairs({{"tel:+358-555-1234567;postd=pp22", "tel:+358-555-1234567;POSTD=PP22"},
                {"tel:+358-555-1234567;postd=pp22;isub=1411", "tel:+358-555-1234567;isub=1411;postd=pp22"},
                {"tel:+358-555-1234567;tsp=a.b;phone-context=5", "tel:+358-555-1234567;phone-context=5;tsp=a.b"}},
               true);
}

TEST(UriEquality, ofEscapes) {
  expect_pairs({{"sip:a%2Db@h", "sip:a-b@h", "sip:%61-b@h"},
                {"sip:a%3bb@h", "sip:a%3Bb@h"},
                {"sip:h;p=%61", "sip:h;p=A", "sip:h;%50=a"},
                {"sip:h?x=%41b", "sip:h?X=Ab"},
                {"sip:a:p%61ss@h", "sip:a:pass@h"}},
               true);
  // Reserved characters are not their escapes.
  expect_pairs({{"sip:a%3Bb@h", "sip:a;b@h"},
                {"sip:a%26@h", "sip:a&@h"},
                {"sip:a%2541@h", "sip:aA@h", "sip:a%41%41@h"},
                {"sip:n%00n@h", "sip:nn@h", "sip:n@h"}},
               false);
}

TEST(UriEquality, ofEveryPart) {
  expect_pairs({{"sip:H", "SIP:h"},
                {"sip:a@h;x=1;y=2", "sip:a@h;Y=2;X=1", "sip:a@h;y=2;z"},
                {"sip:a@h;lr", "sip:a@h"},
                {"sip:a@[2001:db8::1]", "sip:a@[2001:DB8:0:0:0:0:0:1]", "sip:a@[2001:db8:0::1]"},
                {"sip:h?From=%3Csip:a%40H%3E", "sip:h?from=%22A%22%20%3Csip:a%40h%3E"},
                {"sip:h?Priority=URGENT", "sip:h?priority=urgent"},
                {"sip:h?a=1&a=2", "sip:h?a=2&a=1"}},
               true);
  expect_pairs({{"sip:a@h", "sips:a@h", "tel:+1", "isbn:a@h"},
                {"sip:a@h", "sip:h", "sip:A@h"},
                {"sip:a@h", "sip:a:@h", "sip:a:x@h", "sip:a:X@h"},
                {"sip:h;user=phone", "sip:h", "sip:h;user=ip"},
                {"sip:h;ttl=1", "sip:h"},
                {"sip:h;method=INVITE", "sip:h"},
                {"sip:h;maddr=239.255.255.1", "sip:h", "sip:h;maddr=239.255.255.2"},
                {"sip:h;x=1", "sip:h;x=2", "sip:h;x"},
                {"sip:[2001:db8::1]", "sip:[2001:db8::2]", "sip:[2001:db8:::1]", "sip:2001.db8"},
                {"sip:h?a=1&a=2", "sip:h?a=1&a=1", "sip:h?a=1", "sip:h?a=1&b=2"},
                {"sip:h?0&", "sip:h?&"},
                {"sip:h?Call-ID=A", "sip:h?Call-ID=a"},
                {"sip:h?From=%3Csip:a%40h%3E", "sip:h?From=%3Csip:b%40h%3E", "sip:h?From=%3Csip:a%40h%3E%3Btag%3D1"},
                {"sip:h:5060", "sip:h:5061", "sip:h"}},
               false);
}

TEST(UriEquality, ofOtherSchemes) {
  expect_pairs({{"isbn:1", "ISBN:1"}, {"urn:service:sos", "URN:service:sos"}}, true);
  expect_pairs({{"isbn:1", "isbn:2", "urn:1"}, {"http://h/A", "http://h/a"}}, false);
}

TEST(UriEquality, endsWithLongLists) {
  std::string many = "sip:h", reversed;
  for (int i = 0; i < 4000; ++i) many += ";p" + std::to_string(i) + "=1";
  EXPECT_TRUE(same(many, many));
  EXPECT_FALSE(same(many, many + ";q"));
  std::string headers = "sip:h?a=1";
  for (int i = 0; i < 4000; ++i) headers += "&a=1";
  EXPECT_TRUE(same(headers, headers));
  EXPECT_FALSE(same(headers, headers + "&b=1"));
}

TEST(UriEquality, endsWithUrisWithinUris) {
  std::string uri = "sip:a@h";
  for (int i = 0; i < 6; ++i) uri = "sip:a@h?From=" + escape_header("<" + uri + ">");
  EXPECT_TRUE(same(uri, uri));
  EXPECT_FALSE(same(uri, "sip:a@h?From=%3Csip:a%40h%3E"));
}

TEST(AorKey, isTheSameForTheSameAddress) {
  EXPECT_EQ(aor_key(*Uri::parse("sip:a@[2001:DB8:0:0::1]:5060")), "sip:a@[2001:db8::1]:5060");
  EXPECT_EQ(aor_key(*Uri::parse("sip:a@[2001:db8:::1]")), "sip:a@[2001:db8:::1]")
      << "RFC 5118 §4.10: no address, still a key";
}

TEST(Escapes, ofParameters) {
  EXPECT_EQ(escape_param("a;b=c @?\"[:]+"), "a%3Bb%3Dc%20%40%3F%22[:]+");
  EXPECT_TRUE(Uri::parse("sip:h;" + escape_param("na;me") + "=" + escape_param("va=lue?@")));
}

}  // namespace
}  // namespace offhook::sip
