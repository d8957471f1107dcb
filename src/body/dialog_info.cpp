#include "body/dialog_info.hpp"

#include "xml.hpp"

namespace offhook::body {
namespace {

using xml::Element;
using xml::Word;
using xml::Writer;

constexpr std::string_view kNamespace = "urn:ietf:params:xml:ns:dialog-info";
constexpr std::string_view kSharedNamespace = "urn:ietf:params:xml:ns:sa-dialog-info";

constexpr Word<DialogState> kStates[] = {{DialogState::Trying, "trying"},
                                         {DialogState::Proceeding, "proceeding"},
                                         {DialogState::Early, "early"},
                                         {DialogState::Confirmed, "confirmed"},
                                         {DialogState::Terminated, "terminated"}};
constexpr Word<DialogEvent> kEvents[] = {{DialogEvent::Cancelled, "cancelled"},  {DialogEvent::Rejected, "rejected"},
                                         {DialogEvent::Replaced, "replaced"},    {DialogEvent::LocalBye, "local-bye"},
                                         {DialogEvent::RemoteBye, "remote-bye"}, {DialogEvent::Error, "error"},
                                         {DialogEvent::Timeout, "timeout"}};
// The last is of the examples of §6.2.
constexpr Word<DialogDirection> kDirections[] = {{DialogDirection::Initiator, "initiator"},
                                                 {DialogDirection::Recipient, "recipient"},
                                                 {DialogDirection::Recipient, "receiver"}};
constexpr Word<bool> kFull[] = {{true, "full"}, {false, "partial"}};

DialogInfo::NameAddress name_address(const Element& e) {
  auto display = e.attribute("display");  // §4.1.6.1; the schema of §4.4 has display-name
  if (!display) display = e.attribute("display-name");
  return {e.text(), std::string(display.value_or(std::string_view{}))};
}

DialogInfo::Target target(const Element& e) {
  // RFC 7463 §11 writes the URI between the tags in one place.
  DialogInfo::Target result{e.attribute("uri") ? e.value("uri") : e.text(), {}};
  if (result.uri.empty()) e.wrong("a target without a URI");
  for (const Element& param : e.children("param"))
    result.params.push_back({param.required("pname"), param.required("pval")});
  return result;
}

DialogInfo::Participant participant(const Element& e) {
  DialogInfo::Participant result;
  if (!e) return result;
  for (const Element& identity : e.children("identity")) result.identities.push_back(name_address(identity));
  if (const Element found = e.child("target")) result.target = target(found);
  if (const Element found = e.child("session-description"))
    result.session_description = {found.required("type"), found.text()};
  result.cseq = e.number_in<std::uint32_t>("cseq");
  return result;
}

std::optional<bool> exclusive(const Element& e) {
  const Element found = e.child(kSharedNamespace, "exclusive");
  return found ? found.boolean(found.text()) : std::nullopt;
}

void read_state(const Element& e, DialogInfo::Dialog& dialog) {
  const Element state = e.required_child("state");
  if (!state) return;
  dialog.state = state.word(state.text(), kStates).value_or(DialogState::Trying);
  dialog.event = state.word(state.attribute("event"), kEvents);
  dialog.code = state.number<int>(state.attribute("code"));
  if (dialog.code && (*dialog.code < 100 || *dialog.code > 699)) state.wrong("not a status code");
}

DialogInfo::Dialog dialog(const Element& e) {
  DialogInfo::Dialog result;
  result.id = e.required("id");
  result.call_id = e.value("call-id");
  result.local_tag = e.value("local-tag");
  result.remote_tag = e.value("remote-tag");
  result.direction = e.word(e.attribute("direction"), kDirections);
  read_state(e, result);
  result.duration = e.number_in<std::uint64_t>("duration");
  if (const Element found = e.child("replaces"))
    result.replaces = {found.required("call-id"), found.required("local-tag"), found.required("remote-tag")};
  if (const Element found = e.child("referred-by")) result.referred_by = name_address(found);
  if (const Element found = e.child("route-set"))
    for (const Element& hop : found.children("hop")) result.route_set.push_back(hop.text());
  result.local = participant(e.child("local"));
  result.remote = participant(e.child("remote"));
  if (const Element found = e.child(kSharedNamespace, "appearance"))
    result.appearance = found.number<std::uint32_t>(found.text());
  result.exclusive = exclusive(e);
  return result;
}

void write_name_address(Writer& out, std::string_view name, const DialogInfo::NameAddress& address) {
  out.open(name).attribute_unless_empty("display", address.display).text(address.uri).close();
}

void write_participant(Writer& out, std::string_view name, const DialogInfo::Participant& participant) {
  if (participant == DialogInfo::Participant{}) return;
  out.open(name);
  for (const auto& identity : participant.identities) write_name_address(out, "identity", identity);
  if (participant.target) {
    out.open("target").attribute("uri", participant.target->uri);
    for (const auto& param : participant.target->params)
      out.open("param").attribute("pname", param.name).attribute("pval", param.value).close();
    out.close();
  }
  if (const auto& description = participant.session_description)
    out.open("session-description").attribute("type", description->type).text(description->text).close();
  out.leaf("cseq", participant.cseq).close();
}

void write_dialog(Writer& out, const DialogInfo::Dialog& dialog) {
  out.open("dialog").attribute("id", dialog.id);
  out.attribute_unless_empty("call-id", dialog.call_id).attribute_unless_empty("local-tag", dialog.local_tag);
  out.attribute_unless_empty("remote-tag", dialog.remote_tag);
  if (dialog.direction) out.attribute("direction", xml::text_of<DialogDirection>(kDirections, *dialog.direction));
  if (dialog.appearance) out.leaf("sa:appearance", *dialog.appearance);
  if (dialog.exclusive) out.leaf("sa:exclusive", *dialog.exclusive ? "true" : "false");
  out.open("state");
  if (dialog.event) out.attribute("event", xml::text_of<DialogEvent>(kEvents, *dialog.event));
  if (dialog.code) out.attribute("code", std::to_string(*dialog.code));
  out.text(text_of(dialog.state)).close();
  out.leaf("duration", dialog.duration);
  if (const auto& replaces = dialog.replaces)
    out.open("replaces")
        .attribute("call-id", replaces->call_id)
        .attribute("local-tag", replaces->local_tag)
        .attribute("remote-tag", replaces->remote_tag)
        .close();
  if (dialog.referred_by) write_name_address(out, "referred-by", *dialog.referred_by);
  if (!dialog.route_set.empty()) {
    out.open("route-set");
    for (const auto& hop : dialog.route_set) out.leaf("hop", hop);
    out.close();
  }
  write_participant(out, "local", dialog.local);
  write_participant(out, "remote", dialog.remote);
  out.close();
}

bool is_shared(const DialogInfo& info) {
  for (const auto& dialog : info.dialogs)
    if (dialog.appearance || dialog.exclusive) return true;
  return false;
}

}  // namespace

std::string_view text_of(DialogState state) { return xml::text_of<DialogState>(kStates, state); }

Result<DialogInfo> DialogInfo::parse(std::string_view text, const Limits& limits) {
  const auto document = xml::Document::parse(text, limits, kNamespace, "dialog-info");
  if (!document) return tl::unexpected(document.error());
  const Element root = (*document)->root();
  DialogInfo info;
  info.version = root.number<std::uint32_t>(root.required("version")).value_or(0);
  const auto early_name = root.attribute("notify-state");  // as §3.7.2's example has it
  info.full = root.word(early_name ? *early_name : std::string_view(root.required("state")), kFull).value_or(true);
  info.entity = root.value("entity");
  for (const Element& e : root.children("dialog")) info.dialogs.push_back(dialog(e));
  return xml::finished(**document, std::move(info));
}

std::string write(const DialogInfo& info) {
  Writer out("dialog-info", kNamespace);
  if (is_shared(info)) out.attribute("xmlns:sa", kSharedNamespace);
  out.attribute("version", info.version).attribute("state", info.full ? "full" : "partial");
  out.attribute("entity", info.entity);
  for (const auto& dialog : info.dialogs) write_dialog(out, dialog);
  return std::move(out).finish();
}

}  // namespace offhook::body
