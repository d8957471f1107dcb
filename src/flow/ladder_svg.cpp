#include <algorithm>
#include <cmath>

#include "base/overloaded.hpp"
#include "flow/ladder.hpp"

namespace offhook::flow {
namespace {

constexpr std::string_view kStyle = R"(<style>
.ladder{--ink:#1d2733;--soft:#66758a;--line:#c9d2dc;--paper:#ffffff;--head:#f2f5f8;--request:#1a63c7;--response:#1b7a4b;--lost:#c0392b;--mark:#1d2733;--mark-ink:#ffffff;--band:#fff6dd;--band-ink:#6b5300;
font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;font-size:13px}
@media (prefers-color-scheme:dark){.ladder{--ink:#e6edf3;--soft:#93a1b2;--line:#3a4552;--paper:#12171d;--head:#1e2630;--request:#6cb2ff;--response:#5fd39a;--lost:#ff7b6b;--mark:#e6edf3;--mark-ink:#12171d;--band:#332b12;--band-ink:#f1d98a}}
.ladder text{fill:var(--ink)}.ladder .title{font-size:16px;font-weight:600}.ladder .paper{fill:var(--paper)}.ladder .head{fill:var(--head);stroke:var(--line)}
.ladder .name{font-weight:600;text-anchor:middle}.ladder .life{stroke:var(--line);stroke-width:1.5}.ladder .time{fill:var(--soft);font-size:11px;text-anchor:end;font-variant-numeric:tabular-nums}
.ladder .label{text-anchor:middle;paint-order:stroke;stroke:var(--paper);stroke-width:5px;stroke-linejoin:round}
.ladder .request{stroke:var(--request);fill:var(--request)}.ladder .response{stroke:var(--response);fill:var(--response)}.ladder .lost{stroke:var(--lost);fill:var(--lost)}
.ladder line.request,.ladder line.response,.ladder line.lost{stroke-width:1.6}.ladder .again{stroke-dasharray:5 4}
.ladder .mark{fill:var(--mark)}.ladder .mark-text{fill:var(--mark-ink);font-size:10.5px;font-weight:600;text-anchor:middle}
.ladder .band{fill:var(--band)}.ladder .band-text{fill:var(--band-ink);text-anchor:middle;font-size:12px}.ladder .act{fill:var(--head);stroke:var(--line)}.ladder .act-text{fill:var(--soft);text-anchor:middle;font-size:12px;font-style:italic}
</style>
)";

constexpr double kColumn = 190, kLeft = 150, kRow = 36, kTop = 92;

std::string number(double value) {
  const auto tenths = static_cast<long>(std::lround(value * 10));
  std::string text = std::to_string(tenths / 10);
  if (tenths % 10 != 0) text += '.' + std::to_string(std::labs(tenths % 10));
  return text;
}

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '&')
      out += "&amp;";
    else if (c == '"')
      out += "&quot;";
    else if (static_cast<unsigned char>(c) < 0x20)
      out += ' ';
    else
      out += c;
  }
  return out;
}

class SvgLadder {
 public:
  explicit SvgLadder(const Ladder& ladder) : ladder_(ladder) {}

  std::string write() {
    const double width =
        kLeft + kColumn * static_cast<double>(std::max<std::size_t>(1, ladder_.columns.size()) - 1) + 110;
    const double height = kTop + kRow * static_cast<double>(ladder_.rows.size()) + 30;
    out_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"ladder\" role=\"img\" width=\"" + number(width) +
           "\" height=\"" + number(height) + "\" viewBox=\"0 0 " + number(width) + ' ' + number(height) +
           "\">\n<title>" + escape(ladder_.title) + "</title>\n";
    out_ += kStyle;
    out_ += "<rect class=\"paper\" width=\"" + number(width) + "\" height=\"" + number(height) + "\" rx=\"8\"/>\n";
    text("title", 24, 30, ladder_.title);
    heads(height);
    double y = kTop + 14;
    for (const Row& row : ladder_.rows) {
      std::visit(
          Overloaded{[&](const Arrow& arrow) { draw(arrow, y); }, [&](const Remark& remark) { draw(remark, y); }}, row);
      y += kRow;
    }
    return out_ + "</svg>\n";
  }

