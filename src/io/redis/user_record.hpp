// A user as it lies in Redis: a hash "offhook-user:{NAME}" with realm and the hashes of the password.
#pragma once
#include <hiredis/hiredis.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "io/sqlite_users.hpp"

namespace offhook::io {

inline constexpr std::string_view kUserPattern = "offhook-user:{*}";
inline constexpr std::array<std::string_view, sip::kDigestHashes> kUserHashes{"ha1_md5", "ha1_sha256",
                                                                              "ha1_sha512_256"};

[[nodiscard]] std::string user_key(std::string_view name);
// Fields and values by turns. Nothing for what is no user of ours: another key, no fields, a name that nobody may have.
[[nodiscard]] std::optional<StoredUser> user_of(std::string_view key, const redisReply& fields);

}  // namespace offhook::io
