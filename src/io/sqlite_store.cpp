#include "io/sqlite_store.hpp"

#include <algorithm>
#include <utility>

#include "base/ascii.hpp"
#include "sqlite.hpp"

namespace offhook::io {
namespace {

constexpr const char* kSchema = R"(
  CREATE TABLE IF NOT EXISTS binding (
    aor TEXT NOT NULL, contact TEXT NOT NULL, call_id TEXT NOT NULL, cseq INTEGER NOT NULL, expires_us INTEGER NOT NULL,
    q INTEGER NOT NULL, path TEXT NOT NULL, user_agent TEXT NOT NULL, received TEXT NOT NULL, instance TEXT NOT NULL,
    flow TEXT NOT NULL, PRIMARY KEY (aor, contact, flow)) WITHOUT ROWID;
)";

// A file of before there were instances: one binding a contact, and no flows. kSchema comes between the two halves.
constexpr const char* kFirstSchema =
    "SELECT 1 FROM pragma_table_info('binding') WHERE name = 'aor' AND NOT EXISTS "
    "(SELECT 1 FROM pragma_table_info('binding') WHERE name = 'flow')";
constexpr const char* kSetAside = "ALTER TABLE binding RENAME TO first_binding";
constexpr const char* kTakeOver = R"(
  INSERT INTO binding SELECT aor, contact, call_id, cseq, expires_us, q, path, user_agent, received, '', ''
    FROM first_binding;
  DROP TABLE first_binding;
)";

// "2 urn:uuid:…": the flow of an instance (RFC 5626); "" where there is none.
std::string flow_text(const std::string& instance, std::uint32_t reg_id) {
  return reg_id == 0 ? std::string{} : std::to_string(reg_id) + ' ' + instance;
}

constexpr std::size_t kLoaded = 4096;  // bindings at a time

}  // namespace

struct SqliteStore::Database {
  Sqlite file;
  std::unique_ptr<Statement> put, remove, remove_all;  // before their file

  ~Database() {
    put.reset();
    remove.reset();
    remove_all.reset();
  }
  bool upgrade() {
    Statement first(file.handle(), kFirstSchema);
    if (!first.valid() || !first.row()) return file.exec(kSchema);
    first.reset();
    std::string error;
    return file.commit([&] { return file.exec(kSetAside) && file.exec(kSchema) && file.exec(kTakeOver); }, error);
  }

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

  // All of them in one transaction; "" when they are on the disk, else why nothing of it was kept.
  std::string commit(const std::vector<proxy::StoreWrite>& writes) {
    std::string error;
    const auto all = [&] {
      return std::all_of(writes.begin(), writes.end(), [this](const proxy::StoreWrite& write) { return apply(write); });
    };
    file.commit(all, error);
    return error;
  }
};

Checked<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path, Loop& loop, Done done,
                                                        std::chrono::microseconds delay) {
  auto database = std::make_unique<Database>();
  const auto refuse = [&] { return complain("cannot open the store: " + database->file.error(), path); };
  if (!database->file.open(path) || !database->upgrade()) return refuse();
  database->put = std::make_unique<Statement>(database->file.handle(),
                                              "INSERT INTO binding VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11) "
                                              "ON CONFLICT (aor, contact, flow) DO UPDATE SET call_id=?3, cseq=?4, "
                                              "expires_us=?5, q=?6, path=?7, user_agent=?8, received=?9, instance=?10");
  database->remove = std::make_unique<Statement>(database->file.handle(),
                                                 "DELETE FROM binding WHERE aor=?1 AND contact=?2 AND flow=?3");
  database->remove_all = std::make_unique<Statement>(database->file.handle(), "DELETE FROM binding WHERE aor=?1");
  if (!database->put->valid() || !database->remove->valid() || !database->remove_all->valid()) return refuse();
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(database), loop, std::move(done), delay));
}

