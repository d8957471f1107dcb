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
    // At the same moment: what was heard before a party acted, what it does, the messages, what is heard then.
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

  // Notes are in the order in which they were made: one before an action of the same moment is older than what the
  // action caused.
  [[nodiscard]] bool leads(std::size_t index) const {
    const TimePoint at = options_.notes[index].at;
    for (std::size_t i = index; i < options_.notes.size() && options_.notes[i].at == at; ++i)
      if (options_.notes[i].kind == Note::Kind::Act) return true;
    return false;
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

  // "A hears B" and then "B hears A" are one row.
  void add_notes(bool leading) {
    const std::vector<Note>& notes = options_.notes;
    for (std::size_t i = 0; i < notes.size(); ++i) {
      const bool mutual = i + 1 < notes.size() && notes[i].kind == Note::Kind::Hear &&
                          notes[i + 1].kind == Note::Kind::Hear && notes[i].whom == notes[i + 1].parties &&
                          notes[i + 1].whom == notes[i].parties;
      const std::size_t last = mutual ? i + 1 : i;
      if (leads(last) == leading)
        add(notes[last],
            mutual ? notes[i].parties.front() + " ⇄ " + notes[last].parties.front() + " audio" : words(notes[i]));
      i = last;
    }
  }

  void add(const Note& note, std::string text) {
    Remark remark;
    remark.kind = note.kind;
    remark.text = std::move(text);
    std::vector<std::size_t> columns;
    for (const auto* parties : {&note.parties, &note.whom})
      for (const std::string& party : *parties) columns.push_back(column(party));
    if (columns.empty()) return;
    remark.from = *std::min_element(columns.begin(), columns.end());
    remark.to = *std::max_element(columns.begin(), columns.end());
    rows_.push_back({note.at, std::move(remark)});
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

Ladder make_ladder(const std::deque<Record>& sip, const LadderOptions& options) {
  return LadderMaker(sip, options).make();
}

}  // namespace offhook::flow
