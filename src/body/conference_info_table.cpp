// Coherent state from notifications: RFC 4575 §4.6. What is said to be partial is merged by key, all else replaced as a
// whole.
#include <algorithm>

#include "body/conference_info.hpp"

namespace offhook::body {
namespace {

using Info = ConferenceInfo;

template <class T>
void replace(std::optional<T>& row, std::optional<T>& news) {
  if (news) row = std::move(news);
}
template <class T>
void replace_unless_empty(T& row, T& news) {
  if (!news.empty()) row = std::move(news);
}

const std::string& key(const Info::User& user) { return user.entity; }
const std::string& key(const Info::Endpoint& endpoint) { return endpoint.entity; }
const std::string& key(const Info::Media& media) { return media.id; }
const std::string& key(const Info::Uri& uri) { return uri.uri; }

// Users and endpoints without the key (the schema lets it be absent) are all different.
template <class Rows, class Row>
auto find(Rows& rows, const Row& like) {
  if (key(like).empty()) return rows.end();
  return std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return key(row) == key(like); });
}

// Steps 3.1.1 and 3.1.2 for rows that are replaced as a whole. False when there is no room.
template <class Row>
bool put(std::vector<Row>& rows, Row row) {
  if (const auto known = find(rows, row); known != rows.end()) {
    *known = std::move(row);
  } else {
    if (rows.size() >= kMaxRows) return false;
    rows.push_back(std::move(row));
  }
  return true;
}

bool settle(Info::Endpoint& endpoint) {
  endpoint.state = ElementState::Full;
  return true;
}
// A new row: what it says is deleted was never there.
bool settle(Info::User& user) {
  std::erase_if(user.endpoints, [](const auto& endpoint) { return endpoint.state == ElementState::Deleted; });
  for (auto& endpoint : user.endpoints) settle(endpoint);
  user.state = ElementState::Full;
  return true;
}

bool update(Info::Endpoint& row, Info::Endpoint& news);
bool update(Info::User& row, Info::User& news);

// §4.6 over a table of rows that have a state of their own.
template <class Row>
bool merge(std::vector<Row>& rows, std::vector<Row>& news) {
  bool fits = true;
  for (Row& row : news) {
    const auto known = find(rows, row);
    if (row.state == ElementState::Deleted) {
      if (known != rows.end()) rows.erase(known);
    } else if (row.state == ElementState::Partial && known != rows.end()) {
      fits &= update(*known, row);
    } else {
      settle(row);
      fits &= put(rows, std::move(row));
    }
  }
  return fits;
}

bool update(Info::Endpoint& row, Info::Endpoint& news) {
  replace_unless_empty(row.display_text, news.display_text);
  replace(row.referred, news.referred);
  replace(row.status, news.status);
  replace(row.joining_method, news.joining_method);
  replace(row.joining_info, news.joining_info);
  replace(row.disconnection_method, news.disconnection_method);
  replace(row.disconnection_info, news.disconnection_info);
  replace(row.call_info, news.call_info);
  bool fits = true;
  for (auto& media : news.media) fits &= put(row.media, std::move(media));
  return fits;
}

bool update(Info::User& row, Info::User& news) {
  replace_unless_empty(row.display_text, news.display_text);
  replace_unless_empty(row.associated_aors, news.associated_aors);
  replace_unless_empty(row.roles, news.roles);
  replace_unless_empty(row.languages, news.languages);
  replace_unless_empty(row.cascaded_focus, news.cascaded_focus);
  return merge(row.endpoints, news.endpoints);
}

bool update(std::optional<Info::Users>& row, std::optional<Info::Users>& news) {
  if (!news) return true;
  if (news->state == ElementState::Deleted) return row.reset(), true;
  if (news->state == ElementState::Full || !row) row = Info::Users{};
  return merge(row->users, news->users);
}

bool update(std::optional<Info::Sidebars>& row, std::optional<Info::Sidebars>& news) {
  if (!news) return true;
  if (news->state == ElementState::Deleted) return row.reset(), true;
  if (news->state == ElementState::Full || !row) row = Info::Sidebars{};
  bool fits = true;
  for (auto& uri : news->uris) fits &= put(row->uris, std::move(uri));
  return fits;
}

}  // namespace

Merge ConferenceInfoTable::apply(ConferenceInfo info) {
  if (version_ && info.version <= *version_) return Merge::Stale;
  if (info.state == ElementState::Partial && (!version_ || info.version - *version_ != 1)) return Merge::NeedsRefresh;
  version_ = info.version;
  if (info.state != ElementState::Partial) conference_ = {};
  conference_.state = info.state == ElementState::Deleted ? ElementState::Deleted : ElementState::Full;
  conference_.version = info.version;
  conference_.entity = std::move(info.entity);
  // §4.4: what is in a deleted parent is ignored.
  if (info.state == ElementState::Deleted) return Merge::Applied;
  replace(conference_.description, info.description);
  replace(conference_.host_info, info.host_info);
  replace(conference_.conference_state, info.conference_state);
  const bool users = update(conference_.users, info.users);
  const bool sidebars = update(conference_.sidebars_by_ref, info.sidebars_by_ref);
  return users && sidebars ? Merge::Applied : Merge::NeedsRefresh;
}

}  // namespace offhook::body
