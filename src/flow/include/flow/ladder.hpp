// The record as a ladder: columns are parties, arrows are messages, time runs down. Built once from a record (a whole
// one, or a flow's part of it with its F numbers), then written as text, SVG, HTML or JSON. Pure values.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.hpp"
#include "flow/facts.hpp"
#include "flow/recorder.hpp"
#include "flow/report.hpp"

namespace offhook::flow {

struct Arrow {
  Duration at{};         // since the ladder's first row
  std::size_t from = 0;  // columns
  std::size_t to = 0;
  std::string mark;  // "F1", or ""
  std::string label;
  bool retransmission = false;
  int folded = 0;     // retransmissions that this arrow stands for
  bool lost = false;  // nobody got it (of folded ones: not even the last)
  bool request = true;
  std::uint64_t record = 0;
};
// A row that is no message: what a party does, who is heard.
struct Remark {
  Duration at{};
  Note::Kind kind = Note::Kind::Act;
  std::size_t from = 0;  // columns that it spans
  std::size_t to = 0;
  std::string text;
};
using Row = std::variant<Arrow, Remark>;

struct Ladder {
  std::string title;
  std::vector<std::string> columns;
  std::vector<Row> rows;  // by time
};

struct LadderOptions {
  std::string title;
  std::vector<std::string> columns;  // parties of messages that are not named here get a column behind these
  std::map<std::uint64_t, std::string> marks;
  std::vector<Note> notes;
  std::uint64_t first = 0;           // records after this number …
  std::uint64_t last = UINT64_MAX;   // … up to and with this one
  bool fold_retransmissions = true;  // into the first sending
};
[[nodiscard]] LadderOptions ladder_options(const Report& report);

[[nodiscard]] Ladder make_ladder(const std::deque<Record>& sip, const LadderOptions& options);

// Fixed-width text, one row a line: "   0.012  F1   |--- INVITE --->|                |".
[[nodiscard]] std::string to_text(const Ladder& ladder);
// A picture that needs nothing else: its own style, light and dark, no script.
[[nodiscard]] std::string to_svg(const Ladder& ladder);
// A page around the picture.
[[nodiscard]] std::string to_html(const Ladder& ladder);
// The messages with their facts and bytes: {"title":…, "parties":[…], "messages":[{…}]}, one line.
[[nodiscard]] std::string to_json(const std::deque<Record>& sip, const LadderOptions& options);

}  // namespace offhook::flow
