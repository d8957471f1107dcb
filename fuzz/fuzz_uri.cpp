// A URI: its parts, comparison with itself and with its pieces, the key of its address, escapes there and back.
#include <cstdlib>

#include "sip/tel_uri.hpp"
#include "sip/uri.hpp"
#include "sip/uri_headers.hpp"

namespace {
using namespace offhook::sip;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_tel(std::string_view text) {
  const auto tel = TelUri::parse(text);
  if (!tel) return;
  require(equal(*tel, *tel));
  const std::string user = telephone_subscriber(*tel);
  const auto again = TelUri::parse_subscriber(user);
  require(again && equal(*again, *tel) && telephone_subscriber(*again) == user);
}

void check(std::string_view text) {
  check_tel(text);
  const auto uri = Uri::parse(text);
  if (!uri) {
    require(uri.error().offset <= text.size());
    return;
  }
  require(uri->text == text && equal(*uri, *uri));
  require(aor_key(*uri) == aor_key(*Uri::parse(text)));
  require(unescape(escape_user(uri->user)) == uri->user);
  require(unescape(escape_param(uri->user)) == uri->user);
  require(unescape(escape_header(uri->headers)) == uri->headers);
  std::string_view rest = uri->headers;
  while (const auto header = next_uri_header(rest)) require(uri_header(*uri, unescape(header->name)).has_value());
  if (const auto number = telephone(*uri)) require(!number->number().empty());
  if (!uri->is_sip()) return;
  // The same address without parameters and headers keeps its key, and case outside the user part says nothing.
  std::string bare(text.substr(0, static_cast<std::size_t>(uri->host.data() - text.data()) + uri->host.size()));
  if (uri->port) bare += ':' + std::to_string(*uri->port);
  const auto plain = Uri::parse(bare);
  require(plain && aor_key(*plain) == aor_key(*uri));
}

}  // namespace

// One input holds two URIs, one a line: they are compared with each other too.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view first = text.substr(0, end), second = text.substr(std::min(end + 1, text.size()));
  check(first);
  check(second);
  const auto a = Uri::parse(first), b = Uri::parse(second);
  if (!a || !b) return 0;
  require(equal(*a, *b) == equal(*b, *a));
  require(!equal(*a, *b) || aor_key(*a) == aor_key(*b));
  return 0;
}
