#include "match.hpp"

namespace offhook::transaction {
namespace {

// No token, URI or tag has a line feed in it.
constexpr char kSeparator = '\n';

}  // namespace

std::string client_key(std::string_view branch, std::string_view method) {
  std::string key;
  key.reserve(branch.size() + 1 + method.size());
  key.append(branch).push_back(kSeparator);
  return key.append(method);
}

std::string client_key(const sip::Via& top, const sip::Message& response) {
  const auto method =
      response.method() == sip::Method::Unknown ? response.method_text() : sip::method_name(response.method());
  if (top.branch().empty() || method.empty()) return {};
  return client_key(top.branch(), method);
}

const sip::Via* top_via(transport::Incoming& incoming) {
  if (!incoming.via) {
    const auto via = sip::Via::parse(incoming.message.top(sip::HeaderId::Via).value_or(std::string_view{}));
    if (via) incoming.via = *via;
  }
  return incoming.via ? &*incoming.via : nullptr;
}

bool has_cookie(const sip::Via& via) { return via.branch().starts_with(sip::kMagicCookie); }

std::string server_key(const sip::Via& top, std::string_view method) {
  const std::string sent_by = top.sent_by();
  std::string key;
  key.reserve(method.size() + 2 + top.branch().size() + sent_by.size());
  key.append(method).append(1, kSeparator).append(top.branch());
  return key.append(1, kSeparator).append(sent_by);
}

}  // namespace offhook::transaction
