// One pass over a message as it went over the wire, for a record that is kept: whose it is, and no credentials in it.
// Much cheaper than reading it, and it reads whatever there is: broken messages too.
//
// What is made unreadable, each byte an 'x', so that every length stays what it was:
//  - in Authorization, Proxy-Authorization, Authentication-Info and Proxy-Authentication-Info, wherever they stand
//    (bodies may hold messages): the values of response, rspauth and auts (RFC 7616, RFC 3310), which passwords can be
//    guessed from; of other schemes than Digest everything behind the scheme (RFC 8898: bearer tokens);
//  - the keys of SDES: inline: in a=crypto (RFC 4568).
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace offhook::flow {

// Views into the text; "" where there is none. Users as they are written, with escapes.
struct WireMarks {
  std::string_view call_id;
  std::string_view request_user, from_user, to_user;
};

[[nodiscard]] WireMarks mark_and_redact(char* text, std::size_t size);
inline WireMarks mark_and_redact(std::string& text) { return mark_and_redact(text.data(), text.size()); }

// Only the keys of SDES, for what shows messages whole: whoever reads it shall not be able to listen.
[[nodiscard]] std::string without_keys(std::string text);

}  // namespace offhook::flow
