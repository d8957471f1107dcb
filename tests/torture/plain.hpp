// A message taken apart by its line ends alone, so that what our parser makes of it is not compared with itself.
#pragma once
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace offhook::torture {

struct Plain {
  std::string start;                // with its line end
  std::vector<std::string> fields;  // each with its folds and line ends
  std::string body;                 // all that follows the empty line
};
[[nodiscard]] Plain take_apart(std::string_view bytes);
// In lower case, compact forms spelled out for those that are asked for here: via, max-forwards, route, record-route,
// content-length.
[[nodiscard]] std::string name_of(std::string_view field);
// Behind the colon, without white space at the ends.
[[nodiscard]] std::string value_of(std::string_view field);

// What a proxy changes of a request on its way (RFC 3261 §16.6), and nothing else.
struct Forwarding {
  std::string request_uri;  // the new one; "" when it must stay
  std::string via;          // start of the new topmost Via field
  std::string source;       // address that its received parameter may have put into the old one
  std::string own_route;    // a Route value that named the proxy and goes
};
void expect_forwarded(std::string_view original, std::string_view forwarded, const Forwarding& allowed);

}  // namespace offhook::torture
