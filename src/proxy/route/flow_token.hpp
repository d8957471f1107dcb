// Flow tokens: the user part of our own Record-Route values that names the connection a dialog's requests take back to
// whoever opened it. RFC 5626 §5.2, §5.3; RFC 7118 §5.5: a browser cannot be connected to.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::proxy {

// "f-<number>-<check>": the check is a keyed hash, so that nobody else sends over connections that are not his.
[[nodiscard]] std::string flow_token(std::uint64_t connection, std::uint64_t secret);
// The connection; nothing for what is not our token.
[[nodiscard]] std::optional<std::uint64_t> read_flow_token(std::string_view user, std::uint64_t secret);
// Has the shape of one (whoever made it).
[[nodiscard]] bool is_flow_token(std::string_view user);

}  // namespace offhook::proxy
