#include "body/reg_info.hpp"

#include "xml.hpp"

namespace offhook::body {
namespace {

using xml::Element;
using xml::Word;
using xml::Writer;

constexpr std::string_view kNamespace = "urn:ietf:params:xml:ns:reginfo";
constexpr std::string_view kGruuNamespace = "urn:ietf:params:xml:ns:gruuinfo";

constexpr Word<bool> kFull[] = {{true, "full"}, {false, "partial"}};
constexpr Word<RegistrationState> kRegistrationStates[] = {{RegistrationState::Init, "init"},
                                                           {RegistrationState::Active, "active"},
                                                           {RegistrationState::Terminated, "terminated"}};
constexpr Word<ContactState> kContactStates[] = {{ContactState::Active, "active"},
                                                 {ContactState::Terminated, "terminated"}};
constexpr Word<ContactEvent> kEvents[] = {
    {ContactEvent::Registered, "registered"}, {ContactEvent::Created, "created"},
    {ContactEvent::Refreshed, "refreshed"},   {ContactEvent::Shortened, "shortened"},
    {ContactEvent::Expired, "expired"},       {ContactEvent::Deactivated, "deactivated"},
    {ContactEvent::Probation, "probation"},   {ContactEvent::Unregistered, "unregistered"},
    {ContactEvent::Rejected, "rejected"}};

void read_gruus(const Element& e, RegInfo::Contact& contact) {
  if (const Element found = e.child(kGruuNamespace, "pub-gruu")) contact.pub_gruu = found.required("uri");
  if (const Element found = e.child(kGruuNamespace, "temp-gruu"))
    contact.temp_gruu = {found.required("uri"), found.number<std::uint32_t>(found.required("first-cseq")).value_or(0)};
}

RegInfo::Contact contact(const Element& e) {
  RegInfo::Contact result;
  result.id = e.required("id");
  result.state = e.word(e.required("state"), kContactStates).value_or(ContactState::Active);
  result.event = e.word(e.required("event"), kEvents).value_or(ContactEvent::Registered);
  result.duration_registered = e.number<std::uint64_t>(e.attribute("duration-registered"));
  result.expires = e.number<std::uint64_t>(e.attribute("expires"));
  result.retry_after = e.number<std::uint64_t>(e.attribute("retry-after"));
  if (result.event == ContactEvent::Shortened && !result.expires) e.wrong("shortened to what is not said");
  if (result.event == ContactEvent::Probation && !result.retry_after) e.wrong("probation without retry-after");
  result.q = e.value("q");
  result.call_id = e.value("callid");
  result.cseq = e.number<std::uint64_t>(e.attribute("cseq"));
  if (const Element uri = e.required_child("uri")) result.uri = uri.text();
  if (const Element name = e.child("display-name")) {
    result.display_name = name.text();
    result.display_language = name.language();
  }
  for (const Element& param : e.children("unknown-param"))
    result.unknown_params.push_back({param.required("name"), param.text()});
  read_gruus(e, result);
  return result;
}

RegInfo::Registration registration(const Element& e) {
  RegInfo::Registration result;
  result.aor = e.required("aor");
  result.id = e.required("id");
  result.state = e.word(e.required("state"), kRegistrationStates).value_or(RegistrationState::Init);
  for (const Element& child : e.children("contact")) result.contacts.push_back(contact(child));
  return result;
}

void write_contact(Writer& out, const RegInfo::Contact& contact) {
  out.open("contact").attribute("id", contact.id);
  out.attribute("state", xml::text_of<ContactState>(kContactStates, contact.state));
  out.attribute("event", xml::text_of<ContactEvent>(kEvents, contact.event));
  out.attribute("duration-registered", contact.duration_registered).attribute("expires", contact.expires);
  out.attribute("retry-after", contact.retry_after).attribute_unless_empty("q", contact.q);
  out.attribute_unless_empty("callid", contact.call_id).attribute("cseq", contact.cseq);
  out.leaf("uri", contact.uri);
  if (!contact.display_name.empty() || !contact.display_language.empty())
    out.open("display-name")
        .attribute_unless_empty("xml:lang", contact.display_language)
        .text(contact.display_name)
        .close();
  for (const auto& param : contact.unknown_params)
    out.open("unknown-param").attribute("name", param.name).text(param.value).close();
  if (!contact.pub_gruu.empty()) out.open("gr:pub-gruu").attribute("uri", contact.pub_gruu).close();
  if (const auto& gruu = contact.temp_gruu)
    out.open("gr:temp-gruu").attribute("uri", gruu->uri).attribute("first-cseq", gruu->first_cseq).close();
  out.close();
}

bool has_gruu(const RegInfo& info) {
  for (const auto& registration : info.registrations)
    for (const auto& contact : registration.contacts)
      if (!contact.pub_gruu.empty() || contact.temp_gruu) return true;
  return false;
}

}  // namespace

Result<RegInfo> RegInfo::parse(std::string_view text, const Limits& limits) {
  const auto document = xml::Document::parse(text, limits, kNamespace, "reginfo");
  if (!document) return tl::unexpected(document.error());
  const Element root = (*document)->root();
  RegInfo info;
  info.version = root.number<std::uint32_t>(root.required("version")).value_or(0);
  info.full = root.word(root.required("state"), kFull).value_or(true);
  for (const Element& e : root.children("registration")) info.registrations.push_back(registration(e));
  return xml::finished(**document, std::move(info));
}

std::string write(const RegInfo& info) {
  Writer out("reginfo", kNamespace);
  if (has_gruu(info)) out.attribute("xmlns:gr", kGruuNamespace);
  out.attribute("version", info.version).attribute("state", info.full ? "full" : "partial");
  for (const auto& registration : info.registrations) {
    out.open("registration").attribute("aor", registration.aor).attribute("id", registration.id);
    out.attribute("state", xml::text_of<RegistrationState>(kRegistrationStates, registration.state));
    for (const auto& contact : registration.contacts) write_contact(out, contact);
    out.close();
  }
  return std::move(out).finish();
}

}  // namespace offhook::body
