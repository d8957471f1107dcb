#include "sip/uri_headers.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace offhook::sip {

std::optional<UriHeader> next_uri_header(std::string_view& rest) {
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view header = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (header.empty()) continue;
    const std::size_t equals = std::min(header.find('='), header.size());
    return UriHeader{header.substr(0, equals), header.substr(std::min(equals + 1, header.size()))};
  }
  return std::nullopt;
}

std::optional<std::string> uri_header(const Uri& uri, std::string_view name) {
  std::string_view rest = uri.headers;
  while (const auto header = next_uri_header(rest))
    if (iequals(unescape(header->name), name)) return unescape(header->value);
  return std::nullopt;
}

}  // namespace offhook::sip
