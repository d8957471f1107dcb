// Text to the index of a description, line by line.
#include <algorithm>
#include <utility>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/ascii.hpp"
#include "sdp/session_description.hpp"

namespace offhook::sdp {
namespace {

// The first CR, LF or NUL from `at` on. Every byte of a description passes through here, hence sixteen at a time.
const char* line_end(const char* at, const char* end) {
#ifdef __SSE2__
  const __m128i lf = _mm_set1_epi8('\n'), cr = _mm_set1_epi8('\r'), nul = _mm_setzero_si128();
  for (; end - at >= 16; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i found =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, lf), _mm_cmpeq_epi8(bytes, cr)), _mm_cmpeq_epi8(bytes, nul));
    if (const int mask = _mm_movemask_epi8(found); mask != 0) return at + __builtin_ctz(static_cast<unsigned>(mask));
  }
#endif
  while (at != end && *at != '\n' && *at != '\r' && *at != '\0') ++at;
  return at;
}

}  // namespace

class Parser {
 public:
  Parser(SessionDescription& out, std::string_view text, const Limits& limits)
      : out_(out), text_(text), limits_(limits) {}

  // False: error() says why.
  bool run() {
    const std::size_t most = std::min<std::size_t>(limits_.bytes, 65'535);
    if (text_.size() > most) return refuse("description too long", most);
    out_.text_ = text_;
    const char* const begin = text_.data();
    const char* const end = begin + text_.size();
    for (const char* at = begin; at != end;) {
      const char* const start = at;
      start_ = static_cast<std::size_t>(start - begin);
      at = line_end(at, end);
      const std::string_view line(start, static_cast<std::size_t>(at - start));
      if (at != end && *at == '\r') ++at;
      // RFC 8866 §9 byte-string; what we echo in an answer must not carry a NUL or a line end of its own.
      if (at != end && *at != '\n') return refuse("NUL or CR inside a line", start_);
      if (at != end) ++at;
      if (line.empty()) {
        if (text_.find_first_not_of("\r\n", start_) == std::string_view::npos) break;  // blank lines at the end
        return refuse("empty line", start_);
      }
      if (!take(line)) return false;
    }
    return check_whole();
  }

  [[nodiscard]] const Error& error() const { return error_; }

 private:
  bool refuse(std::string_view what, std::size_t offset) {
    error_ = {Module::Sdp, static_cast<std::uint32_t>(offset), what};
    return false;
  }
  bool refuse(std::string_view what) { return refuse(what, start_); }
  template <class T>
  bool is_good(const Result<T>& parsed) {
    if (!parsed) error_ = parsed.error();
    return parsed.has_value();
  }

  bool take(std::string_view line) {
    if (line.size() < 2 || line[1] != '=') return refuse("line is not <letter>=<value>");
    const std::size_t count = out_.lines_.size();
    if (count >= limits_.lines) return refuse("too many lines");
    if (count == 0 && line != "v=0") return refuse("does not begin with v=0");
    const char type = line[0];
    if (type != 'a' && !take_value(type, line.substr(2))) return false;
    out_.lines_.push_back({static_cast<std::uint16_t>(start_), static_cast<std::uint16_t>(line.size()), type});
    return true;
  }

  // The lines on which everything stands; the others are kept, and what they say shows when somebody asks.
  bool take_value(char type, std::string_view value) {
    switch (type) {
      case 'm': return take_media(value);
      case 'c':
        if (out_.media_.empty() && std::exchange(seen_connection_, true))
          return refuse("second c= line of the session");
        return is_good(Connection::parse(value, start_));
      case 't': return check_place() && is_good(Timing::parse(value, start_));
      case 'v': return out_.lines_.empty() || refuse("second v= line");
      case 'o': return check_place() && take_origin(value);
      case 's':
        if (std::exchange(seen_name_, true)) return refuse("second s= line");
        return check_place();
      default: return is_alpha(type) || refuse("line is not <letter>=<value>");
    }
  }

  bool check_place() { return out_.media_.empty() || refuse("o=, s= or t= line after an m= line"); }

  bool take_media(std::string_view value) {
    if (out_.media_.size() >= limits_.media) return refuse("too many m= lines");
    const auto m = MediaLine::parse(value, start_);
    if (!is_good(m)) return false;
    if (m->formats.text().size() > 2 * limits_.formats && m->formats.size() > limits_.formats)
      return refuse("too many formats");
    out_.media_.push_back({m->type, m->protocol, m->formats.text(), m->port, m->port_count,
                           static_cast<std::uint16_t>(out_.lines_.size())});
    return true;
  }

  bool take_origin(std::string_view value) {
    if (std::exchange(seen_origin_, true)) return refuse("second o= line");
    const auto origin = Origin::parse(value, start_);
    if (origin) out_.origin_ = *origin;
    return is_good(origin);
  }

  bool check_whole() {
    if (out_.lines_.empty()) return refuse("does not begin with v=0", text_.size());
    if (!seen_origin_) return refuse("no o= line", text_.size());
    return seen_name_ || refuse("no s= line", text_.size());
  }

  SessionDescription& out_;
  std::string_view text_;
  const Limits& limits_;
  std::size_t start_ = 0;  // of the line at hand
  Error error_;
  bool seen_origin_ = false, seen_name_ = false, seen_connection_ = false;
};

Result<SessionDescription> parse(std::string_view text, const Limits& limits) {
  Result<SessionDescription> out;
  Parser parser(*out, text, limits);
  if (!parser.run()) out = tl::unexpected(parser.error());
  return out;
}

}  // namespace offhook::sdp
