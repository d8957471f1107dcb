#include "io/sqlite_users.hpp"

#include <algorithm>
#include <filesystem>
#include <unordered_set>

#include "io/redis_users.hpp"
#include "sqlite.hpp"

namespace offhook::io {
namespace {

constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS user (name TEXT NOT NULL PRIMARY KEY, realm TEXT NOT NULL, ha1_md5 TEXT NOT NULL, "
    "ha1_sha256 TEXT NOT NULL, ha1_sha512_256 TEXT NOT NULL) WITHOUT ROWID";
constexpr const char* kPut =
    "INSERT INTO user VALUES (?1,?2,?3,?4,?5) ON CONFLICT (name) DO UPDATE SET realm=?2, ha1_md5=?3, ha1_sha256=?4, "
    "ha1_sha512_256=?5";

}  // namespace

struct SqliteUsers::Database {
  std::string path;
  Sqlite sqlite;

  [[nodiscard]] tl::unexpected<Complaint> refuse(const std::string& what, const std::string& why) const {
    return complain(what + ": " + why, path);
  }
  bool has(const std::string& name) {
    Statement one(sqlite.handle(), "SELECT 1 FROM user WHERE name=?1");
    return one.valid() && one.text(1, name).row();
  }
  bool put(const StoredUser& stored) {
    Statement put(sqlite.handle(), kPut);
    if (!put.valid()) return false;
    put.text(1, stored.user.name).text(2, stored.realm);
    for (std::size_t i = 0; i < stored.user.ha1.size(); ++i) put.text(static_cast<int>(i) + 3, stored.user.ha1.at(i));
    return put.run();
  }
};

Checked<std::unique_ptr<SqliteUsers>> SqliteUsers::open(const std::string& path) {
  auto database = std::make_unique<Database>();
  database->path = path;
  if (!database->sqlite.open(path) || !database->sqlite.exec(kSchema))
    return database->refuse("cannot open the store", database->sqlite.error());
  return std::unique_ptr<SqliteUsers>(new SqliteUsers(std::move(database)));
}

SqliteUsers::SqliteUsers(std::unique_ptr<Database> database) : database_(std::move(database)) {}
SqliteUsers::~SqliteUsers() = default;

Checked<std::vector<StoredUser>> SqliteUsers::list() {
  Statement all(database_->sqlite.handle(),
                "SELECT name, realm, ha1_md5, ha1_sha256, ha1_sha512_256 FROM user ORDER BY name");
  if (!all.valid()) return database_->refuse("cannot read the users", database_->sqlite.error());
  std::vector<StoredUser> out;
  while (all.row()) out.push_back({{all.column(0), {all.column(2), all.column(3), all.column(4)}}, all.column(1)});
  return out;
}

Checked<void> SqliteUsers::put(const std::vector<StoredUser>& users, Existing existing) {
  std::string error;
  Checked<void> refusal;
  const bool done = database_->sqlite.commit(
      [&] {
        return std::ranges::all_of(users, [&](const StoredUser& stored) {
          const bool is_there = existing != Existing::Replace && database_->has(stored.user.name);
          if (existing == Existing::Refuse && is_there)
            refusal = complain("user '" + stored.user.name + "' is there already");
          if (existing == Existing::Expect && !is_there)
            refusal = complain("there is no user '" + stored.user.name + "'");
          return refusal && database_->put(stored);
        });
      },
      error);
  if (!refusal) return refusal;
  if (!done) return database_->refuse("cannot write the users", error);
  return {};
}

Checked<void> SqliteUsers::remove(const std::string& name) {
  if (!database_->has(name)) return complain("there is no user '" + name + "'");
  Statement gone(database_->sqlite.handle(), "DELETE FROM user WHERE name=?1");
  if (!gone.valid() || !gone.text(1, name).run())
    return database_->refuse("cannot write the users", database_->sqlite.error());
  return {};
}

Checked<std::unique_ptr<UserStore>> open_users(const ProxySettings& settings) {
  if (is_redis_url(settings.store))
    return parse_redis_url(settings.store).and_then([](const RedisUrl& url) { return RedisUsers::open(url); });
  const std::string path = settings.sqlite_path();
  if (path.empty()) return complain("a store in memory keeps no users");
  return SqliteUsers::open(path).map([](auto&& users) { return std::unique_ptr<UserStore>(std::move(users)); });
}

Checked<void> add_stored_users(ProxySettings& settings) {
  const std::string file = settings.sqlite_path(), path = file.empty() ? settings.store_name() : file;
  std::error_code none;
  if (settings.store == "memory" || (!file.empty() && !std::filesystem::exists(file, none))) return {};
  auto users = open_users(settings);
  if (!users) return tl::unexpected(users.error());
  const auto stored = (*users)->list();
  if (!stored) return tl::unexpected(stored.error());
  std::unordered_set<std::string_view> names;
  for (const ProxyUser& user : settings.users) names.insert(user.name);
  for (const StoredUser& one : *stored) {
    if (names.contains(one.user.name))
      return complain("user '" + one.user.name + "' is in the store and in the configuration", path);
    if (one.realm != settings.domains.front())
      return complain("user '" + one.user.name + "' of the store has a password for '" + one.realm +
                          "', but the first domain is '" + settings.domains.front() + "'",
                      path);
  }
  names.clear();  // they are views into what grows now
  for (const StoredUser& one : *stored) settings.users.push_back({one.user.name, {}, one.user.ha1, false});
  return {};
}

}  // namespace offhook::io
