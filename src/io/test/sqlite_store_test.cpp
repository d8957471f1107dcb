#include "io/sqlite_store.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>

#include "io/clock.hpp"

namespace offhook::io {
namespace {

class SqliteStoreTest : public testing::Test {
 protected:
  void TearDown() override {
    for (const auto* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + suffix);
  }
  std::unique_ptr<SqliteStore> open() {
    auto store =
        SqliteStore::open(path_, loop_, [this](const std::vector<std::uint64_t>& ids, const std::string& error) {
          for (const auto id : ids) (error.empty() ? kept_ : refused_).push_back(id);
          if (!error.empty()) error_ = error;
        });
    EXPECT_TRUE(store) << store.error().text();
    return std::move(*store);
  }
  void settle(std::size_t answers) {
    EXPECT_TRUE(loop_.run_until([&] { return kept_.size() + refused_.size() == answers; }, now().mono + seconds(30)));
  }
  static proxy::Binding binding(std::string aor, std::string contact) {
    return {std::move(aor),  std::move(contact), "call-1",        7, WallTime(seconds(4'000'000'000)), 500,
            "<sip:edge;lr>", "phone/1",          "192.0.2.1:5060"};
  }

  const std::string path_ = testing::TempDir() + "offhook-store-" + std::to_string(::getpid()) + ".db";
  static Checked<std::vector<proxy::Binding>> load(SqliteStore& store) {
    std::vector<proxy::Binding> out;
    return store.load([&out](const auto& some) { out.insert(out.end(), some.begin(), some.end()); }).map([&out] {
      return out;
    });
  }

  Loop loop_;
  std::vector<std::uint64_t> kept_, refused_;
  std::string error_;
};

TEST_F(SqliteStoreTest, KeepsReplacesAndRemovesOverAReopen) {
  {
    const auto store = open();
    store->submit(
        {{1, {binding("sip:a@x", "sip:a@1"), binding("sip:a@x", "sip:a@2"), binding("sip:b@x", "sip:b@1")}, {}}});
    auto changed = binding("sip:a@x", "sip:a@2");
    changed.cseq = 8;
    store->submit({{2, {changed}, {{"sip:a@x", "sip:a@1"}}}});
    store->submit({{3, {}, {{"sip:b@x", ""}}}});
    settle(3);
    EXPECT_EQ(kept_, (std::vector<std::uint64_t>{1, 2, 3}));
  }
  const auto bindings = load(*open());
  ASSERT_TRUE(bindings);
  ASSERT_EQ(bindings->size(), 1);
  const auto& only = bindings->front();
  EXPECT_EQ(only.contact, "sip:a@2");
  EXPECT_EQ(only.cseq, 8);
  EXPECT_EQ(only.q, 500);
  EXPECT_EQ(only.path, "<sip:edge;lr>");
  EXPECT_EQ(only.received, "192.0.2.1:5060");
  EXPECT_EQ(only.expires, WallTime(seconds(4'000'000'000)));
}

TEST_F(SqliteStoreTest, KeepsTheFlowsOfAnInstanceApart) {
  {
    const auto store = open();
    auto first = binding("sip:a@x", "sip:a@1"), second = first, third = first;
    first.instance = second.instance = third.instance = "urn:uuid:1";
    first.reg_id = 1;
    second.reg_id = 2;
    store->submit({{1, {first, second, third}, {}}});
    store->submit({{2, {}, {{"sip:a@x", "sip:a@1", "urn:uuid:1", 1}}}});
    settle(2);
  }
  const auto bindings = load(*open());
  ASSERT_TRUE(bindings);
  ASSERT_EQ(bindings->size(), 2);
  EXPECT_EQ(bindings->at(0).reg_id, 0);
  EXPECT_EQ(bindings->at(1).reg_id, 2);
  EXPECT_EQ(bindings->at(0).instance, "urn:uuid:1");
  EXPECT_EQ(bindings->at(1).instance, "urn:uuid:1");
}

TEST_F(SqliteStoreTest, TakesOverAFileOfBeforeThereWereFlows) {
  sqlite3* old = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &old), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(old,
                         "CREATE TABLE binding (aor TEXT NOT NULL, contact TEXT NOT NULL, call_id TEXT NOT NULL, cseq "
                         "INTEGER NOT NULL, expires_us INTEGER NOT NULL, q INTEGER NOT NULL, path TEXT NOT NULL, "
                         "user_agent TEXT NOT NULL, received TEXT NOT NULL, PRIMARY KEY (aor, contact)) WITHOUT ROWID;"
                         "INSERT INTO binding VALUES ('sip:a@x', 'sip:a@1', 'c', 7, 4000000000000000, 500, '', 'p', "
                         "'192.0.2.1:5060')",
                         nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(old);
  {
    const auto store = open();
    const auto bindings = load(*store);
    ASSERT_TRUE(bindings);
    ASSERT_EQ(bindings->size(), 1);
    EXPECT_EQ(bindings->front().contact, "sip:a@1");
    EXPECT_EQ(bindings->front().received, "192.0.2.1:5060");
    EXPECT_EQ(bindings->front().reg_id, 0);
    store->submit({{1, {binding("sip:a@x", "sip:a@1")}, {}}});
    settle(1);
  }
  const auto again = load(*open());
  ASSERT_TRUE(again);
  ASSERT_EQ(again->size(), 1) << "replaced, and the file is not upgraded twice";
  EXPECT_EQ(again->front().call_id, "call-1");
}

TEST_F(SqliteStoreTest, ManyAreLoadedByAndByAndThoseOfAUserTogether) {
  const auto store = open();
  std::vector<proxy::Binding> many;
  for (int user = 0; user < 2500; ++user)
    for (int contact = 0; contact < 4; ++contact)
      many.push_back(binding("sip:" + std::to_string(user) + "@x", "sip:a@" + std::to_string(contact)));
  store->submit({{1, many, {}}});
  settle(1);
  std::set<std::string> seen;
  std::size_t bindings = 0, calls = 0;
  ASSERT_TRUE(store->load([&](const std::vector<proxy::Binding>& some) {
    ++calls;
    bindings += some.size();
    std::set<std::string> users;
    for (const auto& one : some) users.insert(one.aor);
    for (const auto& user : users) EXPECT_TRUE(seen.insert(user).second) << user << " came in two parts";
  }));
  EXPECT_EQ(bindings, many.size());
  EXPECT_EQ(seen.size(), 2500U);
  EXPECT_GT(calls, 1U);
}

// What can be read is not all there is.
TEST_F(SqliteStoreTest, ABrokenFileIsNotHalfLoaded) {
  {
    const auto store = open();
    std::vector<proxy::Binding> many;
    for (int user = 0; user < 5000; ++user) many.push_back(binding("sip:" + std::to_string(user) + "@x", "sip:a@1"));
    store->submit({{1, many, {}}});
    settle(1);
  }
  std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(0, std::ios::end);
  constexpr std::streamoff kPage = 4096;
  const std::streamoff size = file.tellg();
  ASSERT_GT(size, 20 * kPage);
  for (std::streamoff at = size / 2 / kPage * kPage; at < size; at += kPage) {
    file.seekp(at);
    file.write("broken", 6);
  }
  file.close();
  const auto bindings = load(*open());
  ASSERT_FALSE(bindings);
  EXPECT_NE(bindings.error().what.find("cannot read the store"), std::string::npos) << bindings.error().what;
}

TEST_F(SqliteStoreTest, AnotherConnectionSeesWhatWasToldDone) {
  const auto store = open();
  store->submit({{1, {binding("sip:a@x", "sip:a@1")}, {}}});
  settle(1);
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &other), SQLITE_OK);
  int rows = 0;
  sqlite3_exec(
      other, "SELECT * FROM binding", [](void* count, int, char**, char**) { return ++*static_cast<int*>(count), 0; },
      &rows, nullptr);
  EXPECT_EQ(rows, 1);
  sqlite3_close(other);
}

TEST_F(SqliteStoreTest, ALockedDatabaseRefusesAndLosesNothing) {
  const auto store = open();
  store->submit({{1, {binding("sip:a@x", "sip:a@1")}, {}}});
  settle(1);
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr), SQLITE_OK);
  store->submit({{2, {binding("sip:b@x", "sip:b@1")}, {}}});
  settle(2);
  EXPECT_EQ(refused_, (std::vector<std::uint64_t>{2}));
  EXPECT_EQ(error_, "database is locked");
  sqlite3_exec(other, "ROLLBACK", nullptr, nullptr, nullptr);
  sqlite3_close(other);
  store->submit({{3, {binding("sip:c@x", "sip:c@1")}, {}}});
  settle(3);
  EXPECT_EQ(kept_, (std::vector<std::uint64_t>{1, 3}));
}

TEST_F(SqliteStoreTest, AFullDiskRefusesSaysSoAndLosesNothing) {
  const auto store = open();
  store->submit({{1, {binding("sip:a@x", "sip:a@1")}, {}}});
  settle(1);
  rlimit old{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);  // the write then fails instead
  const rlimit none{std::filesystem::file_size(path_ + "-wal"), old.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &none), 0);
  store->submit({{2, {binding("sip:b@x", "sip:b@1")}, {}}, {3, {binding("sip:c@x", "sip:c@1")}, {}}});
  settle(3);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &old), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(refused_, (std::vector<std::uint64_t>{2, 3}));
  EXPECT_FALSE(error_.empty());
  store->submit({{4, {binding("sip:d@x", "sip:d@1")}, {}}});
  settle(4);
  EXPECT_EQ(kept_, (std::vector<std::uint64_t>{1, 4}));
  const auto kept = load(*store);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->size(), 2);
}

