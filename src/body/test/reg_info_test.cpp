#include "body/reg_info.hpp"

#include "property.hpp"

namespace offhook::body {
namespace {

RegInfo example(const std::string& name) { return parsed<RegInfo>(seed("reginfo/" + name + ".xml")); }

TEST(RegInfo, ExampleOfTheFormat) {
  const RegInfo info = example("rfc3680-01");
  EXPECT_EQ(info.version, 0U);
  EXPECT_TRUE(info.full);
  ASSERT_EQ(info.registrations.size(), 1U);
  const auto& registration = info.registrations[0];
  EXPECT_EQ(registration.aor, "sip:user@example.com");
  EXPECT_EQ(registration.id, "as9");
  EXPECT_EQ(registration.state, RegistrationState::Active);
  ASSERT_EQ(registration.contacts.size(), 2U);
  const auto& first = registration.contacts[0];
  EXPECT_EQ(first.id, "76");
  EXPECT_EQ(first.state, ContactState::Active);
  EXPECT_EQ(first.event, ContactEvent::Registered);
  EXPECT_EQ(first.duration_registered, 7322U);
  EXPECT_EQ(first.q, "0.8");
  EXPECT_EQ(first.uri, "sip:user@pc887.example.com");
  EXPECT_EQ(first.expires, std::nullopt);
  const auto& second = registration.contacts[1];
  EXPECT_EQ(second.state, ContactState::Terminated);
  EXPECT_EQ(second.event, ContactEvent::Expired);
  EXPECT_EQ(second.uri, "sip:user@university.edu");
}

TEST(RegInfo, CallFlowOfTheExamples) {
  const RegInfo init = example("rfc3680-02");
  EXPECT_EQ(init.registrations.at(0).state, RegistrationState::Init);
  EXPECT_TRUE(init.registrations[0].contacts.empty());
  RegInfoTable table;
  EXPECT_EQ(table.apply(init), Merge::Applied);
  EXPECT_EQ(table.apply(example("rfc3680-03")), Merge::Applied);
  EXPECT_EQ(table.version(), 1U);
  ASSERT_EQ(table.registrations().size(), 1U);
  EXPECT_EQ(table.registrations()[0].state, RegistrationState::Active);
  EXPECT_EQ(table.registrations()[0].contacts.at(0).uri, "sip:joe@pc34.example.com");
}

TEST(RegInfo, GruusAndEverythingElseOfAContact) {
  const RegInfo info = example("gruu");
  EXPECT_FALSE(info.full);
  const auto& contact = info.registrations.at(0).contacts.at(0);
  EXPECT_EQ(contact.event, ContactEvent::Shortened);
  EXPECT_EQ(contact.expires, 60U);
  EXPECT_EQ(contact.call_id, "c1@pc887");
  EXPECT_EQ(contact.cseq, 54302U);
  EXPECT_EQ(contact.display_name, "The \"user\"");
  EXPECT_EQ(contact.display_language, "en");
  ASSERT_EQ(contact.unknown_params.size(), 2U);
  EXPECT_EQ(contact.unknown_params[0].name, "+sip.instance");
  EXPECT_EQ(contact.unknown_params[0].value, "\"<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>\"");
  EXPECT_EQ(contact.unknown_params[1].value, "");
  EXPECT_EQ(contact.pub_gruu, "sip:user@example.com;gr=hha9s8d-999a");
  EXPECT_EQ(contact.temp_gruu, (RegInfo::TempGruu{"sip:8ffkas08af7fasklzi9@example.com;gr", 54301}));
  EXPECT_EQ(info.registrations[0].contacts.at(1).retry_after, 300U);
}

std::string with(const std::string& attributes, const std::string& inside) {
  return "<reginfo xmlns='urn:ietf:params:xml:ns:reginfo' xmlns:gr='urn:ietf:params:xml:ns:gruuinfo' " + attributes +
         ">" + inside + "</reginfo>";
}
std::string with_contact(const std::string& attributes, const std::string& inside) {
  return with("version='0' state='full'", "<registration aor='sip:a@b' id='1' state='active'><contact " + attributes +
                                              ">" + inside + "</contact></registration>");
}

TEST(RegInfo, MustNotParse) {
  EXPECT_TRUE(RegInfo::parse(with_contact("id='1' state='active' event='created'", "<uri>sip:x</uri>")).has_value());
  EXPECT_EQ(refused_at<RegInfo>(with("state='full'", "")), "reginfo");
  EXPECT_EQ(refused_at<RegInfo>(with("version='1'", "")), "reginfo");
  EXPECT_EQ(refused_at<RegInfo>(with("version='1.0' state='full'", "")), "reginfo");
  EXPECT_EQ(refused_at<RegInfo>(with("version='1' state='deleted'", "")), "reginfo");
  for (const char* wrong :
       {"id='1' state='active'", "aor='a' state='active'", "aor='a' id='1'", "aor='a' id='1' state='registered'"})
    EXPECT_EQ(refused_at<RegInfo>(with("version='0' state='full'", std::string("<registration ") + wrong + "/>")),
              "registration");
  for (const char* wrong :
       {"state='active' event='created'", "id='1' event='created'", "id='1' state='active'",
        "id='1' state='init' event='created'", "id='1' state='active' event='gone'",
        "id='1' state='active' event='shortened'", "id='1' state='terminated' event='probation'",
        "id='1' state='active' event='created' expires='soon'", "id='1' state='active' event='created' cseq='-1'"})
    EXPECT_EQ(refused_at<RegInfo>(with_contact(wrong, "<uri>sip:x</uri>")), "contact");
  const auto inside = [](const std::string& text) {
    return with_contact("id='1' state='active' event='created'", text);
  };
  EXPECT_EQ(refused_at<RegInfo>(inside("")), "contact");
  EXPECT_EQ(refused_at<RegInfo>(inside("<uri/><unknown-param />")), "unknown-param");
  EXPECT_EQ(refused_at<RegInfo>(inside("<uri/><gr:pub-gruu />")), "gr:pub-gruu");
  EXPECT_EQ(refused_at<RegInfo>(inside("<uri/><gr:temp-gruu uri='x'/>")), "gr:temp-gruu");
  EXPECT_EQ(refused_at<RegInfo>(inside("<uri/><gr:temp-gruu uri='x' first-cseq='4294967296'/>")), "gr:temp-gruu");
}

rc::Gen<RegInfo::Contact> any_contact() {
  using C = RegInfo::Contact;
  using P = RegInfo::Param;
  using G = RegInfo::TempGruu;
  const auto number = maybe(rc::gen::arbitrary<std::uint64_t>());
  const auto param = rc::gen::build<P>(rc::gen::set(&P::name, any_text()), rc::gen::set(&P::value, any_text()));
  const auto gruu = rc::gen::build<G>(rc::gen::set(&G::uri, any_text()),
                                      rc::gen::set(&G::first_cseq, rc::gen::arbitrary<std::uint32_t>()));
  const auto contact = rc::gen::build<C>(
      rc::gen::set(&C::id, any_text()),
      rc::gen::set(&C::state, rc::gen::element(ContactState::Active, ContactState::Terminated)),
      rc::gen::set(&C::event, rc::gen::map(rc::gen::inRange(0, 9), [](int i) { return static_cast<ContactEvent>(i); })),
      rc::gen::set(&C::duration_registered, number), rc::gen::set(&C::expires, number),
      rc::gen::set(&C::retry_after, number), rc::gen::set(&C::q, any_text()), rc::gen::set(&C::call_id, any_text()),
      rc::gen::set(&C::cseq, number), rc::gen::set(&C::uri, any_text()), rc::gen::set(&C::display_name, any_text()),
      rc::gen::set(&C::display_language, any_text()), rc::gen::set(&C::unknown_params, few(param)),
      rc::gen::set(&C::pub_gruu, any_text()), rc::gen::set(&C::temp_gruu, maybe(gruu)));
  return rc::gen::map(contact, [](C made) {
    if (made.event == ContactEvent::Shortened && !made.expires) made.expires = 1;
    if (made.event == ContactEvent::Probation && !made.retry_after) made.retry_after = 1;
    return made;
  });
}

TEST(RegInfo, ReadsBackWhatItWrote) {
  using R = RegInfo::Registration;
  const auto registration = rc::gen::build<R>(
      rc::gen::set(&R::aor, any_text()), rc::gen::set(&R::id, any_text()),
      rc::gen::set(&R::state,
                   rc::gen::element(RegistrationState::Init, RegistrationState::Active, RegistrationState::Terminated)),
      rc::gen::set(&R::contacts, few(any_contact())));
  expect_for_all([&] {
    const RegInfo info{*rc::gen::arbitrary<std::uint32_t>(), *rc::gen::arbitrary<bool>(), *few(registration)};
    const auto again = RegInfo::parse(write(info));
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == info);
  });
}

// §5.2
class Registrations : public testing::Test {
 protected:
  static RegInfo document(std::uint32_t version, bool full, RegistrationState state,
                          const std::vector<std::pair<std::string, ContactState>>& contacts) {
    RegInfo info{version, full, {{"sip:a@b", "r", state, {}}}};
    for (const auto& [id, contact_state] : contacts) {
      RegInfo::Contact contact;
      contact.id = id;
      contact.state = contact_state;
      info.registrations[0].contacts.push_back(contact);
    }
    return info;
  }
  [[nodiscard]] std::string rows() const {
    std::string text;
    for (const auto& registration : table.registrations()) {
      text += registration.id + ':';
      for (const auto& contact : registration.contacts)
        text += contact.id + (contact.state == ContactState::Active ? "+" : "-");
    }
    return text;
  }
  static constexpr auto kActive = RegistrationState::Active;
  static constexpr auto kOn = ContactState::Active;
  static constexpr auto kOff = ContactState::Terminated;
  RegInfoTable table;
};

TEST_F(Registrations, PartialStateTouchesWhatItNames) {
  EXPECT_EQ(table.apply(document(0, true, kActive, {{"1", kOn}, {"2", kOn}})), Merge::Applied);
  EXPECT_EQ(table.apply(document(1, false, kActive, {{"2", kOff}, {"3", kOn}})), Merge::Applied);
  EXPECT_EQ(rows(), "r:1+2-3+");
  EXPECT_EQ(table.apply(document(2, false, kActive, {})), Merge::Applied);
  EXPECT_EQ(rows(), "r:1+3+");
  EXPECT_EQ(table.apply(document(3, false, RegistrationState::Terminated, {{"1", kOff}, {"3", kOff}})), Merge::Applied);
  EXPECT_EQ(rows(), "r:1-3-");
  EXPECT_EQ(table.apply({4, false, {}}), Merge::Applied);
  EXPECT_EQ(rows(), "");
}

TEST_F(Registrations, FullStateFlushes) {
  table.apply(document(0, true, kActive, {{"1", kOn}}));
  EXPECT_EQ(table.apply(document(8, true, kActive, {{"9", kOn}})), Merge::Applied);
  EXPECT_EQ(rows(), "r:9+");
  EXPECT_EQ(table.version(), 8U);
}

TEST_F(Registrations, OldIsDiscardedAndAGapAsks) {
  EXPECT_EQ(table.apply(document(3, false, kActive, {{"1", kOn}})), Merge::NeedsRefresh);
  EXPECT_EQ(table.apply(document(2, true, kActive, {})), Merge::Stale);
  EXPECT_EQ(table.apply(document(3, false, kActive, {{"1", kOff}})), Merge::Stale);
  EXPECT_EQ(rows(), "r:1+");
  EXPECT_EQ(table.apply(document(5, false, kActive, {{"2", kOn}})), Merge::NeedsRefresh);
  EXPECT_EQ(rows(), "r:1+2+");
  EXPECT_EQ(table.apply(document(5, true, kActive, {{"3", kOn}})), Merge::Applied);
  EXPECT_EQ(rows(), "r:3+");
}

TEST_F(Registrations, DoNotGrowWithoutEnd) {
  table.apply(document(0, true, kActive, {}));
  std::vector<std::pair<std::string, ContactState>> many;
  for (std::size_t i = 1; i < kMaxRows; ++i) many.emplace_back(std::to_string(i), kOn);
  EXPECT_EQ(table.apply(document(1, false, kActive, many)), Merge::Applied);
  EXPECT_EQ(table.apply(document(2, false, kActive, {{"more", kOn}})), Merge::NeedsRefresh);
  EXPECT_EQ(table.registrations()[0].contacts.size(), kMaxRows - 1);
}

}  // namespace
}  // namespace offhook::body
