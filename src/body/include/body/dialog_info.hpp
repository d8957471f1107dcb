// application/dialog-info+xml: the dialogs of a user, for lamps and pickup. RFC 4235 §4; the appearance of a shared
// line from RFC 7463 §5.1.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "body/limits.hpp"
#include "body/merge.hpp"

namespace offhook::body {

inline constexpr std::string_view kDialogInfoType = "application/dialog-info+xml";

// §3.7.1, Figure 3
enum class DialogState : std::uint8_t { Trying, Proceeding, Early, Confirmed, Terminated };
// §3.7.1: what led to the state.
enum class DialogEvent : std::uint8_t { Cancelled, Rejected, Replaced, LocalBye, RemoteBye, Error, Timeout };
enum class DialogDirection : std::uint8_t { Initiator, Recipient };

[[nodiscard]] std::string_view text_of(DialogState state);

struct DialogInfo {
  struct NameAddress {
    std::string uri;
    std::string display;
    bool operator==(const NameAddress&) const = default;
  };
  struct Param {
    std::string name;
    std::string value;
    bool operator==(const Param&) const = default;
  };
  struct Target {
    std::string uri;
    std::vector<Param> params;  // of the Contact; a flag has the value "true"
    bool operator==(const Target&) const = default;
  };
  struct SessionDescription {
    std::string type;
    std::string text;
    bool operator==(const SessionDescription&) const = default;
  };
  struct Participant {
    std::vector<NameAddress> identities;
    std::optional<Target> target;
    std::optional<SessionDescription> session_description;
    std::optional<std::uint32_t> cseq;
    bool operator==(const Participant&) const = default;
  };
  struct Replaces {
    std::string call_id, local_tag, remote_tag;
    bool operator==(const Replaces&) const = default;
  };
  struct Dialog {
    std::string id;
    std::string call_id, local_tag, remote_tag;  // "" when they are not said
    std::optional<DialogDirection> direction;
    DialogState state = DialogState::Trying;
    std::optional<DialogEvent> event;
    std::optional<int> code;                // status code that caused the state, 100..699
    std::optional<std::uint64_t> duration;  // seconds
    std::optional<Replaces> replaces;
    std::optional<NameAddress> referred_by;
    std::vector<std::string> route_set;
    Participant local, remote;
    std::optional<std::uint32_t> appearance;
    std::optional<bool> exclusive;  // nobody may join or take the call
    bool operator==(const Dialog&) const = default;
  };

  std::uint32_t version = 0;
  bool full = true;
  std::string entity;  // the observed user
  std::vector<Dialog> dialogs;
  bool operator==(const DialogInfo&) const = default;

  // entity is mandatory, and still RFC 4235's own sample is without it: it is "" then. The examples' misspellings
  // notify-state and "receiver" are read, as is the schema's display-name.
  [[nodiscard]] static Result<DialogInfo> parse(std::string_view text, const Limits& limits = {});
};

[[nodiscard]] std::string write(const DialogInfo& info);

// The dialogs of one subscription, from its notifications. §4.3, §4.1.6.
class DialogInfoTable {
 public:
  // A partial document behind a gap is put in as far as it goes, and asks for a refresh.
  Merge apply(DialogInfo info);
  // Dialogs that ended with the last notification are still there as Terminated, until the next one.
  [[nodiscard]] const std::vector<DialogInfo::Dialog>& dialogs() const { return dialogs_; }
  [[nodiscard]] std::optional<std::uint32_t> version() const { return version_; }
  // A new subscription counts from its own beginning.
  void clear() { *this = {}; }

 private:
  std::optional<std::uint32_t> version_;
  std::vector<DialogInfo::Dialog> dialogs_;
};

}  // namespace offhook::body
