#include "match.hpp"

#include "sip/header/cseq.hpp"

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

std::string client_key(const sip::Message& response) {
  const auto top = response.top(sip::HeaderId::Via);
  const auto cseq = response.find(sip::HeaderId::CSeq);
  if (!top || !cseq) return {};
  const auto via = sip::Via::parse(*top);
  const auto number_and_method = sip::CSeq::parse(*cseq);
  if (!via || !number_and_method || via->branch().empty()) return {};
  return client_key(via->branch(), number_and_method->method);
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
