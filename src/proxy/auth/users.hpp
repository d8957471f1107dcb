// Who may come in: HA1 of each user, found by name or, for clients that hide it, by H(name:realm). RFC 7616 §3.4.4.
#pragma once
#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "proxy/core.hpp"
#include "sip/digest.hpp"

namespace offhook::proxy {

class Users {
 public:
  // With `hashed` the second way is open too, for the hashes of `algorithms`.
  Users(std::vector<User> users, std::string_view realm, const std::vector<sip::DigestAlgorithm>& algorithms,
        bool hashed);

  [[nodiscard]] const User* find(std::string_view name) const;
  // The user that credentials name, in clear or hashed.
  [[nodiscard]] const User* find(const sip::DigestResponse& credentials) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const noexcept { return std::hash<std::string_view>{}(s); }
  };
  template <class Value>
  using Map = std::unordered_map<std::string, Value, Hash, std::equal_to<>>;
  Map<User> by_name_;
  std::array<Map<const User*>, sip::kDigestHashes> by_hash_;  // values of by_name_, which does not change any more
};

}  // namespace offhook::proxy
