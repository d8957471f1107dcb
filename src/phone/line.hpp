// An account on the phone: its name on the screen, its registration, and the settings of the features that are kept for
// each account.
#pragma once
#include <optional>
#include <string>

#include "config/phone_config.hpp"
#include "phone/view.hpp"
#include "ua/account.hpp"

namespace offhook::phone {

struct Line {
  int index = 1;  // account.N
  std::string label, user, domain;
  ua::AccountId account;
  bool registers = false;  // has a server
  bool reachable = true;   // false: there is none
  bool registered = false;
  bool retrying = false;  // a failed registration waits for its next try
  std::string status;
  bool unregister_on_stop = false;
  // Changed at run time by SetForward and SetDnd.
  config::ForwardConfig forward;
  config::DndConfig dnd;
  config::DtmfConfig dtmf;
  std::string ring_type = "Common";
  bool alert_info_url = true;
  bool network_conference = false;
  bool auto_answer = false;
  bool shows_messages = true;
  Messages messages;
  std::string display_name;
  bool ice = false;  // calls have candidates
  config::CollectorConfig collector;
};

struct LinePlan {
  Line line;
  ua::Account account;
};
// The account as the user agent takes it. `local` is our signalling socket: the domain of an account without server.
[[nodiscard]] LinePlan plan_line(const config::AccountConfig& config, const std::string& user_agent,
                                 const Endpoint& local);

}  // namespace offhook::phone
