#include "table.hpp"

#include <fstream>
#include <iterator>

#include "base/ascii.hpp"
#include "source_folder.hpp"

namespace offhook::torture {
namespace {

std::vector<std::string> split(std::string_view line, std::string_view separator) {
  std::vector<std::string> out;
  for (std::size_t end = line.find(separator); end != std::string_view::npos; end = line.find(separator)) {
    out.emplace_back(line.substr(0, end));
    line.remove_prefix(end + separator.size());
  }
  out.emplace_back(line);
  return out;
}

}  // namespace

std::filesystem::path folder() { return source_folder() / "tests" / "torture"; }

std::vector<std::string> columns() {
  std::ifstream in(folder() / "verdicts.tsv");
  std::string line;
  std::getline(in, line);
  return split(line, "\t");
}

std::vector<Row> verdicts() {
  std::ifstream in(folder() / "verdicts.tsv");
  std::vector<Row> rows;
  std::string line;
  std::getline(in, line);  // names of the columns
  while (std::getline(in, line)) {
    auto cells = split(line, "\t");
    cells.resize(11);
    rows.push_back({cells[0], cells[1], cells[2], cells[3], cells[4], cells[5], cells[6], cells[7], cells[8], cells[9],
                    cells[10]});
  }
  return rows;
}

std::string bytes_of(const std::string& file) {
  std::ifstream in(folder() / file, std::ios::binary);
  EXPECT_TRUE(in) << file;
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string test_name(const testing::TestParamInfo<Row>& info) {
  std::string name = info.param.file.substr(0, info.param.file.rfind('.'));
  for (char& c : name)
    if (!is_alpha(c) && !is_digit(c)) c = '_';
  return name;
}

std::vector<std::string> items_of(std::string_view cell) {
  if (cell.empty() || cell == "-") return {};
  return split(cell, " | ");
}

void expect_details(std::string_view cell, std::string_view text) {
  for (std::string item : items_of(cell)) {
    for (std::size_t at = item.find("\\n"); at != std::string::npos; at = item.find("\\n")) item.replace(at, 2, "\r\n");
    if (item.starts_with('!')) {
      EXPECT_EQ(text.find(item.substr(1)), std::string_view::npos) << "must not hold " << item.substr(1) << "\n"
                                                                   << text;
    } else {
      EXPECT_NE(text.find(item), std::string_view::npos) << "must hold " << item << "\n" << text;
    }
  }
}

}  // namespace offhook::torture
