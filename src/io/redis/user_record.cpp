#include "redis/user_record.hpp"

#include <algorithm>

#include "redis/link.hpp"

namespace offhook::io {
namespace {

constexpr std::string_view kPrefix = "offhook-user:{";

}  // namespace

std::string user_key(std::string_view name) { return std::string(kPrefix).append(name) += '}'; }

std::optional<StoredUser> user_of(std::string_view key, const redisReply& fields) {
  if (!key.starts_with(kPrefix) || !key.ends_with('}') || fields.elements == 0) return std::nullopt;
  StoredUser out;
  out.user.name = key.substr(kPrefix.size(), key.size() - kPrefix.size() - 1);
  if (!check_user_name(out.user.name)) return std::nullopt;
  for (std::size_t i = 0; i + 1 < fields.elements; i += 2) {
    const std::string_view name = text_of(fields.element[i]), value = text_of(fields.element[i + 1]);
    if (name == "realm") out.realm = value;
    const auto hash = std::ranges::find(kUserHashes, name);
    if (hash != kUserHashes.end()) out.user.ha1.at(static_cast<std::size_t>(hash - kUserHashes.begin())) = value;
  }
  return out;
}

}  // namespace offhook::io
