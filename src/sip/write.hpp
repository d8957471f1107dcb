// Header fields as text, for Builder and Edit.
#pragma once
#include <string>
#include <string_view>

#include "block.hpp"

namespace offhook::sip {

// CR and LF become spaces: a value can never begin another header field or end the header. A fold becomes three spaces.
inline void write_value(std::string& out, std::string_view value) {
  const char* at = value.data();
  const char* const end = at + value.size();
  for (;;) {
    const char* const stop = find_stop<AnyOf<'\r', '\n'>>(value.data(), at, end);
    out.append(at, stop);
    if (stop == end) return;
    out += ' ';
    at = stop + 1;
  }
}

inline void write_field(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  write_value(out, value);
  out += "\r\n";
}

}  // namespace offhook::sip
