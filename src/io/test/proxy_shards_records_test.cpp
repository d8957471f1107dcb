// Records of calls with shards: one log for all of them.
#include <filesystem>

#include "io/files.hpp"
#include "shards_fixture.hpp"

namespace offhook::io {
namespace {

class ShardsRecords : public ShardsTest {
 protected:
  ShardsRecords() {
    std::filesystem::create_directory(folder_);
    settings_.call_log = {folder_ / "cdr.db", folder_ / "cdr.jsonl"};
    settings_.store = "sqlite:" + (folder_ / "store.db").string();
  }
  ~ShardsRecords() override {
    host_.reset();
    std::filesystem::remove_all(folder_);
  }
  // The same addresses again, for phones that stay where they are.
  void restart(unsigned shards) {
    settings_.listen = host_->listening();
    host_.reset();
    settings_.shards = shards;
    start();
  }
  std::size_t lines() {
    const auto text = read_file(settings_.call_log.json).value_or("");
    return static_cast<std::size_t>(std::ranges::count(text, '\n'));
  }
  std::size_t calls() {
    std::size_t out = 0;
    for (const std::size_t count : counts([](proxy::Core& core) { return core.call_count(); })) out += count;
    return out;
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("shards-cdr-" + std::to_string(::getpid()));
};

// The answer to a BYE waits for its record: once it is there, so is the line.
TEST_F(ShardsRecords, EachCallIsWrittenOnceBeforeItsByeIsAnswered) {
  start();
  const auto all = phones(16, "u", false);
  wait_for_bindings(16);
  expect_both_had_some();
  for (std::size_t i = 0; i < all.size(); ++i) {
    call(*all[i], *all[(i + 3) % all.size()], i % 2 == 0);
    EXPECT_EQ(lines(), i + 1);
  }
  for (const std::size_t ended : counts([](proxy::Core& core) { return core.record_counters().calls; }))
    EXPECT_GT(ended, 0U);
  EXPECT_EQ(counts([](proxy::Core& core) { return core.record_counters().late; }), (std::vector<std::size_t>{0, 0}));
}

// Whichever shard it was of, also when there are more or fewer of them afterwards.
TEST_F(ShardsRecords, CallsOfAnEarlierRunEndOnceAndInTheirShard) {
  start();
  const auto all = phones(16, "u", false);
  std::vector<Talk> talks(8);
  for (std::size_t i = 0; i < talks.size(); ++i) {
    connect(*all[i], *all[i + 8], talks[i]);
    if (HasFatalFailure()) return;
  }
  const auto of_each = counts([](proxy::Core& core) { return core.call_count(); });
  std::size_t over = 0;
  for (const unsigned shards : {2U, 3U, 1U, 2U}) {
    restart(shards);
    EXPECT_EQ(calls(), talks.size() - over);
    if (over == 0) {
      EXPECT_EQ(counts([](proxy::Core& core) { return core.call_count(); }), of_each);
    }
    for (const std::size_t end : {over, over + 1}) hang_up(*all[end], *all[end + 8], talks[end], end % 2 == 0);
    over += 2;
    EXPECT_EQ(lines(), over);
    EXPECT_EQ(calls(), talks.size() - over);
  }
}

}  // namespace
}  // namespace offhook::io
