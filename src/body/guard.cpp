#include "guard.hpp"

#include <algorithm>
#include <vector>

#include "base/ascii.hpp"
#include "chars.hpp"

namespace offhook::body::xml {
namespace {

// ASCII part of NameChar (XML 1.0 §2.3); what is beyond ASCII is let through.
bool is_name_char(char c) {
  return is_alpha(c) || is_digit(c) || c == '_' || c == '-' || c == '.' || c == ':' || static_cast<signed char>(c) < 0;
}

// A QName: one colon at most, and not at an end (Namespaces in XML §4).
bool is_name(std::string_view name) {
  if (name.empty() || is_digit(name.front()) || name.front() == '-' || name.front() == '.') return false;
  const auto colon = name.find(':');
  if (colon == std::string_view::npos) return true;
  const std::string_view local = name.substr(colon + 1);
  return colon != 0 && local.find(':') == std::string_view::npos && is_name(local);
}

class Guard {
 public:
  Guard(std::string_view text, const Limits& limits) : text_(text), limits_(limits) {}

  std::optional<Error> run() {
    if (text_.size() > limits_.bytes) return Error{Module::Body, 0, "the body is too long"};
    if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;
    if (!characters() || !declaration()) return error_;
    while (at_ < text_.size())
      if (!(text_[at_] == '<' ? markup() : content())) return error_;
    if (!seen_root_) wrong("no element");
    if (depth_ != 0) wrong("an element is not closed");
    return error_;
  }

