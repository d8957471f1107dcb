// One line of a file held against the table: the same verdict for the phone that reads it and for the lint.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "config/cfg_file.hpp"
#include "config/parameter.hpp"

namespace offhook::config {

struct Verdict {
  std::optional<Located> at;  // the row, when the name is known
  std::string complaint;      // empty: the line is fine
};

// `suggest`: look for the nearest known name, which costs a walk over the table.
[[nodiscard]] Verdict judge(const CfgEntry& entry, bool suggest);

}  // namespace offhook::config
