// Ending phones politely: calls are ended and registrations removed before the process goes.
#pragma once
#include "io/phone_host.hpp"

namespace offhook {

// Runs the loop until everything has been answered, two seconds at most.
void stop_phones(io::Loop& loop, io::PhoneHost& phones);

}  // namespace offhook
