// A resource list and its documents put together, and the state that many of them make. RFC 4662 §5.5, §5.6.
#include <algorithm>

#include "base/ascii.hpp"
#include "body/resource_list.hpp"
#include "sip/multipart.hpp"

namespace offhook::body {
namespace {

std::string_view bare(std::string_view content_id) {
  content_id = trim(content_id);
  if (content_id.starts_with('<') && content_id.ends_with('>'))
    content_id = content_id.substr(1, content_id.size() - 2);
  return content_id;
}

const Part* find(std::span<const Part> parts, std::string_view content_id) {
  for (const Part& part : parts)
    if (bare(part.content_id) == bare(content_id)) return &part;
  return nullptr;
}

bool is_list(std::string_view content_type) {
  return iequals(trim(content_type.substr(0, content_type.find(';'))), kResourceListType);
}

bool is_gone(const ListNotification::Instance& instance) { return instance.state == InstanceState::Terminated; }

// The row becomes what the element says; what it has no new document for keeps the old one of the same instance.
void update(ListNotification::Resource& row, ListNotification::Resource news) {
  for (auto& instance : news.instances) {
    if (instance.document || is_gone(instance)) continue;
    for (auto& before : row.instances)
      if (before.id == instance.id) instance.document = std::move(before.document);
  }
  if (news.names.empty()) news.names = std::move(row.names);
  row = std::move(news);
}

}  // namespace

Result<ListNotification> ListNotification::parse(std::span<const Part> parts, std::string_view start,
                                                 const Limits& limits) {
  if (parts.empty()) return fail(Module::Body, "a list notification without parts");
  const Part* root = start.empty() ? &parts.front() : find(parts, start);
  if (root == nullptr || !is_list(root->content_type)) return fail(Module::Body, "no resource list at the root");
  auto list = ResourceList::parse(root->bytes, limits);
  if (!list) return tl::unexpected(list.error());
  ListNotification result{std::move(list->uri), list->version, list->full, {}};
  for (auto& resource : list->resources) {
    auto& row = result.resources.emplace_back(Resource{std::move(resource.uri), std::move(resource.names), {}});
    for (auto& instance : resource.instances) {
      auto& made = row.instances.emplace_back(
          Instance{std::move(instance.id), instance.state, std::move(instance.reason), std::nullopt});
      if (instance.cid.empty()) continue;
      const Part* part = find(parts, instance.cid);
      if (part == nullptr || part == root) return fail(Module::Body, "a cid without its part");
      made.document = Document{std::string(part->content_type), std::string(part->bytes)};
    }
  }
  return result;
}

Result<ListNotification> ListNotification::parse(std::string_view content_type, std::string_view body,
                                                 const Limits& limits) {
  const auto type = sip::MediaType::parse(content_type);
  if (!type || !type->is("multipart/related")) return fail(Module::Body, "not multipart/related");
  auto multipart = sip::Multipart::parse(body, type->boundary());
  if (!multipart) return fail(Module::Body, multipart.error().text);
  std::vector<Part> parts;
  while (const auto part = multipart->next()) {
    if (parts.size() == limits.elements) return fail(Module::Body, "too many parts");
    if (!part->uncoded()) return fail(Module::Body, "a part in an encoding that is not read");
    parts.push_back({part->find("Content-Type").value_or("text/plain"), part->content_id(), part->content});
  }
  return parse(parts, type->params.find("start").value_or(std::string_view{}), limits);
}

Merge ResourceListTable::apply(ListNotification notification) {
  if (version_ && notification.version <= *version_) return Merge::Stale;
  const bool follows = notification.full || (version_ && notification.version - *version_ == 1);
  version_ = notification.version;
  if (notification.full) {
    resources_ = std::move(notification.resources);
    return Merge::Applied;
  }
  for (auto& row : resources_) std::erase_if(row.instances, is_gone);
  bool fits = true;
  for (auto& resource : notification.resources) {
    const auto row =
        std::find_if(resources_.begin(), resources_.end(), [&](const auto& r) { return r.uri == resource.uri; });
    if (row != resources_.end())
      update(*row, std::move(resource));
    else if (resources_.size() < kMaxRows)
      resources_.push_back(std::move(resource));
    else
      fits = false;
  }
  return follows && fits ? Merge::Applied : Merge::NeedsRefresh;
}

}  // namespace offhook::body
