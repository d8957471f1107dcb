// The person rejects a ringing call (guide: Return Code When Refuse): features.normal_refuse_code, 486 unless set
// otherwise.
#pragma once
#include "call.hpp"

namespace offhook::phone {
class Desk;
}
namespace offhook::phone::refuse {

void reject(Desk& desk, Now now, Call& call);

}  // namespace offhook::phone::refuse
