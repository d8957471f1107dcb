#include "stop.hpp"

#include "io/clock.hpp"

namespace offhook {

void stop_phones(io::Loop& loop, io::PhoneHost& phones) {
  phones.stop_all();
  loop.run_until([&] { return phones.stopped(); }, io::now().mono + seconds(2));
}

}  // namespace offhook
