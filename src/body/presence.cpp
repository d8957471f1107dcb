#include "body/presence.hpp"

#include "xml.hpp"

namespace offhook::body {
namespace {

using xml::Element;
using xml::Word;
using xml::Writer;

constexpr std::string_view kNamespace = "urn:ietf:params:xml:ns:pidf";
constexpr std::string_view kDataModel = "urn:ietf:params:xml:ns:pidf:data-model";
constexpr std::string_view kRpid = "urn:ietf:params:xml:ns:pidf:rpid";

constexpr Word<Basic> kBasic[] = {{Basic::Open, "open"}, {Basic::Closed, "closed"}};
constexpr Word<Activity> kActivities[] = {{Activity::Appointment, "appointment"},
                                          {Activity::Away, "away"},
                                          {Activity::Breakfast, "breakfast"},
                                          {Activity::Busy, "busy"},
                                          {Activity::Dinner, "dinner"},
                                          {Activity::Holiday, "holiday"},
                                          {Activity::InTransit, "in-transit"},
                                          {Activity::LookingForWork, "looking-for-work"},
                                          {Activity::Lunch, "lunch"},
                                          {Activity::Meal, "meal"},
                                          {Activity::Meeting, "meeting"},
                                          {Activity::OnThePhone, "on-the-phone"},
                                          {Activity::Other, "other"},
                                          {Activity::Performance, "performance"},
                                          {Activity::PermanentAbsence, "permanent-absence"},
                                          {Activity::Playing, "playing"},
                                          {Activity::Presentation, "presentation"},
                                          {Activity::Shopping, "shopping"},
                                          {Activity::Sleeping, "sleeping"},
                                          {Activity::Spectator, "spectator"},
                                          {Activity::Steering, "steering"},
                                          {Activity::Travel, "travel"},
                                          {Activity::Tv, "tv"},
                                          {Activity::Unknown, "unknown"},
                                          {Activity::Vacation, "vacation"},
                                          {Activity::Working, "working"},
                                          {Activity::Worship, "worship"}};

// qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] ); §4.4 has the same as a pattern.
bool is_qvalue(std::string_view q) {
  if (q.empty() || q.size() > 5 || (q[0] != '0' && q[0] != '1') || (q.size() > 1 && q[1] != '.')) return false;
  for (const char c : q.substr(std::min<std::size_t>(q.size(), 2)))
    if (!is_digit(c) || (q[0] == '1' && c != '0')) return false;
  return true;
}

// xs:dateTime: 2001-10-27T16:49:29Z, perhaps with a fraction of a second and an offset.
bool is_date_time(std::string_view text) {
  constexpr std::string_view kShape = "0000-00-00T00:00:00";
  if (text.size() < kShape.size()) return false;
  for (std::size_t i = 0; i < kShape.size(); ++i)
    if (kShape[i] == '0' ? !is_digit(text[i]) : text[i] != kShape[i]) return false;
  return text.find_first_not_of("0123456789.:+-Z", kShape.size()) == std::string_view::npos;
}

std::vector<Presence::Note> notes_of(const std::vector<Element>& elements) {
  std::vector<Presence::Note> result;
  for (const Element& e : elements) result.push_back({e.text(), e.language()});
  return result;
}

Presence::Tuple tuple(const Element& e) {
  Presence::Tuple result;
  result.id = e.required("id");
  if (const Element status = e.required_child("status")) result.basic = status.word_in("basic", kBasic);
  if (const Element contact = e.child("contact")) {
    result.contact = {contact.text(), contact.value("priority")};
    if (contact.attribute("priority") && !is_qvalue(result.contact->priority)) contact.wrong("not a priority");
  }
  result.notes = notes_of(e.children("note"));
  if (const Element timestamp = e.child("timestamp")) {
    result.timestamp = timestamp.text();
    if (!is_date_time(result.timestamp)) timestamp.wrong("not a date and time");
  }
  return result;
}

Presence::Person person(const Element& e) {
  Presence::Person result;
  result.id = e.required("id");
  for (const Element& activities : e.children(kRpid, "activities"))
    for (const std::string& name : activities.names_of_children(kRpid))
      for (const auto& word : kActivities)
        if (word.text == name) result.activities.push_back(word.value);
  result.notes = notes_of(e.children(kDataModel, "note"));
  return result;
}

void write_notes(Writer& out, std::string_view name, const std::vector<Presence::Note>& notes) {
  for (const auto& note : notes)
    out.open(name).attribute_unless_empty("xml:lang", note.language).text(note.text).close();
}

void write_tuple(Writer& out, const Presence::Tuple& tuple) {
  out.open("tuple").attribute("id", tuple.id).open("status");
  if (tuple.basic) out.leaf("basic", xml::text_of<Basic>(kBasic, *tuple.basic));
  out.close();
  if (tuple.contact)
    out.open("contact").attribute_unless_empty("priority", tuple.contact->priority).text(tuple.contact->uri).close();
  write_notes(out, "note", tuple.notes);
  out.leaf_unless_empty("timestamp", tuple.timestamp).close();
}

// Names of elements are written from literals: the writer keeps no copy of them.
void write_activity(Writer& out, Activity activity) {
  const std::string name = "rpid:" + std::string(xml::text_of<Activity>(kActivities, activity));
  out.open(name).close();
}

void write_person(Writer& out, const Presence::Person& person) {
  out.open("dm:person").attribute("id", person.id);
  if (!person.activities.empty()) {
    out.open("rpid:activities");
    for (const Activity activity : person.activities) write_activity(out, activity);
    out.close();
  }
  write_notes(out, "dm:note", person.notes);
  out.close();
}

}  // namespace

Result<Presence> Presence::parse(std::string_view text, const Limits& limits) {
  const auto document = xml::Document::parse(text, limits, kNamespace, "presence");
  if (!document) return tl::unexpected(document.error());
  const Element root = (*document)->root();
  Presence presence;
  presence.entity = root.required("entity");
  for (const Element& e : root.children("tuple")) presence.tuples.push_back(tuple(e));
  presence.notes = notes_of(root.children("note"));
  for (const Element& e : root.children(kDataModel, "person")) presence.persons.push_back(person(e));
  return xml::finished(**document, std::move(presence));
}

std::string write(const Presence& presence) {
  Writer out("presence", kNamespace);
  if (!presence.persons.empty()) out.attribute("xmlns:dm", kDataModel).attribute("xmlns:rpid", kRpid);
  out.attribute("entity", presence.entity);
  for (const auto& tuple : presence.tuples) write_tuple(out, tuple);
  write_notes(out, "note", presence.notes);
  for (const auto& person : presence.persons) write_person(out, person);
  return std::move(out).finish();
}

}  // namespace offhook::body
