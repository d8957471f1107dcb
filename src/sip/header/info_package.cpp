#include "sip/header/info_package.hpp"

#include "rule.hpp"

namespace offhook::sip {
Result<InfoPackage> InfoPackage::parse(std::string_view value) {
  const auto read = rule::worded(value, "bad Info-Package");
  if (!read) return tl::unexpected(read.error());
  return InfoPackage{read->word, read->params};
}

bool receives_info(const Message& message, std::string_view package) {
  for (const std::string_view element : message.values(HeaderId::RecvInfo))
    if (const auto read = InfoPackage::parse(element); read && read->name == package) return true;
  return false;
}

}  // namespace offhook::sip
