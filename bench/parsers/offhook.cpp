// Our own parser.
#include <benchmark/benchmark.h>

#include "driver.hpp"
#include "sdp/session_description.hpp"
#include "sip/header/contact.hpp"
#include "sip/header/credentials.hpp"
#include "sip/header/cseq.hpp"
#include "sip/header/via.hpp"
#include "sip/message.hpp"

namespace offhook::bench {
namespace {

using sip::HeaderId;
using sip::Message;

constexpr int kRefused = -1;

// What was read is handed to nobody, but has to be there in memory.
template <class T>
bool have(const Result<T>& value) {
  benchmark::DoNotOptimize(&value);
  return value.has_value();
}
bool have(std::string_view value) {
  benchmark::DoNotOptimize(value.data());
  return true;
}

bool vias(const Message& message) {
  bool good = true;
  for (const std::string_view value : message.values(HeaderId::Via)) {
    const auto via = sip::Via::parse(value);
    good = have(via) && via->well_formed() && good;  // branch, received and rport are read with it
  }
  return good;
}

bool parties(const Message& message) {
  bool good = true;
  for (const HeaderId id : {HeaderId::From, HeaderId::To}) {
    const auto address = sip::NameAddr::parse(message.find(id).value_or(std::string_view{}));
    good = have(address) && have(address->tag()) && have(address->parse_uri()) && good;
  }
  return good;
}

bool contacts(const Message& message) {
  bool good = true;
  for (const std::string_view value : message.values(HeaderId::Contact)) {
    const auto contact = sip::Contact::parse(value);
    good = have(contact) && have(contact->address.parse_uri()) && good;
  }
  return good;
}

bool routes(const Message& message) {
  bool good = true;
  for (const HeaderId id : {HeaderId::RecordRoute, HeaderId::Route}) {
    for (const std::string_view value : message.values(id)) {
      const auto address = sip::NameAddr::parse(value);
      good = have(address) && good;
      if (!address) continue;
      const auto uri = address->parse_uri();
      const bool loose = uri && uri->params.has("lr");
      benchmark::DoNotOptimize(loose);
      good = have(uri) && good;
    }
  }
  return good;
}

bool credentials(const Message& message) {
  const auto value = message.find(HeaderId::Authorization);
  return !value || have(sip::CredentialsView::parse(*value));
}

bool read_fields(const Message& message) {
  const bool request = !message.is_request() || have(sip::Uri::parse(message.request_uri()));
  const bool cseq = have(sip::CSeq::parse(message.find(HeaderId::CSeq).value_or(std::string_view{})));
  return request && cseq && have(message.call_id()) && vias(message) && parties(message) && contacts(message) &&
         routes(message) && credentials(message);
}

int read_session(const Message& message) {
  const auto session = sdp::parse(message.body());
  if (!session) return kRefused;
  benchmark::DoNotOptimize(&session->origin());
  for (const auto& media : session->media()) {
    const auto connection = session->connection_of(media);
    const auto codecs = media.codecs();
    const auto direction = session->direction_of(media);
    benchmark::DoNotOptimize(&connection);
    benchmark::DoNotOptimize(&codecs);
    benchmark::DoNotOptimize(direction);
  }
  return static_cast<int>(session->media().size());
}

int read(const char* bytes, std::size_t size, Depth depth) {
  const auto message = Message::parse(std::string(bytes, size));
  if (!message) return kRefused;
  if (depth != Depth::Receive && !read_fields(*message)) return kRefused;
  if (depth == Depth::Sdp && message->find(HeaderId::ContentType) == "application/sdp") return read_session(*message);
  return 0;
}

}  // namespace

const char* library() { return "offhook"; }
void begin() {}
bool parse(char* bytes, std::size_t size, Depth depth) { return read(bytes, size, depth) != kRefused; }
int media_of(char* bytes, std::size_t size) { return read(bytes, size, Depth::Sdp); }

}  // namespace offhook::bench
