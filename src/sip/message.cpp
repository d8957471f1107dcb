#include "sip/message.hpp"

#include <algorithm>
#include <cassert>

#include "scan.hpp"
#include "sip/header/cseq.hpp"
#include "sip/header/name_addr.hpp"

namespace offhook::sip {
namespace {

std::string_view tag_of(std::optional<std::string_view> value) {
  if (!value) return {};
  const auto address = NameAddr::parse(*value);
  return address ? address->tag() : std::string_view{};
}

}  // namespace

std::string_view Message::method_text() const& {
  if (is_request()) return slice(part_[0][0], part_[0][1]);
  const auto value = find(HeaderId::CSeq);
  const auto parsed = value ? CSeq::parse(*value) : fail(Module::Sip, "no CSeq");
  return parsed ? parsed->method : std::string_view{};
}
std::string_view Message::request_uri() const& {
  return is_request() ? slice(part_[1][0], part_[1][1]) : std::string_view{};
}
std::string_view Message::reason() const& {
  return is_response() ? slice(part_[1][0], part_[1][1]) : std::string_view{};
}
std::string_view Message::version() const& { return slice(version_[0], version_[1]); }
std::string_view Message::start_line() const& { return slice(0, start_line_size_); }
std::string_view Message::body() const& { return std::string_view(buffer_).substr(body_); }

HeaderField Message::header(std::size_t index) const& {
  const HeaderIndex::Slot& s = index_[index];
  return {s.id, slice(s.name, s.name_size), slice(s.value, s.value_size)};
}

std::optional<std::string_view> Message::find(HeaderId id) const& {
  const std::size_t first = index_.first(id);
  return first == HeaderIndex::kNone ? std::nullopt : std::optional(value(first));
}

std::optional<std::string_view> Message::find(std::string_view name) const& {
  if (const HeaderId id = header_id(name); id != HeaderId::Other) return find(id);
  for (std::size_t i = index_.first(HeaderId::Other); i != HeaderIndex::kNone; i = index_.next(i))
    if (iequals(header(i).name, name)) return value(i);
  return std::nullopt;
}

std::size_t Message::count(HeaderId id) const {
  std::size_t n = 0;
  for (std::size_t i = index_.first(id); i != HeaderIndex::kNone; i = index_.next(i)) ++n;
  return n;
}

void Message::splice(std::string_view part, std::string_view with) {
  const auto at = static_cast<std::size_t>(part.data() - buffer_.data());
  assert(at + part.size() <= headers_end_);
  const auto end = static_cast<std::uint32_t>(at + part.size());
  const bool has_line_end = with.find('\r') != std::string_view::npos || with.find('\n') != std::string_view::npos;
  buffer_.replace(at, part.size(), with);
  if (has_line_end)
    std::replace_if(
        buffer_.begin() + static_cast<std::ptrdiff_t>(at),
        buffer_.begin() + static_cast<std::ptrdiff_t>(at + with.size()), [](char c) { return c == '\r' || c == '\n'; },
        ' ');
  const auto by = static_cast<std::uint32_t>(with.size() - part.size());  // modulo 2^32, as are the sums
  if (end <= start_line_size_) {
    auto& [uri, size] = part_[1];
    if (version_[0] >= end) version_[0] += by;
    if (uri + size >= end) size += by;
    start_line_size_ += by;
  }
  index_.shift(end, by);
  headers_end_ += by;
  body_ += by;
}

ValueRange Message::values(HeaderId id) const& { return {*this, id}; }

std::optional<std::string_view> Message::top(HeaderId id) const& {
  const auto first = values(id).begin();
  if (first == std::default_sentinel) return std::nullopt;
  return *first;
}

std::string_view Message::call_id() const& { return find(HeaderId::CallId).value_or(std::string_view{}); }
std::string_view Message::from_tag() const& { return tag_of(find(HeaderId::From)); }
std::string_view Message::to_tag() const& { return tag_of(find(HeaderId::To)); }

std::uint32_t Message::cseq() const {
  const auto value = find(HeaderId::CSeq);
  if (!value) return 0;
  const auto parsed = CSeq::parse(*value);
  return parsed ? parsed->number : 0;
}

namespace {

// Where the element at the front of `value` ends: at its first top-level comma, or at the end.
std::size_t element_end(std::string_view value) {
  int comment = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    if (comment > 0) {
      if (c == '\\') ++i;
      comment += c == '(' ? 1 : c == ')' ? -1 : 0;
    } else if (c == ',') {
      return i;
    } else if (c == '"') {
      const std::size_t n = quoted_length(value.substr(i));
      if (n == 0) return value.size();
      i += n - 1;
    } else if (c == '<') {
      // A URI in brackets may hold commas, and quotes that mean nothing there.
      const std::size_t close = value.find('>', i);
      if (close == std::string_view::npos) return value.size();
      i = close;
    } else if (c == '(') {
      comment = 1;
    }
  }
  return value.size();
}

}  // namespace

std::optional<std::string_view> CommaSplitter::next() {
  while (!rest_.empty()) {
    const std::size_t end = element_end(rest_);
    const std::string_view element = trim(rest_.substr(0, end));
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    if (!element.empty()) return element;
  }
  return std::nullopt;
}

ValueRange::iterator::iterator(const Message* message, HeaderId id)
    : message_(message), id_(id), field_(message->index_.first(id)) {
  if (field_ == HeaderIndex::kNone)
    message_ = nullptr;
  else
    advance();
}

ValueRange::iterator& ValueRange::iterator::operator++() {
  if (field_ == HeaderIndex::kNone && splitter_.done())
    message_ = nullptr;
  else
    advance();
  return *this;
}

void ValueRange::iterator::advance() {
  for (;;) {
    if (!splitter_.done()) {
      if (const auto element = splitter_.next()) {
        value_ = *element;
        return;
      }
    }
    if (field_ == HeaderIndex::kNone) {
      message_ = nullptr;
      return;
    }
    const std::string_view value = message_->value(field_);
    field_ = message_->index_.next(field_);
    // Most values hold one element. Challenges, dates and the like hold commas that separate nothing (§7.3.1).
    const char* const end = value.data() + value.size();
    if (find_stop<AnyOf<','>>(value.data(), value.data(), end) != end && is_list(id_)) {
      splitter_ = CommaSplitter(value);
    } else if (!value.empty()) {
      value_ = value;
      return;
    }
  }
}

}  // namespace offhook::sip
