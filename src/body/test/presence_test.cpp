#include "body/presence.hpp"

#include "property.hpp"

namespace offhook::body {
namespace {

Presence example(const std::string& name) { return parsed<Presence>(seed("pidf/" + name + ".xml")); }

TEST(Presence, TheSameWithAPrefixAndWithout) {
  const Presence presence = example("rfc3863-01");
  EXPECT_EQ(presence, example("rfc3863-02"));
  EXPECT_EQ(presence.entity, "pres:someone@example.com");
  ASSERT_EQ(presence.tuples.size(), 1U);
  EXPECT_EQ(presence.tuples[0].id, "sg89ae");
  EXPECT_EQ(presence.tuples[0].basic, Basic::Open);
  EXPECT_EQ(presence.tuples[0].contact, (Presence::Contact{"tel:+09012345678", "0.8"}));
  EXPECT_TRUE(presence.tuples[0].notes.empty());
}

TEST(Presence, NotesAndTimeOfTheExamples) {
  const Presence presence = example("rfc3863-04");
  ASSERT_EQ(presence.tuples.size(), 2U);
  const auto& first = presence.tuples[0];
  ASSERT_EQ(first.notes.size(), 2U);
  EXPECT_EQ(first.notes[0], (Presence::Note{"Don't Disturb Please!", "en"}));
  EXPECT_EQ(first.notes[1], (Presence::Note{"Ne derangez pas, s'il vous plait", "fr"}));
  EXPECT_EQ(first.timestamp, "2001-10-27T16:49:29Z");
  EXPECT_EQ(presence.tuples[1].contact->uri, "mailto:someone@example.com");
  ASSERT_EQ(presence.notes.size(), 1U);
  EXPECT_EQ(presence.notes[0].text, "I'll be in Tokyo next week");
}

TEST(Presence, ExtensionsAreSkipped) {
  EXPECT_EQ(example("rfc3863-03").tuples.at(0).contact->uri, "im:someone@example.com");
  EXPECT_EQ(example("rfc3863-05").tuples.at(1).contact, (Presence::Contact{"im:someone@mobilecarrier.net", "1.0"}));
  EXPECT_EQ(example("rfc3863-06").tuples.at(0).contact->priority, "0.725");
  for (const char* number : {"01", "02", "03", "04", "05", "06"})
    EXPECT_EQ(example(std::string("rfc4662-") + number).tuples.size(), 1U);
}

TEST(Presence, ActivitiesOfAPerson) {
  const Presence presence = example("rpid");
  EXPECT_EQ(presence.tuples.at(0).basic, Basic::Closed);
  ASSERT_EQ(presence.persons.size(), 1U);
  EXPECT_EQ(presence.persons[0].id, "p1");
  EXPECT_EQ(presence.persons[0].activities, (std::vector{Activity::OnThePhone, Activity::Busy}));
  ASSERT_EQ(presence.persons[0].notes.size(), 1U);
  EXPECT_EQ(presence.persons[0].notes[0], (Presence::Note{"Back soon", "en"}));
}

std::string with(const std::string& inside) {
  return "<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='pres:a@b'>" + inside + "</presence>";
}

TEST(Presence, MustNotParse) {
  EXPECT_TRUE(Presence::parse(with("<tuple id='1'><status/></tuple>")).has_value());
  EXPECT_EQ(refused_at<Presence>("<presence xmlns='urn:ietf:params:xml:ns:pidf'/>"), "presence");
  EXPECT_EQ(refused_at<Presence>(with("<tuple ><status/></tuple>")), "tuple");
  EXPECT_EQ(refused_at<Presence>(with("<tuple id='1'/>")), "tuple");
  const auto tuple = [](const std::string& more) { return with("<tuple id='1'><status/>" + more + "</tuple>"); };
  EXPECT_EQ(refused_at<Presence>(with("<tuple id='1'><status><basic >busy</basic></status></tuple>")), "basic");
  for (const char* q : {"", "2", "1.1", "0.1234", ".5", "0,5", "00", "-1", "1.0001"})
    EXPECT_EQ(refused_at<Presence>(tuple(std::string("<contact priority='") + q + "'>sip:a</contact>")), "contact")
        << q;
  for (const char* q : {"0", "1", "0.", "0.999", "1.000"})
    EXPECT_TRUE(Presence::parse(tuple(std::string("<contact priority='") + q + "'>sip:a</contact>")).has_value()) << q;
  for (const char* time : {"", "now", "2001-10-27", "2001-10-27 16:49:29Z", "2001-10-27T16:49:29Z <a/>x"})
    EXPECT_EQ(refused_at<Presence>(tuple(std::string("<timestamp >") + time + "</timestamp>")), "timestamp") << time;
  EXPECT_TRUE(Presence::parse(tuple("<timestamp>2001-10-27T16:49:29.020+01:00</timestamp>")).has_value());
  EXPECT_EQ(refused_at<Presence>(with("<dm:person xmlns:dm='urn:ietf:params:xml:ns:pidf:data-model'/>")), "dm:person");
}

TEST(Presence, ReadsBackWhatItWrote) {
  using T = Presence::Tuple;
  using N = Presence::Note;
  using C = Presence::Contact;
  using P = Presence::Person;
  const auto note = rc::gen::build<N>(rc::gen::set(&N::text, any_text()), rc::gen::set(&N::language, any_text()));
  const auto contact = rc::gen::build<C>(
      rc::gen::set(&C::uri, any_text()),
      rc::gen::set(&C::priority, rc::gen::elementOf(std::vector<std::string>{"", "0", "0.25", "1.000"})));
  const auto time =
      rc::gen::elementOf(std::vector<std::string>{"", "2026-11-25T22:00:00Z", "2001-01-01T00:00:00.5-05:30"});
  const auto tuple = rc::gen::build<T>(
      rc::gen::set(&T::id, any_text()), rc::gen::set(&T::basic, maybe(rc::gen::element(Basic::Open, Basic::Closed))),
      rc::gen::set(&T::contact, maybe(contact)), rc::gen::set(&T::notes, few(note)), rc::gen::set(&T::timestamp, time));
  const auto activity = rc::gen::map(rc::gen::inRange(0, static_cast<int>(Activity::Worship) + 1),
                                     [](int i) { return static_cast<Activity>(i); });
  const auto person = rc::gen::build<P>(rc::gen::set(&P::id, any_text()), rc::gen::set(&P::activities, few(activity)),
                                        rc::gen::set(&P::notes, few(note)));
  expect_for_all([&] {
    const Presence presence{*any_text(), *few(tuple), *few(note), *few(person)};
    const auto again = Presence::parse(write(presence));
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == presence);
  });
}

}  // namespace
}  // namespace offhook::body
