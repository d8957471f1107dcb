// SIP messages for tests, written short.
#pragma once
#include <string>
#include <string_view>

namespace offhook::flow {

// `start` is "INVITE sip:1002@10.0.0.1" or "180 Ringing"; more is further header lines, each with CRLF.
inline std::string sip_text(std::string_view start, std::string_view method, std::string_view more = {},
                            std::string_view body = {}, std::string_view call_id = "call-1") {
  const bool response = start.front() >= '0' && start.front() <= '9';
  std::string out = response ? "SIP/2.0 " + std::string(start) : std::string(start) + " SIP/2.0";
  out +=
      "\r\nVia: SIP/2.0/UDP 10.0.1.1:5060;branch=z9hG4bKx1\r\nFrom: \"A\" <sip:1001@10.0.0.1>;tag=a1\r\nTo: "
      "<sip:1002@10.0.0.1>";
  if (response) out += ";tag=b1";
  out += "\r\nCall-ID: " + std::string(call_id) + "\r\nCSeq: 7 " + std::string(method) + "\r\n" + std::string(more) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  return out + std::string(body);
}

inline std::string sdp_text(std::string_view direction, std::string_view address = "10.0.1.1") {
  return "v=0\r\no=- 1 1 IN IP4 " + std::string(address) + "\r\ns=-\r\nc=IN IP4 " + std::string(address) +
         "\r\nt=0 0\r\nm=audio 11780 RTP/AVP 0\r\na=" + std::string(direction) + "\r\n";
}
inline constexpr std::string_view kSdp = "Content-Type: application/sdp\r\n";
inline constexpr std::string_view kSipfrag = "Content-Type: message/sipfrag;version=2.0\r\n";

}  // namespace offhook::flow
