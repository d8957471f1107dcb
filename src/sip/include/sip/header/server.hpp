// Server, User-Agent = server-val *(LWS server-val) ;  server-val = product / comment
// product = token [SLASH product-version] ;  product-version = token. RFC 3261 §20.35, §20.41.
#pragma once
#include <optional>
#include <string_view>

#include "base/result.hpp"

namespace offhook::sip {

// A product with its version, or a comment with its parentheses (comment_text() reads it).
struct ServerValue {
  std::string_view product, version, comment;
};

// The values of one field, in order; a view.
class ServerValues {
 public:
  // Errors: something that is neither product nor comment, a comment that does not end or is nested too deep.
  [[nodiscard]] static Result<ServerValues> parse(std::string_view value);
  [[nodiscard]] std::optional<ServerValue> next();

 private:
  explicit ServerValues(std::string_view rest) : rest_(rest) {}
  std::string_view rest_;
};

}  // namespace offhook::sip
