// generic-param lists: *( SEMI token [ EQUAL ( token / host / quoted-string ) ] ). RFC 3261 §25.1.
// A view; `text` begins at the first ';' or is empty. Names compare case-insensitively.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::sip {

struct Param {
  std::string_view name;
  std::optional<std::string_view> value;  // raw: a quoted-string keeps its quotes; nothing for a flag
};

class Params {
 public:
  Params() = default;
  explicit Params(std::string_view text) : text_(text) {}
  // For a parser that has seen the list already: marks (bit n is octet n) of every ';' and '=' in it. It has neither
  // white space nor quotes, is at most 63 octets and well formed.
  Params(std::string_view text, std::uint64_t semicolons, std::uint64_t equals)
      : text_(text), semicolons_(semicolons), equals_(equals) {}

  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] bool has(std::string_view name) const;
  // Value without quotes around it (escapes untouched); nothing when absent; "" for a flag.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
  // Iteration: takes the next parameter off `rest` (start with text()); nothing at the end.
  [[nodiscard]] static std::optional<Param> next(std::string_view& rest);
  // True when the list is well formed: no empty names, no empty values, quotes balanced.
  [[nodiscard]] bool well_formed() const;

 private:
  friend class ParamReader;
  [[nodiscard]] const char* find_marked(std::string_view name) const;
  std::string_view text_;
  std::uint64_t semicolons_ = 0, equals_ = 0;  // 0: not looked at
};

// Takes the parameters of a list off one after the other, and knows at the end whether the list was well formed. Lists
// without quotes, white space and faults (nearly all) are read by the marks of their separators, up to 63 octets at a
// time.
class ParamReader {
 public:
  explicit ParamReader(const Params& params)
      : text_(params.text_),
        at_(text_.data()),
        end_(at_ + text_.size()),
        stop_(end_),
        semicolons_(params.semicolons_),
        equals_(params.equals_) {
    if (semicolons_ == 0 && at_ != end_) mark();
  }
  // False at the end. What is broken is passed over.
  bool next(Param& out) {
    if (!plain_) return next_slow(out);
    return next_marked(out) || (stop_ != end_ && next_window(out));
  }
  // Once next() was false.
  [[nodiscard]] bool well_formed() const { return strict_; }
  // Looks whether the list is well formed, before next(): what has marks is, the rest is walked.
  [[nodiscard]] bool check() const;
  // The list as Params that need not be looked at again.
  [[nodiscard]] Params params() const {
    return plain_ && stop_ == end_ && at_ == text_.data() ? Params(text_, semicolons_, equals_) : Params(text_);
  }

 private:
  bool next_marked(Param& out) {
    if (semicolons_ == 0) return false;
    const auto name = static_cast<std::size_t>(__builtin_ctzll(semicolons_)) + 1;
    semicolons_ &= semicolons_ - 1;
    const auto size = static_cast<std::size_t>(stop_ - at_);
    const std::size_t stop = semicolons_ == 0 ? size : static_cast<std::size_t>(__builtin_ctzll(semicolons_));
    // `name` is less than 64: a parameter has an octet behind its semicolon.
    const std::uint64_t following = equals_ >> name;
    const std::size_t equal = following == 0 ? stop : name + static_cast<std::size_t>(__builtin_ctzll(following));
    if (equal < stop) {
      out.name = {at_ + name, equal - name};
      out.value = std::string_view(at_ + equal + 1, stop - equal - 1);
    } else {
      out.name = {at_ + name, stop - name};
      out.value.reset();
    }
    return true;
  }
  bool next_slow(Param& out);
  bool next_window(Param& out);
  void mark();

  std::string_view text_;
  const char* at_;
  const char* end_;
  const char* stop_;  // where what is marked ends: at the end of the list, or at a ';'
  std::uint64_t semicolons_ = 0, equals_ = 0;
  bool plain_ = true, strict_ = true;
};

// Content of a quoted-string, its escapes taken away; anything else as it is.
[[nodiscard]] std::string unquote(std::string_view text);
// The same for what stood between the quotes.
[[nodiscard]] std::string unescape_quoted(std::string_view content);
// A quoted-string with " and \ escaped.
[[nodiscard]] std::string quote(std::string_view text);

}  // namespace offhook::sip
