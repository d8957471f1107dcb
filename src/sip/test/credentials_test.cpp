// Authorization as views: what it takes as the field is written out there, and what it refuses.
#include <gtest/gtest.h>

#include <string>

#include "sip/digest.hpp"
#include "sip/header/credentials.hpp"

namespace offhook::sip {
namespace {

TEST(CredentialsView, seesEveryParameter) {
  const auto view = CredentialsView::parse(
      "Digest username=\"bob\", realm=\"atlanta.example.com\", nonce=\"ea9c\", uri=\"sips:ss2.example.com\",\r\n"
      " response=\"dfe5\", algorithm=SHA-256, cnonce=\"0a\", opaque=\"\", qop=auth, nc=00000001, userhash=false,\r\n"
      " username*=UTF-8''J%C3%A4s, auth-param=\"nobody, knows\"");
  ASSERT_TRUE(view) << view.error().text;
  EXPECT_EQ(view->username, "bob");
  EXPECT_EQ(view->username_ext, "UTF-8''J%C3%A4s");
  EXPECT_EQ(view->realm, "atlanta.example.com");
  EXPECT_EQ(view->nonce, "ea9c");
  EXPECT_EQ(view->uri, "sips:ss2.example.com");
  EXPECT_EQ(view->response, "dfe5");
  EXPECT_EQ(view->algorithm, "SHA-256");
  EXPECT_EQ(view->cnonce, "0a");
  EXPECT_NE(view->opaque.data(), nullptr);
  EXPECT_EQ(view->opaque, "");
  EXPECT_EQ(view->qop, "auth");
  EXPECT_EQ(view->nc, "00000001");
  EXPECT_EQ(view->userhash, "false");
}

TEST(CredentialsView, viewsLieInTheValue) {
  const std::string value = "digest\tUserName = \"a \\\"b\\\", c\" ,,NONCE=n";
  const auto view = CredentialsView::parse(value);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->username, "a \\\"b\\\", c");
  EXPECT_EQ(view->username.data(), value.data() + value.find("a \\"));
  EXPECT_EQ(view->nonce, "n");
  EXPECT_EQ(view->realm.data(), nullptr);
}

TEST(CredentialsView, takesQuotesThatAreMissingOrTooMany) {
  const auto view = CredentialsView::parse("Digest uri=sip:a;b=c, qop=\"auth\", nc=\"00000001\", algorithm=\"MD5\"");
  ASSERT_TRUE(view);
  EXPECT_EQ(view->uri, "sip:a;b=c");
  EXPECT_EQ(view->qop, "auth");
  EXPECT_EQ(view->nc, "00000001");
  EXPECT_EQ(view->algorithm, "MD5");
}

TEST(CredentialsView, refuses) {
  struct Case {
    std::string_view text;
    std::size_t offset;
  };
  for (const auto& [text, offset] : {
           Case{"", 0},
           {"Digest", 6},
           {"Basic dTpw", 5},
           {"Digestnc=1", 8},
           {"Digest realm=\"a", 13},
           {"Digest realm=\"a\\\"", 13},
           {"Digest realm=\"a\" nonce=\"b\"", 17},
           {"Digest realm=\"a\"b", 16},
           {"Digest realm=a\\b", 14},
           {"Digest realm=a\"b\"", 14},
           {"Digest realm=\"a\", Realm=\"b\"", 27},
           {"Digest =\"a\"", 7},
           {"Digest @=a", 7},
           {"Digest realm=a, nonce", 16},
           {"Digest realm=a, Digest realm=b", 16},
       }) {
    const auto view = CredentialsView::parse(text);
    ASSERT_FALSE(view) << text;
    EXPECT_EQ(view.error().offset, offset) << text;
  }
}

TEST(Credentials, EscapesOfTheResponseAreUndoneToo) {
  const auto first = Credentials::parse(
      R"(Digest username="a", realm="r", nonce="n", uri="sip:x", response="\Dd\\", algorithm=SHA-256)");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->response, R"(dd\)");
  EXPECT_EQ(Credentials::parse(first->text())->text(), first->text());
}

}  // namespace
}  // namespace offhook::sip
