#include "call_log_sinks.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "api/call_json.hpp"
#include "sqlite.hpp"

namespace offhook::io {
namespace {

constexpr const char* kSchema = R"(
  CREATE TABLE IF NOT EXISTS call (
    call_id TEXT NOT NULL, caller_tag TEXT NOT NULL, started_us INTEGER NOT NULL, callee_tag TEXT NOT NULL,
    caller TEXT NOT NULL, caller_display TEXT NOT NULL, caller_user TEXT NOT NULL, dialled TEXT NOT NULL,
    callee TEXT NOT NULL, callee_display TEXT NOT NULL, callee_user TEXT NOT NULL, rang_us INTEGER, answered_us INTEGER,
    ended_us INTEGER, duration_us INTEGER, status INTEGER NOT NULL, reason TEXT NOT NULL, ended_by TEXT NOT NULL,
    PRIMARY KEY (call_id, caller_tag, started_us)) WITHOUT ROWID;
)";
// A file of before there were shards.
constexpr const char* kHasShard = "SELECT 1 FROM pragma_table_info('call') WHERE name = 'shard'";
constexpr const char* kAddShard = "ALTER TABLE call ADD COLUMN shard INTEGER NOT NULL DEFAULT 0";
// What has ended stays as it is, whatever comes.
constexpr const char* kPut = R"(
  INSERT INTO call VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19)
    ON CONFLICT (call_id, caller_tag, started_us) DO UPDATE SET callee_tag=?4, caller=?5, caller_display=?6,
      caller_user=?7, dialled=?8, callee=?9, callee_display=?10, callee_user=?11, rang_us=?12, answered_us=?13,
      ended_us=?14, duration_us=?15, status=?16, reason=?17, ended_by=?18, shard=?19 WHERE ended_us IS NULL
)";

std::int64_t in_microseconds(WallTime time) { return time.time_since_epoch().count(); }

class SqliteSink final : public CallLog::Sink {
 public:
  // "" when it is open.
  std::string open(const std::string& path) {
    if (!file_.open(path) || !file_.exec(kSchema) || !add_shard()) return file_.error();
    put_ = std::make_unique<Statement>(file_.handle(), kPut);
    return put_->valid() ? std::string{} : file_.error();
  }
  ~SqliteSink() override { put_.reset(); }

  std::string commit(const std::vector<proxy::CallRecord>& calls) override {
    std::string error;
    file_.commit([&] { return std::ranges::all_of(calls, [this](const auto& call) { return put(call); }); }, error);
    return error;
  }

  std::vector<proxy::CallRecord> open_calls() override {
    Statement open(file_.handle(),
                   "SELECT call_id, caller_tag, started_us, callee_tag, caller, caller_user, dialled, callee, "
                   "callee_user, answered_us, rang_us, shard FROM call WHERE ended_us IS NULL");
    const auto moment = [&](int at) { return Now{{}, WallTime(Duration(open.integer(at)))}; };
    std::vector<proxy::CallRecord> out;
    while (open.valid() && open.row()) {
      proxy::CallRecord& call = out.emplace_back();
      call.call_id = open.column(0);
      call.caller_tag = open.column(1);
      call.started = moment(2);
      call.callee_tag = open.column(3);
      call.caller = open.column(4);
      call.caller_user = open.column(5);
      call.dialled = open.column(6);
      call.callee = open.column(7);
      call.callee_user = open.column(8);
      call.answered = moment(9);
      if (open.integer(10) != 0) call.rang = moment(10);
      call.shard = static_cast<std::uint32_t>(open.integer(11));
    }
    return out;
  }

 private:
  bool add_shard() {
    Statement known(file_.handle(), kHasShard);
    if (!known.valid() || known.row()) return known.valid();
    known.reset();
    return file_.exec(kAddShard);
  }
  void time(int at, const std::optional<Now>& time) {
    if (time)
      put_->number(at, in_microseconds(time->wall));
    else
      put_->null(at);
  }
  bool put(const proxy::CallRecord& call) {
    const std::string end(proxy::text_of(call.end)), side(proxy::text_of(call.ended_by));
    put_->text(1, call.call_id).text(2, call.caller_tag).number(3, in_microseconds(call.started.wall));
    put_->text(4, call.callee_tag).text(5, call.caller).text(6, call.caller_display).text(7, call.caller_user);
    put_->text(8, call.dialled).text(9, call.callee).text(10, call.callee_display).text(11, call.callee_user);
    time(12, call.rang);
    time(13, call.answered);
    time(14, call.ended);
    if (call.ended)
      put_->number(15, call.answered ? (call.ended->wall - call.answered->wall).count() : 0);
    else
      put_->null(15);
    return put_->number(16, call.status).text(17, end).text(18, side).number(19, call.shard).run();
  }

  Sqlite file_;
  std::unique_ptr<Statement> put_;
};

class JsonSink final : public CallLog::Sink {
 public:
  ~JsonSink() override {
    if (fd_ >= 0) ::close(fd_);
  }
  std::string open(const std::string& path) {
    constexpr int kMode = 0640;
    fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kMode);
    if (fd_ < 0) return std::strerror(errno);
    size_ = ::lseek(fd_, 0, SEEK_END);
    return cut(whole()) ? std::string{} : std::strerror(errno);
  }

  std::string commit(const std::vector<proxy::CallRecord>& calls) override {
    std::string lines;
    for (const auto& call : calls)
      if (call.ended) lines += api::call_line(call) + '\n';
    if (lines.empty()) return {};
    if (write(lines) && ::fdatasync(fd_) == 0) {
      size_ += static_cast<off_t>(lines.size());
      return {};
    }
    std::string error = std::strerror(errno);
    cut(size_);  // nothing of it stays, so that it may come again
    return error;
  }

 private:
  bool write(std::string_view bytes) {
    off_t at = size_;
    while (!bytes.empty()) {
      const auto written = ::pwrite(fd_, bytes.data(), bytes.size(), at);
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(written));
      at += written;
    }
    return true;
  }
  bool cut(off_t size) {
    if (::ftruncate(fd_, size) != 0) return false;
    size_ = size;
    return true;
  }
  // The end of the last line that is whole.
  [[nodiscard]] off_t whole() const {
    for (off_t at = size_; at > 0; --at) {
      char c = 0;
      if (::pread(fd_, &c, 1, at - 1) == 1 && c == '\n') return at;
    }
    return 0;
  }

  int fd_ = -1;
  off_t size_ = 0;
};

template <class S>
Checked<std::unique_ptr<CallLog::Sink>> open_sink(const std::string& path) {
  auto sink = std::make_unique<S>();
  if (auto error = sink->open(path); !error.empty()) return complain(std::move(error));
  return sink;
}

}  // namespace

Checked<std::unique_ptr<CallLog::Sink>> open_sqlite_sink(const std::string& path) {
  return open_sink<SqliteSink>(path);
}
Checked<std::unique_ptr<CallLog::Sink>> open_json_sink(const std::string& path) { return open_sink<JsonSink>(path); }

}  // namespace offhook::io
