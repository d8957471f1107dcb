// The body of a quality report, application/vq-rtcpxr (RFC 6035 §4.6): plain values in, text out.
#pragma once
#include <optional>
#include <string>

#include "base/endpoint.hpp"
#include "base/time.hpp"
#include "media/quality.hpp"

namespace offhook::phone::voice_quality {

enum class Kind : std::uint8_t { Session, Interval, Alert };
enum class Severity : std::uint8_t { Clear, Warning, Critical };
enum class Measure : std::uint8_t { ListeningQuality, OneWayDelay };

struct Names {
  std::string call_id, local_tag, remote_tag;
  std::string local_id, remote_id;  // name-addr
  bool outgoing = false;            // we called: OrigID is ours
};

struct Report {
  Kind kind = Kind::Session;
  // Of an Alert.
  Measure measure = Measure::ListeningQuality;
  Severity severity = Severity::Warning;

  Names names;
  Endpoint local, remote;  // of RTP
  std::string mac;         // twelve hex digits; "": not said
  WallTime start{}, stop{};
  std::uint8_t payload_type = 0;
  std::uint32_t clock = 8000;
  std::string fmtp;
  bool silence_suppression = false;
  bool adaptive = true;  // the jitter buffer
  milliseconds buffer_maximum{240};
  media::CallQuality quality;  // `received` is there
};

[[nodiscard]] std::string text(const Report& report);
// "2004-10-10T18:23:43Z"
[[nodiscard]] std::string timestamp(WallTime time);

}  // namespace offhook::phone::voice_quality