SqliteStore::SqliteStore(std::unique_ptr<Database> database, Loop& loop, Done done, std::chrono::microseconds delay)
    : database_(std::move(database)), loop_(&loop), done_(std::move(done)), delay_(delay), writer_([this] {
        work();
      }) {}

SqliteStore::~SqliteStore() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_one();
  writer_.join();
}

Checked<void> SqliteStore::load(const std::function<void(const std::vector<proxy::Binding>&)>& take) {
  Statement all(database_->file.handle(),
                "SELECT aor, contact, call_id, cseq, expires_us, q, path, user_agent, received, instance, flow FROM "
                "binding ORDER BY aor");
  const auto refuse = [this] { return complain("cannot read the store: " + database_->file.error()); };
  if (!all.valid()) return refuse();
  std::vector<proxy::Binding> out;
  while (all.row()) {
    if (out.size() >= kLoaded && out.back().aor != all.column(0)) {
      take(out);
      out.clear();
    }
    out.push_back({all.column(0), all.column(1), all.column(2), static_cast<std::uint32_t>(all.integer(3)),
                   WallTime(Duration(all.integer(4))), static_cast<int>(all.integer(5)), all.column(6), all.column(7),
                   all.column(8)});
    out.back().instance = all.column(9);
    const std::string flow = all.column(10);
    out.back().reg_id = parse_number<std::uint32_t>(std::string_view(flow).substr(0, flow.find(' '))).value_or(0);
  }
  if (sqlite3_errcode(database_->file.handle()) != SQLITE_DONE) return refuse();
  if (!out.empty()) take(out);
  return {};
}

void SqliteStore::submit(std::vector<proxy::StoreWrite> writes) {
  if (writes.empty()) return;
  std::vector<std::uint64_t> refused;
  bool call = false;  // the writer counts for itself while it gathers
  {
    const std::lock_guard lock(mutex_);
    const std::size_t before = queue_.size();
    for (auto& write : writes) {
      if (queue_.size() < kQueue)
        queue_.push_back(std::move(write));
      else
        refused.push_back(write.id);
    }
    call = before == 0 || (before < enough_ && queue_.size() >= enough_);
  }
  if (call) wake_.notify_one();
  if (refused.empty()) return;
  loop_->post([done = done_, refused = std::move(refused)] { done(refused, "too many writes wait for the disk"); });
}

Histogram SqliteStore::commits() const {
  const std::lock_guard lock(mutex_);
  return commits_;
}

void SqliteStore::note(Duration took) {
  const std::lock_guard lock(mutex_);
  commits_.add(took);
}

// Everything that waits, and what comes within the delay as long as it keeps coming: as many as came along last time
// are worth waiting for, so one alone does not wait, and those who answer each other in turns come together.
std::vector<proxy::StoreWrite> SqliteStore::gather() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return closing_ || !queue_.empty(); });
  const auto until = std::chrono::steady_clock::now() + delay_;
  const auto pause = delay_ / kPauses;
  std::size_t seen = 0;
  while (!closing_ && queue_.size() != seen && queue_.size() < enough_ && std::chrono::steady_clock::now() < until) {
    seen = queue_.size();
    wake_.wait_for(lock, pause, [&] { return closing_ || queue_.size() >= enough_; });
  }
  enough_ = std::clamp<std::size_t>(queue_.size(), 1, kMostEnough);
  return std::exchange(queue_, {});
}

// Under load the batch grows by itself while the disk works.
void SqliteStore::work() {
  for (;;) {
    const std::vector<proxy::StoreWrite> batch = gather();
    if (batch.empty()) return;
    const auto began = std::chrono::steady_clock::now();
    std::string error = database_->commit(batch);
    note(std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - began));
    std::vector<std::uint64_t> ids;
    ids.reserve(batch.size());
    for (const auto& write : batch) ids.push_back(write.id);
    loop_->post([done = done_, ids = std::move(ids), error = std::move(error)] { done(ids, error); });
  }
}

}  // namespace offhook::io
