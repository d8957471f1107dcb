#include "sip/header/history_info.hpp"

#include "rule.hpp"
#include "sip/header/reason.hpp"
#include "sip/message.hpp"
#include "sip/uri_headers.hpp"

namespace offhook::sip {
namespace {

// index-val = number *("." number)
bool is_index(std::string_view text) {
  if (text.empty() || text.front() == '.' || text.back() == '.' || text.find("..") != std::string_view::npos)
    return false;
  return text.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace

std::optional<std::string> HistoryInfo::reason() const { return uri_header(uri, "Reason"); }
std::optional<std::string> HistoryInfo::privacy() const { return uri_header(uri, "Privacy"); }

std::optional<int> HistoryInfo::cause() const {
  if (const auto text = reason()) {
    CommaSplitter values(*text);
    while (const auto value = values.next())
      if (const auto read = Reason::parse(*value); read && iequals(read->protocol, "SIP") && read->cause())
        return read->cause();
  }
  const auto param = uri.params.find("cause");
  return param ? parse_number<int>(*param) : std::nullopt;
}

Result<HistoryInfo> HistoryInfo::parse(std::string_view value) {
  const auto address = rule::bracketed(value, "History-Info needs brackets");
  if (!address) return tl::unexpected(address.error());
  const auto at = static_cast<std::size_t>(address->uri.data() - value.data());
  const auto uri = address->parse_uri();
  if (!uri) return fail(Module::Sip, uri.error().text, at + uri.error().offset);
  HistoryInfo out;
  out.address = *address;
  out.uri = *uri;
  for (const std::string_view name : {"index", "rc", "mp", "np"}) {
    const auto index = out.address.params.find(name);
    if (index ? !is_index(*index) : name == "index")
      return fail(Module::Sip, "bad index in History-Info", at + address->uri.size());
  }
  return out;
}

std::string history_info_text(const HistoryEntry& entry) {
  std::string uri(entry.uri);
  char before = '?';
  const auto add = [&](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    uri += before;
    uri += name;
    uri += '=' + escape_header(value);
    before = '&';
  };
  add("Reason", entry.reason);
  add("Privacy", entry.privacy);
  std::string out = name_addr(entry.display, uri);
  out += ";index=";
  out += entry.index;
  if (!entry.target.empty()) {
    out += ';';
    out += entry.target;
    out += '=';
    out += entry.target_index;
  }
  return out;
}

}  // namespace offhook::sip
