// Message::parse: one pass from start line to body. Line ends and colons are found with memchr; nothing is copied and,
// up to 32 header fields, nothing allocated. RFC 3261 §7, §18.3, §25.
#include <cstring>

#include "scan.hpp"
#include "sip/header/cseq.hpp"
#include "sip/message.hpp"

namespace offhook::sip {
namespace {

// The version that a start line must name to be SIP at all: SIP/1*DIGIT.1*DIGIT. Which one is check_request's question
// (505).
bool is_sip_version(std::string_view s) {
  if (s == "SIP/2.0") return true;
  if (s.size() < 7 || !iequals(s.substr(0, 4), "SIP/")) return false;
  Cursor cursor(s.substr(4));
  const auto major = cursor.take_while(is_digit);
  const bool dot = cursor.take('.');
  const auto minor = cursor.take_while(is_digit);
  return !major.empty() && dot && !minor.empty() && cursor.done();
}

}  // namespace

class Parser {
 public:
  Parser(Message& out, const Limits& limits) : out_(out), limits_(limits) {}

  // False: error() says why.
  bool run(std::string bytes) {
    if (bytes.size() > std::min<std::size_t>(limits_.message, UINT32_MAX / 2))
      return failure("message too large", limits_.message);
    // CRLFs before the start line are no part of the message (§7.5). Dropping them here keeps every offset from the
    // start line.
    const std::size_t first = bytes.find_first_not_of("\r\n");
    if (first == std::string::npos) return failure("empty message", 0);
    if (first != 0) bytes.erase(0, first);
    out_.buffer_ = std::move(bytes);
    begin_ = out_.buffer_.data();
    end_ = begin_ + out_.buffer_.size();
    if (start_line() && fields() && body()) return true;
    error_.offset += static_cast<std::uint32_t>(first);
    return false;
  }
  [[nodiscard]] const Error& error() const { return error_; }

 private:
  [[gnu::cold]] bool failure(std::string_view text, std::size_t at) {
    error_ = {Module::Sip, static_cast<std::uint32_t>(at), text};
    return false;
  }
  [[nodiscard]] std::uint32_t offset(const char* at) const { return static_cast<std::uint32_t>(at - begin_); }
  static const char* find(const char* from, const char* to, char c) {
    return from == to ? nullptr : static_cast<const char*>(std::memchr(from, c, static_cast<std::size_t>(to - from)));
  }
  // The line without its end. A bare LF ends a line too; a bare CR does not, and refusing it keeps us from reading
  // other lines in a message than the next element would.
  static bool strip_line_end(const char* from, const char*& line_feed) {
    const char* carriage_return = find(from, line_feed, '\r');
    if (carriage_return == nullptr) return true;
    if (carriage_return + 1 != line_feed) return false;
    line_feed = carriage_return;
    return true;
  }

  bool start_line() {
    const char* line_feed = find(begin_, end_, '\n');
    if (line_feed == nullptr) return failure("start line does not end", 0);
    at_ = line_feed + 1;
    if (!strip_line_end(begin_, line_feed)) return failure("CR in the start line", 0);
    out_.start_line_size_ = offset(line_feed);
    const std::string_view line(begin_, out_.start_line_size_);
    return line.size() >= 4 && iequals(line.substr(0, 4), "SIP/") ? status_line(line) : request_line(line);
  }

  void part(std::uint32_t (&where)[2], std::string_view text) {
    where[0] = offset(text.data());
    where[1] = static_cast<std::uint32_t>(text.size());
  }

  // Method SP Request-URI SP SIP-Version, exactly one SP each.
  bool request_line(std::string_view line) {
    const std::size_t first = line.find(' ');
    const std::size_t second = first == std::string_view::npos ? first : line.find(' ', first + 1);
    if (second == std::string_view::npos) return failure("request line has no three parts", line.size());
    const auto method = line.substr(0, first);
    const auto uri = line.substr(first + 1, second - first - 1);
    const auto version = line.substr(second + 1);
    out_.method_ = method_of(method);
    if (out_.method_ == Method::Unknown && !is_token(method)) return failure("method is no token", 0);
    if (uri.empty()) return failure("empty Request-URI", first + 1);
    if (!is_sip_version(version)) return failure("no SIP version at the end of the request line", second + 1);
    part(out_.part_[0], method);
    part(out_.part_[1], uri);
    part(out_.version_, version);
    return true;
  }

