// RFC 4235 §4.3 and the inheritance of §4.1.6.
#include "body/dialog_info.hpp"
#include "property.hpp"

namespace offhook::body {
namespace {

DialogInfo::Dialog dialog(std::string id, DialogState state) {
  DialogInfo::Dialog result;
  result.id = std::move(id);
  result.state = state;
  return result;
}

DialogInfo document(std::uint32_t version, bool full, std::vector<DialogInfo::Dialog> dialogs) {
  return {version, full, "sip:alice@example.com", std::move(dialogs)};
}
DialogInfo full(std::uint32_t version, std::vector<DialogInfo::Dialog> dialogs) {
  return document(version, true, std::move(dialogs));
}
DialogInfo partial(std::uint32_t version, std::vector<DialogInfo::Dialog> dialogs) {
  return document(version, false, std::move(dialogs));
}

std::string rows(const DialogInfoTable& table) {
  std::string text;
  for (const auto& row : table.dialogs()) text += row.id + '=' + std::string(text_of(row.state)) + ' ';
  return text;
}

TEST(DialogInfoTable, FullStateReplacesPartialStateUpdates) {
  DialogInfoTable table;
  EXPECT_EQ(table.version(), std::nullopt);
  EXPECT_EQ(table.apply(full(0, {dialog("a", DialogState::Trying)})), Merge::Applied);
  EXPECT_EQ(table.apply(partial(1, {dialog("b", DialogState::Early)})), Merge::Applied);
  EXPECT_EQ(rows(table), "a=trying b=early ");
  EXPECT_EQ(table.apply(partial(2, {dialog("a", DialogState::Confirmed)})), Merge::Applied);
  EXPECT_EQ(rows(table), "a=confirmed b=early ");
  EXPECT_EQ(table.apply(full(3, {dialog("c", DialogState::Early)})), Merge::Applied);
  EXPECT_EQ(rows(table), "c=early ");
  EXPECT_EQ(table.version(), 3U);
}

TEST(DialogInfoTable, TerminatedIsSeenOnceThenGone) {
  DialogInfoTable table;
  table.apply(full(0, {dialog("a", DialogState::Confirmed), dialog("b", DialogState::Early)}));
  EXPECT_EQ(table.apply(partial(1, {dialog("a", DialogState::Terminated)})), Merge::Applied);
  EXPECT_EQ(rows(table), "a=terminated b=early ");
  EXPECT_EQ(table.apply(partial(2, {})), Merge::Applied);
  EXPECT_EQ(rows(table), "b=early ");
}

TEST(DialogInfoTable, OldIsDiscarded) {
  DialogInfoTable table;
  table.apply(full(5, {dialog("a", DialogState::Confirmed)}));
  EXPECT_EQ(table.apply(full(4, {})), Merge::Stale);
  EXPECT_EQ(table.apply(partial(4, {dialog("a", DialogState::Terminated)})), Merge::Stale);
  EXPECT_EQ(table.apply(partial(5, {dialog("a", DialogState::Terminated)})), Merge::Stale);
  EXPECT_EQ(rows(table), "a=confirmed ");
  // Some notifiers never count: their full state is news all the same.
  EXPECT_EQ(table.apply(full(5, {dialog("b", DialogState::Early)})), Merge::Applied);
  EXPECT_EQ(rows(table), "b=early ");
}

TEST(DialogInfoTable, AGapAsksForARefreshUnlessTheStateIsFull) {
  DialogInfoTable table;
  EXPECT_EQ(table.apply(partial(7, {dialog("a", DialogState::Early)})), Merge::NeedsRefresh);  // nothing came before it
  EXPECT_EQ(rows(table), "a=early ");
  EXPECT_EQ(table.apply(partial(9, {dialog("b", DialogState::Early)})), Merge::NeedsRefresh);
  EXPECT_EQ(table.version(), 9U);
  EXPECT_EQ(rows(table), "a=early b=early ");
  EXPECT_EQ(table.apply(partial(10, {})), Merge::Applied);
  EXPECT_EQ(table.apply(full(20, {})), Merge::Applied);
  EXPECT_EQ(rows(table), "");
}

TEST(DialogInfoTable, ParticipantsKeepWhatIsNotSaidAgain) {
  DialogInfoTable table;
  auto first = dialog("a", DialogState::Trying);
  first.call_id = "c1";
  first.local = {{{"sip:alice@example.com", "Alice"}},
                 DialogInfo::Target{"sip:alice@pc33", {{"isfocus", "true"}}},
                 DialogInfo::SessionDescription{"application/sdp", "v=0"},
                 3};
  first.remote.identities = {{"sip:bob@example.net", ""}};
  table.apply(full(0, {first}));
  auto second = dialog("a", DialogState::Early);
  second.remote.target = DialogInfo::Target{"sip:bobster@host2", {}};
  table.apply(partial(1, {second}));
  const auto& row = table.dialogs().at(0);
  EXPECT_EQ(row.state, DialogState::Early);
  EXPECT_EQ(row.call_id, "");  // an attribute is not said to stay
  EXPECT_EQ(row.local.identities, first.local.identities);
  EXPECT_EQ(row.local.target, first.local.target);
  EXPECT_EQ(row.local.session_description, first.local.session_description);
  EXPECT_EQ(row.remote.identities, first.remote.identities);
  EXPECT_EQ(row.remote.target->uri, "sip:bobster@host2");
  auto third = dialog("a", DialogState::Confirmed);
  third.local.target = DialogInfo::Target{"sip:alice@elsewhere", {}};
  table.apply(partial(2, {third}));
  EXPECT_TRUE(table.dialogs().at(0).local.target->params.empty());  // superseded as a whole
}

// §6.2, from one document to the next.
TEST(DialogInfoTable, FollowsTheCallOfTheExamples) {
  DialogInfoTable table;
  for (const char* number : {"10", "11", "12", "13", "14", "15", "16"})
    EXPECT_EQ(table.apply(parsed<DialogInfo>(seed(std::string("dialog_info/rfc4235-") + number + ".xml"))),
              Merge::Applied);
  EXPECT_EQ(rows(table), "sfhjsjk12=confirmed ");
  const auto& row = table.dialogs()[0];
  EXPECT_EQ(row.remote.identities.at(0).display, "Cathy Jones");
  EXPECT_EQ(row.remote.target->uri, "sip:confid-34579@host3.example.net");
  EXPECT_EQ(row.local.target->uri, "sip:alice@pc33.example.com");
  // Document 17 does not parse: version 8 shows that something is missing.
  EXPECT_EQ(table.apply(parsed<DialogInfo>(seed("dialog_info/rfc4235-18.xml"))), Merge::NeedsRefresh);
  EXPECT_EQ(rows(table), "sfhjsjk12=terminated 08hjh1345=trying ");
  EXPECT_EQ(table.apply(parsed<DialogInfo>(seed("dialog_info/rfc4235-19.xml"))), Merge::Applied);
  EXPECT_EQ(rows(table), "");
}

TEST(DialogInfoTable, DoesNotGrowWithoutEnd) {
  DialogInfoTable table;
  table.apply(full(0, {}));
  std::vector<DialogInfo::Dialog> many;
  for (std::size_t i = 0; i < kMaxRows; ++i) many.push_back(dialog(std::to_string(i), DialogState::Early));
  EXPECT_EQ(table.apply(partial(1, many)), Merge::Applied);
  EXPECT_EQ(table.apply(partial(2, {dialog("more", DialogState::Early)})), Merge::NeedsRefresh);
  EXPECT_EQ(table.dialogs().size(), kMaxRows);
}

}  // namespace
}  // namespace offhook::body
