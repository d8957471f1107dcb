// A session description (RFC 8866): one text, and an index of where its lines lie.
//
//   session = v o s [i] [u] *e *p [c] *b 1*(t *r [z]) [k] *a *media        media = m [i] *c *b [k] *a
//
// parse() finds the lines and checks those that everything stands on (v o s c t m); the typed value of a line comes on
// demand, as views into the text, which must outlive all of them. parse() refuses a temporary std::string. A section
// or a medium is also a view of its description, which must stay where it is.
//
// Nothing is lost: text() is what was read, to the byte, with lines and attributes that nobody knows. Lenient where the
// field is: LF line ends, no final line end, no t= line, any order after o=, several spaces. RFC 8866 §5 would have us
// ignore a whole description for a line of unknown type. sdp/conformance.hpp is the strict judge.
#pragma once
#include <concepts>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sdp/codec.hpp"
#include "sdp/inline_list.hpp"
#include "sdp/lines.hpp"

namespace offhook::sdp {

struct Limits {
  std::size_t bytes = 16 * 1024;  // 65,535 at most
  std::size_t lines = 512;
  std::size_t media = 16;
  std::size_t formats = 64;  // of one m= line
};

struct Line {
  char type = 0;
  std::string_view value;
  std::size_t offset = 0;  // of the value in the text; the line begins two bytes before
  friend bool operator==(const Line&, const Line&) = default;
};

struct Attribute {
  std::string_view name;
  std::string_view value;
  bool has_value = false;  // "a=x:" has one, "a=x" has none
  std::size_t offset = 0;  // of the value in the text, or of where it would stand
  friend bool operator==(const Attribute&, const Attribute&) = default;
};

// Where one line lies in the text.
struct LineSlot {
  std::uint16_t start = 0;  // of its letter
  std::uint16_t size = 0;   // with letter and "=", without line end
  char type = 0;
};

// The lines of a section, or those of one type: for (const Line& line : section.lines('b'))
class LineRange {
 public:
  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Line;
    using difference_type = std::ptrdiff_t;
    using pointer = const Line*;
    using reference = Line;
    iterator() = default;
    iterator(const char* text, const LineSlot* at, const LineSlot* end, char type)
        : text_(text), at_(at), end_(end), type_(type) {
      skip();
    }
    Line operator*() const { return {at_->type, {text_ + at_->start + 2, at_->size - 2U}, at_->start + 2U}; }
    iterator& operator++() {
      ++at_;
      skip();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return at_ == end_; }

   private:
    void skip() {
      if (type_ != 0)
        while (at_ != end_ && at_->type != type_) ++at_;
    }
    const char* text_ = nullptr;
    const LineSlot* at_ = nullptr;
    const LineSlot* end_ = nullptr;
    char type_ = 0;
  };
  LineRange(const char* text, const LineSlot* first, const LineSlot* last, char type)
      : text_(text), first_(first), last_(last), type_(type) {}
  [[nodiscard]] iterator begin() const { return {text_, first_, last_, type_}; }
  [[nodiscard]] std::default_sentinel_t end() const { return {}; }

 private:
  const char* text_;
  const LineSlot* first_;
  const LineSlot* last_;
  char type_;
};

// a=<name>[:<value>] of a line's value.
[[nodiscard]] Attribute parse_attribute(const Line& line);
// True when the line is an a= line of that name; names are compared without regard to case.
[[nodiscard]] bool has_name(std::string_view attribute, std::string_view name);

// The attributes of a section, or those of one name.
class AttributeRange {
 public:
  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Attribute;
    using difference_type = std::ptrdiff_t;
    using pointer = const Attribute*;
    using reference = Attribute;
    iterator() = default;
    iterator(LineRange::iterator at, std::string_view name) : at_(at), name_(name) { skip(); }
    Attribute operator*() const { return parse_attribute(*at_); }
    iterator& operator++() {
      ++at_;
      skip();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t end) const { return at_ == end; }

   private:
    void skip() {
      if (name_.empty()) return;
      while (at_ != std::default_sentinel && !has_name((*at_).value, name_)) ++at_;
    }
    LineRange::iterator at_;
    std::string_view name_;
  };
  AttributeRange(LineRange lines, std::string_view name) : lines_(lines), name_(name) {}
  [[nodiscard]] iterator begin() const { return {lines_.begin(), name_}; }
  [[nodiscard]] std::default_sentinel_t end() const { return {}; }

 private:
  LineRange lines_;
  std::string_view name_;
};

