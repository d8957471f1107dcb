#include "config/cfg_file.hpp"

#include <gmock/gmock.h>

#include "support.hpp"

namespace offhook::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(CfgFile, ReadsNamesValuesAndLineNumbers) {
  const auto read = read_cfg("a.cfg",
                             "#!version:1.0.0.1\n"
                             "# a comment = not a setting\n"
                             "\n"
                             "account.1.label=Alice Example\n"
                             "  account.1.user_name \t=\t 1001  \n"
                             "account.1.password = a=b#c");
  EXPECT_TRUE(read.accepted);
  EXPECT_THAT(read.findings, IsEmpty());
  ASSERT_EQ(read.file.entries.size(), 3);
  EXPECT_EQ(read.file.name, "a.cfg");
  EXPECT_EQ(read.file.entries[0].name, "account.1.label");
  EXPECT_EQ(read.file.entries[0].value, "Alice Example");
  EXPECT_EQ(read.file.entries[0].line, 4);
  EXPECT_EQ(read.file.entries[1].name, "account.1.user_name");
  EXPECT_EQ(read.file.entries[1].value, "1001");
  EXPECT_EQ(read.file.entries[2].value, "a=b#c") << "everything behind the first = is the value";
  EXPECT_EQ(read.file.entries[2].line, 6);
}

TEST(CfgFile, TellsBlankFromNullFromGiven) {
  const auto read = read_cfg("a.cfg", with_header("a =\nb = %NULL%\nc = 0\nd = %null%\n"));
  ASSERT_EQ(read.file.entries.size(), 4);
  EXPECT_EQ(read.file.entries[0].kind, CfgValue::Blank);
  EXPECT_EQ(read.file.entries[1].kind, CfgValue::Null);
  EXPECT_EQ(read.file.entries[1].value, "");
  EXPECT_EQ(read.file.entries[2].kind, CfgValue::Given);
  EXPECT_EQ(read.file.entries[3].kind, CfgValue::Given) << "only the exact word clears";
}

TEST(CfgFile, TakesStaticOffTheNameAndRemembersIt) {
  const auto read = read_cfg("a.cfg", with_header("static.network.port.http = 80\nnetwork.port.https = 443\n"));
  ASSERT_EQ(read.file.entries.size(), 2);
  EXPECT_EQ(read.file.entries[0].name, "network.port.http");
  EXPECT_TRUE(read.file.entries[0].is_static);
  EXPECT_FALSE(read.file.entries[1].is_static);
}

TEST(CfgFile, ReadsWindowsLineEnds) {
  const auto read = read_cfg("a.cfg", "#!version:1.0.0.1\r\naccount.1.label = Alice\r\n\r\n# x\r\n");
  EXPECT_TRUE(read.accepted);
  EXPECT_THAT(read.findings, IsEmpty());
  ASSERT_EQ(read.file.entries.size(), 1);
  EXPECT_EQ(read.file.entries[0].value, "Alice");
}

struct HeaderCase {
  const char* what;
  std::string bytes;
  const char* finding;
};
class CfgHeader : public ::testing::TestWithParam<HeaderCase> {};

TEST_P(CfgHeader, RefusesTheFileAndSaysWhy) {
  const auto read = read_cfg("phone.cfg", GetParam().bytes);
  EXPECT_FALSE(read.accepted);
  ASSERT_FALSE(read.findings.empty());
  EXPECT_EQ(format(read.findings[0]),
            "phone.cfg:1: error: the first line must be exactly #!version:1.0.0.1" + std::string(GetParam().finding));
  const auto loaded = load_cfg("phone.cfg", GetParam().bytes);
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().where, "phone.cfg:1");
}
INSTANTIATE_TEST_SUITE_P(
    Headers, CfgHeader,
    ::testing::Values(HeaderCase{"empty", "", "; the file is empty"},
                      HeaderCase{"setting", "account.1.enable = 1\n", ""},
                      HeaderCase{"comment_first", "# hello\n#!version:1.0.0.1\n", ""},
                      HeaderCase{"blank_line_first", "\n#!version:1.0.0.1\n", ""},
                      HeaderCase{"blanks", " #!version:1.0.0.1 \n", "; there are blanks around it"},
                      HeaderCase{"version", "#!version:1.0.0.2\n", "; it names another version"},
                      HeaderCase{"utf8_mark", "\xEF\xBB\xBF#!version:1.0.0.1\n",
                                 "; the file begins with a UTF-8 byte order mark"},
                      HeaderCase{"utf16", std::string("\xFF\xFE#\0!\0", 6), "; the file is UTF-16"}),
    [](const auto& suite) { return suite.param.what; });

