// application/conference-info+xml: who is in a conference, and how. RFC 4575.
// Sidebars by value (§5.9.2) are conferences inside a conference; no phone shows them and they are skipped.
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

inline constexpr std::string_view kConferenceInfoType = "application/conference-info+xml";

// §4.4: of an element and all that is in it.
enum class ElementState : std::uint8_t { Full, Partial, Deleted };
enum class MediaStatus : std::uint8_t { SendRecv, SendOnly, RecvOnly, Inactive };
// §5.7.3
enum class EndpointStatus : std::uint8_t {
  Connected,
  Disconnected,
  OnHold,
  MutedViaFocus,
  Pending,
  Alerting,
  DialingIn,
  DialingOut,
  Disconnecting
};
enum class JoiningMethod : std::uint8_t { DialedIn, DialedOut, FocusOwner };
enum class DisconnectionMethod : std::uint8_t { Departed, Booted, Failed, Busy };

struct ConferenceInfo {
  struct Uri {
    std::string uri, display_text, purpose;
    bool operator==(const Uri&) const = default;
  };
  struct Medium {
    std::string label, display_text, type;
    std::optional<MediaStatus> status;
    bool operator==(const Medium&) const = default;
  };
  struct Description {
    std::string display_text, subject, free_text, keywords;
    std::vector<Uri> conf_uris, service_uris;
    std::optional<std::uint32_t> maximum_user_count;
    std::vector<Medium> available_media;
    bool operator==(const Description&) const = default;
  };
  struct HostInfo {
    std::string display_text, web_page;
    std::vector<Uri> uris;
    bool operator==(const HostInfo&) const = default;
  };
  struct State {
    std::optional<std::uint32_t> user_count;
    std::optional<bool> active, locked;
    bool operator==(const State&) const = default;
  };
  // When, why and by whom something was done.
  struct Execution {
    std::string when, reason, by;
    bool operator==(const Execution&) const = default;
  };
  struct Media {
    std::string id;
    std::string display_text, type, label, src_id;
    std::optional<MediaStatus> status;
    bool operator==(const Media&) const = default;
  };
  struct CallInfo {
    std::string display_text, call_id, from_tag, to_tag;
    bool operator==(const CallInfo&) const = default;
  };
  struct Endpoint {
    std::string entity;
    ElementState state = ElementState::Full;
    std::string display_text;
    std::optional<Execution> referred;
    std::optional<EndpointStatus> status;
    std::optional<JoiningMethod> joining_method;
    std::optional<Execution> joining_info;
    std::optional<DisconnectionMethod> disconnection_method;
    std::optional<Execution> disconnection_info;
    std::vector<Media> media;
    std::optional<CallInfo> call_info;
    bool operator==(const Endpoint&) const = default;
  };
  struct User {
    std::string entity;
    ElementState state = ElementState::Full;
    std::string display_text;
    std::vector<Uri> associated_aors;
    std::vector<std::string> roles;
    std::string languages;
    std::string cascaded_focus;
    std::vector<Endpoint> endpoints;
    bool operator==(const User&) const = default;
  };
  struct Users {
    ElementState state = ElementState::Full;
    std::vector<User> users;
    bool operator==(const Users&) const = default;
  };
  struct Sidebars {
    ElementState state = ElementState::Full;
    std::vector<Uri> uris;
    bool operator==(const Sidebars&) const = default;
  };

  std::string entity;
  ElementState state = ElementState::Full;
  std::uint32_t version = 0;
  std::optional<Description> description;
  std::optional<HostInfo> host_info;
  std::optional<State> conference_state;
  std::optional<Users> users;
  std::optional<Sidebars> sidebars_by_ref;
  bool operator==(const ConferenceInfo&) const = default;

  [[nodiscard]] static Result<ConferenceInfo> parse(std::string_view text, const Limits& limits = {});
};

[[nodiscard]] std::string write(const ConferenceInfo& info);

// The conference of one subscription, from its notifications. §4.6.
class ConferenceInfoTable {
 public:
  // A partial document behind a gap is not used, as §4.6 has it.
  Merge apply(ConferenceInfo info);
  // Every element in it is Full, but for the state of a conference that has ceased to exist: Deleted. Then the
  // subscription should be ended.
  [[nodiscard]] const ConferenceInfo& conference() const { return conference_; }
  [[nodiscard]] std::optional<std::uint32_t> version() const { return version_; }
  // A new subscription counts from its own beginning.
  void clear() { *this = {}; }

 private:
  std::optional<std::uint32_t> version_;
  ConferenceInfo conference_;
};

}  // namespace offhook::body
