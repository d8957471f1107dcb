// What the tables of the policy room share.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "fields.hpp"

namespace offhook::io {

// A text, or texts, that are not empty.
[[nodiscard]] Checked<void> take_text(std::string_view name, const Fields& fields, const toml::node& node,
                                      std::string& out);
[[nodiscard]] Checked<void> take_texts(std::string_view name, const Fields& fields, const toml::node& node,
                                       std::vector<std::string>& out);
[[nodiscard]] Checked<void> take_sip_uri(std::string_view name, const Fields& fields, const toml::node& node,
                                         bool with_user, std::string& out);

}  // namespace offhook::io
