// One desk phone on the stage. It listens for the user that a message asks for.
#pragma once
#include <string>
#include <vector>

#include "phone/rack.hpp"
#include "wire.hpp"

namespace offhook::torture {

class PhoneStage {
 public:
  PhoneStage(const std::string& user, bool is_ipv6);

  // The datagrams that come back to the sender.
  std::vector<std::string> ask(std::string bytes);
  // The phone's own INVITE to its server; it stands unanswered.
  std::string call_out();
  // Does the phone still answer a ping?
  bool works();
  [[nodiscard]] phone::PhoneView view() const { return rack.view(id); }

  Stage stage;
  SeededRandom random{4475};
  transport::Locator locator;
  phone::Rack rack{random, locator};
  Wire wire;
  phone::PhoneId id;
  std::vector<phone::MediaCommand> media;

 private:
  int pings_ = 0;
};

// The user part that a request asks for, without escapes; "user" when that cannot be read.
[[nodiscard]] std::string user_of(const std::string& bytes);

}  // namespace offhook::torture
