#include "io/sqlite_store.hpp"

#include <sqlite3.h>

#include <utility>

#include "base/ascii.hpp"

namespace offhook::io {
namespace {

constexpr const char* kSchema = R"(
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA busy_timeout = 2000;
  CREATE TABLE IF NOT EXISTS binding (
    aor TEXT NOT NULL, contact TEXT NOT NULL, call_id TEXT NOT NULL, cseq INTEGER NOT NULL, expires_us INTEGER NOT NULL,
    q INTEGER NOT NULL, path TEXT NOT NULL, user_agent TEXT NOT NULL, received TEXT NOT NULL, instance TEXT NOT NULL,
    flow TEXT NOT NULL, PRIMARY KEY (aor, contact, flow)) WITHOUT ROWID;
)";

// A file of before there were instances: one binding a contact, and no flows.
constexpr const char* kFirstSchema =
    "SELECT 1 FROM pragma_table_info('binding') WHERE name = 'aor' AND NOT EXISTS "
    "(SELECT 1 FROM pragma_table_info('binding') WHERE name = 'flow')";
constexpr const char* kUpgrade = R"(
  BEGIN IMMEDIATE;
  ALTER TABLE binding RENAME TO first_binding;
  CREATE TABLE binding (
    aor TEXT NOT NULL, contact TEXT NOT NULL, call_id TEXT NOT NULL, cseq INTEGER NOT NULL, expires_us INTEGER NOT NULL,
    q INTEGER NOT NULL, path TEXT NOT NULL, user_agent TEXT NOT NULL, received TEXT NOT NULL, instance TEXT NOT NULL,
    flow TEXT NOT NULL, PRIMARY KEY (aor, contact, flow)) WITHOUT ROWID;
  INSERT INTO binding SELECT aor, contact, call_id, cseq, expires_us, q, path, user_agent, received, '', ''
    FROM first_binding;
  DROP TABLE first_binding;
  COMMIT;
)";

// "2 urn:uuid:…": the flow of an instance (RFC 5626); "" where there is none.
std::string flow_text(const std::string& instance, std::uint32_t reg_id) {
  return reg_id == 0 ? std::string{} : std::to_string(reg_id) + ' ' + instance;
}

// One prepared statement with its bound values; reset after each use.
class Statement {
 public:
  Statement(sqlite3* database, const char* sql) {
    if (sqlite3_prepare_v2(database, sql, -1, &statement_, nullptr) != SQLITE_OK) statement_ = nullptr;
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  [[nodiscard]] bool valid() const { return statement_ != nullptr; }
  Statement& text(int at, const std::string& value) {
    sqlite3_bind_text(statement_, at, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
    return *this;
  }
  Statement& number(int at, std::int64_t value) {
    sqlite3_bind_int64(statement_, at, value);
    return *this;
  }
  bool run() {
    const int result = sqlite3_step(statement_);
    sqlite3_reset(statement_);
    return result == SQLITE_DONE;
  }
  void reset() { sqlite3_reset(statement_); }
  bool row() { return sqlite3_step(statement_) == SQLITE_ROW; }
  [[nodiscard]] std::string column(int at) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, at));
    return {text == nullptr ? "" : text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, at))};
  }
  [[nodiscard]] std::int64_t integer(int at) const { return sqlite3_column_int64(statement_, at); }

 private:
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace

struct SqliteStore::Database {
  sqlite3* handle = nullptr;
  std::unique_ptr<Statement> put, remove, remove_all;

  ~Database() {
    put.reset();
    remove.reset();
    remove_all.reset();
    sqlite3_close(handle);
  }
  bool exec(const char* sql) { return sqlite3_exec(handle, sql, nullptr, nullptr, nullptr) == SQLITE_OK; }

  bool apply(const proxy::StoreWrite& write) {
    for (const auto& gone : write.remove) {
      if (gone.contact.empty() ? !remove_all->text(1, gone.aor).run() : !remove_one(gone)) return false;
    }
    for (const auto& b : write.put) {
      put->text(1, b.aor)
          .text(2, b.contact)
          .text(3, b.call_id)
          .number(4, b.cseq)
          .number(5, b.expires.time_since_epoch().count());
      const std::string flow = flow_text(b.instance, b.reg_id);
      put->number(6, b.q).text(7, b.path).text(8, b.user_agent).text(9, b.received).text(10, b.instance);
      if (!put->text(11, flow).run()) return false;
    }
    return true;
  }
  bool remove_one(const proxy::StoreWrite::Remove& gone) const {
    const std::string flow = flow_text(gone.instance, gone.reg_id);
    return remove->text(1, gone.aor).text(2, gone.contact).text(3, flow).run();
  }

