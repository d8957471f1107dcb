#include "sim/disk.hpp"

#include <gtest/gtest.h>

namespace offhook::sim {
namespace {

proxy::StoreWrite put(std::uint64_t id, std::string aor, std::string contact = "sip:c") {
  proxy::StoreWrite write;
  write.id = id;
  write.put.push_back({std::move(aor), std::move(contact), "call", 1, {}, 1000, {}, {}, {}});
  return write;
}

class DiskTest : public testing::Test {
 protected:
  SeededRandom random{7};
  Disk disk{{milliseconds(2), milliseconds(2)}, random};
  TimePoint start{seconds(1)};
};

TEST_F(DiskTest, CommitsInGroupsInTheirOrder) {
  disk.write(start, put(1, "a"));
  disk.write(start, put(2, "b"));
  disk.write(start + milliseconds(1), put(3, "c"));
  EXPECT_EQ(disk.size(), 0);
  ASSERT_EQ(disk.deadline(), start + milliseconds(2));
  EXPECT_EQ(disk.commit(start + milliseconds(2)).ids, std::vector<std::uint64_t>{1});
  // What came meanwhile is the next group.
  ASSERT_EQ(disk.deadline(), start + milliseconds(4));
  EXPECT_EQ(disk.commit(start + milliseconds(4)).ids, (std::vector<std::uint64_t>{2, 3}));
  EXPECT_EQ(disk.size(), 3);
  EXPECT_EQ(disk.deadline(), std::nullopt);
}

TEST_F(DiskTest, ReplacesAndRemovesByAddressAndContact) {
  disk.write(start, put(1, "a", "sip:one"));
  (void)disk.commit(start);
  proxy::StoreWrite second = put(2, "a", "sip:two");
  second.remove.push_back({"a", "sip:one"});
  disk.write(start, second);
  (void)disk.commit(start);
  ASSERT_EQ(disk.size(), 1);
  EXPECT_EQ(disk.bindings().front().contact, "sip:two");
  proxy::StoreWrite all;
  all.remove.push_back({"a", ""});
  disk.write(start, all);
  (void)disk.commit(start);
  EXPECT_EQ(disk.size(), 0);
}

TEST_F(DiskTest, KeepsTheFlowsOfAnInstanceApart) {
  proxy::StoreWrite two = put(1, "a", "sip:one");
  two.put.push_back(two.put.front());
  two.put[0].instance = two.put[1].instance = "urn:uuid:1";
  two.put[0].reg_id = 1;
  two.put[1].reg_id = 2;
  disk.write(start, two);
  (void)disk.commit(start);
  EXPECT_EQ(disk.size(), 2);
  proxy::StoreWrite remove;
  remove.remove.push_back({"a", "sip:one", "urn:uuid:1", 1});
  disk.write(start, remove);
  (void)disk.commit(start);
  ASSERT_EQ(disk.size(), 1);
  EXPECT_EQ(disk.bindings().front().reg_id, 2);
}

TEST_F(DiskTest, CrashKeepsWhatWasCommittedAndDropsWhatWaits) {
  disk.write(start, put(1, "kept"));
  (void)disk.commit(start + milliseconds(2));
  disk.write(start, put(2, "running"));
  disk.write(start, put(3, "waiting"));
  disk.crash();
  EXPECT_EQ(disk.deadline(), std::nullopt);
  const auto bindings = disk.bindings();
  ASSERT_FALSE(bindings.empty());
  for (const proxy::Binding& binding : bindings) EXPECT_NE(binding.aor, "waiting");
  EXPECT_EQ(bindings.front().aor, "kept");
}

TEST_F(DiskTest, RunningCommitMayOrMayNotSurviveACrash) {
  int survived = 0;
  for (int i = 0; i < 100; ++i) {
    Disk one{{milliseconds(2), milliseconds(2)}, random};
    one.write(start, put(1, "a"));
    one.crash();
    survived += static_cast<int>(one.size());
  }
  EXPECT_GT(survived, 20);
  EXPECT_LT(survived, 80);
}

TEST_F(DiskTest, FailingDiskSaysSoAndKeepsNothing) {
  disk.set_failing(true);
  disk.write(start, put(1, "a"));
  EXPECT_FALSE(disk.commit(start + milliseconds(2)).ok);
  EXPECT_EQ(disk.size(), 0);
}

}  // namespace
}  // namespace offhook::sim
