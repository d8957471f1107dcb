#include "park/park.hpp"

#include <utility>

#include "base/ascii.hpp"
#include "registrar/outbound.hpp"
#include "sip/header/referred_by.hpp"

namespace offhook::proxy {
namespace {

using sip::HeaderId;
using sip::Method;

constexpr std::size_t kTagLength = 10;
constexpr std::uint16_t kDiscard = 9;  // no sound is sent there: the stream is inactive
constexpr std::string_view kSdp = "application/sdp";
constexpr std::string_view kAllow = "INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE, INFO, NOTIFY";
constexpr transaction::Timers kTimers{};

// Any codec will do for silence.
std::vector<sdp::Codec> codecs() {
  return {sdp::pcmu(),
          sdp::pcma(),
          {9, "G722", 8000, 1, {}},
          {18, "G729", 8000, 1, {}},
          {96, "opus", 48000, 2, {}},
          {97, "iLBC", 8000, 1, {}},
          {98, "G726-32", 8000, 1, {}}};
}

std::vector<sdp::LocalCrypto> keys(Random& random) {
  std::vector<sdp::LocalCrypto> out;
  for (const auto suite : {sdp::CryptoSuite::AEAD_AES_256_GCM, sdp::CryptoSuite::AEAD_AES_128_GCM,
                           sdp::CryptoSuite::AES_256_CM_HMAC_SHA1_80, sdp::CryptoSuite::AES_CM_128_HMAC_SHA1_80,
                           sdp::CryptoSuite::AES_CM_128_HMAC_SHA1_32}) {
    std::array<std::uint8_t, 46> bytes{};
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.below(256));
    out.push_back({suite, sdp::KeyMaterial::of(std::span(bytes).first(sdp::key_size(suite)))});
  }
  return out;
}

}  // namespace

std::optional<std::string> Park::orbit_of(const sip::Message& request, const Facts& facts) const {
  const std::string& park = s_.config->features.park;
  if (park.empty() || request.method() != Method::Invite || !request.to_tag().empty()) return std::nullopt;
  if (!facts.to_us || facts.emergency || (!facts.from_us && facts.peer == nullptr)) return std::nullopt;
  std::string number = sip::unescape(facts.uri.user);
  if (!number.starts_with(park)) return std::nullopt;
  return number.substr(park.size());
}

// The user of ours whose transfer has brought the call here (RFC 3892).
std::string Park::parker_of(const sip::Message& request, const Endpoint& local) const {
  const auto value = request.find(HeaderId::ReferredBy);
  const auto by = value ? sip::ReferredBy::parse(*value) : tl::unexpected(Error{});
  const auto uri = by ? by->address.parse_uri() : tl::unexpected(Error{});
  return uri && s_.names->is_us(*uri, local) ? sip::unescape(uri->user) : std::string{};
}

bool Park::take(Now now, transaction::ServerId id, const sip::Message& request, const transport::Flow& flow,
                const Facts& facts) {
  auto orbit = orbit_of(request, facts);
  if (!orbit) return false;
  const auto refuse = [&](const Reply& reply) {
    s_.calls->refused(now, request, facts, reply.status);
    s_.answers->send(now.mono, id, request, reply);
    return true;
  };
  std::string parker = parker_of(request, flow.local);
  if (orbit->empty()) *orbit = parker;
  if (orbit->empty()) return refuse({404, "Park At Which Number"});
  if (by_orbit_.contains(*orbit)) return refuse({486, "Somebody Is Parked There"});
  auto dialog = dialog::Dialog::from_request(request, s_.random->token(kTagLength));
  if (!dialog) return refuse({400, "Bad Contact"});

  const Id made = table_.insert(*std::move(dialog));
  Parked& parked = *table_.find(made);
  parked.session = sdp::Session(s_.random->next() >> 1);
  parked.flow = flow;
  parked.is_near = has_one_via(request) && parked.dialog.route_set().empty();
  auto description = describe(parked, request);
  if (!description) {
    table_.erase(made);
    return refuse({488});
  }
  parked.orbit = std::move(*orbit);
  parked.parker = std::move(parker);
  by_dialog_[parked.dialog.id()] = made;
  by_orbit_[parked.orbit] = made;
  auto answer = accept(now.mono, made, id, request, *description);
  wait(now.mono, made);
  const CallRef call = s_.calls->take(now, request, facts);
  const auto told = sip::Message::parse(answer.bytes);
  if (call && told) s_.calls->success(now.mono, call, *told, s_.names->aor(sip::escape_user(parked.orbit)));
  if (!call || !s_.records->hold(now.mono, call.call.number(), id, answer))
    s_.transactions->respond(now.mono, id, std::move(answer));
  return true;
}

// Our answer to the offer in it, or our offer when it has none.
Result<std::string> Park::describe(Parked& parked, const sip::Message& request) const {
  sdp::LocalAudio local;
  local.rtp = {parked.flow.local.address, kDiscard};
  local.codecs = codecs();
  local.direction = sdp::Direction::Inactive;
  local.srtp = sdp::Srtp::Optional;
  local.crypto = keys(*s_.random);
  if (!request.body().empty()) return parked.session.answer(request.body(), local);
  local.srtp = sdp::Srtp::Off;
  local.crypto.clear();
  return parked.session.make_offer(local);
}

