#include "options.hpp"

namespace offhook::proxy {

Reply options_reply() {
  return {
      200,
      {},
      {{sip::HeaderId::Accept, "*/*"},
       {sip::HeaderId::Allow,
        "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, PRACK, SUBSCRIBE, NOTIFY, PUBLISH, INFO, REFER, MESSAGE, UPDATE"},
       {sip::HeaderId::Supported, "path"}}};
}

}  // namespace offhook::proxy
