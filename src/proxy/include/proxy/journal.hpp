// What the engine tells the log, beside the trouble that the world has seen itself. Of calls, registrations and
// requests only when asked for: at a thousand calls a second that is a lot of lines.
#pragma once

namespace offhook::proxy {

struct JournalSettings {
  bool calls = false;          // started, ringing, answered, ended
  bool registrations = false;  // of each contact: registered, refreshed, gone
  bool requests = false;       // each one that begins a transaction, and what we have answered ourselves
  bool credentials = false;    // wrong ones
  bool trunks = false;         // how their registrations stand
};

}  // namespace offhook::proxy
