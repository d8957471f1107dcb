#include "match.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include "base/ascii.hpp"

namespace offhook::transaction {
namespace {

// No token, URI or tag has a line feed in it.
constexpr char kSeparator = '\n';

// Text put together on the stack; what is longer than any honest key goes to the heap.
class KeyText {
 public:
  void add(std::string_view text) {
    if (!long_.empty() || size_ + text.size() > sizeof short_) return add_long(text);
    if (!text.empty()) std::memcpy(short_ + size_, text.data(), text.size());
    size_ += text.size();
  }
  void add(char c) { add(std::string_view(&c, 1)); }
  void add_lower(std::string_view text) {
    const std::size_t begin = size_;
    add(text);
    char* const all = long_.empty() ? short_ : long_.data();
    std::transform(all + begin, all + size_, all + begin, ascii_lower);
  }
  [[nodiscard]] std::string_view view() const { return long_.empty() ? std::string_view(short_, size_) : long_; }

 private:
  void add_long(std::string_view text) {
    if (long_.empty()) long_.assign(short_, size_);
    long_ += text;
    size_ = long_.size();
  }
  char short_[256];
  std::size_t size_ = 0;
  std::string long_;
};

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
  text.add(branch);
  text.add(kSeparator);
  text.add(method);
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
  text.add(method);
  text.add(kSeparator);
  text.add(top.branch());
  text.add(kSeparator);
  text.add_lower(top.host);
  if (top.port) {
    text.add(kSeparator);
    text.add(static_cast<char>(*top.port >> 8));
    text.add(static_cast<char>(*top.port & 0xff));
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
