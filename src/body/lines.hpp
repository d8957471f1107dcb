// Lines of header fields in the text bodies: RFC 3261 §7.3.1 as RFC 3420 and RFC 3842 borrow it.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace offhook::body {

struct Field {
  std::string_view name;
  std::string value;       // folds made one space, trimmed
  std::size_t offset = 0;  // of the line in the text
};

class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}

  [[nodiscard]] std::size_t offset() const { return at_; }
  [[nodiscard]] bool done() const { return at_ >= text_.size(); }
  [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }
  // The next line without its CRLF or LF; at the end "".
  std::string_view line() {
    const std::size_t end = text_.find('\n', at_);
    std::string_view found = text_.substr(at_, end == std::string_view::npos ? end : end - at_);
    at_ = end == std::string_view::npos ? text_.size() : end + 1;
    if (found.ends_with('\r')) found.remove_suffix(1);
    return found;
  }
  // An empty line is taken, if it is there.
  bool blank() {
    if (!rest().starts_with("\n") && !rest().starts_with("\r\n")) return false;
    line();
    return true;
  }
  // name HCOLON value, with the lines that continue it; nothing when the line is none of that.
  std::optional<Field> field();

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

// token, RFC 3261 §25.1
[[nodiscard]] bool is_token(std::string_view text);
// A value that cannot begin another line.
[[nodiscard]] std::string one_line(std::string_view value);

}  // namespace offhook::body