  // All of them in one transaction; false when nothing of it was kept.
  bool commit(const std::vector<proxy::StoreWrite>& writes) {
    if (!exec("BEGIN IMMEDIATE")) return false;
    for (const auto& write : writes) {
      if (!apply(write)) {
        exec("ROLLBACK");
        return false;
      }
    }
    if (exec("COMMIT")) return true;
    exec("ROLLBACK");
    return false;
  }
};

Checked<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path, Loop& loop, Done done) {
  auto database = std::make_unique<Database>();
  const auto refuse = [&] {
    return complain(std::string("cannot open the store: ") + sqlite3_errmsg(database->handle), path);
  };
  if (sqlite3_open_v2(path.c_str(), &database->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                      nullptr) != SQLITE_OK)
    return refuse();
  if (Statement old(database->handle, kFirstSchema); old.valid() && old.row()) {
    old.reset();
    if (!database->exec(kUpgrade)) return refuse();
  }
  if (!database->exec(kSchema)) return refuse();
  database->put = std::make_unique<Statement>(database->handle,
                                              "INSERT INTO binding VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11) "
                                              "ON CONFLICT (aor, contact, flow) DO UPDATE SET call_id=?3, cseq=?4, "
                                              "expires_us=?5, q=?6, path=?7, user_agent=?8, received=?9, instance=?10");
  database->remove =
      std::make_unique<Statement>(database->handle, "DELETE FROM binding WHERE aor=?1 AND contact=?2 AND flow=?3");
  database->remove_all = std::make_unique<Statement>(database->handle, "DELETE FROM binding WHERE aor=?1");
  if (!database->put->valid() || !database->remove->valid() || !database->remove_all->valid()) return refuse();
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(database), loop, std::move(done)));
}

SqliteStore::SqliteStore(std::unique_ptr<Database> database, Loop& loop, Done done)
    : database_(std::move(database)), loop_(&loop), done_(std::move(done)), writer_([this] { work(); }) {}

SqliteStore::~SqliteStore() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_one();
  writer_.join();
}

Checked<std::vector<proxy::Binding>> SqliteStore::load() {
  Statement all(database_->handle,
                "SELECT aor, contact, call_id, cseq, expires_us, q, path, user_agent, received, instance, flow FROM "
                "binding");
  if (!all.valid()) return complain(std::string("cannot read the store: ") + sqlite3_errmsg(database_->handle));
  std::vector<proxy::Binding> out;
  while (all.row()) {
    out.push_back({all.column(0), all.column(1), all.column(2), static_cast<std::uint32_t>(all.integer(3)),
                   WallTime(Duration(all.integer(4))), static_cast<int>(all.integer(5)), all.column(6), all.column(7),
                   all.column(8)});
    out.back().instance = all.column(9);
    const std::string flow = all.column(10);
    out.back().reg_id = parse_number<std::uint32_t>(std::string_view(flow).substr(0, flow.find(' '))).value_or(0);
  }
  return out;
}

void SqliteStore::submit(proxy::StoreWrite write) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() < kQueue) {
      queue_.push_back(std::move(write));
      wake_.notify_one();
      return;
    }
  }
  loop_->post([done = done_, id = write.id] { done({id}, false); });
}

// Takes all that waits and commits it together: under load the batch grows by itself while the disk works.
void SqliteStore::work() {
  for (;;) {
    std::vector<proxy::StoreWrite> batch;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return closing_ || !queue_.empty(); });
      if (queue_.empty()) return;
      batch.swap(queue_);
    }
    const bool ok = database_->commit(batch);
    std::vector<std::uint64_t> ids;
    ids.reserve(batch.size());
    for (const auto& write : batch) ids.push_back(write.id);
    loop_->post([done = done_, ids = std::move(ids), ok] { done(ids, ok); });
  }
}

}  // namespace offhook::io
