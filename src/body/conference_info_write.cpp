// conference-info as XML: RFC 4575 §6, elements in the order of its schema.
#include "conference_words.hpp"

namespace offhook::body {
namespace {

using namespace conference;
using xml::Writer;

void write_state(Writer& out, ElementState state) {
  if (state != ElementState::Full) out.attribute("state", xml::text_of<ElementState>(kElementStates, state));
}

void write_status(Writer& out, std::optional<MediaStatus> status) {
  if (status) out.leaf("status", xml::text_of<MediaStatus>(kMediaStatuses, *status));
}

void write_entries(Writer& out, const std::vector<ConferenceInfo::Uri>& uris) {
  for (const auto& uri : uris)
    out.open("entry")
        .leaf("uri", uri.uri)
        .leaf_unless_empty("display-text", uri.display_text)
        .leaf_unless_empty("purpose", uri.purpose)
        .close();
}

void write_uris(Writer& out, std::string_view name, const std::vector<ConferenceInfo::Uri>& uris) {
  if (uris.empty()) return;
  out.open(name);
  write_entries(out, uris);
  out.close();
}

void write_description(Writer& out, const ConferenceInfo::Description& description) {
  out.open("conference-description").leaf_unless_empty("display-text", description.display_text);
  out.leaf_unless_empty("subject", description.subject).leaf_unless_empty("free-text", description.free_text);
  out.leaf_unless_empty("keywords", description.keywords);
  write_uris(out, "conf-uris", description.conf_uris);
  write_uris(out, "service-uris", description.service_uris);
  out.leaf("maximum-user-count", description.maximum_user_count);
  if (!description.available_media.empty()) {
    out.open("available-media");
    for (const auto& medium : description.available_media) {
      out.open("entry").attribute("label", medium.label).leaf_unless_empty("display-text", medium.display_text);
      out.leaf_unless_empty("type", medium.type);
      write_status(out, medium.status);
      out.close();
    }
    out.close();
  }
  out.close();
}

void write_flag(Writer& out, std::string_view name, std::optional<bool> flag) {
  if (flag) out.leaf(name, *flag ? "true" : "false");
}

void write_execution(Writer& out, std::string_view name, const std::optional<ConferenceInfo::Execution>& execution) {
  if (!execution) return;
  out.open(name).leaf_unless_empty("when", execution->when).leaf_unless_empty("reason", execution->reason);
  out.leaf_unless_empty("by", execution->by).close();
}

void write_media(Writer& out, const ConferenceInfo::Media& media) {
  out.open("media").attribute("id", media.id).leaf_unless_empty("display-text", media.display_text);
  out.leaf_unless_empty("type", media.type).leaf_unless_empty("label", media.label);
  out.leaf_unless_empty("src-id", media.src_id);
  write_status(out, media.status);
  out.close();
}

void write_endpoint(Writer& out, const ConferenceInfo::Endpoint& endpoint) {
  out.open("endpoint").attribute("entity", endpoint.entity);
  write_state(out, endpoint.state);
  out.leaf_unless_empty("display-text", endpoint.display_text);
  write_execution(out, "referred", endpoint.referred);
  if (endpoint.status) out.leaf("status", xml::text_of<EndpointStatus>(kEndpointStatuses, *endpoint.status));
  if (endpoint.joining_method)
    out.leaf("joining-method", xml::text_of<JoiningMethod>(kJoiningMethods, *endpoint.joining_method));
  write_execution(out, "joining-info", endpoint.joining_info);
  if (endpoint.disconnection_method)
    out.leaf("disconnection-method",
             xml::text_of<DisconnectionMethod>(kDisconnectionMethods, *endpoint.disconnection_method));
  write_execution(out, "disconnection-info", endpoint.disconnection_info);
  for (const auto& media : endpoint.media) write_media(out, media);
  if (const auto& call = endpoint.call_info) {
    out.open("call-info").open("sip").leaf_unless_empty("display-text", call->display_text);
    out.leaf("call-id", call->call_id).leaf("from-tag", call->from_tag).leaf("to-tag", call->to_tag).close().close();
  }
  out.close();
}

void write_user(Writer& out, const ConferenceInfo::User& user) {
  out.open("user").attribute("entity", user.entity);
  write_state(out, user.state);
  out.leaf_unless_empty("display-text", user.display_text);
  write_uris(out, "associated-aors", user.associated_aors);
  if (!user.roles.empty()) {
    out.open("roles");
    for (const auto& role : user.roles) out.leaf("entry", role);
    out.close();
  }
  out.leaf_unless_empty("languages", user.languages).leaf_unless_empty("cascaded-focus", user.cascaded_focus);
  for (const auto& endpoint : user.endpoints) write_endpoint(out, endpoint);
  out.close();
}

}  // namespace

std::string write(const ConferenceInfo& info) {
  Writer out("conference-info", kNamespace);
  out.attribute("entity", info.entity);
  out.attribute("state", xml::text_of<ElementState>(kElementStates, info.state)).attribute("version", info.version);
  if (info.description) write_description(out, *info.description);
  if (const auto& host = info.host_info) {
    out.open("host-info").leaf_unless_empty("display-text", host->display_text);
    out.leaf_unless_empty("web-page", host->web_page);
    write_uris(out, "uris", host->uris);
    out.close();
  }
  if (const auto& state = info.conference_state) {
    out.open("conference-state").leaf("user-count", state->user_count);
    write_flag(out, "active", state->active);
    write_flag(out, "locked", state->locked);
    out.close();
  }
  if (info.users) {
    out.open("users");
    write_state(out, info.users->state);
    for (const auto& user : info.users->users) write_user(out, user);
    out.close();
  }
  if (info.sidebars_by_ref) {
    out.open("sidebars-by-ref");
    write_state(out, info.sidebars_by_ref->state);
    write_entries(out, info.sidebars_by_ref->uris);
    out.close();
  }
  return std::move(out).finish();
}

}  // namespace offhook::body
