#include "sip/header/privacy.hpp"

#include <array>

#include "rule.hpp"

namespace offhook::sip {
namespace {

struct Row {
  std::string_view name;
  bool Privacy::* member;
};
constexpr std::array<Row, 7> kRows{{{"header", &Privacy::header},
                                    {"session", &Privacy::session},
                                    {"user", &Privacy::user},
                                    {"id", &Privacy::id},
                                    {"history", &Privacy::history},
                                    {"none", &Privacy::none},
                                    {"critical", &Privacy::critical}}};

template <class Take>
Result<void> each_word(std::string_view value, Take&& take) {
  Cursor cursor(value);
  do {
    cursor.skip_space();
    const auto word = cursor.take_token();
    if (word.empty()) return fail(Module::Sip, "bad Privacy", cursor.offset());
    take(word);
    cursor.skip_space();
  } while (cursor.take(';') || cursor.take(','));
  if (!cursor.done()) return fail(Module::Sip, "bad Privacy", cursor.offset());
  return {};
}

}  // namespace

std::string Privacy::text() const {
  std::string out;
  for (const Row& row : kRows) {
    if (!(this->*row.member)) continue;
    if (!out.empty()) out += ';';
    out += row.name;
  }
  return out;
}

Result<Privacy> Privacy::parse(std::string_view value) {
  Privacy out;
  const auto read = each_word(value, [&out](std::string_view word) {
    for (const Row& row : kRows)
      if (iequals(word, row.name)) out.*row.member = true;
  });
  if (!read) return tl::unexpected(read.error());
  return out;
}

std::vector<std::string_view> Privacy::words(std::string_view value) {
  std::vector<std::string_view> out;
  if (!each_word(value, [&out](std::string_view word) { out.push_back(word); })) out.clear();
  return out;
}

}  // namespace offhook::sip
