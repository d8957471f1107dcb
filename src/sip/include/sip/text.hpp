// Text in header values: strict UTF-8, quoted strings, comments. RFC 3261 §7.3.1, §25.1; RFC 3629.
//   quoted-string = SWS DQUOTE *(qdtext / quoted-pair ) DQUOTE
//   qdtext        = LWS / %x21 / %x23-5B / %x5D-7E / UTF8-NONASCII
//   quoted-pair   = "\" (%x00-09 / %x0B-0C / %x0E-7F)
//   comment       = LPAREN *(ctext / quoted-pair / comment) RPAREN
//   ctext         = %x21-27 / %x2A-5B / %x5D-7E / UTF8-NONASCII / LWS
//   TEXT-UTF8-TRIM = 1*TEXT-UTF8char *(*LWS TEXT-UTF8char)
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/utf8.hpp"

namespace offhook::sip {

// How deep a comment may stand inside comments; one that goes deeper is refused.
inline constexpr int kCommentNesting = 16;

// `text` with each octet that belongs to no well-formed sequence replaced by U+FFFD.
[[nodiscard]] std::string to_utf8(std::string_view text);
// The same, and controls become spaces: fit for a quoted-string or a header value.
[[nodiscard]] std::string clean_text(std::string_view text);

// The whole of `text` is one quoted-string of the grammar, quotes included; UTF-8 is checked.
[[nodiscard]] bool is_quoted_string(std::string_view text);
// The whole of `text` is a display-name: a quoted-string, or tokens with white space between them (§25.1).
[[nodiscard]] bool is_display_name(std::string_view text);
// TEXT-UTF8-TRIM, or nothing at all: no controls, strict UTF-8.
[[nodiscard]] bool is_text(std::string_view text);

// Length of the comment at the front of `text`, both parentheses counted. Errors: no '(' there, it does not end, it is
// nested too deep, a control or broken UTF-8 in it.
[[nodiscard]] Result<std::size_t> comment_length(std::string_view text);
// What a comment says: without its outer parentheses, quoted-pairs undone.
[[nodiscard]] std::string comment_text(std::string_view comment);
// A comment that says `text`; parentheses and backslashes are escaped, controls become spaces.
[[nodiscard]] std::string comment(std::string_view text);

}  // namespace offhook::sip
