// GNU oSIP (libosip2): its parser puts every header field into a structure at once, so depth "phone" costs it nothing.
// RFC-typed members are read nowhere else.
#include <osipparser2/osip_parser.h>
#include <osipparser2/sdp_message.h>

#include "driver.hpp"

namespace offhook::bench {
namespace {

constexpr int kRefused = -1;

int read(const char* bytes, std::size_t size, Depth depth) {
  osip_message_t* message = nullptr;
  if (osip_message_init(&message) != 0) return kRefused;
  int media = 0;
  if (osip_message_parse(message, bytes, size) != 0) {
    media = kRefused;
  } else if (depth == Depth::Sdp && message->content_type != nullptr && message->content_type->subtype != nullptr &&
             std::string_view(message->content_type->subtype) == "sdp") {
    osip_body_t* body = nullptr;
    osip_message_get_body(message, 0, &body);
    sdp_message_t* session = nullptr;
    sdp_message_init(&session);
    if (body == nullptr || sdp_message_parse(session, body->body) != 0)
      media = kRefused;
    else
      while (sdp_message_endof_media(session, media) == 0) ++media;
    sdp_message_free(session);
  }
  osip_message_free(message);
  return media;
}

}  // namespace

const char* library() { return "osip"; }
void begin() { parser_init(); }
bool parse(char* bytes, std::size_t size, Depth depth) { return read(bytes, size, depth) != kRefused; }
int media_of(char* bytes, std::size_t size) { return read(bytes, size, Depth::Sdp); }

}  // namespace offhook::bench
