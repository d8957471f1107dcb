// Who may come in: HA1 of each user, found by name or, for clients that hide it, by H(name:realm). RFC 7616 §3.4.4.
//
// There are those of the configuration, and those of a store that tells of its changes; the former win.
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
  // Those of the configuration. With `hashed` the second way is open too, for the hashes of `algorithms`.
  Users(std::vector<User> users, std::string_view realm, const std::vector<sip::DigestAlgorithm>& algorithms,
        bool hashed);
  // Those of the store that another one knew.
  void adopt_stored(Users&& before);

  // In place of all of the store that were known.
  void set_stored(std::vector<User> users);
  void put_stored(User user);
  void remove_stored(std::string_view name);

  [[nodiscard]] std::size_t size() const { return given_.by_name.size() + stored_.by_name.size(); }
  [[nodiscard]] std::size_t stored() const { return stored_.by_name.size(); }
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
  struct Layer {
    Map<User> by_name;
    std::array<Map<const User*>, sip::kDigestHashes> by_hash;  // values of by_name
  };
  void put(Layer& layer, User user);
  [[nodiscard]] static const User* find(const Layer& layer, std::string_view name);

  Layer given_, stored_;
  std::string realm_;
  std::vector<sip::DigestAlgorithm> hashed_;  // one of each hash; none where names are not hidden
  sip::Hasher hasher_;
};

}  // namespace offhook::proxy
