#include "features/messages/messages.hpp"

#include <algorithm>

#include "desk.hpp"

namespace offhook::phone::messages {

void on_event(Desk& desk, Now, const ua::Event& event) {
  const auto* told = std::get_if<ua::MessagesWaiting>(&event);
  Line* line = told == nullptr ? nullptr : desk.line_of(told->account);
  if (line == nullptr || !line->shows_messages) return;
  const Messages messages{told->waiting, told->fresh, told->old};
  if (line->messages == messages) return;
  line->messages = messages;
  desk.changed(Change::Registration);
}

bool wait(const Desk& desk) {
  return std::ranges::any_of(desk.lines, [](const Line& line) { return line.messages.waiting; });
}

}  // namespace offhook::phone::messages
