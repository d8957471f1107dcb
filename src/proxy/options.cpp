#include "options.hpp"

namespace offhook::proxy {

Reply options_reply() {
  return {200,
          {},
          {{sip::HeaderId::Accept, "*/*"},
           {sip::HeaderId::Allow, std::string(kAllow)},
           {sip::HeaderId::Supported, "path, outbound, gruu"}}};
}

}  // namespace offhook::proxy
