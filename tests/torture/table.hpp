// The verdicts as data: a row a message, and the bytes of the message. See README.md for the columns.
#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace offhook::torture {

struct Row {
  std::string file, section, parse, check, stream;
  std::string ua, ua_detail, proxy, proxy_detail, registrar, registrar_detail;
  [[nodiscard]] bool is_ipv6() const { return file.starts_with("rfc5118"); }
  friend std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.file; }
};

[[nodiscard]] std::filesystem::path folder();
[[nodiscard]] std::vector<Row> verdicts();
[[nodiscard]] std::string bytes_of(const std::string& file);
[[nodiscard]] std::vector<std::string> columns();

// "rfc4475_wsinv": the message's name in the list of tests.
[[nodiscard]] std::string test_name(const testing::TestParamInfo<Row>& info);

// Each item of a detail cell (items stand between " | ") must be somewhere in `text`, one that begins with ! nowhere.
// In an item \n is a line end as on the wire.
void expect_details(std::string_view cell, std::string_view text);
[[nodiscard]] std::vector<std::string> items_of(std::string_view cell);

}  // namespace offhook::torture
