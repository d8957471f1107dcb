#include "match.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/short_text.hpp"

namespace offhook::transaction {
namespace {

// No token, URI or tag has a line feed in it.
constexpr char kSeparator = '\n';

// Longer than any honest key.
using KeyText = ShortText<256>;

void append_lower(KeyText& out, std::string_view text) {
  const std::size_t begin = out.size();
  out.append(text);
  char* const all = out.data();
  std::transform(all + begin, all + out.size(), all + begin, ascii_lower);
}

KeyedHash::Secret secret_of(Random& random) {
  KeyedHash::Secret secret;
  for (auto& word : secret) word = random.next();
  return secret;
}

}  // namespace

Keys::Keys(Random& random) : hash_(secret_of(random)) {}

Key Keys::hash(std::string_view text) const {
  const Hash128 key = hash_(text);
  return key == Key{} ? Key{0, 1} : key;
}

Key Keys::client(std::string_view branch, std::string_view method) const {
  KeyText text;
  text.append(branch);
  text.append(kSeparator);
  text.append(method);
  return hash(text.view());
}

Key Keys::client(const sip::Via& top, const sip::Message& response) const {
  const auto method =
      response.method() == sip::Method::Unknown ? response.method_text() : sip::method_name(response.method());
  if (top.branch().empty() || method.empty()) return {};
  return client(top.branch(), method);
}

Key Keys::server(const sip::Via& top, std::string_view method) const {
  KeyText text;
  text.append(method);
  text.append(kSeparator);
  text.append(top.branch());
  text.append(kSeparator);
  append_lower(text, top.host);
  if (top.port) {
    text.append(kSeparator);
    text.append(static_cast<char>(*top.port >> 8));
    text.append(static_cast<char>(*top.port & 0xff));
  }
  return hash(text.view());
}

const sip::Via* top_via(transport::Incoming& incoming) {
  if (!incoming.via) {
    const auto via = sip::Via::parse(incoming.message.top(sip::HeaderId::Via).value_or(std::string_view{}));
    if (via) incoming.via = *via;
  }
  return incoming.via ? &*incoming.via : nullptr;
}

bool has_cookie(const sip::Via& via) { return via.branch().starts_with(sip::kMagicCookie); }

}  // namespace offhook::transaction
