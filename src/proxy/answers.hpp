// Responses that the proxy makes itself. A Reply is the decision as a value; Answers turns it into a message for the
// transaction.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "sip/message.hpp"
#include "transaction/layer.hpp"

namespace offhook::proxy {

struct Reply {
  int status = 500;
  std::string_view reason = {};  // static text; "" takes the RFC's phrase
  std::vector<std::pair<sip::HeaderId, std::string>> headers = {};
  std::string made_reason = {};  // in its place, when it is not ""

  [[nodiscard]] std::string_view phrase() const { return made_reason.empty() ? reason : made_reason; }
};

class Answers {
 public:
  Answers(transaction::Layer& transactions, Random& random, std::string server_name)
      : transactions_(&transactions), random_(&random), server_name_(std::move(server_name)) {}

  void set_server_name(std::string name) { server_name_ = std::move(name); }
  // Through the server transaction `id`, whose request is `request`. A 100 has no To tag of ours (RFC 3261 §8.2.6.2).
  // `once`: transaction::Response::once.
  void send(TimePoint now, transaction::ServerId id, const sip::Message& request, const Reply& reply,
            bool once = false) const;
  [[nodiscard]] Random& random() const { return *random_; }

 private:
  transaction::Layer* transactions_;
  Random* random_;
  std::string server_name_;
};

}  // namespace offhook::proxy
