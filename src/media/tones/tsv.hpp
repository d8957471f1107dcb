// The lines of a built-in table: fields with tabs between them; empty lines and those with # are no rows.
#pragma once
#include <algorithm>
#include <array>
#include <string_view>

namespace offhook::media::tsv {

template <std::size_t N>
using Row = std::array<std::string_view, N>;

// Calls use(Row<N>) for each line; missing fields are empty.
template <std::size_t N, class Use>
void for_each(std::string_view text, Use&& use) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    Row<N> row{};
    for (std::size_t i = 0; i < N && !line.empty(); ++i) {
      const std::size_t tab = std::min(line.find('\t'), line.size());
      row[i] = line.substr(0, tab);
      line.remove_prefix(std::min(tab + 1, line.size()));
    }
    use(row);
  }
}

}  // namespace offhook::media::tsv
