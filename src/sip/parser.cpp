// Message::parse: one pass from start line to body, sixteen octets at a time; nothing is copied and, up to 32 header
// fields, nothing allocated. RFC 3261 §7, §18.3, §25.
#include "scan.hpp"
#include "sip/header/cseq.hpp"
#include "sip/message.hpp"

namespace offhook::sip {
namespace {

constexpr std::string_view kMessageTooLarge = "message too large";
constexpr std::string_view kTooManyHeaders = "too many header fields";
constexpr std::string_view kHeaderTooLong = "header value too long";

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

// The line ends of a text one after the other: marks of CR and LF for 64 octets at a time.
class LineEnds {
 public:
  LineEnds(const char* begin, const char* end) : chunk_(begin), end_(end), marks_(marks(begin, end)) {}

  // The next CR or LF; the end when there is none.
  [[gnu::always_inline]] const char* next() {
    while (marks_ == 0) {
      if (end_ - chunk_ <= kChunk) return end_;
      chunk_ += kChunk;
      marks_ = marks(chunk_, end_);
    }
    const char* const found = chunk_ + __builtin_ctzll(marks_);
    marks_ &= marks_ - 1;
    return found;
  }

 private:
  static constexpr std::ptrdiff_t kChunk = 64;
  template <unsigned At>
  [[gnu::always_inline]] static std::uint64_t marks(const char* chunk) {
    const Block block = Block::load(chunk + At);
    return std::uint64_t{(block.equal('\r') | block.equal('\n')).bits()} << At;
  }
  [[gnu::always_inline]] static std::uint64_t marks(const char* chunk, const char* end) {
    if (end - chunk < kChunk) return last_marks(chunk, end);
    return marks<0>(chunk) | marks<16>(chunk) | marks<32>(chunk) | marks<48>(chunk);
  }
  [[gnu::noinline]] static std::uint64_t last_marks(const char* chunk, const char* end) {
    std::uint64_t out = 0;
    for_each_block(chunk, static_cast<std::size_t>(end - chunk), [&out](const Block& block, unsigned shift) {
      out |= std::uint64_t{(block.equal('\r') | block.equal('\n')).bits()} << shift;
    });
    return out;
  }

  const char* chunk_;
  const char* end_;
  std::uint64_t marks_ = 0;
};

constexpr bool is_control_or_space(char c) { return static_cast<unsigned char>(c) <= ' '; }
constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

class Parser {
 public:
  Parser(Message& out, const Limits& limits) : out_(out), limits_(limits) {}

  // False: error() says why, and `bytes` are given back.
  bool run(std::string& bytes) {
    if (bytes.size() > std::min<std::size_t>(limits_.message, UINT32_MAX / 2))
      return failure(kMessageTooLarge, limits_.message);
    // CRLFs before the start line are no part of the message (§7.5). Dropping them here keeps every offset from the
    // start line.
    const std::size_t first = leading_line_ends(bytes);
    if (first == bytes.size()) return failure("empty message", 0);
    if (first != 0) bytes.erase(0, first);
    out_.buffer_.swap(bytes);
    begin_ = at_ = out_.buffer_.data();
    end_ = begin_ + out_.buffer_.size();
    if (start_line() && fields() && body()) return true;
    error_.offset += static_cast<std::uint32_t>(first);
    out_.buffer_.swap(bytes);
    return false;
  }
  [[nodiscard]] const Error& error() const { return error_; }

 private:
  [[gnu::cold, gnu::noinline]] bool failure(std::string_view text, std::size_t at) {
    error_ = {Module::Sip, static_cast<std::uint32_t>(at), text};
    return false;
  }
  [[nodiscard]] std::uint32_t offset(const char* at) const { return static_cast<std::uint32_t>(at - begin_); }
  static std::size_t leading_line_ends(std::string_view bytes) {
    std::size_t n = 0;
    while (n != bytes.size() && (bytes.data()[n] == '\r' || bytes.data()[n] == '\n')) ++n;
    return n;
  }

  // Takes a line off the message: moves `at` behind it and gives its end without CRLF; null when it does not end. A
  // bare LF ends a line too; a bare CR does not, and refusing it keeps us from reading other lines in a message than
  // the next element would. (A string has a zero at its end: one octet behind the last one may be looked at.)
  [[gnu::always_inline]] static const char* take_line(LineEnds& ends, const char*& at, const char* end) {
    const char* const stop = ends.next();
    if (stop == end) return nullptr;
    at = stop + 1;
    if (*stop == '\r') {
      if (*at != '\n') return nullptr;
      ++at;
      (void)ends.next();
    }
    return stop;
  }
  // Why take_line failed for the line that begins at `from`.
  [[gnu::cold, gnu::noinline]] bool no_line(const char* from) {
    if (from == end_) return failure("no empty line behind the header", offset(from));
    const bool ends = std::find(from, end_, '\n') != end_;
    return failure(ends ? "CR inside a line" : "line does not end", offset(from));
  }

  bool start_line() {
    LineEnds ends(begin_, end_);
    const char* const end = take_line(ends, at_, end_);
    if (end == nullptr) return no_line(begin_);
    out_.start_line_size_ = offset(end);
    const std::string_view line(begin_, out_.start_line_size_);
    return line.size() >= 4 && iequals(line.substr(0, 4), "SIP/") ? status_line(line) : request_line(line);
  }

