// Choosing the final response of a forked request: RFC 3261 §16.7 steps 6 and 7. Facts in, one response out; nothing is
// sent here.
#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sip/message.hpp"

namespace offhook::proxy {

class BestResponse {
 public:
  // A branch's final response, 300 to 699, as it came.
  void offer(sip::Message response);
  // A branch that ended without one: 408 (silence), 487 (cancelled), 503 (could not be sent).
  void offer(int status);

  [[nodiscard]] bool empty() const { return status_ == 0; }
  // What goes upstream: a 503 of a branch says nothing about us and becomes 500 (§16.7 step 6).
  [[nodiscard]] int status() const { return status_ == 503 ? 500 : status_; }
  // The response without our Via, with the challenges of every branch in a 401 or 407; nothing when it is one of our
  // own making.
  [[nodiscard]] std::unique_ptr<sip::Message> message() const;

 private:
  void collect_challenges(const sip::Message& response);
  int status_ = 0;
  std::unique_ptr<sip::Message> response_;  // nothing for a status of our own
  std::vector<std::pair<sip::HeaderId, std::string>> challenges_;
  int challengers_ = 0;
};

}  // namespace offhook::proxy
