#include "hop_request.hpp"

#include "sip/builder.hpp"

namespace offhook::transaction {
namespace {

using sip::HeaderId;

// What we send may be larger than what we take in (a proxy adds to it), so the limits of input do not hold here.
constexpr sip::Limits kOwn{.message = SIZE_MAX, .headers = SIZE_MAX, .header_length = SIZE_MAX};

// What both have from the INVITE: Request-URI, its top Via alone, Route, From, Call-ID, the number of its CSeq.
sip::Builder from_invite(const sip::Message& invite, sip::Method method, std::string_view to) {
  auto out = sip::Builder::request(method, invite.request_uri());
  out.add(HeaderId::Via, invite.top(HeaderId::Via).value_or(std::string_view{}));
  out.add(HeaderId::MaxForwards, "70");
  out.copy(invite, HeaderId::Route);
  out.copy(invite, HeaderId::From);
  out.add(HeaderId::To, to);
  out.copy(invite, HeaderId::CallId);
  out.add(HeaderId::CSeq, std::to_string(invite.cseq()).append(" ").append(method_name(method)));
  return out;
}

}  // namespace

sip::Message make_ack(const sip::Message& invite, const sip::Message& response) {
  const auto to = response.find(HeaderId::To);  // with the tag of whoever refused
  return from_invite(invite, sip::Method::Ack, to ? *to : invite.find(HeaderId::To).value_or(std::string_view{}))
      .build();
}

sip::Message make_cancel(const sip::Message& invite, std::string_view reason) {
  auto out = from_invite(invite, sip::Method::Cancel, invite.find(HeaderId::To).value_or(std::string_view{}));
  if (!reason.empty()) out.add(HeaderId::Reason, reason);
  return out.build();
}

std::optional<sip::Message> reread(std::string bytes, std::size_t cut) {
  bytes.append(cut, ' ');
  auto message = sip::Message::parse(std::move(bytes), kOwn);
  if (!message) return std::nullopt;
  return std::move(*message);
}

}  // namespace offhook::transaction
