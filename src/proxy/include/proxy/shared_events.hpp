// Event state that several engines share, as values: nodes of a cluster, shards of a process. A watcher at any of them
// sees the calls, the presence and the messages of all. docs/events.md.
//
// Each engine hands out what the others have to know (Core::poll_shared), in an order that has to be kept, and takes
// in what they say (Core::learn); how it travels is the world's affair. There are two kinds:
//
//   - What an engine tells of itself ends with it (Core::forget): the calls that it relays, and whose calls its
//     watchers look at. A call that nobody looks at is told to nobody.
//   - What belongs to nobody stays: publications and counts. Of two values of one thing the one with the later version
//     counts, at every engine alike and in whatever order they come; of one version, that with the greater entity tag
//     or counts.
#pragma once
#include <cstdint>
#include <string>
#include <variant>

#include "base/time.hpp"
#include "proxy/calls.hpp"
#include "proxy/events.hpp"

namespace offhook::proxy {

enum class SharedPackage : std::uint8_t { Dialogs, Messages };

// Somebody at that engine looks at a user's state, or nobody does any more. Dialogs of the user "": those of everybody.
struct SharedWatch {
  SharedPackage package = SharedPackage::Dialogs;
  std::string user;  // unescaped
  bool on = true;
  friend bool operator==(const SharedWatch&, const SharedWatch&) = default;
};

// One dialog of a call that the engine relays, as it is now; with CallState::Ended it is no more.
struct SharedDialog {
  std::uint64_t id = 0;  // of that engine
  std::string user;      // whose it is, unescaped
  bool is_caller = false;
  CallState state = CallState::Trying;
  Duration age{};  // since the INVITE
  std::string call_id, local_tag, remote_tag;
  std::string local, remote;                // name-addr
  std::string local_target, remote_target;  // values of Contact
  bool peer_is_ours = false, peer_replaces = false;
  CallEnd end = CallEnd::None;
  bool ended_here = false;
  int status = 0;
  friend bool operator==(const SharedDialog&, const SharedDialog&) = default;
};

// Around all that an engine has to tell of itself, for who has missed something: what was known of it before and does
// not come again is gone at the end.
struct SharedSnapshot {
  bool begins = true;
  friend bool operator==(const SharedSnapshot&, const SharedSnapshot&) = default;
};

// What a device of a user has published (RFC 3903). Without a document it has been taken back.
struct SharedPublication {
  std::string aor;
  std::string id;  // the same as long as it lasts
  std::string etag;
  std::string document;  // application/pidf+xml
  std::uint64_t version = 0;
  WallTime expires{};
  friend bool operator==(const SharedPublication&, const SharedPublication&) = default;
};

struct SharedMessages {
  std::string aor;
  Messages messages;
  std::uint64_t version = 0;
  friend bool operator==(const SharedMessages&, const SharedMessages&) = default;
};

using SharedEvent = std::variant<SharedWatch, SharedDialog, SharedSnapshot, SharedPublication, SharedMessages>;

}  // namespace offhook::proxy
