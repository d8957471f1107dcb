#include "io/files.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace offhook::io {
namespace {

TEST(Files, WholeFilesInAndOut) {
  const std::string path = testing::TempDir() + "offhook-files-" + std::to_string(::getpid());
  const std::string bytes("a\0b\n", 4);
  ASSERT_TRUE(write_file(path, bytes));
  EXPECT_EQ(read_file(path).value(), bytes);
  ASSERT_TRUE(write_file(path, "other"));
  EXPECT_EQ(read_file(path).value(), "other");
  std::filesystem::remove(path);
}

TEST(Files, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(read_file("/nowhere/a.cfg").error().text(),
            "cannot read the file: No such file or directory (/nowhere/a.cfg)");
  EXPECT_EQ(read_file("/tmp").error().text(), "cannot read the file: it is a directory (/tmp)");
  EXPECT_EQ(write_file("/nowhere/a.cfg", "x").error().text(),
            "cannot write the file: No such file or directory (/nowhere/a.cfg)");
}

}  // namespace
}  // namespace offhook::io