  // SIP-Version SP 3DIGIT SP Reason-Phrase; a missing SP before an empty phrase is let through.
  bool status_line(std::string_view line) {
    const std::size_t first = std::min(line.find(' '), line.size());
    const auto version = line.substr(0, first);
    if (!is_sip_version(version)) return failure("bad SIP version", 0);
    const auto code = line.substr(std::min(first + 1, line.size()));
    const bool three = code.size() >= 3 && is_digit(code[0]) && is_digit(code[1]) && is_digit(code[2]);
    if (!three || (code.size() > 3 && code[3] != ' ')) return failure("status code is not three digits", first);
    out_.status_ = (code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0');
    if (out_.status_ < 100 || out_.status_ > 699) return failure("status code out of range", first + 1);
    part(out_.part_[0], version);
    part(out_.version_, version);
    part(out_.part_[1], code.substr(std::min<std::size_t>(4, code.size())));
    return true;
  }

  bool fields() {
    while (at_ != end_ && *at_ != '\n' && !(*at_ == '\r' && at_ + 1 != end_ && at_[1] == '\n')) {
      if (!field()) return false;
    }
    if (at_ == end_) return failure("no empty line behind the header", out_.buffer_.size());
    out_.headers_end_ = offset(at_);
    at_ += *at_ == '\r' ? 2 : 1;
    out_.body_ = offset(at_);
    return true;
  }

  bool field() {
    const char* const name = at_;
    const char* stop = find(name, end_, '\n');
    if (stop == nullptr) return failure("header line does not end", offset(name));
    const char* const colon = find(name, stop, ':');
    if (colon == nullptr) return failure("header line without a colon", offset(name));
    at_ = stop + 1;
    if (!strip_line_end(name, stop)) return failure("CR in a header line", offset(name));
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\t')) {
      const char* const fold = at_;
      stop = find(fold, end_, '\n');
      if (stop == nullptr) return failure("header line does not end", offset(fold));
      at_ = stop + 1;
      if (!strip_line_end(fold, stop)) return failure("CR in a header line", offset(fold));
    }
    const char* name_end = colon;
    while (name_end != name && (name_end[-1] == ' ' || name_end[-1] == '\t')) --name_end;
    const char* value = colon + 1;
    while (value < stop && is_space(*value)) ++value;
    while (stop > value && is_space(stop[-1])) --stop;
    if (stop < value) stop = value;
    return add({name, static_cast<std::size_t>(name_end - name)}, {value, static_cast<std::size_t>(stop - value)});
  }

  bool add(std::string_view name, std::string_view value) {
    const HeaderId id = header_id(name);
    // A known name needs no look at its characters.
    if (id == HeaderId::Other && (!is_token(name) || name.size() > UINT16_MAX))
      return failure("header name is no token", offset(name.data()));
    if (value.size() > limits_.header_length) return failure("header value too long", offset(value.data()));
    if (out_.count_ >= limits_.headers) return failure("too many header fields", offset(name.data()));
    if (id == HeaderId::ContentLength) {
      if (length_) return failure("Content-Length twice", offset(value.data()));
      length_ = parse_number<std::uint32_t>(value);
      if (!length_) return failure("bad Content-Length", offset(value.data()));
    }
    if (id == HeaderId::CSeq && out_.status_ != 0 && out_.method_ == Method::Unknown) {
      if (const auto cseq = CSeq::parse(value)) out_.method_ = method_of(cseq->method);
    }
    const Message::Slot slot{offset(name.data()), offset(value.data()), static_cast<std::uint32_t>(value.size()),
                             static_cast<std::uint16_t>(name.size()), id};
    if (out_.count_ < Message::kInline)
      out_.inline_.data()[out_.count_] = slot;
    else
      out_.more_.push_back(slot);
    ++out_.count_;
    return true;
  }

  // As a datagram: what is behind the body is dropped, a body that is not all there is an error (§18.3).
  bool body() {
    if (!length_) return true;
    if (*length_ > static_cast<std::size_t>(end_ - at_))
      return failure("Content-Length larger than the message", out_.body_);
    out_.buffer_.resize(std::size_t{out_.body_} + *length_);
    return true;
  }

  Message& out_;
  const Limits& limits_;
  const char* begin_ = nullptr;
  const char* end_ = nullptr;
  const char* at_ = nullptr;
  std::optional<std::uint32_t> length_;
  Error error_;
};

Result<Message> Message::parse(std::string bytes, const Limits& limits) {
  Result<Message> result;  // filled in place: a Message is big enough that a move shows
  if (Parser parser(*result, limits); !parser.run(std::move(bytes))) result = tl::unexpected(parser.error());
  return result;
}

}  // namespace offhook::sip
