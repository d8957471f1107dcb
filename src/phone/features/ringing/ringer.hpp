// Which ringer a call rings with (guide: Distinctive Ring Tones): the Alert-Info of its INVITE, else the account's
// ringer, else the phone's. Of several values the first that says something counts; within one, in this order:
//
//   <http://server/name.wav>   a ringer of that name      account.X.alert_info_url_enable
//   info=text                  a text of the table        distinctive_ring_tones.alert_info.X.text, .ringer
//   Bellcore-drN               ringer N, or Bellcore's N  features.alert_info_tone
//   ringtone-N, MyMelodyN      ringer N
//
// Nothing is fetched: the name at the end of a URL must be a ringer that the phone has.
#pragma once
#include <string>
#include <string_view>

#include "config/phone_config.hpp"

namespace offhook::phone {
struct Line;
}
namespace offhook::phone::ringing {

[[nodiscard]] std::string ringer_of(std::string_view alert_info, const Line& line, const config::RingerConfig& config);

}  // namespace offhook::phone::ringing
