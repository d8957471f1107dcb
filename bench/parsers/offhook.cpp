// Our own parser.
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
volatile std::size_t sink = 0;  // what was read is summed up here, so that no reading can be optimised away

std::size_t sum(const Result<sip::Uri>& uri, bool& good) {
  if (!uri) {
    good = false;
    return 0;
  }
  return uri->user.size() + uri->host.size() + uri->port.value_or(0) + uri->params.text().size() +
         static_cast<std::size_t>(uri->scheme);
}

std::size_t vias(const Message& message, bool& good) {
  std::size_t out = 0;
  for (const std::string_view value : message.values(HeaderId::Via)) {
    const auto via = sip::Via::parse(value);
    good = good && via && via->well_formed();
    if (via)
      out += via->branch().size() + via->host.size() + via->port.value_or(0) + via->rport().value_or(0) +
             (via->has_received() ? 1 : 0);
  }
  return out;
}

std::size_t parties(const Message& message, bool& good) {
  std::size_t out = 0;
  for (const HeaderId id : {HeaderId::From, HeaderId::To}) {
    const auto value = message.find(id);
    const auto address = sip::NameAddr::parse(value.value_or(std::string_view{}));
    good = good && address;
    if (address) out += address->display.size() + address->tag().size() + sum(address->parse_uri(), good);
  }
  return out;
}

std::size_t contacts(const Message& message, bool& good) {
  std::size_t out = 0;
  for (const std::string_view value : message.values(HeaderId::Contact)) {
    const auto contact = sip::Contact::parse(value);
    good = good && contact;
    if (contact) out += sum(contact->address.parse_uri(), good) + contact->address.params.text().size();
  }
  return out;
}

std::size_t routes(const Message& message, bool& good) {
  std::size_t out = 0;
  for (const HeaderId id : {HeaderId::RecordRoute, HeaderId::Route}) {
    for (const std::string_view value : message.values(id)) {
      const auto address = sip::NameAddr::parse(value);
      good = good && address;
      if (!address) continue;
      const auto uri = address->parse_uri();
      out += sum(uri, good) + (uri && uri->params.has("lr") ? 1 : 0);
    }
  }
  return out;
}

std::size_t credentials(const Message& message, bool& good) {
  const auto value = message.find(HeaderId::Authorization);
  if (!value) return 0;
  const auto parsed = sip::CredentialsView::parse(*value);
  good = good && parsed;
  return parsed ? parsed->username.size() + parsed->nonce.size() + parsed->response.size() + parsed->nc.size() : 0;
}

bool read_fields(const Message& message) {
  bool good = true;
  std::size_t out = vias(message, good) + parties(message, good) + contacts(message, good) + routes(message, good) +
                    credentials(message, good) + message.call_id().size();
  if (message.is_request()) out += sum(sip::Uri::parse(message.request_uri()), good);
  const auto cseq = sip::CSeq::parse(message.find(HeaderId::CSeq).value_or(std::string_view{}));
  if (cseq) out += cseq->number + cseq->method.size();
  sink = out + static_cast<std::size_t>(message.status());
  return good && cseq;
}

int read_session(const Message& message) {
  const auto session = sdp::parse(message.body());
  if (!session) return kRefused;
  std::size_t out = session->origin().session_version.size();
  for (const auto& media : session->media()) {
    const auto connection = session->connection_of(media);
    out += media.port + media.codecs().size() + static_cast<std::size_t>(session->direction_of(media)) +
           (connection ? connection->address.size() : 0);
  }
  sink = out;
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
