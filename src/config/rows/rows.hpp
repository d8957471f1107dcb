// The chapters of the parameter table. A new chapter is a file here and a line in parameter_table.cpp.
#pragma once
#include <span>

#include "config/parameter.hpp"

namespace offhook::config::chapters {

[[nodiscard]] std::span<const Row> account();
[[nodiscard]] std::span<const Row> registration();
[[nodiscard]] std::span<const Row> dns();
[[nodiscard]] std::span<const Row> account_features();
[[nodiscard]] std::span<const Row> codec();
[[nodiscard]] std::span<const Row> sip();
[[nodiscard]] std::span<const Row> features();
[[nodiscard]] std::span<const Row> phone_setting();
[[nodiscard]] std::span<const Row> network();
[[nodiscard]] std::span<const Row> voice();
[[nodiscard]] std::span<const Row> security();
[[nodiscard]] std::span<const Row> srtp();
[[nodiscard]] std::span<const Row> paging();

}  // namespace offhook::config::chapters
