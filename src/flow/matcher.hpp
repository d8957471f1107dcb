// Finds a script's milestones in the record, inside this module.
//
// In order: a message counts when it left after the milestone before it, and the step is done when it has arrived.
// Messages that no milestone asks for are passed over. In a lossy world the order is not judged: any message that has
// arrived and was not taken by another milestone will do.
#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "carry.hpp"
#include "flow/recorder.hpp"
#include "flow/report.hpp"
#include "flow/script.hpp"

namespace offhook::flow {

class Matcher {
 public:
  Matcher(const Recorder& record, bool lossy) : record_(&record), lossy_(lossy) {}

  // The flow begins here: what the record holds already is not looked at.
  void begin();
  // `entry` is the milestone's place in the report. Loose ones stay open until found; the others are what the flow
  // waits for now.
  void expect(const Milestone& milestone, std::size_t entry, bool loose);
  // Looks at what is new. True when everything that the flow waits for now has come.
  bool poll() { return look(false); }
  // The same for the loose milestones that are not optional.
  bool poll_loose() { return look(true) && missing(true) == nullptr; }
  // The first milestone that is still open, loose ones only when asked for.
  [[nodiscard]] const Milestone* missing(bool loose) const;
  // What came since the last milestone, and why a message that looked like the missing one was not it.
  [[nodiscard]] std::vector<std::string> instead() const;
  void forget_expected() { expected_.clear(); }

  // Writes the record numbers of what was found.
  void fill(std::vector<Seen>& steps) const;
  [[nodiscard]] std::uint64_t first() const { return first_; }

 private:
  struct Open {
    const Milestone* milestone = nullptr;
    std::size_t entry = 0;
    std::uint64_t record = 0;  // 0: not found
    std::string miss;          // why the last candidate was refused
  };
  struct Candidate {
    std::uint64_t number = 0;
    Facts facts;
    bool taken = false;
  };
  bool look(bool to_the_end);
  void read_new();
  void scan_in_order(bool to_the_end);
  void scan_any_order(std::vector<Open>& open);
  bool take(std::vector<Open>& open, Candidate& candidate);
  [[nodiscard]] bool arrived(std::uint64_t number) const;
  [[nodiscard]] bool all_arrived(const std::vector<Open>& open) const;

  const Recorder* record_;
  bool lossy_;
  std::uint64_t first_ = 0;
  std::uint64_t seen_changes_ = 0;
  std::deque<Candidate> records_;  // since the beginning
  std::size_t cursor_ = 0;         // in order: the next one to look at
  std::size_t since_ = 0;          // behind the last milestone
  std::vector<Open> expected_, loose_;
  std::vector<std::pair<std::size_t, std::uint64_t>> found_;  // entry, record
  Known known_;
};

}  // namespace offhook::flow
