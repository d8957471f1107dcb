// SQLite with owners: a database and its prepared statements. One thread at a time.
#pragma once
#include <sqlite3.h>

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace offhook::io {

// One prepared statement with its bound values; reset after each use. Texts must live until it has run.
class Statement {
 public:
  Statement(sqlite3* database, const char* sql);
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  [[nodiscard]] bool valid() const { return statement_ != nullptr; }
  Statement& text(int at, const std::string& value);
  Statement& number(int at, std::int64_t value);
  Statement& null(int at);
  // For what gives no rows. False: see Sqlite::error().
  bool run();
  void reset() { sqlite3_reset(statement_); }
  // The next row, for column() and integer(), until there is none.
  bool row() { return sqlite3_step(statement_) == SQLITE_ROW; }
  [[nodiscard]] std::string column(int at) const;
  [[nodiscard]] std::int64_t integer(int at) const { return sqlite3_column_int64(statement_, at); }

 private:
  sqlite3_stmt* statement_ = nullptr;
};

class Sqlite {
 public:
  Sqlite() = default;
  ~Sqlite() { sqlite3_close(handle_); }
  Sqlite(const Sqlite&) = delete;
  Sqlite& operator=(const Sqlite&) = delete;

  // Opens or creates the file, in WAL mode and such that a commit is on the disk when it returns (synchronous=FULL).
  // Waits two seconds for others who hold it.
  bool open(const std::string& path);
  bool exec(const char* sql) { return sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) == SQLITE_OK; }
  [[nodiscard]] sqlite3* handle() const { return handle_; }
  // What went wrong last: "database or disk is full".
  [[nodiscard]] std::string error() const { return sqlite3_errmsg(handle_); }

  // work() → bool in one transaction; false when nothing of it was kept, error() then says why.
  template <class Work>
  bool commit(Work&& work, std::string& error) {
    if (exec("BEGIN IMMEDIATE") && work() && exec("COMMIT")) return true;
    error = this->error();
    exec("ROLLBACK");
    return false;
  }

 private:
  sqlite3* handle_ = nullptr;
};

}  // namespace offhook::io
