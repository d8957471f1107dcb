// UTF-8, quoted strings, comments and display names, and the fields that are made of them.
#include "grammar.hpp"
#include "sip/header/retry_after.hpp"
#include "sip/header/server.hpp"
#include "sip/header/warning.hpp"
#include "sip/text.hpp"

namespace offhook::sip {
namespace {

using test::check_grammar;

TEST(Utf8, isStrict) {
  for (const std::string_view text : {"", "ascii", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                                      "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
    EXPECT_TRUE(is_utf8(text)) << testing::PrintToString(text);
  for (const std::string_view text : {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41", "\xe0\x9f\xbf",
                                      "\xe0\xa0", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf0\x90\x80",
                                      "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xfe", "\xff", "a\xc3"})
    EXPECT_FALSE(is_utf8(text)) << testing::PrintToString(text);
  EXPECT_TRUE(is_utf8(std::string_view("\0", 1)));
}

TEST(Utf8, isMade) {
  EXPECT_EQ(to_utf8("J\xc3\xb6rg"), "J\xc3\xb6rg");
  EXPECT_EQ(to_utf8("J\xf6rg"), "J\xef\xbf\xbdrg");
  EXPECT_EQ(to_utf8("\xc3"), "\xef\xbf\xbd");
  EXPECT_EQ(to_utf8("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(QuotedString, grammar) {
  for (const std::string_view text :
       {R"("")", R"("a b")", R"("a\"b")", R"("\\")", "\"a\r\n b\"", "\"\xc3\xb6\"", "\"\\\x01\"", "\"(<>)\""})
    EXPECT_TRUE(is_quoted_string(text)) << text;
  for (const std::string_view text : {"", "\"", "a", "\"a", "a\"", "\"a\"b\"", "\"\\\"", "\"\\\r\"", "\"\x01\"",
                                      "\"\xff\"", "\"\\\xc3\xb6\"", "\"\x7f\""})
    EXPECT_FALSE(is_quoted_string(text)) << text;
  EXPECT_TRUE(is_display_name("Mr. Watson"));
  EXPECT_TRUE(is_display_name(""));
  EXPECT_TRUE(is_display_name("\"Watson, Thomas\""));
  EXPECT_FALSE(is_display_name("Watson, Thomas"));
  EXPECT_FALSE(is_display_name("J\xc3\xb6rg"));
}

TEST(Comments, nestUpToALimit) {
  EXPECT_EQ(*comment_length("(a)b"), 3);
  EXPECT_EQ(*comment_length("(a (b) \\) c)"), 12);
  EXPECT_EQ(*comment_length("()"), 2);
  for (const std::string_view text : {"", "a", "(", "(a", "(a(b)", "(a\\", "(\\\r\n)", "(\x01)", "(\xff)"})
    EXPECT_FALSE(comment_length(text)) << text;
  const auto nested = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '(') + std::string(static_cast<std::size_t>(depth), ')');
  };
  EXPECT_TRUE(comment_length(nested(kCommentNesting)));
  const auto deeper = comment_length(nested(kCommentNesting + 1));
  ASSERT_FALSE(deeper);
  EXPECT_EQ(deeper.error().offset, kCommentNesting);
}

TEST(Comments, goThereAndBack) {
  EXPECT_EQ(comment("a (b) \\"), "(a \\(b\\) \\\\)");
  EXPECT_EQ(comment_text(comment("a (b) \\")), "a (b) \\");
  EXPECT_EQ(comment("a\x01"), "(a )");
  EXPECT_EQ(comment_text("plain"), "plain");
}

TEST(Server, grammar) {
  check_grammar(ServerValues::parse,
                {"HomeServer v2", "Softphone Beta1.5", "Yealink SIP-T23G 44.80.0.60", "a/1.0 (b (c)) d",
                 "(only a comment)", "a / 2", "a(b)c"},
                {"", "a/", "/1", "a (b", "a @", "a (\x01)", "\"quoted\""});
  auto values = ServerValues::parse(" Asterisk PBX/18.1 (Debian (11)) x ");
  ASSERT_TRUE(values);
  EXPECT_EQ(values->next()->product, "Asterisk");
  const auto second = values->next();
  EXPECT_EQ(second->product, "PBX");
  EXPECT_EQ(second->version, "18.1");
  EXPECT_EQ(comment_text(values->next()->comment), "Debian (11)");
  EXPECT_EQ(values->next()->product, "x");
  EXPECT_FALSE(values->next());
}

TEST(RetryAfter, grammar) {
  check_grammar(RetryAfter::parse,
                {"18000;duration=3600", "120 (I'm in a meeting)", "0", "5 (a (b)) ; duration=1;x=y", "5(x)"},
                {"", "soon", "-1", "12x", "4294967296", "5 (", "5 (a) b", "5;duration=x", "5;duration", "5;"});
  const auto read = RetryAfter::parse("120 (in a meeting);duration=60");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->seconds, 120);
  EXPECT_EQ(comment_text(read->comment), "in a meeting");
  EXPECT_EQ(read->duration(), 60);
  EXPECT_EQ(RetryAfter::parse("1")->duration(), std::nullopt);
}

TEST(Warning, grammar) {
  check_grammar(Warning::parse,
                {"307 isi.edu \"Session parameter 'foo' not understood\"", "301 isi.edu:5060 \"x\"", "399 proxy \"\"",
                 "370 [2001:db8::1]:5060 \"Choose a bigger pipe\""},
                {"", "307", "307 isi.edu", "307 isi.edu x", "30 isi.edu \"x\"", "3070 isi.edu \"x\"",
                 "307isi.edu \"x\"", "307 isi.edu\"x\"", "307 isi.edu \"x", "307 isi.edu \"x\" y", "307 \"x\""});
  const std::string text = warning_text(399, "h:5060", "say \"no\"");
  const auto read = Warning::parse(text);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->code, 399);
  EXPECT_EQ(read->agent, "h:5060");
  EXPECT_EQ(read->text(), "say \"no\"");
}

}  // namespace
}  // namespace offhook::sip
