#include "flow/ladder.hpp"

#include <algorithm>
#include <unordered_map>

#include "flow/label.hpp"

namespace offhook::flow {
namespace {

class LadderMaker {
 public:
  LadderMaker(const std::deque<Record>& sip, const LadderOptions& options) : sip_(sip), options_(options) {
    ladder_.title = options.title;
    ladder_.columns = options.columns;
  }

  Ladder make() {
    // At the same moment: what a party does, the messages, what is heard.
    add_notes(true);
    for (const Record& record : sip_)
      if (record.number > options_.first && record.number <= options_.last) add(record);
    add_notes(false);
    std::stable_sort(rows_.begin(), rows_.end(), [](const Timed& a, const Timed& b) { return a.at < b.at; });
    for (Timed& timed : rows_) {
      const Duration at = timed.at - rows_.front().at;
      std::visit([&](auto& row) { row.at = at; }, timed.row);
      ladder_.rows.push_back(std::move(timed.row));
    }
    return std::move(ladder_);
  }

 private:
  struct Timed {
    TimePoint at;
    Row row;
  };

  void add_notes(bool acts) {
    for (std::size_t i = 0; i < options_.notes.size(); ++i)
      if ((options_.notes[i].kind == Note::Kind::Act) == acts) i += add(i);
  }

  void add(const Record& record) {
    if (record.retransmission && options_.fold_retransmissions && fold(record)) return;
    const Facts facts = read_facts(record.bytes);
    const auto mark = options_.marks.find(record.number);
    Arrow arrow;
    arrow.from = column(record.from_party);
    arrow.to = column(record.to_party);
    arrow.mark = mark == options_.marks.end() ? "" : mark->second;
    arrow.label = label(facts);
    arrow.retransmission = record.retransmission;
    arrow.lost = !record.delivered;
    arrow.request = facts.request;
    arrow.record = record.number;
    first_.emplace(way(record) + record.bytes, rows_.size());
    rows_.push_back({record.sent.mono, std::move(arrow)});
  }

  bool fold(const Record& record) {
    const auto it = first_.find(way(record) + record.bytes);
    if (it == first_.end()) return false;
    Arrow& arrow = std::get<Arrow>(rows_[it->second].row);
    ++arrow.folded;
    arrow.lost = arrow.lost && !record.delivered;
    if (const auto mark = options_.marks.find(record.number); mark != options_.marks.end()) arrow.mark = mark->second;
    return true;
  }

  static std::string way(const Record& record) { return record.from.text() + '>' + record.to.text() + '\n'; }

  // How many notes behind this one are in its row, too: "A hears B" and "B hears A" are one line.
  std::size_t add(std::size_t index) {
    const Note& note = options_.notes[index];
    const Note* next = index + 1 < options_.notes.size() ? &options_.notes[index + 1] : nullptr;
    Remark remark;
    remark.kind = note.kind;
    const bool mutual = next != nullptr && note.kind == Note::Kind::Hear && next->kind == Note::Kind::Hear && note.whom == next->parties && next->whom == note.parties;
    remark.text = mutual ? note.parties.front() + " ⇄ " + next->parties.front() + " audio" : words(note);
    std::vector<std::size_t> columns;
    for (const auto* parties : {&note.parties, &note.whom})
      for (const std::string& party : *parties) columns.push_back(column(party));
    remark.from = *std::min_element(columns.begin(), columns.end());
    remark.to = *std::max_element(columns.begin(), columns.end());
    rows_.push_back({note.at, std::move(remark)});
    return mutual ? 1 : 0;
  }

  static std::string words(const Note& note) {
    std::string who;
    for (const std::string& party : note.parties) who.append(who.empty() ? "" : ", ").append(party);
    switch (note.kind) {
      case Note::Kind::Act: return who + ": " + note.text;
      case Note::Kind::Quiet: return "no RTP from " + who;
      case Note::Kind::Hear: break;
    }
    std::string whom;
    for (const std::string& party : note.whom) whom.append(whom.empty() ? "" : ", ").append(party);
    return who + " hears " + (whom.empty() ? "nobody" : whom);
  }

  std::size_t column(const std::string& party) {
    const auto it = std::find(ladder_.columns.begin(), ladder_.columns.end(), party);
    const auto index = static_cast<std::size_t>(it - ladder_.columns.begin());
    if (it == ladder_.columns.end()) ladder_.columns.push_back(party);
    return index;
  }

  const std::deque<Record>& sip_;
  const LadderOptions& options_;
  Ladder ladder_;
  std::vector<Timed> rows_;
  std::unordered_map<std::string, std::size_t> first_;  // way and bytes to the row of the first sending
};

}  // namespace

LadderOptions ladder_options(const Report& report) {
  LadderOptions out;
  out.title = report.title + (report.guide.empty() ? "" : " (guide §" + report.guide + ")");
  out.columns = report.columns;
  out.marks = report.marks();
  out.notes = report.notes;
  out.first = report.first;
  out.last = report.last;
  return out;
}

Ladder make_ladder(const std::deque<Record>& sip, const LadderOptions& options) { return LadderMaker(sip, options).make(); }

}  // namespace offhook::flow
