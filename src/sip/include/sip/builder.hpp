// Writes a new message: start line, header fields in the order of the calls, Content-Length last, body. RFC 3261 §7.
// Values are written as given; who takes a value from a person or a file escapes it first (name_addr, escape_user). A
// value with a CR or LF in it is written with that octet replaced by a space: a value never starts another header
// field.
#pragma once
#include <string>
#include <string_view>

#include "sip/message.hpp"

namespace offhook::sip {

class Builder {
 public:
  [[nodiscard]] static Builder request(std::string_view method, std::string_view request_uri);
  [[nodiscard]] static Builder request(Method method, std::string_view request_uri) {
    return request(method_name(method), request_uri);
  }
  // §8.2.6: copies every Via, From, To, Call-ID, CSeq of `request` (and Timestamp into a 100); adds ;tag=to_tag to To
  // when it has none and to_tag is not empty (never for 100). reason "" takes the RFC's phrase.
  [[nodiscard]] static Builder response(const Message& request, int status, std::string_view to_tag,
                                        std::string_view reason = {});

  Builder& add(HeaderId id, std::string_view value);
  Builder& add(std::string_view name, std::string_view value);
  // Copies every field of that kind from another message, as it stands there.
  Builder& copy(const Message& from, HeaderId id);
  Builder& body(std::string_view content_type, std::string_view bytes);

  // The finished message, indexed as it was written. Content-Length is added; the builder is empty afterwards. An empty
  // message when what was given makes none: a method that is no token, a URI with a space in it, a status beyond 699.
  [[nodiscard]] Message build();

 private:
  Builder() = default;
  void field(HeaderId id, std::string_view name, std::string_view value);
  Message message_;  // up to the fields that are written
  std::string body_;
  bool sound_ = true;
};

// "OK" for 200, … ; a general phrase of the class for codes without one. RFC 3261 §21 and registry.
[[nodiscard]] std::string_view reason_phrase(int status);

}  // namespace offhook::sip
