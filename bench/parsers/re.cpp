// re (libre): decoding a message types Via, From, To, CSeq and the like at once; Contact, routes and credentials are
// decoded on demand, and are asked for here.
#include <cstdint>
#include <cstdio>
#include <ctime>

extern "C" {
#include <re.h>
}

#include "driver.hpp"

namespace offhook::bench {
namespace {

constexpr int kRefused = -1;
sa local;

bool take_address(const sip_hdr* header, const sip_msg*, void* failed) {
  sip_addr address;
  if (sip_addr_decode(&address, &header->val) != 0) *static_cast<bool*>(failed) = true;
  return false;
}

bool take_credentials(const sip_hdr* header, const sip_msg*, void* failed) {
  httpauth_digest_resp response;
  if (httpauth_digest_response_decode(&response, &header->val) != 0) *static_cast<bool*>(failed) = true;
  return false;
}

bool read_fields(const sip_msg* message) {
  bool failed = false;
  for (const sip_hdrid id : {SIP_HDR_CONTACT, SIP_HDR_RECORD_ROUTE, SIP_HDR_ROUTE})
    sip_msg_hdr_apply(message, true, id, take_address, &failed);
  sip_msg_hdr_apply(message, true, SIP_HDR_AUTHORIZATION, take_credentials, &failed);
  return !failed;
}

// The library reads a description against one of its own: a session that offers two codecs.
int read_session(const sip_msg* message) {
  sdp_session* session = nullptr;
  sdp_media* media = nullptr;
  sdp_session_alloc(&session, &local);
  sdp_media_add(&media, session, "audio", 4000, "RTP/AVP");
  sdp_format_add(nullptr, media, false, "0", "PCMU", 8000, 1, nullptr, nullptr, nullptr, false, nullptr);
  sdp_format_add(nullptr, media, false, "9", "G722", 8000, 1, nullptr, nullptr, nullptr, false, nullptr);
  int found = kRefused;
  if (sdp_decode(session, message->mb, true) == 0) found = sdp_media_rport(media) != 0 ? 1 : 0;
  mem_deref(session);
  return found;
}

int read(const char* bytes, std::size_t size, Depth depth) {
  mbuf* const buffer = mbuf_alloc(size);
  mbuf_write_mem(buffer, reinterpret_cast<const std::uint8_t*>(bytes), size);
  buffer->pos = 0;
  sip_msg* message = nullptr;
  int media = kRefused;
  if (sip_msg_decode(&message, buffer) == 0) {
    media = 0;
    if (depth != Depth::Receive && !read_fields(message)) media = kRefused;
    if (depth == Depth::Sdp && msg_ctype_cmp(&message->ctyp, "application", "sdp")) media = read_session(message);
  }
  mem_deref(message);
  mem_deref(buffer);
  return media;
}

}  // namespace

const char* library() { return "re"; }
void begin() {
  libre_init();
  sa_set_str(&local, "127.0.0.1", 5060);
}
bool parse(char* bytes, std::size_t size, Depth depth) { return read(bytes, size, depth) != kRefused; }
int media_of(char* bytes, std::size_t size) { return read(bytes, size, Depth::Sdp); }

}  // namespace offhook::bench
