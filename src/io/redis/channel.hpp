// What the nodes, and `offhook proxy user`, say to each other goes over one channel of Redis.
#pragma once
#include <string_view>

namespace offhook::io {

inline constexpr std::string_view kChannel = "offhook:changes";
// "users NAME": that user has changed, was added or is gone. "users " stands for many of them.
inline constexpr std::string_view kUsersWord = "users";

}  // namespace offhook::io
