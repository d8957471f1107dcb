// Multicast paging (guide: Multicast Paging): RTP to a group, without signalling, and up to 10 groups (V81: 31) that
// the phone listens to. The number of a listen address is its rank: 1 is the highest.
//
//   while another page is heard   a higher one takes over; or none does     multicast.receive_priority.enable = 0
//   while a call is in progress   pages of that rank or higher interrupt    multicast.receive_priority.priority, 0:
//   none under do-not-disturb          pages of that rank or higher are heard    multicast.receive.ignore_dnd.priority,
//   0: none while a page is sent          none is heard
//
// A call that is interrupted is put on hold, and resumed when the page is over (features.paging_auto_resume.enable).
// Who dials, answers or resumes a call, or says so, leaves the page that is heard until it is over.
#pragma once
#include <bitset>
#include <optional>

#include "base/result.hpp"
#include "base/time.hpp"
#include "phone/command.hpp"
#include "phone/view.hpp"

namespace offhook::config {
struct PagingConfig;
}
namespace offhook::phone {
class Desk;
struct PageChange;
}  // namespace offhook::phone
namespace offhook::phone::paging {

struct Facts {
  bool sending = false;
  bool in_call = false;  // one that a page has put on hold counts
  bool do_not_disturb = false;
  int heard = 0;
  std::bitset<32> sounding;  // and not dismissed
};
// The listen address that should be heard; 0: none.
[[nodiscard]] int choose(const config::PagingConfig& config, const Facts& facts);

void start(Desk& desk);  // listens
void stop(Desk& desk);   // and no more; ends what is sent
Checked<void> send(Desk& desk, Now now, const Page& command);
// False: no page is sent or heard.
bool end(Desk& desk);
// The person has taken up a call.
void step_aside(Desk& desk);
void changed(Desk& desk, const PageChange& change);
// After each input: plays what should be heard, holds and resumes calls.
void update(Desk& desk, Now now);
[[nodiscard]] std::optional<PageView> view(const Desk& desk);
// Something takes the place of a call on the person's ear.
[[nodiscard]] bool is_on(const Desk& desk);

}  // namespace offhook::phone::paging
