#include "auth/users.hpp"

#include "base/ascii.hpp"

namespace offhook::proxy {

User make_user(std::string_view name, std::string_view password, std::string_view realm) {
  User out{std::string(name), {}};
  sip::Hasher hasher;
  for (const auto algorithm :
       {sip::DigestAlgorithm::Md5, sip::DigestAlgorithm::Sha256, sip::DigestAlgorithm::Sha512_256})
    out.ha1.at(sip::hash_index(algorithm)) = hasher.hash(algorithm, name, realm, password).text();
  return out;
}

Users::Users(std::vector<User> users, std::string_view realm, const std::vector<sip::DigestAlgorithm>& algorithms,
             bool hashed) {
  by_name_.reserve(users.size());
  for (User& user : users) {
    std::string name = user.name;
    by_name_.insert_or_assign(std::move(name), std::move(user));
  }
  if (!hashed) return;
  sip::Hasher hasher;
  for (const auto algorithm : algorithms) {
    auto& index = by_hash_.at(sip::hash_index(algorithm));
    if (!index.empty()) continue;  // shared by an algorithm and its -sess
    for (const auto& [name, user] : by_name_) index.emplace(hasher.hash(algorithm, name, realm).text(), &user);
  }
}

const User* Users::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &found->second;
}

const User* Users::find(const sip::DigestResponse& credentials) const {
  const std::string_view name = credentials.text.username;
  if (credentials.userhash) {
    const auto& index = by_hash_.at(sip::hash_index(credentials.algorithm));
    const auto found = index.find(to_lower(name));
    return found == index.end() ? nullptr : found->second;
  }
  // Most names need no copy.
  if (name.data() != nullptr && name.find('\\') == std::string_view::npos) return find(name);
  return find(credentials.username());
}

}  // namespace offhook::proxy
