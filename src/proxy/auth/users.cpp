#include "auth/users.hpp"

#include <algorithm>

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
             bool hashed)
    : realm_(realm) {
  // An algorithm and its -sess have one hash.
  for (const auto algorithm : algorithms)
    if (hashed && std::ranges::find(hashed_, sip::hash_index(algorithm), sip::hash_index) == hashed_.end())
      hashed_.push_back(algorithm);
  given_.by_name.reserve(users.size());
  for (User& user : users) put(given_, std::move(user));
}

void Users::put(Layer& layer, User user) {
  std::string name = user.name;
  const auto [at, is_new] = layer.by_name.insert_or_assign(std::move(name), std::move(user));
  if (!is_new) return;
  for (const auto algorithm : hashed_)
    layer.by_hash.at(sip::hash_index(algorithm))
        .emplace(hasher_.hash(algorithm, at->first, std::string_view(realm_)).text(), &at->second);
}

void Users::adopt_stored(Users&& before) {
  std::vector<User> users;
  users.reserve(before.stored());
  for (auto& [name, user] : before.stored_.by_name) users.push_back(std::move(user));
  before.stored_ = {};
  set_stored(std::move(users));
}

void Users::set_stored(std::vector<User> users) {
  stored_ = {};
  stored_.by_name.reserve(users.size());
  for (User& user : users) put_stored(std::move(user));
}

void Users::put_stored(User user) {
  if (!given_.by_name.contains(user.name)) put(stored_, std::move(user));
}

void Users::remove_stored(std::string_view name) {
  const auto found = stored_.by_name.find(name);
  if (found == stored_.by_name.end()) return;
  for (const auto algorithm : hashed_)
    stored_.by_hash.at(sip::hash_index(algorithm))
        .erase(hasher_.hash(algorithm, name, std::string_view(realm_)).text());
  stored_.by_name.erase(found);
}

const User* Users::find(const Layer& layer, std::string_view name) {
  const auto found = layer.by_name.find(name);
  return found == layer.by_name.end() ? nullptr : &found->second;
}

const User* Users::find(std::string_view name) const {
  const User* const given = find(given_, name);
  return given != nullptr || stored_.by_name.empty() ? given : find(stored_, name);
}

const User* Users::find(const sip::DigestResponse& credentials) const {
  const std::string_view name = credentials.text.username;
  if (credentials.userhash) {
    const std::string hash = to_lower(name);
    for (const Layer* const layer : {&given_, &stored_}) {
      const auto& index = layer->by_hash.at(sip::hash_index(credentials.algorithm));
      if (const auto found = index.find(hash); found != index.end()) return found->second;
    }
    return nullptr;
  }
  // Most names need no copy.
  if (name.data() != nullptr && name.find('\\') == std::string_view::npos) return find(name);
  return find(credentials.username());
}

}  // namespace offhook::proxy
