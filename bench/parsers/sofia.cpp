// Sofia-SIP: the message is extracted with all its header fields typed at once, so depth "phone" costs it nothing more.
#include <sofia-sip/msg.h>
#include <sofia-sip/msg_addr.h>
#include <sofia-sip/sdp.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_parser.h>
#include <sofia-sip/sip_util.h>
#include <sofia-sip/su_alloc.h>

#include <cstring>

#include "driver.hpp"

namespace offhook::bench {
namespace {

constexpr int kRefused = -1;
const msg_mclass_t* message_class = nullptr;

int media_in(const sip_payload_t& payload) {
  su_home_t home{};
  home.suh_size = sizeof home;
  su_home_init(&home);
  sdp_parser_t* const parser = sdp_parse(&home, payload.pl_data, static_cast<issize_t>(payload.pl_len), 0);
  int media = kRefused;
  if (const sdp_session_t* session = sdp_session(parser); session != nullptr) {
    media = 0;
    for (const sdp_media_t* m = session->sdp_media; m != nullptr; m = m->m_next) ++media;
  }
  sdp_parser_free(parser);
  su_home_deinit(&home);
  return media;
}

// The library hands out its buffer and the datagram is received into it: a copy that is its way of receiving.
int read(const char* bytes, std::size_t size, Depth depth) {
  msg_t* const message = msg_create(message_class, 0);
  msg_iovec_t room[2];
  int media = kRefused;
  if (msg_recv_iovec(message, room, 2, static_cast<usize_t>(size), 1) >= 1) {
    std::memcpy(room[0].mv_base, bytes, size);
    msg_recv_commit(message, static_cast<usize_t>(size), 1);
    const int extracted = msg_extract(message);
    const sip_t* const sip = sip_object(message);
    if (extracted >= 0 && sip != nullptr && sip->sip_error == nullptr) {
      media = 0;
      const bool session = depth == Depth::Sdp && sip->sip_payload != nullptr && sip->sip_content_type != nullptr &&
                           std::string_view(sip->sip_content_type->c_type) == "application/sdp";
      if (session) media = media_in(*sip->sip_payload);
    }
  }
  msg_destroy(message);
  return media;
}

}  // namespace

const char* library() { return "sofia-sip"; }
void begin() { message_class = sip_default_mclass(); }
bool parse(char* bytes, std::size_t size, Depth depth) { return read(bytes, size, depth) != kRefused; }
int media_of(char* bytes, std::size_t size) { return read(bytes, size, Depth::Sdp); }

}  // namespace offhook::bench
