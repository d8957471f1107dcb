#include "body/conference_info.hpp"

#include "property.hpp"

namespace offhook::body {
namespace {

using Info = ConferenceInfo;

Info example(const std::string& name) { return parsed<Info>(seed("conference_info/" + name + ".xml")); }

TEST(ConferenceInfo, BasicExample) {
  const Info info = example("rfc4575-01");
  EXPECT_EQ(info.entity, "sips:conf233@example.com");
  EXPECT_EQ(info.state, ElementState::Full);
  EXPECT_EQ(info.version, 1U);
  ASSERT_TRUE(info.description);
  EXPECT_EQ(info.description->subject, "Agenda: This month's goals");
  EXPECT_EQ(info.description->service_uris, (std::vector{Info::Uri{"http://sharepoint/salesgroup/", "", "web-page"}}));
  EXPECT_FALSE(info.host_info);
  EXPECT_EQ(info.conference_state->user_count, 33U);
  EXPECT_EQ(info.conference_state->active, std::nullopt);
  ASSERT_TRUE(info.users);
  ASSERT_EQ(info.users->users.size(), 2U);
  const auto& bob = info.users->users[0];
  EXPECT_EQ(bob.entity, "sip:bob@example.com");
  EXPECT_EQ(bob.display_text, "Bob Hoskins");
  const auto& laptop = bob.endpoints.at(0);
  EXPECT_EQ(laptop.entity, "sip:bob@pc33.example.com");
  EXPECT_EQ(laptop.display_text, "Bob's Laptop");
  EXPECT_EQ(laptop.status, EndpointStatus::Disconnected);
  EXPECT_EQ(laptop.disconnection_method, DisconnectionMethod::Departed);
  EXPECT_EQ(laptop.disconnection_info,
            (Info::Execution{"2005-03-04T20:00:00Z", "bad voice quality", "sip:mike@example.com"}));
  EXPECT_EQ(laptop.media.at(0), (Info::Media{"1", "main audio", "audio", "34567", "432424", MediaStatus::SendRecv}));
  const auto& alice = info.users->users[1].endpoints.at(0);
  EXPECT_EQ(alice.status, EndpointStatus::Connected);
  EXPECT_EQ(alice.joining_method, JoiningMethod::DialedOut);
  EXPECT_EQ(alice.joining_info->by, "sip:mike@example.com");
}

TEST(ConferenceInfo, RichExample) {
  const Info info = example("rfc4575-02");
  EXPECT_EQ(info.state, ElementState::Partial);
  EXPECT_EQ(info.version, 5U);
  const auto& description = *info.description;
  EXPECT_EQ(description.display_text, "Weekly Sales Meeting");
  EXPECT_EQ(description.free_text, "We will start strict on time");
  EXPECT_EQ(description.keywords, "sales meeting weekly");
  ASSERT_EQ(description.conf_uris.size(), 3U);
  EXPECT_EQ(description.conf_uris[0], (Info::Uri{"tel:+18005671234", "TTI Bridge", "participation"}));
  EXPECT_EQ(description.service_uris.at(1).purpose, "recording");
  EXPECT_EQ(description.maximum_user_count, 100U);
  EXPECT_EQ(description.available_media.at(1), (Info::Medium{"34569", "main video", "video", MediaStatus::Inactive}));
  EXPECT_EQ(info.host_info->display_text, "Sales Host");
  EXPECT_EQ(info.host_info->uris.at(0).uri, "sip:sales@example.com");
  EXPECT_EQ(info.conference_state, (Info::State{32, true, false}));
  const auto& bob = info.users->users.at(0);
  EXPECT_EQ(bob.associated_aors.at(0).display_text, "email");
  EXPECT_EQ(bob.roles, std::vector<std::string>{"participant"});
  EXPECT_EQ(bob.languages, "en");
  const auto& endpoint = bob.endpoints.at(0);
  EXPECT_EQ(endpoint.referred->reason, "expert required");
  EXPECT_EQ(endpoint.status, EndpointStatus::Disconnecting);
  EXPECT_EQ(endpoint.disconnection_method, DisconnectionMethod::Booted);
  EXPECT_EQ(endpoint.call_info, (Info::CallInfo{"full info", "hsjh8980vhsb78", "vav738dvbs", "8954jgjg8432"}));
  EXPECT_EQ(info.sidebars_by_ref->state, ElementState::Partial);
  EXPECT_EQ(info.sidebars_by_ref->uris.at(1),
            (Info::Uri{"sips:conf233@example.com;grid=21", "private with Peter", ""}));
  EXPECT_EQ(parsed<Info>(write(info)), info);
}

std::string with(const std::string& inside) {
  return "<conference-info xmlns='urn:ietf:params:xml:ns:conference-info' entity='sip:c@x' version='1'>" + inside +
         "</conference-info>";
}

TEST(ConferenceInfo, MustNotParse) {
  const auto root = [](const std::string& attributes) {
    return "<conference-info xmlns='urn:ietf:params:xml:ns:conference-info' " + attributes + "/>";
  };
  EXPECT_TRUE(Info::parse(root("entity='a' version='0'")).has_value());
  for (const char* wrong :
       {"version='0'", "entity='a'", "entity='a' version='4294967296'", "entity='a' version='0' state='whole'"})
    EXPECT_EQ(refused_at<Info>(root(wrong)), "conference-info");
  EXPECT_EQ(refused_at<Info>(with("<conference-state><user-count >many</user-count></conference-state>")),
            "user-count");
  EXPECT_EQ(refused_at<Info>(with("<conference-state><active >maybe</active></conference-state>")), "active");
  EXPECT_EQ(refused_at<Info>(with("<users state='some'/>")), "users");
  EXPECT_EQ(refused_at<Info>(with("<users><user state='x'/></users>")), "user");
  EXPECT_EQ(refused_at<Info>(with("<host-info><uris><entry /></uris></host-info>")), "entry");
  EXPECT_EQ(refused_at<Info>(with("<conference-description><available-media><entry /></available-media>"
                                  "</conference-description>")),
            "entry");
  const auto endpoint = [](const std::string& inside) {
    return with("<users><user entity='u'><endpoint entity='e'>" + inside + "</endpoint></user></users>");
  };
  EXPECT_TRUE(Info::parse(endpoint("")).has_value());
  EXPECT_EQ(refused_at<Info>(endpoint("<status >gone</status>")), "status");
  EXPECT_EQ(refused_at<Info>(endpoint("<joining-method >came</joining-method>")), "joining-method");
  EXPECT_EQ(refused_at<Info>(endpoint("<disconnection-method >left</disconnection-method>")), "disconnection-method");
  EXPECT_EQ(refused_at<Info>(endpoint("<media />")), "media");
  EXPECT_EQ(refused_at<Info>(endpoint("<media id='1'><status >loud</status></media>")), "status");
}

template <class E>
rc::Gen<std::optional<E>> any_of(E last) {
  return maybe(rc::gen::map(rc::gen::inRange(0, static_cast<int>(last) + 1), [](int i) { return static_cast<E>(i); }));
}

rc::Gen<ElementState> any_state() {
  return rc::gen::element(ElementState::Full, ElementState::Partial, ElementState::Deleted);
}
rc::Gen<Info::Uri> any_uri() {
  using T = Info::Uri;
  return rc::gen::build<T>(rc::gen::set(&T::uri, any_text()), rc::gen::set(&T::display_text, any_text()),
                           rc::gen::set(&T::purpose, any_text()));
}
rc::Gen<std::optional<Info::Execution>> any_execution() {
  using T = Info::Execution;
  return maybe(rc::gen::build<T>(rc::gen::set(&T::when, any_text()), rc::gen::set(&T::reason, any_text()),
                                 rc::gen::set(&T::by, any_text())));
}
rc::Gen<Info::Media> any_media() {
  using T = Info::Media;
  return rc::gen::build<T>(rc::gen::set(&T::id, any_text()), rc::gen::set(&T::display_text, any_text()),
                           rc::gen::set(&T::type, any_text()), rc::gen::set(&T::label, any_text()),
                           rc::gen::set(&T::src_id, any_text()),
                           rc::gen::set(&T::status, any_of(MediaStatus::Inactive)));
}
rc::Gen<Info::Endpoint> any_endpoint() {
  using T = Info::Endpoint;
  using C = Info::CallInfo;
  const auto call = rc::gen::build<C>(rc::gen::set(&C::display_text, any_text()), rc::gen::set(&C::call_id, any_text()),
                                      rc::gen::set(&C::from_tag, any_text()), rc::gen::set(&C::to_tag, any_text()));
  return rc::gen::build<T>(rc::gen::set(&T::entity, any_text()), rc::gen::set(&T::state, any_state()),
                           rc::gen::set(&T::display_text, any_text()), rc::gen::set(&T::referred, any_execution()),
                           rc::gen::set(&T::status, any_of(EndpointStatus::Disconnecting)),
                           rc::gen::set(&T::joining_method, any_of(JoiningMethod::FocusOwner)),
                           rc::gen::set(&T::joining_info, any_execution()),
                           rc::gen::set(&T::disconnection_method, any_of(DisconnectionMethod::Busy)),
                           rc::gen::set(&T::disconnection_info, any_execution()),
                           rc::gen::set(&T::media, few(any_media())), rc::gen::set(&T::call_info, maybe(call)));
}
rc::Gen<Info::User> any_user() {
  using T = Info::User;
  return rc::gen::build<T>(rc::gen::set(&T::entity, any_text()), rc::gen::set(&T::state, any_state()),
                           rc::gen::set(&T::display_text, any_text()),
                           rc::gen::set(&T::associated_aors, few(any_uri())), rc::gen::set(&T::roles, few(any_text())),
                           rc::gen::set(&T::languages, any_text()), rc::gen::set(&T::cascaded_focus, any_text()),
                           rc::gen::set(&T::endpoints, few(any_endpoint())));
}
rc::Gen<Info::Description> any_description() {
  using T = Info::Description;
  using M = Info::Medium;
  const auto medium =
      rc::gen::build<M>(rc::gen::set(&M::label, any_text()), rc::gen::set(&M::display_text, any_text()),
                        rc::gen::set(&M::type, any_text()), rc::gen::set(&M::status, any_of(MediaStatus::Inactive)));
  return rc::gen::build<T>(rc::gen::set(&T::display_text, any_text()), rc::gen::set(&T::subject, any_text()),
                           rc::gen::set(&T::free_text, any_text()), rc::gen::set(&T::keywords, any_text()),
                           rc::gen::set(&T::conf_uris, few(any_uri())), rc::gen::set(&T::service_uris, few(any_uri())),
                           rc::gen::set(&T::maximum_user_count, maybe(rc::gen::arbitrary<std::uint32_t>())),
                           rc::gen::set(&T::available_media, few(medium)));
}

TEST(ConferenceInfo, ReadsBackWhatItWrote) {
  using H = Info::HostInfo;
  using S = Info::State;
  const auto host = rc::gen::build<H>(rc::gen::set(&H::display_text, any_text()),
                                      rc::gen::set(&H::web_page, any_text()), rc::gen::set(&H::uris, few(any_uri())));
  const auto state = rc::gen::build<S>(rc::gen::set(&S::user_count, maybe(rc::gen::arbitrary<std::uint32_t>())),
                                       rc::gen::set(&S::active, maybe(rc::gen::arbitrary<bool>())),
                                       rc::gen::set(&S::locked, maybe(rc::gen::arbitrary<bool>())));
  const auto users = rc::gen::build<Info::Users>(rc::gen::set(&Info::Users::state, any_state()),
                                                 rc::gen::set(&Info::Users::users, few(any_user())));
  const auto sidebars = rc::gen::build<Info::Sidebars>(rc::gen::set(&Info::Sidebars::state, any_state()),
                                                       rc::gen::set(&Info::Sidebars::uris, few(any_uri())));
  expect_for_all([&] {
    const Info info{*any_text(),
                    *any_state(),
                    *rc::gen::arbitrary<std::uint32_t>(),
                    *maybe(any_description()),
                    *maybe(host),
                    *maybe(state),
                    *maybe(users),
                    *maybe(sidebars)};
    Limits limits;
    limits.bytes *= 8;
    const auto again = Info::parse(write(info), limits);
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == info);
  });
}

}  // namespace
}  // namespace offhook::body
