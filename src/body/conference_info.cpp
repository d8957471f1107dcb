#include "conference_words.hpp"

namespace offhook::body {
namespace {

using namespace conference;
using xml::Element;

ElementState state(const Element& e) {
  return e.word(e.attribute("state"), kElementStates).value_or(ElementState::Full);
}

std::vector<ConferenceInfo::Uri> uris(const Element& e) {
  std::vector<ConferenceInfo::Uri> result;
  if (!e) return result;
  for (const Element& entry : e.children("entry"))
    result.push_back({entry.required_child("uri") ? entry.text("uri") : std::string(), entry.text("display-text"),
                      entry.text("purpose")});
  return result;
}

ConferenceInfo::Medium medium(const Element& e) {
  return {e.required("label"), e.text("display-text"), e.text("type"), e.word_in("status", kMediaStatuses)};
}

ConferenceInfo::Description description(const Element& e) {
  ConferenceInfo::Description result;
  result.display_text = e.text("display-text");
  result.subject = e.text("subject");
  result.free_text = e.text("free-text");
  result.keywords = e.text("keywords");
  result.conf_uris = uris(e.child("conf-uris"));
  result.service_uris = uris(e.child("service-uris"));
  result.maximum_user_count = e.number_in<std::uint32_t>("maximum-user-count");
  if (const Element media = e.child("available-media"))
    for (const Element& entry : media.children("entry")) result.available_media.push_back(medium(entry));
  return result;
}

std::optional<ConferenceInfo::Execution> execution(const Element& e) {
  if (!e) return std::nullopt;
  return ConferenceInfo::Execution{e.text("when"), e.text("reason"), e.text("by")};
}

ConferenceInfo::Media media(const Element& e) {
  return {e.required("id"), e.text("display-text"), e.text("type"),
          e.text("label"),  e.text("src-id"),       e.word_in("status", kMediaStatuses)};
}

std::optional<ConferenceInfo::CallInfo> call_info(const Element& e) {
  const Element sip = e ? e.child("sip") : e;
  if (!sip) return std::nullopt;
  return ConferenceInfo::CallInfo{sip.text("display-text"), sip.text("call-id"), sip.text("from-tag"),
                                  sip.text("to-tag")};
}

ConferenceInfo::Endpoint endpoint(const Element& e) {
  ConferenceInfo::Endpoint result;
  result.entity = e.value("entity");
  result.state = state(e);
  result.display_text = e.text("display-text");
  result.referred = execution(e.child("referred"));
  result.status = e.word_in("status", kEndpointStatuses);
  result.joining_method = e.word_in("joining-method", kJoiningMethods);
  result.joining_info = execution(e.child("joining-info"));
  result.disconnection_method = e.word_in("disconnection-method", kDisconnectionMethods);
  result.disconnection_info = execution(e.child("disconnection-info"));
  for (const Element& child : e.children("media")) result.media.push_back(media(child));
  result.call_info = call_info(e.child("call-info"));
  return result;
}

ConferenceInfo::User user(const Element& e) {
  ConferenceInfo::User result;
  result.entity = e.value("entity");
  result.state = state(e);
  result.display_text = e.text("display-text");
  result.associated_aors = uris(e.child("associated-aors"));
  if (const Element roles = e.child("roles"))
    for (const Element& entry : roles.children("entry")) result.roles.push_back(entry.text());
  result.languages = e.text("languages");
  result.cascaded_focus = e.text("cascaded-focus");
  for (const Element& child : e.children("endpoint")) result.endpoints.push_back(endpoint(child));
  return result;
}

}  // namespace

Result<ConferenceInfo> ConferenceInfo::parse(std::string_view text, const Limits& limits) {
  const auto document = xml::Document::parse(text, limits, kNamespace, "conference-info");
  if (!document) return tl::unexpected(document.error());
  const Element root = (*document)->root();
  ConferenceInfo info;
  info.entity = root.required("entity");
  info.state = body::state(root);
  info.version = root.number<std::uint32_t>(root.required("version")).value_or(0);
  if (const Element e = root.child("conference-description")) info.description = body::description(e);
  if (const Element e = root.child("host-info"))
    info.host_info = {e.text("display-text"), e.text("web-page"), uris(e.child("uris"))};
  if (const Element e = root.child("conference-state"))
    info.conference_state = {e.number_in<std::uint32_t>("user-count"), e.boolean_in("active"), e.boolean_in("locked")};
  if (const Element e = root.child("users")) {
    info.users = Users{body::state(e), {}};
    for (const Element& child : e.children("user")) info.users->users.push_back(user(child));
  }
  if (const Element e = root.child("sidebars-by-ref")) info.sidebars_by_ref = {body::state(e), uris(e)};
  return xml::finished(**document, std::move(info));
}

}  // namespace offhook::body
