// What a user agent of this kind takes, for who answers in its place. RFC 3261 §20.5, RFC 6665 §8.2.2.
#pragma once
#include <string_view>

namespace offhook::ua {

inline constexpr std::string_view kAllow = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, NOTIFY, REFER, UPDATE";
inline constexpr std::string_view kSupported = "replaces";
inline constexpr std::string_view kAllowEvents = "refer";
inline constexpr std::string_view kSdpType = "application/sdp";

}  // namespace offhook::ua
