// A SIP message is its bytes: one buffer, and an index of where its parts lie. RFC 3261 §7, §25.
//
// parse() finds the start line, every header field and the body; it decodes no header value. Typed values come from the
// parsers in sip/header/*.hpp, on demand, as views into the buffer. Views stay good as long as the message lives and is
// not moved from or assigned to; asking a temporary message for a view does not compile.
//
// Values may contain folds (CRLF followed by white space): every typed parser takes them as white space.
#pragma once
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sip/header_id.hpp"
#include "sip/header_index.hpp"
#include "sip/method.hpp"

namespace offhook::sip {

struct Limits {
  std::size_t message = 65535;        // bytes
  std::size_t headers = 256;          // header fields
  std::size_t header_length = 16384;  // bytes of one value
};

// Which limit an error of parse() speaks of; nothing when it is none of them.
enum class Limit : std::uint8_t { Message, Headers, HeaderLength };
inline constexpr std::size_t kLimits = 3;
[[nodiscard]] std::optional<Limit> limit_of(const Error& error);

struct HeaderField {
  HeaderId id = HeaderId::Other;
  std::string_view name;   // as written, perhaps compact
  std::string_view value;  // without white space at the ends
};

class ValueRange;

class Message {
 public:
  // A whole message as one datagram: what follows Content-Length is cut off (§18.3); a body that is shorter is an
  // error. Errors: start line, header syntax, limits, Content-Length (bad, twice, too long). `bytes` is consumed.
  [[nodiscard]] static Result<Message> parse(std::string bytes, const Limits& limits = {});

  // The same for bytes that are still wanted when they are no message (to answer them): an error leaves them in
  // `bytes`, without line ends before the start line.
  [[nodiscard]] static Result<Message> take(std::string& bytes, const Limits& limits = {});
  // The same into an empty message, where it shall stay; on an error `into` is of no use any more.
  [[nodiscard]] static Result<void> take(std::string& bytes, Message& into, const Limits& limits = {});

  Message() noexcept {}  // not defaulted: the index would be cleared, which nobody needs

  // Puts `with` in the place of `part`, a view into the value of a header field or into the Request-URI (an empty one
  // inserts). The index moves along, nothing is read again; views into the message end to be good. CR and LF in `with`
  // become spaces.
  void splice(std::string_view part, std::string_view with);

  [[nodiscard]] bool is_request() const { return status_ == 0; }
  [[nodiscard]] bool is_response() const { return status_ != 0; }
  // Of the start line; for a response that of its CSeq (Unknown when there is none).
  [[nodiscard]] Method method() const { return method_; }
  [[nodiscard]] std::string_view method_text() const&;
  [[nodiscard]] std::string_view request_uri() const&;  // "" for a response
  [[nodiscard]] int status() const { return status_; }  // 100..699; 0 for a request
  [[nodiscard]] std::string_view reason() const&;
  [[nodiscard]] std::string_view version() const&;     // "SIP/2.0", or what stood there
  [[nodiscard]] std::string_view start_line() const&;  // without CRLF
  [[nodiscard]] std::string_view body() const&;
  [[nodiscard]] std::string_view bytes() const& { return buffer_; }
  [[nodiscard]] std::string release() && { return std::move(buffer_); }

  [[nodiscard]] std::size_t header_count() const { return index_.size(); }
  [[nodiscard]] HeaderField header(std::size_t index) const&;
  // Value of the first field of that kind (not split at commas).
  [[nodiscard]] std::optional<std::string_view> find(HeaderId id) const&;
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const&;  // for Other; case-insensitive
  [[nodiscard]] std::size_t count(HeaderId id) const;                                // fields, not list elements
  // All elements of all fields of that kind in order, split at top-level commas: for (std::string_view v :
  // m.values(id)). Fields whose commas separate nothing (is_list() is false: challenges, credentials, Date) give one
  // element each.
  [[nodiscard]] ValueRange values(HeaderId id) const&;
  // First element of values(id).
  [[nodiscard]] std::optional<std::string_view> top(HeaderId id) const&;

  // What every layer asks for; "" when the field or parameter is missing or does not parse.
  [[nodiscard]] std::string_view call_id() const&;
  [[nodiscard]] std::string_view from_tag() const&;
  [[nodiscard]] std::string_view to_tag() const&;
  // 0 when missing or bad (a CSeq of 0 is legal but nobody begins there; check_request tells them apart).
  [[nodiscard]] std::uint32_t cseq() const;

  std::string_view method_text() && = delete;
  std::string_view request_uri() && = delete;
  std::string_view reason() && = delete;
  std::string_view version() && = delete;
  std::string_view start_line() && = delete;
  std::string_view body() && = delete;
  std::string_view bytes() && = delete;
  HeaderField header(std::size_t) && = delete;
  std::optional<std::string_view> find(HeaderId) && = delete;
  std::optional<std::string_view> find(std::string_view) && = delete;
  ValueRange values(HeaderId) && = delete;
  std::optional<std::string_view> top(HeaderId) && = delete;
  std::string_view call_id() && = delete;
  std::string_view from_tag() && = delete;
  std::string_view to_tag() && = delete;

 private:
  friend class Builder;
  friend class Edit;
  friend class Parser;
  friend class ValueRange;
  [[nodiscard]] std::string_view slice(std::uint32_t at, std::uint32_t size) const {
    return {buffer_.data() + at, size};
  }
  [[nodiscard]] std::string_view value(std::size_t index) const {
    return slice(index_[index].value, index_[index].value_size);
  }

  std::string buffer_;
  HeaderIndex index_;
  std::uint32_t start_line_size_ = 0, headers_end_ = 0, body_ = 0;
  std::uint32_t part_[2][2] = {};  // method and Request-URI, or version and reason: offset, size
  std::uint32_t version_[2] = {};
  int status_ = 0;
  Method method_ = Method::Unknown;
};

// Splits one field value at its top-level commas: quoted strings, <…> and comments do not split. Elements are trimmed;
// empty ones skipped.
class CommaSplitter {
 public:
  explicit CommaSplitter(std::string_view value) : rest_(value) {}
  [[nodiscard]] std::optional<std::string_view> next();
  [[nodiscard]] bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

// Input range over the elements of all fields of one kind.
class ValueRange {
 public:
  class iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = std::string_view;
    using difference_type = std::ptrdiff_t;
    using pointer = const std::string_view*;
    using reference = std::string_view;
    iterator() = default;
    iterator(const Message* message, HeaderId id);
    std::string_view operator*() const { return value_; }
    iterator& operator++();
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return message_ == nullptr; }

   private:
    void advance();
    const Message* message_ = nullptr;
    HeaderId id_{};
    std::size_t field_ = HeaderIndex::kNone;  // the next one to be split
    CommaSplitter splitter_{{}};
    std::string_view value_;
  };
  ValueRange(const Message& message, HeaderId id) : message_(&message), id_(id) {}
  [[nodiscard]] iterator begin() const { return {message_, id_}; }
  [[nodiscard]] std::default_sentinel_t end() const { return {}; }

 private:
  const Message* message_;
  HeaderId id_;
};

}  // namespace offhook::sip
