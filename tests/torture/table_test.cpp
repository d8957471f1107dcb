// The table is whole: each message has its row, each row a verdict at each level, and the verdicts are among the
// answers that the RFCs allow (index.json: the codes for each message; an empty list leaves it to the element).
#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/ascii.hpp"
#include "table.hpp"

namespace offhook::torture {
namespace {

const std::vector<std::string> kColumns{"file",      "section", "parse",        "check",     "stream",          "ua",
                                        "ua-detail", "proxy",   "proxy-detail", "registrar", "registrar-detail"};

nlohmann::json index_of_messages() {
  std::ifstream in(folder() / "index.json");
  return nlohmann::json::parse(in);
}

bool is_response(const Row& row) { return bytes_of(row.file).starts_with("SIP/"); }

// Every status of a cell: "100,180" are two.
std::vector<std::string> parts_of(const std::string& cell) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at <= cell.size(); at = std::min(cell.find(',', at), cell.size()) + 1)
    out.push_back(cell.substr(at, std::min(cell.find(',', at), cell.size()) - at));
  return out;
}

bool is_status(const std::string& text) {
  const auto number = parse_number<int>(text);
  return number && *number >= 100 && *number <= 699;
}

TEST(Table, hasARowForEachFile) {
  std::set<std::string> listed, present;
  for (const Row& row : verdicts()) EXPECT_TRUE(listed.insert(row.file).second) << row.file << " stands twice";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder()))
    if (entry.path().extension() == ".dat") present.insert(std::filesystem::relative(entry.path(), folder()).string());
  EXPECT_EQ(listed, present);
  EXPECT_EQ(present.size(), 50 + 12 + 12);
}

TEST(Table, hasAVerdictAtEachLevel) {
  EXPECT_EQ(columns(), kColumns);
  for (const Row& row : verdicts()) {
    for (const auto& cell : {row.section, row.ua_detail, row.proxy_detail, row.registrar_detail})
      EXPECT_FALSE(cell.empty()) << row.file;
    EXPECT_TRUE(row.parse == "ok" || row.parse == "bad") << row.file;
    EXPECT_TRUE(row.check == "ok" || row.check == "drop" || is_status(row.check)) << row.file;
    const std::string behind = row.stream.substr(std::min<std::size_t>(1, row.stream.size()));
    EXPECT_TRUE(parse_number<int>(row.stream.substr(0, 1)) &&
                (behind.empty() || behind == "+closes" || behind == "+waits"))
        << row.file;
    for (const auto& part : parts_of(row.ua))
      EXPECT_TRUE(part == "drop" || is_status(part) || (is_response(row) && part == "taken")) << row.file;
    const std::set<std::string> words =
        is_response(row) ? std::set<std::string>{"drop", "relay", "absorb"} : std::set<std::string>{"drop", "forward"};
    EXPECT_TRUE(words.contains(row.proxy) || (!is_response(row) && is_status(row.proxy))) << row.file;
    EXPECT_TRUE(row.registrar == "drop" || row.registrar == "forward" || is_status(row.registrar)) << row.file;
  }
}

// What stops at the door stops at every level with the same answer.
TEST(Table, agreesWithItself) {
  for (const Row& row : verdicts()) {
    if (row.check == "ok") continue;
    EXPECT_EQ(row.ua, row.check) << row.file;
    EXPECT_EQ(row.proxy, row.check) << row.file;
    EXPECT_EQ(row.registrar, row.check) << row.file;
  }
}

TEST(Index, namesEveryMessageOfTheRfcs) {
  std::map<int, std::size_t> messages;
  std::set<std::string> listed;
  for (const Row& row : verdicts()) listed.insert(row.file);
  for (const auto& entry : index_of_messages()) {
    ++messages[entry["rfc"].get<int>()];
    EXPECT_TRUE(listed.contains(entry["file"].get<std::string>())) << entry["file"];
    EXPECT_EQ(bytes_of(entry["file"].get<std::string>()).size(), entry["bytes"].get<std::size_t>()) << entry["file"];
  }
  EXPECT_EQ(messages, (std::map<int, std::size_t>{{4475, 49}, {5118, 12}}));
}

struct Allowed {
  std::set<std::string> codes;
  bool accept = false;  // no refusal is asked for
};

Allowed allowed_of(const nlohmann::json& entry) {
  Allowed out;
  for (const auto& code : entry["codes"]) {
    const std::string text = code.is_string() ? code.get<std::string>() : std::to_string(code.get<int>());
    if (text == "accept")
      out.accept = true;
    else
      out.codes.insert(text);
  }
  return out;
}

// A final answer of ours must be one of the codes, where the index has any. 403 and 404 at the proxy are about whom it
// serves and not about the message; nor is what a role answers to a method that is not its own.
TEST(Index, allowsOurAnswers) {
  std::map<std::string, Row> rows;
  for (const Row& row : verdicts()) rows[row.file] = row;
  std::size_t compared = 0;
  for (const auto& entry : index_of_messages()) {
    const Allowed allowed = allowed_of(entry);
    if (allowed.codes.empty()) continue;
    // RFC 5118's own bytes have bare line ends: the messages to judge by are those of the wire.
    std::string file = entry["file"];
    if (file.starts_with("rfc5118/")) file.insert(7, "-wire");
    const Row& row = rows.at(file);
    const bool registers = entry["kind"] == "request" && entry["method"] == "REGISTER";
    const auto judge = [&](const std::string& cell, const char* level) {
      for (const auto& part : parts_of(cell)) {
        if (part == "forward" || part == "relay" || part == "100") continue;
        if (part == "180" && allowed.accept) continue;
        ++compared;
        EXPECT_TRUE(allowed.codes.contains(part)) << file << " at the " << level << ": " << part;
      }
    };
    if (registers)
      judge(row.registrar, "registrar");
    else
      judge(row.ua, "user agent");
    if (row.proxy != "403") judge(row.proxy, "proxy");
  }
  EXPECT_GT(compared, 60U);
}

}  // namespace
}  // namespace offhook::torture
