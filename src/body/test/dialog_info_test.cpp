#include "body/dialog_info.hpp"

#include "property.hpp"

namespace offhook::body {
namespace {

DialogInfo example(const std::string& name) { return parsed<DialogInfo>(seed("dialog_info/" + name + ".xml")); }

TEST(DialogInfo, SampleNotificationBody) {
  const DialogInfo info = example("rfc4235-04");
  EXPECT_EQ(info.version, 1U);
  EXPECT_TRUE(info.full);
  EXPECT_EQ(info.entity, "");  // mandatory, and missing in the sample
  ASSERT_EQ(info.dialogs.size(), 1U);
  const auto& dialog = info.dialogs[0];
  EXPECT_EQ(dialog.id, "123456");
  EXPECT_EQ(dialog.state, DialogState::Confirmed);
  EXPECT_EQ(dialog.duration, 274U);
  EXPECT_EQ(dialog.call_id, "");
  EXPECT_EQ(dialog.direction, std::nullopt);
  ASSERT_EQ(dialog.local.identities.size(), 1U);
  EXPECT_EQ(dialog.local.identities[0], (DialogInfo::NameAddress{"sip:alice@example.com", "Alice"}));
  ASSERT_TRUE(dialog.local.target);
  EXPECT_EQ(*dialog.local.target,
            (DialogInfo::Target{"sip:alice@pc33.example.com", {{"isfocus", "true"}, {"class", "personal"}}}));
  ASSERT_EQ(dialog.remote.identities.size(), 1U);
  EXPECT_EQ(dialog.remote.identities[0], (DialogInfo::NameAddress{"sip:bob@example.org", "Bob"}));
  EXPECT_EQ(*dialog.remote.target, (DialogInfo::Target{"sip:bobster@phone21.example.org", {}}));
}

TEST(DialogInfo, ForkedCallOfTheExamples) {
  const DialogInfo trying = example("rfc4235-05");
  EXPECT_EQ(trying.entity, "sip:alice@example.com");
  ASSERT_EQ(trying.dialogs.size(), 1U);
  EXPECT_EQ(trying.dialogs[0].call_id, "a84b4c76e66710");
  EXPECT_EQ(trying.dialogs[0].local_tag, "1928301774");
  EXPECT_EQ(trying.dialogs[0].remote_tag, "");
  EXPECT_EQ(trying.dialogs[0].direction, DialogDirection::Initiator);
  EXPECT_EQ(trying.dialogs[0].state, DialogState::Trying);

  const DialogInfo cancelled = example("rfc4235-09");
  EXPECT_EQ(cancelled.version, 4U);
  EXPECT_FALSE(cancelled.full);
  EXPECT_EQ(cancelled.dialogs.at(0).remote_tag, "hh76a");
  EXPECT_EQ(cancelled.dialogs.at(0).state, DialogState::Terminated);
  EXPECT_EQ(cancelled.dialogs.at(0).event, DialogEvent::Cancelled);
}

TEST(DialogInfo, ReplacementOfTheExamples) {
  const DialogInfo early = example("rfc4235-13");
  EXPECT_EQ(early.dialogs.at(0).code, 180);
  EXPECT_TRUE(early.dialogs.at(0).local.identities.empty());

  const DialogInfo info = example("rfc4235-15");
  ASSERT_EQ(info.dialogs.size(), 2U);
  const auto& dialog = info.dialogs[1];
  EXPECT_EQ(dialog.direction, DialogDirection::Recipient);  // "receiver" there
  EXPECT_EQ(dialog.replaces, (DialogInfo::Replaces{"a84b4c76e66710", "1928301774", "8736347"}));
  EXPECT_EQ(dialog.referred_by, (DialogInfo::NameAddress{"sip:bob-is-not-here@vm.example.net", ""}));
  EXPECT_EQ(dialog.remote.identities.at(0), (DialogInfo::NameAddress{"sip:cjones@example.net", "Cathy Jones"}));
  EXPECT_EQ(dialog.remote.target->params.at(1), (DialogInfo::Param{"automaton", "false"}));
}

TEST(DialogInfo, SharedAppearancesOfRfc7463) {
  const DialogInfo seized = example("rfc7463-01");
  EXPECT_EQ(seized.dialogs.at(0).appearance, 1U);
  EXPECT_EQ(seized.dialogs.at(0).exclusive, std::nullopt);
  EXPECT_EQ(example("rfc7463-02").dialogs.at(0).local.target->uri, "sip:bob@ua2.example.com");  // as text there
  const DialogInfo full = example("rfc7463-03");
  EXPECT_EQ(full.version, 6U);
  EXPECT_EQ(full.dialogs.at(0).exclusive, false);
  EXPECT_EQ(full.dialogs.at(0).local.target->uri, "sip:bob@ua2.example.com");
}

TEST(DialogInfo, EveryOtherExampleParses) {
  EXPECT_TRUE(example("rfc4235-02").full);  // notify-state there
  for (const char* number : {"01", "06", "07", "08", "10", "11", "12", "14", "16", "18", "19", "20", "21", "22"}) {
    SCOPED_TRACE(number);
    const DialogInfo info = example(std::string("rfc4235-") + number);
    EXPECT_EQ(info.entity, "sip:alice@example.com");
    EXPECT_EQ(parsed<DialogInfo>(write(info)), info);
  }
}

TEST(DialogInfo, WhatTheExamplesGetWrongIsRefused) {
  EXPECT_EQ(refused_at<DialogInfo>(seed("dialog_info/rfc4235-03.xml")), "dialog");  // no state
  EXPECT_EQ(refused_at<DialogInfo>(seed("dialog_info/rfc4235-17.xml")), "<");       // an end tag too many
}

std::string with(const std::string& attributes, const std::string& inside) {
  return "<dialog-info xmlns='urn:ietf:params:xml:ns:dialog-info' entity='sip:a@b' " + attributes + ">" + inside +
         "</dialog-info>";
}
std::string with_dialog(const std::string& inside) { return with("version='1' state='full'", inside); }

TEST(DialogInfo, MustNotParse) {
  EXPECT_EQ(refused_at<DialogInfo>(with("state='full'", "")), "dialog-info");
  EXPECT_EQ(refused_at<DialogInfo>(with("version='1'", "")), "dialog-info");
  EXPECT_EQ(refused_at<DialogInfo>(with("version='1' state='half'", "")), "dialog-info");
  EXPECT_EQ(refused_at<DialogInfo>(with("version='-1' state='full'", "")), "dialog-info");
  EXPECT_EQ(refused_at<DialogInfo>(with("version='4294967296' state='full'", "")), "dialog-info");
  EXPECT_EQ(refused_at<DialogInfo>(with("version='' state='full'", "")), "dialog-info");
  EXPECT_EQ(refused_at<DialogInfo>(with_dialog("<dialog><state>early</state></dialog>")), "dialog");
  EXPECT_EQ(refused_at<DialogInfo>(with_dialog("<dialog id='1'/>")), "dialog");
  EXPECT_EQ(refused_at<DialogInfo>(with_dialog("<dialog id='1'><state/></dialog>")), "state");
  EXPECT_EQ(refused_at<DialogInfo>(with_dialog("<dialog id='1'><state >ringing</state></dialog>")), "state");
  EXPECT_EQ(refused_at<DialogInfo>(with_dialog("<dialog id='1' direction='in'><state>early</state></dialog>")),
            "dialog");
  const auto dialog = [](const std::string& inside) {
    return with_dialog("<dialog id='1'><state>early</state>" + inside + "</dialog>");
  };
  EXPECT_TRUE(DialogInfo::parse(dialog("")).has_value());
  EXPECT_EQ(refused_at<DialogInfo>(dialog("<duration >long</duration>")), "duration");
  EXPECT_EQ(refused_at<DialogInfo>(dialog("<replaces call-id='1' local-tag='2'/>")), "replaces");
  EXPECT_EQ(refused_at<DialogInfo>(dialog("<local><target/></local>")), "target");
  EXPECT_EQ(refused_at<DialogInfo>(dialog("<local><target uri='a'><param pname='x'/></target></local>")), "param");
  EXPECT_EQ(refused_at<DialogInfo>(dialog("<remote><session-description >v=0</session-description></remote>")),
            "session-description");
  EXPECT_EQ(refused_at<DialogInfo>(dialog("<a:exclusive xmlns:a='urn:ietf:params:xml:ns:sa-dialog-info'>yes"
                                          "</a:exclusive>")),
            "a:exclusive");
  EXPECT_EQ(refused_at<DialogInfo>(with_dialog("<dialog id='1'><state code='700'>early</state></dialog>")), "state");
  EXPECT_EQ(refused_at<DialogInfo>(with_dialog("<dialog id='1'><state event='left'>terminated</state></dialog>")),
            "state");
}

rc::Gen<DialogInfo::NameAddress> any_address() {
  using T = DialogInfo::NameAddress;
  return rc::gen::build<T>(rc::gen::set(&T::uri, any_text()), rc::gen::set(&T::display, any_text()));
}

rc::Gen<DialogInfo::Participant> any_participant() {
  using T = DialogInfo::Target;
  using P = DialogInfo::Param;
  using S = DialogInfo::SessionDescription;
  using R = DialogInfo::Participant;
  const auto param = rc::gen::build<P>(rc::gen::set(&P::name, any_text()), rc::gen::set(&P::value, any_text()));
  const auto target = rc::gen::build<T>(rc::gen::set(&T::uri, some_text()), rc::gen::set(&T::params, few(param)));
  const auto session = rc::gen::build<S>(rc::gen::set(&S::type, any_text()), rc::gen::set(&S::text, any_text()));
  return rc::gen::build<R>(rc::gen::set(&R::identities, few(any_address())), rc::gen::set(&R::target, maybe(target)),
                           rc::gen::set(&R::session_description, maybe(session)),
                           rc::gen::set(&R::cseq, maybe(rc::gen::arbitrary<std::uint32_t>())));
}

rc::Gen<DialogInfo::Dialog> any_dialog() {
  using D = DialogInfo::Dialog;
  using R = DialogInfo::Replaces;
  const auto replaces =
      rc::gen::build<R>(rc::gen::set(&R::call_id, any_text()), rc::gen::set(&R::local_tag, any_text()),
                        rc::gen::set(&R::remote_tag, any_text()));
  return rc::gen::build<D>(
      rc::gen::set(&D::id, any_text()), rc::gen::set(&D::call_id, any_text()), rc::gen::set(&D::local_tag, any_text()),
      rc::gen::set(&D::remote_tag, any_text()),
      rc::gen::set(&D::direction, maybe(rc::gen::element(DialogDirection::Initiator, DialogDirection::Recipient))),
      rc::gen::set(&D::state, rc::gen::element(DialogState::Trying, DialogState::Proceeding, DialogState::Early,
                                               DialogState::Confirmed, DialogState::Terminated)),
      rc::gen::set(&D::event,
                   maybe(rc::gen::element(DialogEvent::Cancelled, DialogEvent::Rejected, DialogEvent::Replaced,
                                          DialogEvent::LocalBye, DialogEvent::RemoteBye, DialogEvent::Error,
                                          DialogEvent::Timeout))),
      rc::gen::set(&D::code, maybe(rc::gen::inRange(100, 700))),
      rc::gen::set(&D::duration, maybe(rc::gen::arbitrary<std::uint64_t>())),
      rc::gen::set(&D::replaces, maybe(replaces)), rc::gen::set(&D::referred_by, maybe(any_address())),
      rc::gen::set(&D::route_set, few(any_text())), rc::gen::set(&D::local, any_participant()),
      rc::gen::set(&D::remote, any_participant()),
      rc::gen::set(&D::appearance, maybe(rc::gen::arbitrary<std::uint32_t>())),
      rc::gen::set(&D::exclusive, maybe(rc::gen::arbitrary<bool>())));
}

TEST(DialogInfo, ReadsBackWhatItWrote) {
  expect_for_all([] {
    DialogInfo info;
    info.version = *rc::gen::arbitrary<std::uint32_t>();
    info.full = *rc::gen::arbitrary<bool>();
    info.entity = *any_text();
    info.dialogs = *few(any_dialog());
    const auto again = DialogInfo::parse(write(info));
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == info);
  });
}

}  // namespace
}  // namespace offhook::body
