// Header fields as text, for Builder and Edit.
#pragma once
#include <string>
#include <string_view>

namespace offhook::sip {

// CR and LF become spaces: a value can never begin another header field or end the header. A fold becomes three spaces.
inline void write_value(std::string& out, std::string_view value) {
  for (;;) {
    const std::size_t end = value.find_first_of("\r\n");
    out += value.substr(0, end);
    if (end == std::string_view::npos) return;
    out += ' ';
    value.remove_prefix(end + 1);
  }
}

inline void write_field(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  write_value(out, value);
  out += "\r\n";
}

}  // namespace offhook::sip
