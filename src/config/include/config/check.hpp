// The lint: what a phone of a given model would make of a set of files, in precedence order (lowest first).
// `offhook check` prints the findings one a line and is nothing more.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/cfg_file.hpp"
#include "config/finding.hpp"
#include "config/model.hpp"

namespace offhook::config {

using CheckInput = CfgSource;

// Errors: file refused, line not understood, unknown name (with the nearest known one), value not permitted, name or
// index this model does not have, enabled account that cannot work. Warnings: written twice in one file. Infos: a later
// file overrides it, blank value. Ordered by file, then line.
[[nodiscard]] std::vector<Finding> check(std::span<const CheckInput> files, const Model& model);

}  // namespace offhook::config
