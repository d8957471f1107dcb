// Users in the store beside the bindings, of SQLite in a table (of Redis: io/redis_users.hpp): names and the hashes of
// their passwords (HA1), never the passwords. `offhook proxy user` writes it, the proxy reads it when it starts and
// when its configuration is read again.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "io/proxy_file.hpp"
#include "proxy/core.hpp"

namespace offhook::io {

struct StoredUser {
  proxy::User user;
  std::string realm;  // that its hashes were made for
};

class UserStore {
 public:
  virtual ~UserStore() = default;
  // By name.
  [[nodiscard]] virtual Checked<std::vector<StoredUser>> list() = 0;
  enum class Existing : std::uint8_t { Refuse, Replace, Expect };
  // All of them or none. Complaint: the first one who is there already (Refuse), or is not (Expect).
  virtual Checked<void> put(const std::vector<StoredUser>& users, Existing existing) = 0;
  // Complaint: there is no such user.
  virtual Checked<void> remove(const std::string& name) = 0;
};
// Of the settings' store; a complaint for one in memory.
[[nodiscard]] Checked<std::unique_ptr<UserStore>> open_users(const ProxySettings& settings);

class SqliteUsers final : public UserStore {
 public:
  // Opens or creates the file and its table. Complaint: "cannot open the store: … (proxy.db)".
  [[nodiscard]] static Checked<std::unique_ptr<SqliteUsers>> open(const std::string& path);
  ~SqliteUsers() override;

  [[nodiscard]] Checked<std::vector<StoredUser>> list() override;
  Checked<void> put(const std::vector<StoredUser>& users, Existing existing) override;
  Checked<void> remove(const std::string& name) override;

 private:
  struct Database;
  explicit SqliteUsers(std::unique_ptr<Database> database);
  std::unique_ptr<Database> database_;
};

// The users of the settings' store join those of file and flags. Complaint: one who is in both, or whose hashes are for
// another domain than the first one; Redis that is not reached. Nothing happens where the store is in memory, or its
// file is not there yet.
Checked<void> add_stored_users(ProxySettings& settings);

// A user's name in a store or a CSV file: not empty, no colon and no control characters (RFC 7616 §3.4.2).
[[nodiscard]] Checked<void> check_user_name(std::string_view name);

// Users from CSV (RFC 4180, one a line). The first line names the columns, in any order: name, and password or some of
// ha1_md5, ha1_sha256, ha1_sha512_256. Complaints carry file:line.
[[nodiscard]] Checked<std::vector<StoredUser>> read_users_csv(std::string_view file_name, std::string_view text,
                                                              std::string_view realm);

}  // namespace offhook::io
