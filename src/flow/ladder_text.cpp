#include <algorithm>

#include "base/overloaded.hpp"
#include "flow/ladder.hpp"

namespace offhook::flow {
namespace {

// Characters, not bytes: continuation bytes of UTF-8 take no room.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string words_of(const Arrow& arrow) {
  std::string text = arrow.label;
  if (arrow.retransmission) text += " again";
  if (arrow.folded > 0) text += " x" + std::to_string(arrow.folded + 1);
  return text;
}

// Seconds and milliseconds, "  12.345".
std::string time_text(Duration at) {
  const auto ms = std::chrono::duration_cast<milliseconds>(at).count();
  std::string fraction = std::to_string(1000 + ms % 1000).substr(1);
  std::string whole = std::to_string(ms / 1000);
  return std::string(4 - std::min<std::size_t>(4, whole.size()), ' ') + whole + '.' + fraction;
}

class TextLadder {
 public:
  explicit TextLadder(const Ladder& ladder) : ladder_(ladder) {
    for (const Row& row : ladder.rows)
      if (const auto* arrow = std::get_if<Arrow>(&row)) gap_ = std::max(gap_, needed(*arrow));
    // Room for two names side by side, each in the middle over its line.
    for (std::size_t i = 1; i < ladder.columns.size(); ++i) {
      const std::size_t left = width_of(ladder.columns[i - 1]), right = width_of(ladder.columns[i]);
      gap_ = std::max(gap_, left - left / 2 + right / 2 + 1);
    }
  }

  std::string write() {
    if (!ladder_.title.empty()) out_ += ladder_.title + "\n\n";
    heading();
    for (const Row& row : ladder_.rows)
      std::visit(Overloaded{[&](const Arrow& arrow) { write(arrow); }, [&](const Remark& remark) { write(remark); }},
                 row);
    return std::move(out_);
  }

 private:
  static constexpr std::size_t kLeft = 16;  // time and mark; the first column stands behind it

  // Room between two columns so that the words fit with an arrow of six round them.
  static std::size_t needed(const Arrow& arrow) {
    const std::size_t span =
        std::max<std::size_t>(1, arrow.from < arrow.to ? arrow.to - arrow.from : arrow.from - arrow.to);
    return (width_of(words_of(arrow)) + 8 + span - 1) / span;
  }
  [[nodiscard]] std::size_t position(std::size_t column) const { return column * (gap_ + 1); }
  [[nodiscard]] std::string lifelines() const {
    std::string line(position(ladder_.columns.size() - 1) + 1, ' ');
    for (std::size_t i = 0; i < ladder_.columns.size(); ++i) line[position(i)] = '|';
    return line;
  }

  void heading() {
    std::string line;
    for (std::size_t i = 0; i < ladder_.columns.size(); ++i) {
      const std::string& name = ladder_.columns[i];
      const std::size_t middle = kLeft + position(i);
      const std::size_t start = middle - std::min(middle, width_of(name) / 2);
      if (width_of(line) < start) line.append(start - width_of(line), ' ');
      line += name;
    }
    finish(line);
  }

  void write(const Arrow& arrow) {
    std::string line = lifelines();
    const std::size_t left = position(std::min(arrow.from, arrow.to)), right = position(std::max(arrow.from, arrow.to));
    const std::string words = ' ' + words_of(arrow) + ' ';
    if (left == right) {  // to itself
      finish(prefix(arrow.at, arrow.mark) + line + words);
      return;
    }
    std::string shaft(right - left - 1, '-');
    const std::size_t start = (shaft.size() - std::min(shaft.size(), width_of(words))) / 2;
    const std::string head(1, arrow.lost ? 'x' : arrow.from < arrow.to ? '>' : '<');
    shaft.replace(arrow.from < arrow.to ? shaft.size() - 1 : 0, 1, head);
    shaft.replace(start, std::min(shaft.size(), width_of(words)), words);
    line.replace(left + 1, right - left - 1, shaft);
    finish(prefix(arrow.at, arrow.mark) + line);
  }

  // Over the lifelines that it spans, or beside its own.
  void write(const Remark& remark) {
    std::string line = lifelines();
    const std::string words = "[ " + remark.text + " ]";
    const std::size_t middle = (position(remark.from) + position(remark.to)) / 2;
    const std::size_t start = middle - std::min(middle, width_of(words) / 2);
    if (line.size() < start + width_of(words)) line.append(start + width_of(words) - line.size(), ' ');
    line.replace(start, width_of(words), words);
    finish(prefix(remark.at, "") + line);
  }

  static std::string prefix(Duration at, const std::string& mark) {
    std::string out = time_text(at) + "  " + mark;
    return out + std::string(kLeft - std::min(kLeft, out.size()), ' ');
  }
  void finish(std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    out_ += line + '\n';
  }

  const Ladder& ladder_;
  std::size_t gap_ = 15;
  std::string out_;
};

}  // namespace

std::string to_text(const Ladder& ladder) {
  return ladder.columns.empty() ? std::string{} : TextLadder(ladder).write();
}

}  // namespace offhook::flow
