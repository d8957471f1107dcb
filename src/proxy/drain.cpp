#include "drain.hpp"

namespace offhook::proxy {

std::optional<Reply> refuse_new(const sip::Message& request, const DrainSettings& settings) {
  if (!request.to_tag().empty()) return std::nullopt;
  return Reply{503, {}, {{sip::HeaderId::RetryAfter, std::to_string(settings.retry_after.count())}}};
}

}  // namespace offhook::proxy
