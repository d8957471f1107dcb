#include "features/refuse/refuse.hpp"

#include "desk.hpp"

namespace offhook::phone::refuse {

void reject(Desk& desk, Now now, Call& call) {
  desk.ua.reject(now, call.ua, desk.settings.refuse.normal_code);
  desk.end(now, call, "rejected");
}

}  // namespace offhook::phone::refuse
