// Header fields about bodies, languages and what their sender can read.
#include "grammar.hpp"
#include "sip/header/accept.hpp"
#include "sip/header/content_disposition.hpp"
#include "sip/header/content_encoding.hpp"
#include "sip/header/content_id.hpp"
#include "sip/header/content_type.hpp"
#include "sip/header/free_text.hpp"
#include "sip/header/mime_version.hpp"

namespace offhook::sip {
namespace {

using test::check_grammar;

Message with(std::string_view fields) {
  auto message = Message::parse("OPTIONS sip:a SIP/2.0\r\n" + std::string(fields) + "\r\n");
  EXPECT_TRUE(message) << fields;
  return message ? *message : Message{};
}

TEST(Accept, grammar) {
  check_grammar(AcceptRange::parse,
                {"application/sdp", "*/*", "text/*", "application/sdp;level=1", "text/html ; q=0.5", "*/*;q=0",
                 "application / sdp", "a/b;q=1.000"},
                {"", "application", "application/", "/sdp", "*/sdp", "a/b;q=2", "a/b;q=0.1234", "a/b;", "a/b c",
                 "a/b;=1", "a b/c"});
  check_grammar(AcceptEncoding::parse, {"gzip", "*", "identity;q=0.5", "compress ; q=0"},
                {"", "gzip deflate", "gzip;q=x", "gzip;", ";q=1"});
  check_grammar(AcceptLanguage::parse, {"da", "en-gb;q=0.8", "*", "es-419", "en;q=0.7"},
                {"", "en_gb", "1n", "en-", "-en", "toolongalanguage", "en;q=7", "en gb"});
}

TEST(Accept, choosesByTheMostSpecificRange) {
  const Message m =
      with("Accept: text/*;q=0.3, text/html;q=0.7,\r\n */*;q=0.1\r\nAccept: application/sdp, text/plain;q=0\r\n");
  EXPECT_EQ(accepts(m, "application", "SDP"), 1000);
  EXPECT_EQ(accepts(m, "text", "html"), 700);
  EXPECT_EQ(accepts(m, "text", "xml"), 300);
  EXPECT_EQ(accepts(m, "text", "plain"), 0);
  EXPECT_EQ(accepts(m, "image", "png"), 100);
  EXPECT_EQ(accepts(with(""), "application", "sdp"), 1000);
  EXPECT_EQ(accepts(with(""), "text", "plain"), 0);
  EXPECT_EQ(accepts(with("Accept:\r\n"), "application", "sdp"), 0);
  EXPECT_EQ(AcceptLanguage::parse("en;q=0.8")->q(), 800);
  EXPECT_EQ(AcceptEncoding::parse("gzip")->q(), 1000);
}

TEST(ContentType, grammar) {
  check_grammar(
      MediaType::parse,
      {"application/sdp", "text/html; charset=ISO-8859-4", "multipart/mixed;boundary=\"a b\"",
       "message/sipfrag;version=2.0", "application/ISUP;version=nxv3;base=etsi121", " text / plain ", "a/b;c=\"\\\"\""},
      {"", "application", "application/", "/sdp", "text/html;charset", "text/html;charset=", "text/html;",
       "text/html charset=x", "a/b;c=\"", "a/b,c/d", "a/b;c(=d"});
  const auto type = MediaType::parse("Multipart/Mixed; boundary=\"unique boundary\";Charset=utf-8");
  ASSERT_TRUE(type);
  EXPECT_TRUE(type->is_multipart());
  EXPECT_TRUE(type->is("multipart/mixed"));
  EXPECT_FALSE(type->is("multipart/mixe"));
  EXPECT_FALSE(type->is("multipart-mixed"));
  EXPECT_FALSE(type->is("multipart"));
  EXPECT_EQ(type->boundary(), "unique boundary");
  EXPECT_EQ(type->charset(), "utf-8");
  EXPECT_EQ(MediaType::parse("a/b")->boundary(), "");
}

TEST(ContentDisposition, grammar) {
  check_grammar(ContentDisposition::parse,
                {"session", "render;handling=optional", "icon", "attachment;filename=\"a b\"", "x-y"},
                {"", "session render", "session;", ";handling=optional", "session;handling="});
  EXPECT_TRUE(ContentDisposition::parse("Session;Handling=Optional")->optional());
  EXPECT_TRUE(ContentDisposition::parse("Session;Handling=Optional")->is("session"));
  EXPECT_FALSE(ContentDisposition::parse("session;handling=required")->optional());
  EXPECT_FALSE(ContentDisposition::parse("session")->optional());
  EXPECT_FALSE(ContentDisposition::parse("session;handling=other")->optional()) << "unknown handling is required";
}

TEST(ContentEncoding, grammar) {
  check_grammar(parse_content_coding, {"gzip", " tar "}, {"", "gzip deflate", "gz(ip"});
  check_grammar(parse_language_tag, {"fr", "en-US", "zh-Hant-TW", "es-419"},
                {"", "f r", "fr-", "1fr", "abcdefghi", "fr--ca"});
  EXPECT_TRUE(is_uncoded(with("")));
  EXPECT_TRUE(is_uncoded(with("Content-Encoding: Identity\r\n")));
  EXPECT_FALSE(is_uncoded(with("e: identity, gzip\r\n")));
}

TEST(ContentId, grammar) {
  check_grammar(parse_content_id, {"<target123@atlanta.example.com>", "<a@b>", " <1.2%3@h> ", "<no-at-sign>"},
                {"", "a@b", "<a@b", "<>", "<@b>", "<a@>", "<a b@c>", "<a@b> c", "<<a@b>>"});
  EXPECT_EQ(*parse_content_id(" <a@b>"), "a@b");
  EXPECT_TRUE(cid_names("cid:a@b", "a@b"));
  EXPECT_TRUE(cid_names("CID:a%25b@c", "a%b@c"));
  EXPECT_FALSE(cid_names("cid:A@b", "a@b"));
  EXPECT_FALSE(cid_names("mid:a@b", "a@b"));
  EXPECT_FALSE(cid_names("ci", "a@b"));
}

TEST(MimeVersion, grammar) {
  check_grammar(MimeVersion::parse, {"1.0", " 2.10 "}, {"", "1", "1.", ".1", "1.0.0", "1. 0", "a.b", "4294967296.0"});
  EXPECT_EQ(MimeVersion::parse("1.12")->minor, 12);
}

TEST(FreeText, grammar) {
  check_grammar(parse_free_text, {"", "Boxes by Bob", "Gr\xc3\xbc\xc3\x9f Gott", "a\r\n b", "say \"(\\"},
                {"a\x01", "a\x7f", "\xff", "\xc3", "\xc0\xaf", "\xed\xa0\x80"});
  EXPECT_EQ(*parse_free_text("  Need more boxes "), "Need more boxes");
}

}  // namespace
}  // namespace offhook::sip
