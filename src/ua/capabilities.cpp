#include "capabilities.hpp"

#include "base/ascii.hpp"
#include "sdp/offer_answer.hpp"
#include "sip/uri.hpp"

namespace offhook::ua {
namespace {

using sip::Builder;
using sip::HeaderId;
using sip::Method;

bool is_allowed(Method method) {
  switch (method) {
    case Method::Invite:
    case Method::Ack:
    case Method::Bye:
    case Method::Cancel:
    case Method::Options:
    case Method::Notify:
    case Method::Info:
    case Method::Refer:
    case Method::Update:
    case Method::Prack:      // 481: no 100rel here, so there is nothing that it could acknowledge
    case Method::Subscribe:  // 489: an answer about the package says more than one about the method
      return true;
    case Method::Unknown:
    case Method::Register:
    case Method::Publish:
    case Method::Message: return false;
  }
  return false;
}

}  // namespace

std::optional<sip::Message> refuse(const sip::Message& request, std::string_view to_tag) {
  const Method method = request.method();
  if (method == Method::Ack || method == Method::Cancel)
    return std::nullopt;  // neither can be refused that way (§8.2.2.3)
  if (method == Method::Unknown) return Builder::response(request, 501, to_tag).add(HeaderId::Allow, kAllow).build();
  if (!is_allowed(method)) return Builder::response(request, 405, to_tag).add(HeaderId::Allow, kAllow).build();
  // sips would promise a protection that a call over UDP does not give; tel needs a number plan that only a server has.
  const auto uri = sip::Uri::parse(request.request_uri());
  if (!uri || uri->scheme != sip::Scheme::Sip) return Builder::response(request, 416, to_tag).build();
  std::string unsupported;
  for (const std::string_view option : request.values(HeaderId::Require))
    if (!iequals(option, kSupported)) unsupported += (unsupported.empty() ? "" : ", ") + std::string(option);
  if (!unsupported.empty())
    return Builder::response(request, 420, to_tag).add(HeaderId::Unsupported, unsupported).build();
  // RFC 3891 §3: it stands in the first INVITE of a dialog, and nowhere else.
  if (request.count(HeaderId::Replaces) > 0 && (method != Method::Invite || !request.to_tag().empty()))
    return Builder::response(request, 400, to_tag, "Replaces Does Not Belong Here").build();
  if (const auto coding = request.find(HeaderId::ContentEncoding);
      coding && !request.body().empty() && !iequals(*coding, "identity"))
    return Builder::response(request, 415, to_tag).add(HeaderId::AcceptEncoding, "identity").build();
  return std::nullopt;
}

std::optional<sip::Message> refuse_body(const sip::Message& request, std::string_view to_tag) {
  const bool answers_session = request.method() == Method::Invite || !request.body().empty();
  if (answers_session && !accepts(request, kSdpType))
    return Builder::response(request, 406, to_tag)
        .add(HeaderId::Warning, "399 offhook \"Sessions are described in application/sdp only\"")
        .build();
  if (request.body().empty() || has_content_type(request, kSdpType)) return std::nullopt;
  // A body that may be ignored is ignored (§20.11): we then make the offer.
  if (const auto disposition = request.find(HeaderId::ContentDisposition);
      disposition && to_lower(*disposition).find("handling=optional") != std::string::npos)
    return std::nullopt;
  return Builder::response(request, 415, to_tag).add(HeaderId::Accept, kSdpType).build();
}

bool accepts(const sip::Message& request, std::string_view type) {
  if (request.count(HeaderId::Accept) == 0) return true;
  const std::string_view family = type.substr(0, type.find('/') + 1);
  for (const std::string_view range : request.values(HeaderId::Accept)) {
    const std::size_t end = std::min(range.find(';'), range.size());
    const std::string_view name = trim(range.substr(0, end));
    const bool named = iequals(name, type) || name == "*/*" ||
                       (name.ends_with("/*") && iequals(name.substr(0, name.size() - 1), family));
    const auto q = sip::Params(range.substr(end)).find("q");
    if (named && (!q || q->find_first_not_of("0.") != std::string_view::npos)) return true;
  }
  return false;
}

sip::Message options_answer(const Core& core, AccountId id, const sip::Message& request, std::string_view to_tag) {
  const LocalAccount* account = core.account(id);
  Builder response = Builder::response(request, 200, to_tag);
  response.add(HeaderId::Contact, core.contact(id)).add(HeaderId::Allow, kAllow).add(HeaderId::Accept, kSdpType);
  response.add(HeaderId::AcceptEncoding, "identity")
      .add(HeaderId::AcceptLanguage, "en")
      .add(HeaderId::AllowEvents, kAllowEvents)
      .add(HeaderId::Supported, kSupported);
  if (account == nullptr) return response.build();
  add_user_agent(response, account->settings);
  if (!accepts(request, kSdpType)) return response.build();  // §11.2: the body is for who can read it
  sdp::LocalAudio audio;
  audio.rtp = {core.local().address, 0};  // RFC 3264 §9: what we could do, not where
  audio.codecs = account->settings.codecs;
  audio.ptime = account->settings.ptime;
  return response.body(kSdpType, sdp::Session().make_offer(audio)).build();
}

bool has_content_type(const sip::Message& message, std::string_view type) {
  if (message.body().empty()) return false;
  const auto value = message.find(HeaderId::ContentType);
  if (!value) return false;
  return iequals(trim(value->substr(0, value->find(';'))), type);
}

void add_user_agent(Builder& builder, const Account& account) {
  if (!account.user_agent.empty()) builder.add(HeaderId::UserAgent, account.user_agent);
}

}  // namespace offhook::ua
