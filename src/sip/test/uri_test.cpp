// URIs: their parts, which of them are the same, and escaping. RFC 3261 §19.1.
#include <gtest/gtest.h>

#include "sip/uri.hpp"

namespace offhook::sip {
namespace {

struct Parts {
  std::string_view text, user, password, host;
  std::optional<std::uint16_t> port;
  std::string_view params, headers;
};

TEST(Uri, hasItsParts) {
  for (const auto& [text, user, password, host, port, params, headers] : std::initializer_list<Parts>{
           {"sip:example.com", "", "", "example.com", {}, "", ""},
           {"sips:alice@atlanta.com", "alice", "", "atlanta.com", {}, "", ""},
           {"SIP:alice:secretword@atlanta.com;transport=tcp",
            "alice",
            "secretword",
            "atlanta.com",
            {},
            ";transport=tcp",
            ""},
           {"sip:alice@atlanta.com:5062?subject=project%20x&priority=urgent", "alice", "", "atlanta.com", 5062, "",
            "subject=project%20x&priority=urgent"},
           {"sip:+1-212-555-1212:1234@gateway.com;user=phone",
            "+1-212-555-1212",
            "1234",
            "gateway.com",
            {},
            ";user=phone",
            ""},
           {"sip:alice;day=tuesday@atlanta.com", "alice;day=tuesday", "", "atlanta.com", {}, "", ""},
           {"sip:user;par=u%40example.net@example.com", "user;par=u%40example.net", "", "example.com", {}, "", ""},
           {"sip:a?b,c/d@h", "a?b,c/d", "", "h", {}, "", ""},
           {"sip:[2001:db8::10]:5070", "", "", "[2001:db8::10]", 5070, "", ""},
           {"sip:[2001:db8::10:5070]", "", "", "[2001:db8::10:5070]", {}, "", ""},
           {"sip:user@[2001:db8:::192.0.2.1];lr", "user", "", "[2001:db8:::192.0.2.1]", {}, ";lr", ""},
           {"sip:a:@h", "a", "", "h", {}, "", ""},
       }) {
    const auto uri = Uri::parse(text);
    ASSERT_TRUE(uri) << text << ": " << uri.error().text;
    EXPECT_TRUE(uri->is_sip());
    EXPECT_EQ(uri->text, text);
    EXPECT_EQ(uri->user, user) << text;
    EXPECT_EQ(uri->password, password) << text;
    EXPECT_EQ(uri->host, host) << text;
    EXPECT_EQ(uri->port, port) << text;
    EXPECT_EQ(uri->params.text(), params) << text;
    EXPECT_EQ(uri->headers, headers) << text;
  }
}

TEST(Uri, readsOtherSchemes) {
  const auto tel = Uri::parse("tel:+1-201-555-0123;phone-context=example.com");
  ASSERT_TRUE(tel);
  EXPECT_EQ(tel->scheme, Scheme::Tel);
  EXPECT_EQ(tel->user, "+1-201-555-0123");
  EXPECT_EQ(tel->params.find("phone-context"), "example.com");
  const auto other = Uri::parse("soap.beep://192.0.2.103:3002");
  ASSERT_TRUE(other);
  EXPECT_EQ(other->scheme, Scheme::Other);
  EXPECT_FALSE(other->is_sip());
  EXPECT_EQ(other->opaque, "//192.0.2.103:3002");
}

TEST(Uri, refuses) {
  for (const auto* text : {"",
                           "sip",
                           ":",
                           "1sip:a",
                           "sip:",
                           "sip:@a",
                           "sip:a@",
                           "sip:a@b@c",
                           "sip:a b@c",
                           "sip:a@b; lr",
                           "<sip:a@b>",
                           "sip:a@b>",
                           "sip:a@b:",
                           "sip:a@b:x",
                           "sip:a@b:65536",
                           "sip:a@b:5060x",
                           "sip:2001:db8::10",
                           "sip:[2001:db8::10",
                           "sip:[]",
                           "sip:a@[g]",
                           "sip:a@b;",
                           "sip:a@b;;lr",
                           "sip:a@b;x=",
                           "sip:a@b?",
                           "sip:a@b\r\n",
                           "sip:a\"@b",
                           "tel:",
                           "tel:+",
                           "tel:+12x",
                           "isbn:",
                           "sip:a@b$c"})
    EXPECT_FALSE(Uri::parse(text)) << text;
}

bool same(std::string_view a, std::string_view b) {
  const auto first = Uri::parse(a), second = Uri::parse(b);
  EXPECT_TRUE(first && second) << a << " " << b;
  EXPECT_EQ(equal(*first, *second), equal(*second, *first)) << a << " " << b;
  return equal(*first, *second);
}

TEST(UriComparison, findsTheSame) {
  using Pair = std::pair<std::string_view, std::string_view>;
  for (const auto& [a, b] : std::initializer_list<Pair>{
           {"sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtlanTa.CoM;Transport=tcp"},
           {"sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"},
           {"sip:carol@chicago.com;security=on", "sip:carol@chicago.com;newparam=5"},
           {"sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
            "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com"},
           {"sip:alice@atlanta.com?subject=project%20x&priority=urgent",
            "sip:alice@atlanta.com?priority=urgent&subject=project%20x"},
           {"sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31",
            "sip:caller@host5.example.net;lr;name=value%2541"},
           {"sip:a@[2001:db8::1]", "sip:a@[2001:DB8:0:0::1]"},
           {"tel:+1-201-555-0123", "TEL:+1(201)555.0123"},
           {"isbn:1", "isbn:1"},
       })
    EXPECT_TRUE(same(a, b)) << a << " " << b;
}

TEST(UriComparison, tellsApart) {
  using Pair = std::pair<std::string_view, std::string_view>;
  for (const auto& [a, b] : std::initializer_list<Pair>{
           {"SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"},
           {"sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"},
           {"sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"},
           {"sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"},
           {"sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"},
           {"sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"},
           {"sip:bob@biloxi.com", "sips:bob@biloxi.com"},
           {"sip:bob@biloxi.com;a=1", "sip:bob@biloxi.com;a=2"},
           {"sip:bob@biloxi.com;n%61me=v%61lue%25%34%31", "sip:bob@biloxi.com;name=valueA"},
           {"sip:a@[2001:db8::1]", "sip:a@[2001:db8::2]"},
           {"sip:bob@biloxi.com;maddr=192.0.2.4", "sip:bob@biloxi.com"},
           {"sip:bob:x@biloxi.com", "sip:bob:y@biloxi.com"},
           {"sip:null-%00-null@example.com", "sip:null-@example.com"},
           {"sip:a%2541@example.com", "sip:aA@example.com"},
           {"tel:5550123;phone-context=a", "tel:5550123"},
           {"isbn:1", "isbn:2"},
       })
    EXPECT_FALSE(same(a, b)) << a << " " << b;
}

std::string key(std::string_view text) { return aor_key(*Uri::parse(text)); }

TEST(AorKey, dropsWhatDoesNotName) {
  EXPECT_EQ(key("sips:%61lice:secret@Example.COM:5061;transport=tls?x=y"), "sip:alice@example.com:5061");
  EXPECT_EQ(key("sip:Example.com"), "sip:example.com");
  EXPECT_EQ(key("tel:+1-201-555-0123;ext=1"), "tel:+12015550123");
  EXPECT_EQ(key("isbn:1"), "isbn:1");
  EXPECT_EQ(key("sip:n%00@h"), std::string("sip:n\0@h", 8));
}

TEST(Escapes, areUndoneOnce) {
  EXPECT_EQ(unescape("a%40b%2541%"), "a@b%41%");
  EXPECT_EQ(unescape("%4"), "%4");
  EXPECT_EQ(unescape("%zz%4g"), "%zz%4g");
  EXPECT_EQ(unescape("%41"), "A");
}

TEST(Escapes, makeTextFitForItsPlace) {
  EXPECT_EQ(escape_user("a@b:c d#*\"%+1;x"), "a%40b%3Ac%20d%23*%22%25+1;x");
  EXPECT_EQ(escape_header("12@h;to-tag=1;from-tag=2"), "12%40h%3Bto-tag%3D1%3Bfrom-tag%3D2");
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  EXPECT_EQ(unescape(escape_user(all)), all);
  EXPECT_EQ(unescape(escape_header(all)), all);
  EXPECT_TRUE(Uri::parse("sip:" + escape_user(all) + "@h?Replaces=" + escape_header(all)));
}

}  // namespace
}  // namespace offhook::sip
