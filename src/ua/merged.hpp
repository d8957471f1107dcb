// Requests that came here by two ways through a forking proxy: the second one is answered 482. RFC 3261 §8.2.2.2.
//
// Remembers the requests without To tag whose server transactions are still there; owned by the user agent.
#pragma once
#include <string>
#include <vector>

#include "transaction/layer.hpp"

namespace offhook::ua {

class MergedRequests {
 public:
  // Has the same request come before, in another transaction that is not over? If not, this one is remembered.
  [[nodiscard]] bool contain(const transaction::Layer& transactions, const transaction::RequestReceived& event);

 private:
  struct Entry {
    transaction::ServerId id;
    std::string identity;  // From tag, Call-ID and CSeq
  };
  std::vector<Entry> open_;
};

}  // namespace offhook::ua
