#include "relay/best_response.hpp"

#include "sip/builder.hpp"
#include "sip/edit.hpp"

namespace offhook::proxy {
namespace {

using sip::HeaderId;

bool is_challenge(int status) { return status == 401 || status == 407; }

// The smaller the better. 6xx wins; else the lowest class; within 4xx those first that tell the caller how to ask
// again, and silence and cancellation last. Equal ones: the first that came.
int rank(int status) {
  if (status >= 600) return 0;
  const int class_rank = status / 100 * 10;
  if (is_challenge(status)) return class_rank;
  if (status == 415 || status == 420 || status == 484) return class_rank + 1;
  if (status == 408) return class_rank + 3;
  if (status == 487) return class_rank + 4;
  if (status == 503) return class_rank + 3;
  return class_rank + 2;
}

}  // namespace

void BestResponse::offer(sip::Message response) {
  const int status = response.status();
  if (is_challenge(status)) collect_challenges(response);
  if (!empty() && rank(status_) <= rank(status)) return;
  status_ = status;
  response_ = std::make_unique<sip::Message>(std::move(response));
}

void BestResponse::offer(int status) {
  if (!empty() && rank(status_) <= rank(status)) return;
  status_ = status;
  response_.reset();
}

void BestResponse::collect_challenges(const sip::Message& response) {
  ++challengers_;
  for (std::size_t i = 0; i < response.header_count(); ++i) {
    const auto header = response.header(i);
    if (header.id == HeaderId::WwwAuthenticate || header.id == HeaderId::ProxyAuthenticate)
      challenges_.emplace_back(header.id, header.value);
  }
}

std::unique_ptr<sip::Message> BestResponse::message() const {
  if (!response_) return nullptr;
  sip::Edit edit(*response_);
  edit.remove_top(HeaderId::Via);
  if (status() != status_) edit.status(status(), sip::reason_phrase(status()));
  if (is_challenge(status_) && challengers_ > 1) {
    edit.remove(HeaderId::WwwAuthenticate).remove(HeaderId::ProxyAuthenticate);
    for (const auto& [id, value] : challenges_) edit.append(id, value);
  }
  return std::make_unique<sip::Message>(edit.apply());
}

}  // namespace offhook::proxy
