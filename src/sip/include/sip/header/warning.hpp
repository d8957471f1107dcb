// Warning = warning-value *(COMMA warning-value) ;  warning-value = warn-code SP warn-agent SP warn-text
// warn-code = 3DIGIT ;  warn-agent = hostport / pseudonym ;  warn-text = quoted-string. RFC 3261 §20.43.
#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace offhook::sip {

struct Warning {
  int code = 399;
  std::string_view agent;                  // host[:port] or a name
  std::string_view quoted;                 // the text with its quotes
  [[nodiscard]] std::string text() const;  // what it says
  // One element.
  [[nodiscard]] static Result<Warning> parse(std::string_view value);
};

// One element; `code` is 300..399. Controls in `text` become spaces.
[[nodiscard]] std::string warning_text(int code, std::string_view agent, std::string_view text);

}  // namespace offhook::sip
