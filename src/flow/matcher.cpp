#include "matcher.hpp"

#include <algorithm>

#include "flow/label.hpp"

namespace offhook::flow {

void Matcher::begin() {
  records_.clear();
  expected_.clear();
  loose_.clear();
  found_.clear();
  known_ = {};
  cursor_ = since_ = 0;
  first_ = record_->sip().empty() ? 0 : record_->sip().back().number;
  seen_changes_ = 0;
}

void Matcher::expect(const Milestone& milestone, std::size_t entry, bool loose) {
  // Unreliable provisional responses are not repeated (RFC 3261 §17.2.1): where datagrams get lost nobody may wait for
  // one.
  const bool may_be_lost = lossy_ && milestone.status >= 100 && milestone.status < 200;
  (loose || may_be_lost ? loose_ : expected_).push_back({&milestone, entry, 0, {}});
  seen_changes_ = 0;
}

bool Matcher::look(bool to_the_end) {
  if (seen_changes_ != record_->changes()) {
    seen_changes_ = record_->changes();
    read_new();
    if (lossy_) {
      scan_any_order(expected_);
      scan_any_order(loose_);
    } else {
      scan_in_order(to_the_end);
    }
  }
  return all_arrived(expected_);
}

void Matcher::read_new() {
  const auto& all = record_->sip();
  const std::uint64_t last = records_.empty() ? first_ : records_.back().number;
  auto it = std::upper_bound(all.begin(), all.end(), last,
                             [](std::uint64_t n, const Record& record) { return n < record.number; });
  for (; it != all.end(); ++it) records_.push_back({it->number, read_facts(it->bytes), it->retransmission && !lossy_});
}

// Stops at the record that completes what is expected: the next one may belong to the next step.
void Matcher::scan_in_order(bool to_the_end) {
  const auto open = [](const Open& o) { return o.record == 0; };
  while (cursor_ < records_.size() && (to_the_end || std::any_of(expected_.begin(), expected_.end(), open))) {
    Candidate& candidate = records_[cursor_++];
    if (candidate.taken) continue;
    if (take(expected_, candidate))
      since_ = cursor_;
    else
      take(loose_, candidate);
  }
}

void Matcher::scan_any_order(std::vector<Open>& open) {
  for (Candidate& candidate : records_) {
    if (candidate.taken) continue;
    const Record* record = record_->sip(candidate.number);
    if (record != nullptr && record->delivered) take(open, candidate);
  }
}

bool Matcher::take(std::vector<Open>& open, Candidate& candidate) {
  const Record* record = record_->sip(candidate.number);
  if (record == nullptr) return false;
  for (Open& entry : open) {
    if (entry.record != 0 || !is_message(*entry.milestone, *record, candidate.facts)) continue;
    if (auto miss = misses(*entry.milestone, candidate.facts, known_)) {
      entry.miss = std::move(*miss);
      continue;
    }
    entry.record = candidate.number;
    candidate.taken = true;
    known_.learn(*entry.milestone, candidate.facts);
    found_.emplace_back(entry.entry, candidate.number);
    return true;
  }
  return false;
}

// It, or the same bytes sent again.
bool Matcher::arrived(std::uint64_t number) const {
  const Record* record = record_->sip(number);
  if (record == nullptr || record->delivered) return true;
  return std::any_of(record_->sip().begin(), record_->sip().end(), [&](const Record& other) {
    return other.delivered && other.number > number && other.from == record->from && other.to == record->to &&
           other.bytes == record->bytes;
  });
}

bool Matcher::all_arrived(const std::vector<Open>& open) const {
  return std::all_of(open.begin(), open.end(),
                     [&](const Open& entry) { return entry.record != 0 && arrived(entry.record); });
}

const Milestone* Matcher::missing(bool loose) const {
  for (const Open& entry : loose ? loose_ : expected_) {
    const bool may_be_lost = lossy_ && entry.milestone->status >= 100 && entry.milestone->status < 200;
    if (loose && (entry.milestone->optional || may_be_lost)) continue;
    if (entry.record == 0 || !arrived(entry.record)) return entry.milestone;
  }
  return nullptr;
}

std::vector<std::string> Matcher::instead() const {
  std::vector<std::string> out;
  for (std::size_t i = lossy_ ? 0 : since_; i < records_.size(); ++i) {
    const Record* record = record_->sip(records_[i].number);
    if (record == nullptr || records_[i].taken) continue;
    std::string line = record->from_party + " -> " + record->to_party + ' ' + label(records_[i].facts);
    for (const Open& entry : expected_)
      if (entry.record == 0 && !entry.miss.empty() && is_message(*entry.milestone, *record, records_[i].facts))
        line += ": " + entry.miss;
    if (!record->delivered) line += " (lost)";
    out.push_back(std::move(line));
  }
  return out;
}

void Matcher::fill(std::vector<Seen>& steps) const {
  for (const auto& [entry, record] : found_)
    if (entry < steps.size()) steps[entry].record = record;
}

}  // namespace offhook::flow
