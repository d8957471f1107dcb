// RFC 4575 §4.6, a step a test.
#include "body/conference_info.hpp"
#include "property.hpp"

namespace offhook::body {
namespace {

using Info = ConferenceInfo;
constexpr auto kFull = ElementState::Full;
constexpr auto kPartial = ElementState::Partial;
constexpr auto kDeleted = ElementState::Deleted;

Info document(std::uint32_t version, ElementState state) {
  Info info;
  info.entity = "sip:c@x";
  info.version = version;
  info.state = state;
  return info;
}
Info::User user(std::string entity, ElementState state, std::string name, std::vector<Info::Endpoint> endpoints = {}) {
  Info::User made;
  made.entity = std::move(entity);
  made.state = state;
  made.display_text = std::move(name);
  made.endpoints = std::move(endpoints);
  return made;
}
Info::Endpoint endpoint(std::string entity, ElementState state, std::optional<EndpointStatus> status) {
  Info::Endpoint made;
  made.entity = std::move(entity);
  made.state = state;
  made.status = status;
  return made;
}
Info with_users(std::uint32_t version, ElementState state, ElementState users_state, std::vector<Info::User> users) {
  Info info = document(version, state);
  info.users = Info::Users{users_state, std::move(users)};
  return info;
}

class ConferenceInfoMerge : public testing::Test {
 protected:
  ConferenceInfoMerge() {
    Info info = with_users(1, kFull, kFull,
                           {user("a", kFull, "Alice", {endpoint("a1", kFull, EndpointStatus::Connected)}),
                            user("b", kFull, "Bob", {endpoint("b1", kFull, EndpointStatus::OnHold)})});
    info.description = Info::Description{};
    info.description->subject = "goals";
    info.conference_state = Info::State{2, true, false};
    EXPECT_EQ(table.apply(info), Merge::Applied);
  }
  [[nodiscard]] std::string rows() const {
    std::string text;
    if (!table.conference().users) return "none";
    for (const auto& row : table.conference().users->users) {
      EXPECT_EQ(row.state, kFull);
      text += row.entity + '=' + row.display_text + '(';
      for (const auto& one : row.endpoints) {
        EXPECT_EQ(one.state, kFull);
        text += one.entity + (one.status == EndpointStatus::Connected ? "+" : one.status ? "~" : "?");
      }
      text += ") ";
    }
    return text;
  }
  ConferenceInfoTable table;
};

TEST_F(ConferenceInfoMerge, FirstIsTheFullDocument) {
  EXPECT_EQ(rows(), "a=Alice(a1+) b=Bob(b1~) ");
  EXPECT_EQ(table.version(), 1U);
  EXPECT_EQ(table.conference().description->subject, "goals");
  ConferenceInfoTable empty;
  EXPECT_EQ(empty.apply(document(1, kPartial)), Merge::NeedsRefresh);
  EXPECT_EQ(empty.version(), std::nullopt);
}

TEST_F(ConferenceInfoMerge, OldOrEqualIsDiscarded) {
  EXPECT_EQ(table.apply(document(1, kFull)), Merge::Stale);
  EXPECT_EQ(table.apply(document(0, kDeleted)), Merge::Stale);
  EXPECT_EQ(rows(), "a=Alice(a1+) b=Bob(b1~) ");
}

TEST_F(ConferenceInfoMerge, AGapIsNotUsed) {
  EXPECT_EQ(table.apply(with_users(3, kPartial, kPartial, {user("a", kDeleted, "")})), Merge::NeedsRefresh);
  EXPECT_EQ(table.version(), 1U);
  EXPECT_EQ(rows(), "a=Alice(a1+) b=Bob(b1~) ");
  EXPECT_EQ(table.apply(with_users(4, kFull, kFull, {user("c", kFull, "Carol")})), Merge::Applied);
  EXPECT_EQ(rows(), "c=Carol() ");
  EXPECT_FALSE(table.conference().description);
}

TEST_F(ConferenceInfoMerge, WhatIsNotThereStaysWhatIsAtomicIsReplacedAsAWhole) {
  Info info = document(2, kPartial);
  info.conference_state = Info::State{3, std::nullopt, std::nullopt};
  info.host_info = Info::HostInfo{"Host", "", {}};
  EXPECT_EQ(table.apply(info), Merge::Applied);
  EXPECT_EQ(table.version(), 2U);
  EXPECT_EQ(table.conference().conference_state, (Info::State{3, std::nullopt, std::nullopt}));
  EXPECT_EQ(table.conference().description->subject, "goals");
  EXPECT_EQ(table.conference().host_info->display_text, "Host");
  EXPECT_EQ(rows(), "a=Alice(a1+) b=Bob(b1~) ");
}

TEST_F(ConferenceInfoMerge, FullUsersFlushTheTable) {
  EXPECT_EQ(table.apply(with_users(2, kPartial, kFull, {user("c", kFull, "Carol")})), Merge::Applied);
  EXPECT_EQ(rows(), "c=Carol() ");
}

TEST_F(ConferenceInfoMerge, DeletedUsersAreRemoved) {
  EXPECT_EQ(table.apply(with_users(2, kPartial, kPartial, {user("a", kDeleted, ""), user("x", kDeleted, "")})),
            Merge::Applied);
  EXPECT_EQ(rows(), "b=Bob(b1~) ");
  EXPECT_EQ(table.apply(with_users(3, kPartial, kDeleted, {})), Merge::Applied);
  EXPECT_EQ(rows(), "none");
  EXPECT_EQ(table.apply(with_users(4, kPartial, kPartial, {user("d", kFull, "Dan")})), Merge::Applied);
  EXPECT_EQ(rows(), "d=Dan() ");
}

TEST_F(ConferenceInfoMerge, AFullUserReplacesItsRow) {
  EXPECT_EQ(table.apply(with_users(2, kPartial, kPartial, {user("a", kFull, "Alice B.")})), Merge::Applied);
  EXPECT_EQ(rows(), "a=Alice B.() b=Bob(b1~) ");
}

TEST_F(ConferenceInfoMerge, APartialUserKeepsWhatIsNotSaid) {
  const auto news =
      user("a", kPartial, "",
           {endpoint("a1", kPartial, EndpointStatus::OnHold), endpoint("a2", kFull, EndpointStatus::Connected)});
  EXPECT_EQ(table.apply(with_users(2, kPartial, kPartial, {news})), Merge::Applied);
  EXPECT_EQ(rows(), "a=Alice(a1~a2+) b=Bob(b1~) ");
  EXPECT_EQ(table.apply(
                with_users(3, kPartial, kPartial, {user("a", kPartial, "", {endpoint("a1", kDeleted, std::nullopt)})})),
            Merge::Applied);
  EXPECT_EQ(rows(), "a=Alice(a2+) b=Bob(b1~) ");
}

TEST_F(ConferenceInfoMerge, APartialUserThatIsNotKnownIsAdded) {
  const auto news = user("n", kPartial, "New",
                         {endpoint("n1", kPartial, EndpointStatus::Connected), endpoint("n2", kDeleted, std::nullopt)});
  EXPECT_EQ(table.apply(with_users(2, kPartial, kPartial, {news})), Merge::Applied);
  EXPECT_EQ(rows(), "a=Alice(a1+) b=Bob(b1~) n=New(n1+) ");
}

TEST_F(ConferenceInfoMerge, MediaOfAPartialEndpointAreReplacedById) {
  auto first = endpoint("a1", kPartial, std::nullopt);
  first.media = {{"1", "", "audio", "", "", MediaStatus::SendRecv}, {"2", "", "video", "", "", MediaStatus::SendRecv}};
  table.apply(with_users(2, kPartial, kPartial, {user("a", kPartial, "", {first})}));
  auto second = endpoint("a1", kPartial, std::nullopt);
  second.media = {{"1", "", "audio", "", "", MediaStatus::RecvOnly}};
  EXPECT_EQ(table.apply(with_users(3, kPartial, kPartial, {user("a", kPartial, "", {second})})), Merge::Applied);
  const auto& row = table.conference().users->users[0].endpoints[0];
  EXPECT_EQ(row.status, EndpointStatus::Connected);
  ASSERT_EQ(row.media.size(), 2U);
  EXPECT_EQ(row.media[0].status, MediaStatus::RecvOnly);
  EXPECT_EQ(row.media[1].type, "video");
}

TEST_F(ConferenceInfoMerge, ADeletedConferenceHasNothingLeft) {
  Info info = with_users(2, kDeleted, kFull, {user("z", kFull, "ignored")});
  EXPECT_EQ(table.apply(info), Merge::Applied);
  EXPECT_EQ(table.conference().state, kDeleted);
  EXPECT_EQ(rows(), "none");
}

TEST_F(ConferenceInfoMerge, UsersWithoutAKeyAreNotEachOther) {
  EXPECT_EQ(table.apply(with_users(2, kFull, kFull, {user("", kFull, "One"), user("", kFull, "Two")})), Merge::Applied);
  EXPECT_EQ(rows(), "=One() =Two() ");
}

TEST_F(ConferenceInfoMerge, DoesNotGrowWithoutEnd) {
  std::vector<Info::User> many;
  for (std::size_t i = 0; i < kMaxRows; ++i) many.push_back(user("", kFull, "x"));
  EXPECT_EQ(table.apply(with_users(2, kPartial, kFull, many)), Merge::Applied);
  EXPECT_EQ(table.apply(with_users(3, kPartial, kPartial, {user("", kFull, "y")})), Merge::NeedsRefresh);
  EXPECT_EQ(table.conference().users->users.size(), kMaxRows);
}

}  // namespace
}  // namespace offhook::body
