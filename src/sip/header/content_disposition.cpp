#include "sip/header/content_disposition.hpp"

#include "rule.hpp"

namespace offhook::sip {
bool ContentDisposition::is(std::string_view name) const { return iequals(type, name); }

bool ContentDisposition::optional() const {
  const auto handling = params.find("handling");
  return handling && iequals(*handling, "optional");
}

Result<ContentDisposition> ContentDisposition::parse(std::string_view value) {
  const auto read = rule::worded(value, "bad Content-Disposition");
  if (!read) return tl::unexpected(read.error());
  return ContentDisposition{read->word, read->params};
}

}  // namespace offhook::sip
