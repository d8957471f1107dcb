// What tel_uri.cpp and uri_compare.cpp share about numbers. RFC 3966 §3, §4.
#pragma once
#include <string>
#include <string_view>

#include "sip/params.hpp"

namespace offhook::sip {

[[nodiscard]] constexpr bool is_visual_separator(char c) { return c == '-' || c == '.' || c == '(' || c == ')'; }
// Escapes undone, separators gone, lower case.
[[nodiscard]] std::string phone_digits(std::string_view number);
// The comparison of RFC 3966 §4, over what a lenient reader found.
[[nodiscard]] bool same_telephone(std::string_view a, const Params& a_params, std::string_view b,
                                  const Params& b_params);

}  // namespace offhook::sip
