// application/reginfo+xml: what a registrar knows of an address-of-record. RFC 3680 §5; the GRUUs from RFC 5628.
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

inline constexpr std::string_view kRegInfoType = "application/reginfo+xml";

enum class RegistrationState : std::uint8_t { Init, Active, Terminated };
enum class ContactState : std::uint8_t { Active, Terminated };
// §4.7.1, Figure 2
enum class ContactEvent : std::uint8_t {
  Registered,
  Created,
  Refreshed,
  Shortened,
  Expired,
  Deactivated,
  Probation,
  Unregistered,
  Rejected
};

struct RegInfo {
  struct Param {
    std::string name;
    std::string value;  // "" for a flag
    bool operator==(const Param&) const = default;
  };
  struct TempGruu {
    std::string uri;
    std::uint32_t first_cseq = 0;
    bool operator==(const TempGruu&) const = default;
  };
  struct Contact {
    std::string id;
    ContactState state = ContactState::Active;
    ContactEvent event = ContactEvent::Registered;
    std::optional<std::uint64_t> duration_registered;  // seconds, as are the next two
    std::optional<std::uint64_t> expires;              // always there when event is Shortened
    std::optional<std::uint64_t> retry_after;          // always there when event is Probation
    std::string q;
    std::string call_id;
    std::optional<std::uint64_t> cseq;
    std::string uri;
    std::string display_name;
    std::string display_language;
    std::vector<Param> unknown_params;  // Contact parameters that RFC 3261 does not have
    std::string pub_gruu;
    std::optional<TempGruu> temp_gruu;
    bool operator==(const Contact&) const = default;
  };
  struct Registration {
    std::string aor;
    std::string id;
    RegistrationState state = RegistrationState::Init;
    std::vector<Contact> contacts;
    bool operator==(const Registration&) const = default;
  };

  std::uint32_t version = 0;
  bool full = true;
  std::vector<Registration> registrations;
  bool operator==(const RegInfo&) const = default;

  [[nodiscard]] static Result<RegInfo> parse(std::string_view text, const Limits& limits = {});
};

[[nodiscard]] std::string write(const RegInfo& info);

// The registrations of one subscription, from its notifications. §5.2.
class RegInfoTable {
 public:
  // A partial document behind a gap is put in as far as it goes, and asks for a refresh.
  Merge apply(RegInfo info);
  // What was terminated by the last notification is still there as such, until the next one.
  [[nodiscard]] const std::vector<RegInfo::Registration>& registrations() const { return registrations_; }
  [[nodiscard]] std::optional<std::uint32_t> version() const { return version_; }
  // A new subscription counts from its own beginning.
  void clear() { *this = {}; }

 private:
  bool update(RegInfo::Registration registration);

  std::optional<std::uint32_t> version_;
  std::vector<RegInfo::Registration> registrations_;
  std::size_t contacts_ = 0;
};

}  // namespace offhook::body