// What session and media level have in common: lines in their order.
class Section {
 public:
  Section(const char* text, const LineSlot* first, const LineSlot* last) : text_(text), first_(first), last_(last) {}

  [[nodiscard]] LineRange lines(char type = 0) const { return {text_, first_, last_, type}; }
  [[nodiscard]] std::optional<Line> line(char type) const;  // the first of that type
  [[nodiscard]] AttributeRange attributes(std::string_view name = {}) const { return {lines('a'), name}; }
  [[nodiscard]] std::optional<Attribute> attribute(std::string_view name) const;  // the first of that name
  [[nodiscard]] bool has_attribute(std::string_view name) const { return attribute(name).has_value(); }
  [[nodiscard]] std::optional<Direction> direction() const;
  [[nodiscard]] std::optional<Connection> connection() const;  // the first c= line
  [[nodiscard]] std::string_view verbatim() const;             // from its first line to the end of its last

 protected:
  const char* text_;
  const LineSlot* first_;
  const LineSlot* last_;
};

using CodecList = InlineList<CodecView, 16>;

// One medium: its m= line and what follows up to the next. lines() begins after the m= line.
class Media : public Section, public MediaLine {
 public:
  Media(const MediaLine& m, std::size_t at, const char* text, const LineSlot* first, const LineSlot* last)
      : Section(text, first, last), MediaLine(m), offset(at) {}

  // The codecs of the format list in its order: rtpmap and fmtp, or the static meaning. Formats that neither explains
  // and formats that are no payload type are left out.
  [[nodiscard]] CodecList codecs() const;

  std::size_t offset;  // of the m= line in the text
};

class SessionDescription;

class MediaRange {
 public:
  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Media;
    using difference_type = std::ptrdiff_t;
    using pointer = const Media*;
    using reference = Media;
    iterator() = default;
    iterator(const SessionDescription* description, std::size_t index) : description_(description), index_(index) {}
    Media operator*() const;
    iterator& operator++() {
      ++index_;
      return *this;
    }
    iterator operator++(int) { return {description_, index_++}; }
    bool operator==(const iterator& other) const { return index_ == other.index_; }

   private:
    const SessionDescription* description_ = nullptr;
    std::size_t index_ = 0;
  };
  explicit MediaRange(const SessionDescription& description) : description_(&description) {}
  [[nodiscard]] iterator begin() const { return {description_, 0}; }
  [[nodiscard]] iterator end() const { return {description_, size()}; }
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] Media operator[](std::size_t index) const;

 private:
  const SessionDescription* description_;
};

class SessionDescription {
 public:
  SessionDescription() = default;  // of no text and no lines

  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] Section session() const&;  // the lines before the first m=
  [[nodiscard]] MediaRange media() const& { return MediaRange(*this); }
  Section session() && = delete;
  MediaRange media() && = delete;

  [[nodiscard]] const Origin& origin() const { return origin_; }
  [[nodiscard]] std::string_view name() const;  // s=

  // Media level first, then session level, then sendrecv (RFC 8866 §6.7).
  [[nodiscard]] Direction direction_of(const Media& m) const;
  [[nodiscard]] std::optional<Connection> connection_of(const Media& m) const;

 private:
  friend class Parser;
  friend class MediaRange;
  struct MediaSlot {
    std::string_view type, protocol, formats;
    std::uint16_t port = 0, port_count = 1;
    std::uint16_t line = 0;  // index of the m= line
  };
  std::string_view text_;
  Origin origin_;
  InlineList<LineSlot, 64> lines_;
  InlineList<MediaSlot, 4> media_;
};

[[nodiscard]] Result<SessionDescription> parse(std::string_view text, const Limits& limits = {});
template <std::same_as<std::string> Temporary>
Result<SessionDescription> parse(Temporary&& text, const Limits& limits = {}) = delete;
// What was parsed, to the byte; sdp/writer.hpp makes and changes descriptions.
[[nodiscard]] inline std::string serialize(const SessionDescription& description) {
  return std::string(description.text());
}

}  // namespace offhook::sdp
