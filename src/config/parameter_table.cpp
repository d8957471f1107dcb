// The chapters of the table put together, and names found in it.
//
// A name is hashed with every number, and every pattern letter, as "#": "account.1.label" and "account.X.label" meet in
// one bucket, so finding a concrete name costs one pass over it and one comparison.
#include <algorithm>
#include <array>
#include <vector>

#include "base/ascii.hpp"
#include "config/parameter.hpp"
#include "rows/rows.hpp"

namespace offhook::config {
namespace {

constexpr bool is_letter(std::string_view segment) { return segment == "X" || segment == "Y"; }
constexpr bool is_digits(std::string_view segment) {
  return !segment.empty() && std::ranges::all_of(segment, [](char c) { return is_digit(c); });
}

// Takes the segment before the next dot off the front.
constexpr std::string_view next_segment(std::string_view& rest) {
  const auto dot = std::min(rest.find('.'), rest.size());
  const auto segment = rest.substr(0, dot);
  rest.remove_prefix(std::min(dot + 1, rest.size()));
  return segment;
}

constexpr std::uint64_t shape_hash(std::string_view name) {
  std::uint64_t hash = fnv1a("");
  while (!name.empty()) {
    const auto segment = next_segment(name);
    hash = fnv1a(is_letter(segment) || is_digits(segment) ? "#" : segment, hash);
    hash = fnv1a(".", hash);
  }
  return hash;
}

// The numbers of `name` if it has the shape of `pattern`.
std::optional<Index> match(std::string_view pattern, std::string_view name) {
  if (name.ends_with('.')) return std::nullopt;
  std::array<std::uint8_t, 2> numbers{};
  std::size_t count = 0;
  while (!pattern.empty() && !name.empty()) {
    const auto wanted = next_segment(pattern);
    const auto given = next_segment(name);
    if (!is_letter(wanted)) {
      if (wanted != given) return std::nullopt;
      continue;
    }
    if (!is_letter(given)) {
      // "01" would be a second spelling of "1"; the phones know one.
      const auto number = given.starts_with('0') ? std::nullopt : parse_number<std::uint8_t>(given);
      if (!number) return std::nullopt;
      numbers[count] = *number;
    }
    ++count;
  }
  if (!pattern.empty() || !name.empty()) return std::nullopt;
  return Index{numbers[0], numbers[1]};
}

struct Table {
  std::vector<Row> rows;
  std::vector<std::uint16_t> buckets;  // row + 1, 0 is free; open addressing, at most half full

  Table() {
    for (const auto chapter :
         {chapters::account(), chapters::registration(), chapters::dns(), chapters::account_features(),
          chapters::codec(), chapters::sip(), chapters::features(), chapters::phone_setting(), chapters::network(),
          chapters::voice(), chapters::security(), chapters::srtp(), chapters::paging()})
      rows.insert(rows.end(), chapter.begin(), chapter.end());
    std::size_t size = 64;
    while (size < rows.size() * 2) size *= 2;
    buckets.resize(size);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      auto slot = shape_hash(rows[i].name) & (size - 1);
      while (buckets[slot] != 0) slot = (slot + 1) & (size - 1);
      buckets[slot] = static_cast<std::uint16_t>(i + 1);
    }
  }
};

// Constant after its first use; it holds no state of any phone.
const Table& table() {
  static const Table kTable;
  return kTable;
}

// Edits between two names (insert, delete, replace, swap of neighbours), or `limit` + 1 as soon as it must be more.
std::size_t distance(std::string_view a, std::string_view b, std::size_t limit) {
  if (a.size() > b.size() + limit || b.size() > a.size() + limit) return limit + 1;
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t best = row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0u : 1u)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
      best = std::min(best, row[j]);
    }
    if (best > limit) return limit + 1;
    before.swap(above);
    above.swap(row);
  }
  return above[b.size()];
}

// "Account.1.lable": "account.X.lable" and {1, 0}; numbers the table cannot hold are left to the letter.
std::string to_pattern(std::string_view name, Index& index) {
  std::string out;
  std::size_t count = 0;
  while (!name.empty()) {
    const auto segment = next_segment(name);
    if (!out.empty()) out += '.';
    if (is_digits(segment) && count < 2) {
      (count == 0 ? index.x : index.y) = parse_number<std::uint8_t>(segment).value_or(0);
      out += count == 0 ? 'X' : 'Y';
      ++count;
    } else {
      out += to_lower(segment);
    }
  }
  return out;
}

unsigned limit_of(IndexRange range, unsigned fixed, const Model& model) {
  switch (range) {
    case IndexRange::None: return 0;
    case IndexRange::Accounts: return model.accounts;
    case IndexRange::LineKeys: return model.line_keys;
    case IndexRange::CodecSlots: return static_cast<unsigned>(model.codecs.size());
    case IndexRange::ListenAddresses: return model.is_v81() ? 31 : 10;
    case IndexRange::Fixed: return fixed;
  }
  return 0;
}

}  // namespace

std::span<const Row> rows() { return table().rows; }

std::optional<Located> locate(std::string_view name) {
  constexpr std::string_view kStatic = "static.";
  if (name.starts_with(kStatic)) name.remove_prefix(kStatic.size());
  const Table& all = table();
  const std::size_t mask = all.buckets.size() - 1;
  for (auto slot = shape_hash(name) & mask; all.buckets[slot] != 0; slot = (slot + 1) & mask) {
    const auto id = static_cast<RowId>(all.buckets[slot] - 1);
    const Row& row = all.rows[id];
    if (const auto index = match(row.name, name)) return Located{&row, id, *index};
  }
  return std::nullopt;
}

unsigned x_limit(const Row& row, const Model& model) { return limit_of(row.x_range, row.x_max, model); }
unsigned y_limit(const Row& row, const Model& model) { return limit_of(row.y_range, row.y_max, model); }

std::string concrete_name(const Row& row, Index index) {
  std::string out;
  std::array<std::uint8_t, 2> numbers{index.x, index.y};
  std::size_t count = 0;
  for (std::string_view rest = row.name; !rest.empty();) {
    const auto segment = next_segment(rest);
    if (!out.empty()) out += '.';
    if (is_letter(segment) && count < 2 && numbers[count] != 0) {
      out += std::to_string(numbers[count]);
    } else {
      out += segment;
    }
    if (is_letter(segment)) ++count;
  }
  return out;
}

std::optional<std::string> nearest_name(std::string_view unknown) {
  constexpr std::size_t kLongest = 100;  // the longest real name has 67 characters
  if (unknown.starts_with("static.")) unknown.remove_prefix(7);
  if (unknown.empty() || unknown.size() > kLongest) return std::nullopt;
  Index index;
  const std::string pattern = to_pattern(unknown, index);
  std::size_t best = std::max<std::size_t>(2, pattern.size() / 6) + 1;
  const Row* nearest = nullptr;
  for (const Row& row : rows()) {
    const auto d = distance(pattern, row.name, best - 1);
    if (d >= best) continue;
    best = d;
    nearest = &row;
  }
  if (nearest == nullptr) return std::nullopt;
  return concrete_name(*nearest, index);
}

}  // namespace offhook::config