// A commit waits for as many as the last one had.
TEST_F(SqliteStoreTest, WhatComesTogetherIsCommittedTogether) {
  std::vector<std::size_t> commits;
  std::size_t written = 0;
  auto store = SqliteStore::open(
      path_, loop_,
      [&](const std::vector<std::uint64_t>& ids, const std::string& error) {
        EXPECT_EQ(error, "");
        commits.push_back(ids.size());
        written += ids.size();
      },
      std::chrono::hours(8));  // an eighth of it is the pause that ends a batch
  ASSERT_TRUE(store);
  std::uint64_t id = 0;
  const auto next = [&] {
    ++id;
    return proxy::StoreWrite{id, {binding("sip:" + std::to_string(id) + "@x", "sip:a@1")}, {}};
  };
  const auto settled = [&] { return loop_.run_until([&] { return written == id; }, now().mono + seconds(30)); };
  (*store)->submit({next(), next(), next()});
  EXPECT_TRUE(settled());
  for (int i = 0; i < 3; ++i) (*store)->submit({next()});
  EXPECT_TRUE(settled()) << "the third made enough; nobody waited for the pause";
  EXPECT_EQ(commits, (std::vector<std::size_t>{3, 3}));
}

TEST(SqliteStore, AnUnusablePathIsAClearError) {
  Loop loop;
  const auto store = SqliteStore::open("/nowhere/at/all.db", loop, {});
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().text(), "cannot open the store: unable to open database file (/nowhere/at/all.db)");
}

}  // namespace
}  // namespace offhook::io
