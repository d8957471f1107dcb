// The calls that other engines relay, for the watchers here; and ours, for those there. Who watches whom is told first:
// an engine tells of a user's calls when somebody elsewhere looks at that user.
#pragma once
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "calls/calls.hpp"
#include "events/dialog_lists.hpp"
#include "events/dialog_package.hpp"
#include "events/message_package.hpp"
#include "sharing/outbox.hpp"

namespace offhook::proxy {

class Sharing final : public CallWatcher, public OtherDialogs {
 public:
  struct Services {
    const Config* config;
    const Calls* calls;
    DialogPackage* dialogs;
    const DialogLists* lists;
    const MessagePackage* messages;
    Outbox* outbox;
  };
  explicit Sharing(Services services) : s_(services) {}

  // Lists and pickup numbers may be others than before.
  void configure();
  // That resource has its first watcher here, or has lost its last.
  void watched(const EventPackage& package, std::string_view resource);

  void learn(TimePoint now, std::string_view node, const SharedWatch& watch);
  void learn(TimePoint now, std::string_view node, const SharedDialog& dialog);
  void learn(TimePoint now, std::string_view node, const SharedSnapshot& snapshot);
  // That engine has ended; so have its calls, as far as anybody can see.
  void forget(TimePoint now, std::string_view node);
  // All that we have to tell, again.
  void tell_all(TimePoint now);

  // Does anybody elsewhere look at that user?
  [[nodiscard]] bool is_wanted(SharedPackage package, std::string_view user) const;

  // Of our own calls.
  [[nodiscard]] bool is_watching(std::string_view user) const override;
  void changed(TimePoint now, const CallDialog& dialog) override;
  // Of theirs.
  void for_each_other(TimePoint now, std::string_view user,
                      const std::function<void(const CallDialog&)>& f) const override;
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  struct Remote {
    SharedDialog dialog;
    std::string node;
    TimePoint started;
    unsigned round = 0;  // of its node's snapshots, in which it was told
  };
  struct Node {
    std::unordered_map<std::string, unsigned> wants;  // by key(), with the round
    unsigned round = 0;
  };

  [[nodiscard]] static std::string key(SharedPackage package, std::string_view user);
  [[nodiscard]] bool is_looking(SharedPackage package, std::string_view user) const;
  [[nodiscard]] bool wants(std::string_view user) const;
  [[nodiscard]] Node* node(std::string_view name);  // null when there are too many
  void update(SharedPackage package, std::string_view user);
  void unwant(const std::string& which);
  void tell_dialogs(TimePoint now, std::string_view user);
  [[nodiscard]] static CallDialog view(TimePoint now, const Remote& remote);
  // Takes those out that are_gone(Remote), after last_word(Remote).
  template <class Gone, class Last>
  void sweep(Gone&& is_gone, Last&& last_word);
  void end(TimePoint now, Remote& remote);

  Services s_;
  std::set<std::string> told_;  // what we have said to look at, by key()
  std::unordered_map<std::string, Node> nodes_;
  std::unordered_map<std::string, std::size_t> wanted_;           // by how many of them, by key()
  std::unordered_map<std::string, std::vector<Remote>> remotes_;  // by user
  std::size_t size_ = 0;
};

}  // namespace offhook::proxy