 private:
  bool wrong(std::string_view what) {
    if (!error_) error_ = Error{Module::Body, static_cast<std::uint32_t>(std::min(at_, text_.size())), what};
    return false;
  }
  [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }
  [[nodiscard]] bool at(char c) const { return at_ < text_.size() && text_[at_] == c; }
  bool skip_space() {
    const std::size_t before = at_;
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    return at_ != before;
  }
  // Behind the next `end`.
  bool skip_past(std::string_view end, std::string_view otherwise) {
    const auto found = text_.find(end, at_);
    if (found == std::string_view::npos) return wrong(otherwise);
    at_ = found + end.size();
    return true;
  }
  std::string_view take_name() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_name_char(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  bool characters() {
    for (std::size_t i = at_; i < text_.size();) {
      const std::size_t size = char_length(text_.substr(i));
      if (size == 0) {
        at_ = i;
        return wrong("not a character of XML in UTF-8");
      }
      i += size;
    }
    return true;
  }

  // <?xml version="1.0" encoding="UTF-8"?>: every format of this module must be in UTF-8, of which US-ASCII is a part.
  bool declaration() {
    if (!rest().starts_with("<?xml") || rest().size() < 6 || !is_space(rest()[5])) return true;
    const auto end = rest().find("?>");
    if (end == std::string_view::npos) return wrong("an XML declaration is not closed");
    const std::string_view inside = rest().substr(0, end);
    if (const auto name = inside.find("encoding"); name != std::string_view::npos) {
      std::string_view value = trim(inside.substr(name + 8));
      value = value.starts_with('=') ? trim(value.substr(1)) : std::string_view{};
      if (value.empty() || (value.front() != '"' && value.front() != '\'')) return wrong("a bad XML declaration");
      value = value.substr(1, value.find(value.front(), 1) - 1);
      if (!iequals(value, "UTF-8") && !iequals(value, "US-ASCII")) return wrong("an encoding that is not UTF-8");
    }
    at_ += end + 2;
    return true;
  }

  // Character data up to the next tag.
  bool content() {
    const std::size_t end = std::min(text_.find('<', at_), text_.size());
    while (at_ < end) {
      if (depth_ == 0 && !is_space(text_[at_])) return wrong("text outside the document's element");
      if (text_[at_] == '&' ? !reference() : (++at_, false)) return false;
    }
    return true;
  }

  // &name; or &#number; (XML 1.0 §4.1, §4.6).
  bool reference() {
    const auto end = text_.substr(at_, 12).find(';');
    if (end == std::string_view::npos) return wrong("a bad reference");
    std::string_view name = text_.substr(at_ + 1, end - 1);
    if (name.starts_with('#')) {
      name.remove_prefix(1);
      const int base = name.starts_with('x') ? 16 : 10;
      if (base == 16) name.remove_prefix(1);
      std::uint32_t c = 0;
      const auto [stop, error] = std::from_chars(name.data(), name.data() + name.size(), c, base);
      if (error != std::errc{} || stop != name.data() + name.size() || !is_char(c))
        return wrong("a bad character reference");
    } else if (name != "lt" && name != "gt" && name != "amp" && name != "quot" && name != "apos") {
      return wrong("a reference to an entity that XML does not predefine");
    }
    at_ += end + 1;
    return true;
  }

  bool markup() {
    if (rest().starts_with("<!--")) return comment();
    if (rest().starts_with("<![CDATA["))
      return depth_ > 0 ? skip_past("]]>", "a CDATA section is not closed") : wrong("text outside the element");
    if (rest().starts_with("<!")) return wrong("a document type declaration is refused");
    if (rest().starts_with("<?")) return instruction();
    return rest().starts_with("</") ? end_tag() : start_tag();
  }

  bool comment() {
    at_ += 4;
    if (!skip_past("--", "a comment is not closed")) return false;
    if (!at('>')) return wrong("-- inside a comment");
    ++at_;
    return true;
  }

  bool instruction() {
    at_ += 2;
    const std::string_view target = take_name();
    if (!is_name(target) || iequals(target, "xml")) return wrong("a bad processing instruction");
    return skip_past("?>", "a processing instruction is not closed");
  }

  bool end_tag() {
    if (depth_ == 0) return wrong("an end tag without its start");
    at_ += 2;
    if (!is_name(take_name())) return wrong("a bad name");
    skip_space();
    if (!at('>')) return wrong("an end tag is not closed");
    ++at_;
    --depth_;
    return true;
  }

  bool start_tag() {
    if (depth_ == 0 && seen_root_) return wrong("a second element at the top");
    seen_root_ = true;
    if (++elements_ > limits_.elements) return wrong("too many elements");
    if (++depth_ > limits_.depth) return wrong("elements too deep");
    ++at_;
    if (!is_name(take_name())) return wrong("a bad name");
    names_.clear();
    for (;;) {
      const bool spaced = skip_space();
      if (at('>')) return ++at_, true;
      if (rest().starts_with("/>")) return at_ += 2, --depth_, true;
      if (!spaced) return wrong("a start tag is not closed");
      if (!attribute()) return false;
    }
  }

  bool attribute() {
    const std::string_view name = take_name();
    if (!is_name(name)) return wrong("a bad attribute");
    if (std::find(names_.begin(), names_.end(), name) != names_.end()) return wrong("an attribute stands twice");
    if (names_.size() == limits_.attributes) return wrong("too many attributes");
    names_.push_back(name);
    skip_space();
    if (!at('=')) return wrong("an attribute without a value");
    ++at_;
    skip_space();
    if (!at('"') && !at('\'')) return wrong("an attribute without quotes");
    const char quote = text_[at_++];
    while (!at(quote)) {
      if (at_ >= text_.size() || text_[at_] == '<') return wrong("an attribute is not closed");
      if (text_[at_] == '&' ? !reference() : (++at_, false)) return false;
    }
    ++at_;
    return true;
  }

  std::string_view text_;
  const Limits& limits_;
  std::size_t at_ = 0, depth_ = 0, elements_ = 0;
  bool seen_root_ = false;
  std::vector<std::string_view> names_;  // attributes of the tag at hand
  std::optional<Error> error_;
};

}  // namespace

std::optional<Error> guard(std::string_view text, const Limits& limits) { return Guard(text, limits).run(); }

}  // namespace offhook::body::xml