TEST(CfgFile, ReadsOnBehindAMissingHeader) {
  const auto read = read_cfg("a.cfg", "account.1.enable = 1\nno equals sign\n");
  EXPECT_FALSE(read.accepted);
  ASSERT_EQ(read.file.entries.size(), 1);
  EXPECT_EQ(read.file.entries[0].line, 1);
  EXPECT_THAT(lines_of(read.findings), ElementsAre(HasSubstr("a.cfg:1: error: the first line"),
                                                   "a.cfg:2: error: expected \"name = value\", there is no \"=\""));
}

TEST(CfgFile, CollectsEveryBadLineAndKeepsTheGoodOnes) {
  const std::string body =
      "account.1.label Alice\n"
      " = 5\n"
      "account.1.label = A\x01"
      "B\n"
      "account.1.label = caf\xE9\n" +
      std::string("account.1.label = A\0B\n", 22) + "account.1.label = A\rB\n" +
      "account.1.label = " + std::string(5000, 'x') + "\naccount.1.label = Zo\xC3\xAB\n";
  const auto read = read_cfg("a.cfg", with_header(body));
  EXPECT_THAT(
      lines_of(read.findings),
      ElementsAre("a.cfg:2: error: expected \"name = value\", there is no \"=\"",
                  "a.cfg:3: error: expected \"name = value\", there is no name in front of \"=\"",
                  "a.cfg:4: error: control character 0x01 at column 20",
                  "a.cfg:5: error: byte 0xE9 is not UTF-8 at column 22", "a.cfg:6: error: NUL byte at column 20",
                  "a.cfg:7: error: control character 0x0D at column 20",
                  "a.cfg:8: error: line of 5018 bytes; at most 4096 are read"));
  EXPECT_TRUE(read.accepted) << "a bad line does not refuse the file";
  ASSERT_EQ(read.file.entries.size(), 1);
  EXPECT_EQ(read.file.entries[0].value, "Zo\xC3\xAB");
}

TEST(CfgFile, AcceptsOnlyWellFormedUtf8) {
  for (const char* good : {"\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x93\x9E", "\xEF\xBF\xBD", "\xF4\x8F\xBF\xBF"})
    EXPECT_THAT(read_cfg("a", with_header("n = " + std::string(good))).findings, IsEmpty()) << good;
  for (const char* bad : {"\x80", "\xC0\xAF", "\xC3", "\xE0\x80\xAF", "\xED\xA0\x80", "\xE2\x82", "\xF0\x80\x80\x80",
                          "\xF4\x90\x80\x80", "\xFF"})
    EXPECT_EQ(read_cfg("a", with_header("n = " + std::string(bad))).findings.size(), 1) << "first byte " << int(bad[0]);
}

TEST(CfgFile, RefusesAFileThatIsTooLarge) {
  const auto read = read_cfg("big.cfg", with_header(std::string(kMaxCfgBytes, '#')));
  EXPECT_FALSE(read.accepted);
  EXPECT_THAT(lines_of(read.findings), ElementsAre("big.cfg: error: file of 1048594 bytes; at most 1048576 are read"));
}

TEST(CfgFile, StopsCountingFindingsInGarbage) {
  std::string body;
  for (int i = 0; i < 1000; ++i) body += "garbage\n";
  const auto read = read_cfg("a.cfg", with_header(body));
  ASSERT_EQ(read.findings.size(), kMaxCfgFindings);
  EXPECT_THAT(read.findings.back().text, HasSubstr("further findings are left out"));
}

TEST(CfgFile, LoadSaysWhatAndWhere) {
  EXPECT_TRUE(load_cfg("a.cfg", with_header("account.1.enable = 1\n")).has_value());
  const auto bad = load_cfg("a.cfg", with_header("x = 1\noops\n"));
  ASSERT_FALSE(bad.has_value());
  EXPECT_EQ(bad.error().text(), "expected \"name = value\", there is no \"=\" (a.cfg:3)");
}

TEST(CfgFile, TakesAnyBytesAndAnyPrefix) {
  std::string bytes = with_header("account.1.label = Zo\xC3\xAB\r\nstatic.= \n=\n#\naccount.1.x");
  bytes += std::string("\0\xFF\r\n\t=\t", 8);
  for (std::size_t length = 0; length <= bytes.size(); ++length) {
    const auto read = read_cfg("a.cfg", std::string_view(bytes).substr(0, length));
    for (const CfgEntry& entry : read.file.entries) EXPECT_EQ(entry.kind == CfgValue::Given, !entry.value.empty());
    EXPECT_EQ(read.accepted, length >= kCfgHeader.size());
  }
}

}  // namespace
}  // namespace offhook::config
