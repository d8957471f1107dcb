#include "io/sqlite_users.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace offhook::io {
namespace {

class SqliteUsersTest : public testing::Test {
 protected:
  SqliteUsersTest() { std::filesystem::create_directory(folder_); }
  ~SqliteUsersTest() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<SqliteUsers> open() {
    auto users = SqliteUsers::open(path_);
    EXPECT_TRUE(users) << users.error().text();
    return std::move(*users);
  }
  static StoredUser user(std::string_view name, std::string_view password = "secret") {
    return {proxy::make_user(name, password, "example.test"), "example.test"};
  }
  std::string names() {
    std::string out;
    const auto list = open()->list();
    for (const auto& stored : list.value()) out += stored.user.name + ' ';
    return out;
  }
  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("offhook-users-" + std::to_string(::getpid()));
  std::string path_ = folder_ / "proxy.db";
};

using Existing = SqliteUsers::Existing;

TEST_F(SqliteUsersTest, AreKeptByTheirHashes) {
  ASSERT_TRUE(open()->put({user("1001"), user("1002")}, Existing::Refuse));
  const auto list = open()->list();
  ASSERT_TRUE(list);
  ASSERT_EQ(list->size(), 2U);
  EXPECT_EQ(list->at(0).user.name, "1001");
  EXPECT_EQ(list->at(0).realm, "example.test");
  EXPECT_EQ(list->at(0).user.ha1, user("1001").user.ha1);
  ASSERT_TRUE(open()->put({user("1001", "other")}, Existing::Expect));
  EXPECT_EQ(open()->list()->at(0).user.ha1, user("1001", "other").user.ha1);
  ASSERT_TRUE(open()->remove("1001"));
  EXPECT_EQ(names(), "1002 ");
  EXPECT_EQ(open()->remove("1001").error().text(), "there is no user '1001'");
}

TEST_F(SqliteUsersTest, AllOfThemOrNone) {
  ASSERT_TRUE(open()->put({user("1002")}, Existing::Refuse));
  EXPECT_EQ(open()->put({user("1001"), user("1002"), user("1003")}, Existing::Refuse).error().text(),
            "user '1002' is there already");
  EXPECT_EQ(names(), "1002 ");
  EXPECT_EQ(open()->put({user("1002", "x"), user("1001")}, Existing::Expect).error().text(), "there is no user '1001'");
  EXPECT_EQ(open()->list()->at(0).user.ha1, user("1002").user.ha1);
  ASSERT_TRUE(open()->put({user("1001"), user("1002", "x")}, Existing::Replace));
  EXPECT_EQ(names(), "1001 1002 ");
}

TEST_F(SqliteUsersTest, JoinThoseOfTheFile) {
  ProxySettings settings;
  settings.domains = {"example.test"};
  settings.store = "sqlite:" + path_;
  settings.users = {*parse_user("2001:secret")};
  ASSERT_TRUE(add_stored_users(settings));  // there is no file yet, and none is made
  EXPECT_FALSE(std::filesystem::exists(path_));
  ASSERT_TRUE(open()->put({user("1001")}, Existing::Refuse));
  ASSERT_TRUE(add_stored_users(settings));
  const auto config = settings.to_config();
  ASSERT_EQ(config.users.size(), 2U);
  EXPECT_EQ(config.users[1].ha1, user("1001").user.ha1);
  EXPECT_EQ(add_stored_users(settings).error().text(),
            "user '1001' is in the store and in the configuration (" + path_ + ")");
  settings.users.clear();
  settings.domains = {"other.test"};
  EXPECT_EQ(add_stored_users(settings).error().what,
            "user '1001' of the store has a password for 'example.test', but the first domain is 'other.test'");
}

TEST_F(SqliteUsersTest, AFileThatIsNoDatabaseIsNamed) {
  EXPECT_EQ(SqliteUsers::open(folder_).error().text(),
            "cannot open the store: unable to open database file (" + folder_.string() + ")");
}

TEST(UsersCsv, ReadsPasswordsAndHashes) {
  const std::string md5(32, 'A'), sha(64, 'b');
  const auto users = read_users_csv(
      "u.csv",
      "\xef\xbb\xbfName,ha1_md5,password,ha1_sha256\r\n1001,,\"se,\"\"cret\",\r\n\r\n1002," + md5 + ",," + sha + "\r\n",
      "example.test");
  ASSERT_TRUE(users) << users.error().text();
  ASSERT_EQ(users->size(), 2U);
  EXPECT_EQ(users->at(0).user.ha1, proxy::make_user("1001", "se,\"cret", "example.test").ha1);
  EXPECT_EQ(users->at(1).user.ha1.at(0), std::string(32, 'a'));
  EXPECT_EQ(users->at(1).user.ha1.at(1), sha);
  EXPECT_EQ(users->at(1).realm, "example.test");
}

TEST(UsersCsv, SaysWhatIsWrongAndWhere) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "the file is empty (u.csv)"},
      {"name,secret\n",
       "unknown column 'secret'; known are name, password, ha1_md5, ha1_sha256, ha1_sha512_256 (u.csv:1)"},
      {"password\nx", "the first line names no column 'name' (u.csv:1)"},
      {"name,name\n", "column 'name' is there twice (u.csv:1)"},
      {"name,password\na,b\nc\n", "there are 1 fields, the first line names 2 (u.csv:3)"},
      {"name,password\na,b\na,c\n", "user 'a' is there twice (u.csv:3)"},
      {"name,password\n,c\n", "a user needs a name (u.csv:2)"},
      {"name,password\na:b,c\n", "a name may have no colon and no control characters (u.csv:2)"},
      {"name,password\na,\n", "'a' needs either a password or hashes (u.csv:2)"},
      {"name,password,ha1_md5\na,b,00000000000000000000000000000000\n",
       "'a' needs either a password or hashes (u.csv:2)"},
      {"name,ha1_md5\na,123\n", "ha1_md5 of 'a' wants 32 hex digits (u.csv:2)"},
      {"name,password\na,\"b\n", "a quotation mark is out of place (u.csv:2)"},
      {"name,password\na,\"b\"c\n", "a quotation mark is out of place (u.csv:2)"},
      {"name,password\na,b\"c\n", "a quotation mark is out of place (u.csv:2)"},
  };
  for (const auto& [text, message] : cases) {
    const auto users = read_users_csv("u.csv", text, "example.test");
    ASSERT_FALSE(users) << text;
    EXPECT_EQ(users.error().text(), message);
  }
}

}  // namespace
}  // namespace offhook::io
