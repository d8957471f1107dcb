// What a SIP library does with one message, in three depths; driver.cpp measures it. One program a library, so that
// none of them shares an allocator's state, a symbol or a cache line with another.
#pragma once
#include <cstddef>
#include <string_view>

namespace offhook::bench {

enum class Depth {
  Receive,  // what the library does when a datagram arrives: start line, every header field, body
  Phone,    // and every field that a phone acts on in typed form: Request-URI, Via, From, To, Contact, Route,
            // Record-Route with their URIs, CSeq, parameters of Authorization
  Sdp,      // and the session description with its codecs, where there is one
};

// Each program defines these four.
[[nodiscard]] const char* library();
void begin();
// False when the library refuses the message. `bytes` is a copy that may be written to; a zero stands behind it.
[[nodiscard]] bool parse(char* bytes, std::size_t size, Depth depth);
// How many media the library sees in the message's session description: the proof that it reads it.
[[nodiscard]] int media_of(char* bytes, std::size_t size);

}  // namespace offhook::bench
