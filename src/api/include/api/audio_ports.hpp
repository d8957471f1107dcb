// Who carries sound between a client of the API and a phone: io's host of phones, and a test's own.
#pragma once
#include "media/audio.hpp"
#include "phone/rack.hpp"

namespace offhook::api {

// Outlives the API. Called on the API's thread, which is that of the rack.
class AudioPorts {
 public:
  virtual ~AudioPorts() = default;
  // From now on the phone says what say() brings instead of its own input, and the API's heard() gets all it hears, at
  // 16 kHz, while it is in a call.
  virtual void attach(phone::PhoneId phone) = 0;
  virtual void detach(phone::PhoneId phone) = 0;
  virtual void say(phone::PhoneId phone, media::ConstFrame frame) = 0;
};

}  // namespace offhook::api
