#include "merged.hpp"

#include <algorithm>

namespace offhook::ua {
namespace {

std::string identity_of(const sip::Message& request) {
  std::string out(request.method_text());
  out.append(" ").append(std::to_string(request.cseq())).append(" ").append(request.from_tag());
  return out.append(" ").append(request.call_id());
}

}  // namespace

bool MergedRequests::contain(const transaction::Layer& transactions, const transaction::RequestReceived& event) {
  std::erase_if(open_, [&](const Entry& entry) { return !transactions.flow_of(entry.id); });
  std::string identity = identity_of(event.request);
  if (std::any_of(open_.begin(), open_.end(), [&](const Entry& entry) { return entry.identity == identity; }))
    return true;
  open_.push_back({event.id, std::move(identity)});
  return false;
}

}  // namespace offhook::ua
