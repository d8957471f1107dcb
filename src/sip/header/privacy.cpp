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
  Cursor cursor(value);
  do {
    cursor.skip_space();
    const auto word = cursor.take_token();
    if (word.empty()) return fail(Module::Sip, "bad Privacy", cursor.offset());
    for (const Row& row : kRows)
      if (iequals(word, row.name)) out.*row.member = true;
    cursor.skip_space();
  } while (cursor.take(';') || cursor.take(','));
  if (!cursor.done()) return fail(Module::Sip, "bad Privacy", cursor.offset());
  return out;
}

}  // namespace offhook::sip
