#include "dialog/dialog.hpp"

#include "addresses.hpp"
#include "base/ascii.hpp"

namespace offhook::dialog {
namespace {

using sip::HeaderId;
using sip::Message;
using sip::Method;

bool is_success(const Message& response) { return response.status() >= 200 && response.status() < 300; }

std::string with_tag(const std::string& address, const std::string& tag) {
  return tag.empty() ? address : address + ";tag=" + tag;
}

// §12.2 and the RFCs of the methods: 3311 (UPDATE), 6665 (SUBSCRIBE, NOTIFY), 3515 (REFER).
bool refreshes_target(Method method) {
  switch (method) {
    case Method::Invite:
    case Method::Update:
    case Method::Subscribe:
    case Method::Notify:
    case Method::Refer: return true;
    case Method::Unknown:
    case Method::Ack:
    case Method::Bye:
    case Method::Cancel:
    case Method::Options:
    case Method::Register:
    case Method::Prack:
    case Method::Publish:
    case Method::Info:
    case Method::Message: break;
  }
  return false;
}

}  // namespace

// §12.1.2
Result<Dialog> Dialog::from_response(const Message& request, const Message& response) {
  if (response.status() <= 100 || response.status() >= 300)
    return fail(Module::Dialog, "not a response that makes a dialog");
  const auto from = party(request, HeaderId::From);
  const auto to = party(response, HeaderId::To);
  if (!from || !to) return fail(Module::Dialog, "no usable From or To");
  // A 2xx without a tag comes from a peer of RFC 2543: the tag is null. An early dialog needs one, else forks could not
  // be told apart.
  if (to->tag.empty() && !is_success(response)) return fail(Module::Dialog, "no To tag in a provisional response");
  auto target = contact_uri(response);
  if (!target) {
    if (is_success(response)) return fail(Module::Dialog, "no usable Contact in a 2xx");
    target = request.request_uri();  // Contact is optional in a provisional response (table 2 of §20)
  }
  Dialog out;
  out.id_ = {std::string(response.call_id()), from->tag, to->tag};
  out.state_ = is_success(response) ? State::Confirmed : State::Early;
  out.is_uac_ = true;
  out.local_ = from->address;
  out.local_uri_ = from->uri;
  out.remote_ = to->address;
  out.remote_uri_ = to->uri;
  out.remote_target_ = std::move(*target);
  out.routes_ = record_routes(response, true);
  out.local_cseq_ = request.cseq();
  return out;
}

// §12.1.1
Result<Dialog> Dialog::from_request(const Message& request, std::string_view local_tag) {
  const auto from = party(request, HeaderId::From);
  const auto to = party(request, HeaderId::To);
  if (!from || !to) return fail(Module::Dialog, "no usable From or To");
  auto target = contact_uri(request);
  if (!target) {
    // A caller of RFC 2543 (§4.1 there) may leave the Contact out: From is then where it is reached. It has no tag
    // either (RFC 4475 §3.4.1).
    if (!from->tag.empty() || request.count(HeaderId::Contact) > 0) return fail(Module::Dialog, "no usable Contact");
    target = from->uri;
  }
  Dialog out;
  out.id_ = {std::string(request.call_id()), std::string(local_tag), from->tag};
  out.local_ = to->address;
  out.local_uri_ = to->uri;
  out.remote_ = from->address;
  out.remote_uri_ = from->uri;
  out.remote_target_ = std::move(*target);
  out.routes_ = record_routes(request, false);
  out.remote_cseq_ = request.cseq();
  return out;
}

void Dialog::confirm(const Message& response) {
  if (state_ == State::Confirmed || !is_success(response)) return;
  state_ = State::Confirmed;
  if (!is_uac_) return;  // our own 2xx: it says nothing new about the peer
  routes_ = record_routes(response, true);
  refresh_target(response);
}

sip::Builder Dialog::request(Method method, std::optional<std::uint32_t> ack_cseq) {
  const bool strict = !routes_.empty() && !is_loose(routes_.front());
  auto out = sip::Builder::request(
      method, as_request_uri(strict ? route_uri(routes_.front()) : std::string_view(remote_target_)));
  out.add(HeaderId::MaxForwards, "70");
  // §12.2.1.1: for a strict router its URI has moved into the Request-URI, and the target stands last among the routes.
  for (std::size_t i = strict ? 1 : 0; i < routes_.size(); ++i) out.add(HeaderId::Route, routes_[i]);
  if (strict) out.add(HeaderId::Route, "<" + remote_target_ + ">");
  out.add(HeaderId::From, with_tag(local_, id_.local_tag));
  out.add(HeaderId::To, with_tag(remote_, id_.remote_tag));
  out.add(HeaderId::CallId, id_.call_id);
  const std::uint32_t number = method == Method::Ack ? ack_cseq.value_or(local_cseq_) : ++local_cseq_;
  out.add(HeaderId::CSeq, std::to_string(number).append(" ").append(method_name(method)));
  return out;
}

std::string_view Dialog::next_hop() const {
  return routes_.empty() ? std::string_view(remote_target_) : route_uri(routes_.front());
}

bool Dialog::accept_request(const Message& request) {
  if (request.method() == Method::Ack || request.method() == Method::Cancel)
    return true;  // they carry an INVITE's number
  if (remote_cseq_ && request.cseq() <= *remote_cseq_) return false;
  remote_cseq_ = request.cseq();
  return true;
}

void Dialog::refresh_target(const Message& message) {
  if (!refreshes_target(message.method()) || (message.is_response() && !is_success(message))) return;
  if (auto target = contact_uri(message)) remote_target_ = std::move(*target);
}

DialogId dialog_id_of_request(const Message& request) {
  return {std::string(request.call_id()), std::string(request.to_tag()), std::string(request.from_tag())};
}

DialogId dialog_id_of_response(const Message& response) {
  return {std::string(response.call_id()), std::string(response.from_tag()), std::string(response.to_tag())};
}

}  // namespace offhook::dialog

std::size_t std::hash<offhook::dialog::DialogId>::operator()(const offhook::dialog::DialogId& id) const noexcept {
  auto value = offhook::fnv1a(id.call_id);
  value = offhook::fnv1a(id.local_tag, value ^ 1U);
  return offhook::fnv1a(id.remote_tag, value ^ 2U);
}
