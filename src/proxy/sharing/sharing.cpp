#include "sharing/sharing.hpp"

#include <algorithm>

namespace offhook::proxy {
namespace {

constexpr std::size_t kMostNodes = 1024, kMostWatches = 1'000'000;  // of others, and of one of them

SharedDialog shared(const CallDialog& dialog) {
  SharedDialog out;
  out.id = dialog.id;
  out.user = dialog.user;
  out.is_caller = dialog.is_caller;
  out.state = dialog.state;
  out.age = dialog.age;
  out.call_id = dialog.call_id;
  out.local_tag = dialog.local_tag;
  out.remote_tag = dialog.remote_tag;
  out.local = dialog.local;
  out.remote = dialog.remote;
  out.local_target = dialog.local_target;
  out.remote_target = dialog.remote_target;
  out.peer_is_ours = dialog.peer_is_ours;
  out.peer_replaces = dialog.peer_replaces;
  out.end = dialog.end;
  out.ended_here = dialog.ended_here;
  out.status = dialog.status;
  return out;
}

bool says_the_same(SharedDialog a, const SharedDialog& b) {
  a.age = b.age;
  return a == b;
}

}  // namespace

std::string Sharing::key(SharedPackage package, std::string_view user) {
  return std::string(package == SharedPackage::Dialogs ? "d " : "m ").append(user);
}

bool Sharing::wants(std::string_view user) const {
  return !told_.empty() &&
         (told_.contains(key(SharedPackage::Dialogs, user)) || told_.contains(key(SharedPackage::Dialogs, {})));
}

bool Sharing::is_looking(SharedPackage package, std::string_view user) const {
  if (package == SharedPackage::Messages) return s_.messages->is_watched(user);
  if (!user.empty()) return s_.dialogs->is_watching(user);
  return !s_.config->features.pickup.empty() || !s_.config->features.group_pickup.empty();
}

void Sharing::update(SharedPackage package, std::string_view user) {
  const bool on = is_looking(package, user);
  const std::string name = key(package, user);
  if (on == told_.contains(name)) return;
  s_.outbox->put(SharedWatch{package, std::string(user), on});
  if (on) {
    told_.insert(name);
    return;
  }
  told_.erase(name);
  if (package == SharedPackage::Dialogs)
    sweep([&](const Remote& remote) { return !wants(remote.dialog.user); }, [](const Remote&) {});
}

void Sharing::configure() {
  if (!s_.outbox->is_open()) return;
  update(SharedPackage::Dialogs, {});
  std::set<std::string> users;
  for (const LampList& list : s_.config->events.lists) users.insert(list.members.begin(), list.members.end());
  for (const std::string& name : told_)
    if (name.starts_with("d ")) users.insert(name.substr(2));
  for (const std::string& user : users) update(SharedPackage::Dialogs, user);
}

void Sharing::watched(const EventPackage& package, std::string_view resource) {
  if (!s_.outbox->is_open()) return;
  if (&package == s_.messages) return update(SharedPackage::Messages, user_of_aor(resource));
  if (&package == s_.dialogs) return update(SharedPackage::Dialogs, user_of_aor(resource));
  if (&package != s_.lists) return;
  if (const LampList* const list = s_.lists->find(resource))
    for (const std::string& member : list->members) update(SharedPackage::Dialogs, member);
}

bool Sharing::is_wanted(SharedPackage package, std::string_view user) const {
  if (wanted_.empty()) return false;
  return wanted_.contains(key(package, user)) ||
         (package == SharedPackage::Dialogs && wanted_.contains(key(package, {})));
}

bool Sharing::is_watching(std::string_view user) const {
  return s_.dialogs->is_watching(user) || is_wanted(SharedPackage::Dialogs, user);
}

void Sharing::changed(TimePoint now, const CallDialog& dialog) {
  if (s_.dialogs->is_watching(dialog.user)) s_.dialogs->changed(now, dialog);
  if (is_wanted(SharedPackage::Dialogs, dialog.user)) s_.outbox->put(shared(dialog));
}

void Sharing::for_each_other(TimePoint now, std::string_view user,
                             const std::function<void(const CallDialog&)>& f) const {
  const auto found = remotes_.find(std::string(user));
  if (found == remotes_.end()) return;
  for (const Remote& remote : found->second) f(view(now, remote));
}

Sharing::Node* Sharing::node(std::string_view name) {
  const auto found = nodes_.find(std::string(name));
  if (found != nodes_.end()) return &found->second;
  return nodes_.size() < kMostNodes ? &nodes_[std::string(name)] : nullptr;
}

void Sharing::learn(TimePoint now, std::string_view name, const SharedWatch& watch) {
  Node* const from = node(name);
  const std::string which = key(watch.package, watch.user);
  if (from == nullptr) return;
  if (!watch.on) {
    if (from->wants.erase(which) != 0) unwant(which);
    return;
  }
  const auto known = from->wants.find(which);
  if (known != from->wants.end()) {
    known->second = from->round;
    return;
  }
  if (from->wants.size() >= kMostWatches) return;
  from->wants.emplace(which, from->round);
  ++wanted_[which];
  if (watch.package == SharedPackage::Dialogs) tell_dialogs(now, watch.user);
}

void Sharing::unwant(const std::string& which) {
  const auto found = wanted_.find(which);
  if (found != wanted_.end() && --found->second == 0) wanted_.erase(found);
}

void Sharing::tell_dialogs(TimePoint now, std::string_view user) {
  const auto tell = [&](const CallDialog& dialog) { s_.outbox->put(shared(dialog)); };
  if (user.empty())
    s_.calls->for_all_dialogs(now, tell);
  else
    s_.calls->for_each_dialog(now, user, tell);
}

void Sharing::learn(TimePoint now, std::string_view name, const SharedDialog& dialog) {
  Node* const from = node(name);
  if (from == nullptr || !wants(dialog.user)) return;
  auto& of_user = remotes_[dialog.user];
  const auto known =
      std::ranges::find_if(of_user, [&](const Remote& one) { return one.dialog.id == dialog.id && one.node == name; });
  if (dialog.state == CallState::Ended) {
    if (known != of_user.end()) {
      known->dialog = dialog;
      s_.dialogs->changed(now, view(now, *known));
      of_user.erase(known);
      --size_;
    }
    if (of_user.empty()) remotes_.erase(dialog.user);
    return;
  }
  Remote fresh{dialog, std::string(name), now - dialog.age, from->round};
  if (known != of_user.end()) {
    const bool is_news = !says_the_same(known->dialog, dialog);
    *known = std::move(fresh);
    if (is_news) s_.dialogs->changed(now, view(now, *known));
    return;
  }
  if (size_ < s_.config->calls.most) {
    ++size_;
    s_.dialogs->changed(now, view(now, of_user.emplace_back(std::move(fresh))));
  }
  if (of_user.empty()) remotes_.erase(dialog.user);
}

void Sharing::learn(TimePoint now, std::string_view name, const SharedSnapshot& snapshot) {
  Node* const from = node(name);
  if (from == nullptr) return;
  if (snapshot.begins) {
    ++from->round;
    return;
  }
  std::erase_if(from->wants, [&](const auto& want) {
    if (want.second == from->round) return false;
    unwant(want.first);
    return true;
  });
  sweep([&](const Remote& remote) { return remote.node == name && remote.round != from->round; },
        [&](Remote& remote) { end(now, remote); });
}

void Sharing::forget(TimePoint now, std::string_view name) {
  const auto gone = nodes_.extract(std::string(name));
  if (gone.empty()) return;
  for (const auto& [which, round] : gone.mapped().wants) unwant(which);
  sweep([&](const Remote& remote) { return remote.node == name; }, [&](Remote& remote) { end(now, remote); });
}

void Sharing::tell_all(TimePoint now) {
  s_.outbox->put(SharedSnapshot{true});
  for (const std::string& name : told_)
    s_.outbox->put(
        SharedWatch{name.starts_with("d ") ? SharedPackage::Dialogs : SharedPackage::Messages, name.substr(2), true});
  if (wanted_.contains(key(SharedPackage::Dialogs, {})))
    tell_dialogs(now, {});
  else
    for (const auto& [name, count] : wanted_)
      if (name.starts_with("d ")) tell_dialogs(now, std::string_view(name).substr(2));
  s_.outbox->put(SharedSnapshot{false});
}

CallDialog Sharing::view(TimePoint now, const Remote& remote) {
  const SharedDialog& dialog = remote.dialog;
  CallDialog out;
  out.id = fnv1a(remote.node, dialog.id);
  out.user = dialog.user;
  out.is_caller = dialog.is_caller;
  out.state = dialog.state;
  out.call_id = dialog.call_id;
  out.local_tag = dialog.local_tag;
  out.remote_tag = dialog.remote_tag;
  out.local = dialog.local;
  out.remote = dialog.remote;
  out.local_target = dialog.local_target;
  out.remote_target = dialog.remote_target;
  out.age = now - remote.started;
  out.peer_is_ours = dialog.peer_is_ours;
  out.peer_replaces = dialog.peer_replaces;
  out.end = dialog.end;
  out.ended_here = dialog.ended_here;
  out.status = dialog.status;
  return out;
}

template <class Gone, class Last>
void Sharing::sweep(Gone&& is_gone, Last&& last_word) {
  for (auto& [user, of_user] : remotes_)
    size_ -= std::erase_if(of_user, [&](Remote& remote) {
      if (!is_gone(remote)) return false;
      last_word(remote);
      return true;
    });
  std::erase_if(remotes_, [](const auto& entry) { return entry.second.empty(); });
}

// Nobody has said how it ended.
void Sharing::end(TimePoint now, Remote& remote) {
  remote.dialog.state = CallState::Ended;
  remote.dialog.end = CallEnd::Silent;
  s_.dialogs->changed(now, view(now, remote));
}

}  // namespace offhook::proxy