  void part(std::uint32_t (&where)[2], std::string_view text) {
    where[0] = offset(text.data());
    where[1] = static_cast<std::uint32_t>(text.size());
  }

  // Method SP Request-URI SP SIP-Version, exactly one SP each.
  bool request_line(std::string_view line) {
    const char* const end = line.data() + line.size();
    const char* const first = find_stop<AnyOf<' '>>(begin_, begin_, end);
    const char* const second = first == end ? end : find_stop<AnyOf<' '>>(begin_, first + 1, end);
    if (second == end) return failure("request line has no three parts", line.size());
    const auto method = between(begin_, first);
    const auto uri = between(first + 1, second);
    const auto version = between(second + 1, end);
    out_.method_ = method_of(method);
    if (out_.method_ == Method::Unknown && !is_token(method)) return failure("method is no token", 0);
    if (uri.empty()) return failure("empty Request-URI", offset(uri.data()));
    if (!is_sip_version(version)) return failure("no SIP version at the end of the request line", offset(second + 1));
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
    const char* const begin = begin_;
    const char* const end = end_;
    LineEnds ends(at_, end);
    for (const char* at = at_;;) {
      const char* const name = at;
      const char* stop = take_line(ends, at, end);
      if (stop == nullptr) return no_line(name);
      if (stop == name) return header_end(stop, at);
      const char* const colon = find_colon(begin, name, stop, end);
      if (colon == nullptr) return failure("header line without a colon", offset(name));
      while (is_control_or_space(*at) && is_blank(*at)) {  // a fold
        const char* const line = at;
        stop = take_line(ends, at, end);
        if (stop == nullptr) return no_line(line);
      }
      const char* name_end = colon;
      const char* value = colon[1] == ' ' ? colon + 2 : colon + 1;
      if (is_control_or_space(colon[-1]) || is_control_or_space(*value) || is_control_or_space(stop[-1]))
        trim_field(name, name_end, value, stop);
      if (!add(between(name, name_end), between(value, stop))) return false;
    }
  }
  bool header_end(const char* stop, const char* body) {
    out_.headers_end_ = offset(stop);
    at_ = body;
    out_.body_ = offset(body);
    return true;
  }

  // The first colon of the line [from, to); null when there is none. Nearly every name is shorter than a block.
  [[gnu::always_inline]] static const char* find_colon(const char* begin, const char* from, const char* to,
                                                       const char* end) {
    if (end - from >= kBlock) {
      if (const unsigned found = Block::load(from).equal(':').bits(); found != 0) {
        const char* const colon = from + __builtin_ctz(found);
        return colon < to ? colon : nullptr;
      }
    }
    const char* const colon = find_stop<AnyOf<':'>>(begin, from, to);
    return colon == to ? nullptr : colon;
  }

  // White space before the colon and around the value.
  static void trim_field(const char* name, const char*& name_end, const char*& value, const char*& stop) {
    while (name_end != name && is_blank(name_end[-1])) --name_end;
    if (value > stop) value = stop;
    while (value != stop && is_space(*value)) ++value;
    while (stop != value && is_space(stop[-1])) --stop;
  }

  [[gnu::always_inline]] bool add(std::string_view name, std::string_view value) {
    const HeaderId id = header_id(name);
    if (value.size() > limits_.header_length) return failure(kHeaderTooLong, offset(value.data()));
    if (out_.index_.size() >= limits_.headers) return failure(kTooManyHeaders, offset(name.data()));
    if (id == HeaderId::Other || id == HeaderId::ContentLength || id == HeaderId::CSeq)
      if (!look_at(id, name, value)) return false;
    out_.index_.add(offset(name.data()), static_cast<std::uint16_t>(name.size()), offset(value.data()),
                    static_cast<std::uint32_t>(value.size()), id);
    return true;
  }

  // The fields that parsing itself needs, and the names that nobody knows: the characters of a known one need no look.
  bool look_at(HeaderId id, std::string_view name, std::string_view value) {
    if (id == HeaderId::Other)
      return (is_token(name) && name.size() <= UINT16_MAX) || failure("header name is no token", offset(name.data()));
    if (id == HeaderId::ContentLength) {
      if (length_) return failure("Content-Length twice", offset(value.data()));
      length_ = parse_number<std::uint32_t>(value);
      return length_ || failure("bad Content-Length", offset(value.data()));
    }
    if (out_.status_ != 0 && out_.method_ == Method::Unknown) {
      if (const auto cseq = CSeq::parse(value)) out_.method_ = method_of(cseq->method);
    }
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

std::optional<Limit> limit_of(const Error& error) {
  if (error.text == kMessageTooLarge) return Limit::Message;
  if (error.text == kTooManyHeaders) return Limit::Headers;
  if (error.text == kHeaderTooLong) return Limit::HeaderLength;
  return std::nullopt;
}

Result<Message> Message::take(std::string& bytes, const Limits& limits) {
  Result<Message> result;  // filled in place: a Message is big enough that a move shows
  if (Parser parser(*result, limits); !parser.run(bytes)) result = tl::unexpected(parser.error());
  return result;
}

Result<void> Message::take(std::string& bytes, Message& into, const Limits& limits) {
  if (Parser parser(into, limits); !parser.run(bytes)) return tl::unexpected(parser.error());
  return {};
}

Result<Message> Message::parse(std::string bytes, const Limits& limits) { return take(bytes, limits); }

}  // namespace offhook::sip
