// application/pidf+xml: presence information. RFC 3863; the activities of a person from RFC 4480 §3.2 in the data model
// of RFC 4479.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "body/limits.hpp"

namespace offhook::body {

inline constexpr std::string_view kPresenceType = "application/pidf+xml";

enum class Basic : std::uint8_t { Open, Closed };

enum class Activity : std::uint8_t {
  Appointment,
  Away,
  Breakfast,
  Busy,
  Dinner,
  Holiday,
  InTransit,
  LookingForWork,
  Lunch,
  Meal,
  Meeting,
  OnThePhone,
  Other,
  Performance,
  PermanentAbsence,
  Playing,
  Presentation,
  Shopping,
  Sleeping,
  Spectator,
  Steering,
  Travel,
  Tv,
  Unknown,
  Vacation,
  Working,
  Worship
};

struct Presence {
  struct Note {
    std::string text;
    std::string language;
    bool operator==(const Note&) const = default;
  };
  struct Contact {
    std::string uri;
    std::string priority;  // a qvalue, "" when it is not said
    bool operator==(const Contact&) const = default;
  };
  struct Tuple {
    std::string id;
    std::optional<Basic> basic;
    std::optional<Contact> contact;
    std::vector<Note> notes;
    std::string timestamp;  // xs:dateTime
    bool operator==(const Tuple&) const = default;
  };
  struct Person {
    std::string id;
    std::vector<Activity> activities;  // those that are known
    std::vector<Note> notes;
    bool operator==(const Person&) const = default;
  };

  std::string entity;
  std::vector<Tuple> tuples;
  std::vector<Note> notes;
  std::vector<Person> persons;
  bool operator==(const Presence&) const = default;

  // Extensions are skipped, and with them what they mark as mustUnderstand (§4.2.3: inside what is ignored it is
  // ignored).
  [[nodiscard]] static Result<Presence> parse(std::string_view text, const Limits& limits = {});
};

[[nodiscard]] std::string write(const Presence& presence);

}  // namespace offhook::body
