#include "events/dialog_lists.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "body/resource_list.hpp"
#include "sip/multipart.hpp"

namespace offhook::proxy {
namespace {

struct MemberChange final : EventChange {
  explicit MemberChange(std::string_view who) : user(who) {}
  std::string user;
};

bool has_changed(const EventChanges* changes, std::string_view user) {
  return changes == nullptr || std::any_of(changes->begin(), changes->end(), [&](const auto& change) {
           return static_cast<const MemberChange&>(*change).user == user;
         });
}

}  // namespace

const LampList* DialogLists::find(std::string_view resource) const {
  for (const LampList& list : settings_->lists)
    if (aor(list.name) == resource) return &list;
  return nullptr;
}

// §5: the list, then a document for each member that it speaks of.
EventBody DialogLists::body(Now now, std::string_view resource, std::uint32_t version,
                            const EventChanges* changes) const {
  body::ResourceList out;
  out.uri = resource;
  out.version = version;
  out.full = changes == nullptr;
  const LampList* const list = find(resource);
  const std::string mark = random_->token(10) + '@' + names_->canonical_host();
  std::vector<std::pair<std::string, std::string>> documents;  // Content-ID and text
  for (std::size_t i = 0; list != nullptr && i < list->members.size(); ++i) {
    if (!has_changed(changes, list->members[i])) continue;
    const std::string member = aor(list->members[i]), cid = std::to_string(i) + '.' + mark;
    out.resources.push_back(
        {member, {{list->members[i], {}}}, {{event_id(fnv1a(member)), body::InstanceState::Active, {}, cid}}});
    documents.emplace_back(cid, dialogs_->full(now, member, version));
  }
  sip::MultipartBuilder parts("related");
  const std::string root = "list." + mark;
  parts.add(body::kResourceListType, body::write(out), "Content-ID: <" + root + ">\r\n");
  for (const auto& [cid, text] : documents) parts.add(body::kDialogInfoType, text, "Content-ID: <" + cid + ">\r\n");
  auto built = parts.build(*random_);
  return {built.type + ";type=\"application/rlmi+xml\";start=\"<" + root + ">\"", std::move(built.body)};
}

template <class F>
void DialogLists::for_each_list(std::string_view user, F&& f) const {
  if (settings_->lists.empty() || !subscriptions_->watches(*this)) return;
  for (const LampList& list : settings_->lists) {
    if (std::find(list.members.begin(), list.members.end(), user) == list.members.end()) continue;
    if (subscriptions_->is_watched(*this, aor(list.name)) && f(list)) return;
  }
}

bool DialogLists::is_watching(std::string_view user) const {
  bool found = false;
  for_each_list(user, [&](const LampList&) { return found = true; });
  return found;
}

void DialogLists::changed(TimePoint now, std::string_view user) {
  for_each_list(user, [&](const LampList& list) {
    subscriptions_->changed(now, *this, aor(list.name), std::make_shared<MemberChange>(user));
    return false;
  });
}

}  // namespace offhook::proxy
