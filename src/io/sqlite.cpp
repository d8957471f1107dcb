#include "sqlite.hpp"

namespace offhook::io {

Statement::Statement(sqlite3* database, const char* sql) {
  if (sqlite3_prepare_v2(database, sql, -1, &statement_, nullptr) != SQLITE_OK) statement_ = nullptr;
}

Statement& Statement::text(int at, const std::string& value) {
  sqlite3_bind_text(statement_, at, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
  return *this;
}

Statement& Statement::number(int at, std::int64_t value) {
  sqlite3_bind_int64(statement_, at, value);
  return *this;
}

Statement& Statement::null(int at) {
  sqlite3_bind_null(statement_, at);
  return *this;
}

bool Statement::run() {
  const int result = sqlite3_step(statement_);
  sqlite3_reset(statement_);
  return result == SQLITE_DONE;
}

std::string Statement::column(int at) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, at));
  return {text == nullptr ? "" : text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, at))};
}

bool Sqlite::open(const std::string& path) {
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  return sqlite3_open_v2(path.c_str(), &handle_, kFlags, nullptr) == SQLITE_OK &&
         exec("PRAGMA busy_timeout = 2000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
}

}  // namespace offhook::io
