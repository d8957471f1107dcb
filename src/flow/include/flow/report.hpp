// What came of running a script: which record was which milestone, what else happened, and the first thing that went
// wrong.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"

namespace offhook::flow {

// Something beside the messages that a ladder shows.
struct Note {
  enum class Kind : std::uint8_t { Act, Hear, Quiet };
  TimePoint at;
  Kind kind = Kind::Act;
  std::vector<std::string> parties;  // who does it, hears it, is quiet
  std::vector<std::string> whom;     // Hear: who is heard; empty: nobody
  std::string text;                  // Act: as written; Hear: how, "" when nothing is known
};

struct Seen {
  std::string mark;  // "F1", or "" for a step that the guide does not number
  std::string step;  // "F1 A -> P INVITE"
  std::string note;  // why, for steps beyond the guide
  int line = 0;
  bool optional = false;
  std::uint64_t record = 0;  // 0: not seen
};

struct Failure {
  std::string mark;  // of the missing milestone; "" for another kind of step
  std::string what;  // "F16 P -> A 200 is missing"
  int line = 0;
  std::vector<std::string> instead;  // what came since the last milestone: "P -> A 486 Busy Here"
};

struct Report {
  std::string flow, title, guide, file;
  std::vector<std::string> columns;
  std::optional<Failure> failure;
  std::vector<Seen> steps;  // in the order of the script
  std::vector<Note> notes;  // by time
  // The flow's own records: after first, up to and with last. What was before it and the hanging up behind it are not
  // part of the ladder.
  std::uint64_t first = 0, last = 0;

  [[nodiscard]] bool passed() const { return !failure; }
  [[nodiscard]] std::map<std::uint64_t, std::string> marks() const;  // record number to "F1"
  [[nodiscard]] std::size_t milestones_seen() const;                 // of those with a mark
  // "call-waiting: 22 of 22 milestones", or what is missing and what came instead, several lines.
  [[nodiscard]] std::string text() const;
};

}  // namespace offhook::flow