 private:
  [[nodiscard]] static double x_of(std::size_t column) { return kLeft + kColumn * static_cast<double>(column); }

  void text(std::string_view css, double x, double y, std::string_view words) {
    out_ += "<text class=\"" + std::string(css) + "\" x=\"" + number(x) + "\" y=\"" + number(y) + "\">" +
            escape(words) + "</text>\n";
  }
  void line(std::string_view css, double x1, double y1, double x2, double y2) {
    out_ += "<line class=\"" + std::string(css) + "\" x1=\"" + number(x1) + "\" y1=\"" + number(y1) + "\" x2=\"" +
            number(x2) + "\" y2=\"" + number(y2) + "\"/>\n";
  }
  void box(std::string_view css, double x, double y, double width, double height, double radius) {
    out_ += "<rect class=\"" + std::string(css) + "\" x=\"" + number(x) + "\" y=\"" + number(y) + "\" width=\"" +
            number(width) + "\" height=\"" + number(height) + "\" rx=\"" + number(radius) + "\"/>\n";
  }

  void heads(double height) {
    for (std::size_t i = 0; i < ladder_.columns.size(); ++i) {
      const double half = std::max(36.0, 4.2 * static_cast<double>(ladder_.columns[i].size()) + 12);
      line("life", x_of(i), kTop - 10, x_of(i), height - 16);
      box("head", x_of(i) - half, 46, 2 * half, 28, 6);
      text("name", x_of(i), 65, ladder_.columns[i]);
    }
  }

  void draw(const Arrow& arrow, double y) {
    out_ += "<g>\n";
    time(arrow.at, y);
    if (!arrow.mark.empty()) {
      box("mark", 70, y - 10, 34, 18, 9);
      text("mark-text", 87, y + 3, arrow.mark);
    }
    const std::string css = arrow.lost ? "lost" : arrow.request ? "request" : "response";
    const double sign = arrow.from <= arrow.to ? 1 : -1;
    const double from = x_of(arrow.from), to = arrow.from == arrow.to ? from + 60 : x_of(arrow.to);
    // A lost message ends before it is there.
    const double end = arrow.lost ? to - sign * 34 : to - sign * 2;
    line(css + (arrow.retransmission ? " again" : ""), from, y + 6, end, y + 6);
    if (arrow.lost) {
      line(css, end - 5, y + 1, end + 5, y + 11);
      line(css, end - 5, y + 11, end + 5, y + 1);
    } else {
      out_ += "<path class=\"" + css + "\" d=\"M" + number(end) + ' ' + number(y + 6) + " l" + number(-9 * sign) +
              " -4.5 l0 9 z\"/>\n";
    }
    std::string words = arrow.label;
    if (arrow.folded > 0) words += " ×" + std::to_string(arrow.folded + 1);
    if (arrow.retransmission) words += " again";
    text("label", (from + to) / 2, y - 1, words);
    out_ += "</g>\n";
  }

  void draw(const Remark& remark, double y) {
    out_ += "<g>\n";
    time(remark.at, y);
    const bool act = remark.kind == Note::Kind::Act;
    const double words = 3.8 * static_cast<double>(remark.text.size()) + 14;
    const double middle = (x_of(remark.from) + x_of(remark.to)) / 2;
    const double half = std::max(words, (x_of(remark.to) - x_of(remark.from)) / 2);
    box(act ? "act" : "band", middle - half, y - 8, 2 * half, 22, act ? 11 : 3);
    text(act ? "act-text" : "band-text", middle, y + 7, remark.text);
    out_ += "</g>\n";
  }

  void time(Duration at, double y) {
    const auto ms = std::chrono::duration_cast<milliseconds>(at).count();
    text("time", 58, y + 3, std::to_string(ms / 1000) + '.' + std::to_string(1000 + ms % 1000).substr(1));
  }

  const Ladder& ladder_;
  std::string out_;
};

}  // namespace

std::string to_svg(const Ladder& ladder) { return SvgLadder(ladder).write(); }

std::string to_html(const Ladder& ladder) {
  return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
         "content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\"><title>" +
         escape(ladder.title) +
         "</title><style>body{margin:24px}svg{max-width:100%;height:auto}</style></head><body>\n" + to_svg(ladder) +
         "</body></html>\n";
}

}  // namespace offhook::flow
