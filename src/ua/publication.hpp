// Event state that we publish once, to a server of its own: PUBLISH (RFC 3903 §4.1), each an initial publication that
// is never refreshed. Challenges are answered; what becomes of it is told to nobody, for nobody could do anything.
#pragma once
#include <map>

#include "authenticator.hpp"
#include "core.hpp"
#include "ua/publication.hpp"

namespace offhook::ua {

class Publications {
 public:
  explicit Publications(Core& core) : core_(&core) {}

  void publish(Now now, AccountId account, const Publication& publication);
  void response(Now now, Key key, const sip::Message& response);
  void failed(Key key);

 private:
  struct Open {
    Authenticator authenticator;
    std::uint32_t cseq = 1;
  };
  Core* core_;
  std::map<Key, Open> open_;
};

}  // namespace offhook::ua