// The 2xx, which is repeated until its ACK when it is an INVITE's; who calls sends it.
transaction::Response Park::accept(TimePoint now, Id id, transaction::ServerId server, const sip::Message& request,
                                   std::string_view description) {
  Parked& parked = *table_.find(id);
  auto ok = sip::Builder::response(request, 200, parked.dialog.id().local_tag);
  ok.copy(request, HeaderId::RecordRoute);
  ok.add(HeaderId::Contact, s_.names->contact(parked.flow)).add(HeaderId::Allow, kAllow);
  if (!s_.config->server_name.empty()) ok.add(HeaderId::Server, s_.config->server_name);
  auto message = description.empty() ? ok.build() : ok.body(kSdp, description).build();
  parked.dialog.confirm(message);
  transaction::Response answer{200, std::move(message).release()};
  if (request.method() != Method::Invite) return answer;
  wheel_.cancel(parked.repeat);
  parked.server = server;
  parked.answer = answer;
  parked.answered_cseq = request.cseq();
  parked.interval = kTimers.t1;
  parked.give_up = now + kTimers.timeout();
  parked.repeat = wheel_.arm(now + parked.interval, id.number() | kRepeat);
  return answer;
}

// §13.3.1.4
void Park::repeat(Now now, Id id) {
  Parked& parked = *table_.find(id);
  parked.repeat = {};
  if (now.mono >= parked.give_up) return end(now, id);
  s_.transactions->respond(now.mono, parked.server, parked.answer);
  parked.interval = std::min(2 * parked.interval, kTimers.t2);
  parked.repeat = wheel_.arm(std::min(now.mono + parked.interval, parked.give_up), id.number() | kRepeat);
}

bool Park::acknowledge(const sip::Message& ack) {
  if (table_.empty()) return false;
  const auto found = by_dialog_.find(dialog::dialog_id_of_request(ack));
  if (found == by_dialog_.end()) return false;
  Parked& parked = *table_.find(found->second);
  if (ack.cseq() != parked.answered_cseq) return true;
  wheel_.cancel(parked.repeat);
  parked.repeat = {};
  if (parked.session.state() == sdp::Session::State::OfferSent && !parked.session.accept_answer(ack.body()))
    parked.session.rollback();  // nothing was to be heard anyway
  return true;
}

bool Park::take_within(Now now, transaction::ServerId id, const sip::Message& request) {
  if (table_.empty()) return false;
  const auto found = by_dialog_.find(dialog::dialog_id_of_request(request));
  if (found == by_dialog_.end()) return false;
  const Id which = found->second;
  Parked& parked = *table_.find(which);
  const auto say = [&](const Reply& reply) { s_.answers->send(now.mono, id, request, reply); };
  if (!parked.dialog.accept_request(request)) {
    say({500, "CSeq Out of Order"});
    return true;
  }
  parked.dialog.refresh_target(request);
  const Method method = request.method();
  if (method == Method::Bye)
    hang_up(now, which, id, request);
  else if (method == Method::Invite || method == Method::Update)
    renew(now, which, id, request);
  else if (method == Method::Notify || method == Method::Options || method == Method::Info)
    say({200, {}, {{HeaderId::Allow, std::string(kAllow)}}});
  else
    say({501, {}, {{HeaderId::Allow, std::string(kAllow)}}});
  if (method == Method::Notify) progress(now, which, request);
  return true;
}

// An offer inside the dialog, or a refresh of its session.
void Park::renew(Now now, Id id, transaction::ServerId server, const sip::Message& request) {
  Parked& parked = *table_.find(id);
  const bool is_update = request.method() == Method::Update;
  const auto description =
      is_update && request.body().empty() ? Result<std::string>(std::string{}) : describe(parked, request);
  if (!description) return s_.answers->send(now.mono, server, request, {488});
  auto answer = accept(now.mono, id, server, request, *description);
  s_.transactions->respond(now.mono, server, std::move(answer));
}

// The record of the call is written before its end is confirmed.
void Park::hang_up(Now now, Id id, transaction::ServerId server, const sip::Message& bye) {
  auto ok = sip::Builder::response(bye, 200, {});
  if (!s_.config->server_name.empty()) ok.add(HeaderId::Server, s_.config->server_name);
  transaction::Response answer{200, ok.build().release()};
  const CallRef call = tell_end(now, bye);
  if (!call || !s_.records->hold(now.mono, call.call.number(), server, answer))
    s_.transactions->respond(now.mono, server, std::move(answer));
  erase(id);
}

// The table of calls hears of a BYE, theirs or ours.
CallRef Park::tell_end(Now now, const sip::Message& bye) {
  Facts facts;
  facts.from_tag = bye.from_tag();
  facts.to_tag = bye.to_tag();
  const CallRef call = s_.calls->take(now, bye, facts);
  if (call) s_.calls->success(now.mono, call, bye, {});
  return call;
}

}  // namespace offhook::proxy
