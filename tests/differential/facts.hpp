// What one parser says of one message, in words that all three can say.
//
// Where the three differ by design, the facts are brought to one form, here and nowhere else:
//   - the user part is compared unescaped: osip undoes escapes while it parses, the others keep them;
//   - an IPv6 reference is compared without its brackets, in lower case: osip drops them;
//   - a missing port, user, tag or reason is "": osip and Sofia give a null pointer;
//   - header fields are looked up by their long name: each expands compact forms at another time;
//   - a field that may stand once only is compared by its first value: Sofia files the second under errors.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace offhook::differential {

using Facts = std::map<std::string, std::string>;

// Nothing when the parser refuses the message.
std::optional<Facts> facts_of_offhook(const std::string& text);
std::optional<Facts> facts_of_osip(const std::string& text);
std::optional<Facts> facts_of_sofia(const std::string& text);

inline std::string bare_host(std::string_view host) {
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  return std::string(host);
}
inline std::string text_or_empty(const char* text) { return text == nullptr ? "" : text; }

// user, host and port under one name.
inline void add_uri(Facts& facts, const std::string& name, std::string user, std::string_view host, std::string port) {
  facts[name + ".user"] = std::move(user);
  facts[name + ".host"] = bare_host(host);
  facts[name + ".port"] = std::move(port);
}

}  // namespace offhook::differential
