#include "body/feature_event.hpp"

#include "property.hpp"

namespace offhook::body {
namespace {

FeatureEvent example(const std::string& name) { return parsed<FeatureEvent>(seed("feature_event/" + name + ".xml")); }

TEST(FeatureEvent, Documents) {
  EXPECT_EQ(example("set-dnd"), (FeatureEvent{true, "", DoNotDisturb{true}}));
  EXPECT_EQ(example("dnd-event"), (FeatureEvent{false, "1001", DoNotDisturb{false}}));
  EXPECT_EQ(example("set-forwarding"),
            (FeatureEvent{true, "1001", Forwarding{ForwardingType::Immediate, true, "2001", std::nullopt}}));
  EXPECT_EQ(example("forwarding-event"),
            (FeatureEvent{false, "1001", Forwarding{ForwardingType::NoAnswer, true, "sip:2001@example.com", 3}}));
  EXPECT_EQ(write(example("set-dnd")),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<SetDoNotDisturb "
            "xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/ed3\"><device/>"
            "<doNotDisturbOn>true</doNotDisturbOn></SetDoNotDisturb>\n");
}

std::string with(const std::string& root, const std::string& inside) {
  return '<' + root + " xmlns='http://www.ecma-international.org/standards/ecma-323/csta/ed3'>" + inside + "</" + root +
         '>';
}

TEST(FeatureEvent, MustNotParse) {
  const auto at = [](const std::string& text) { return refused_at<FeatureEvent>(text); };
  EXPECT_EQ(at(with("SetAgentState", "")), "SetAgentState");
  EXPECT_EQ(at("<SetDoNotDisturb ><doNotDisturbOn>true</doNotDisturbOn></SetDoNotDisturb>"), "SetDoNotDisturb");
  EXPECT_EQ(at(with("SetDoNotDisturb", "<device/>")), "SetDoNotDisturb");
  EXPECT_EQ(at(with("DoNotDisturbEvent", "<doNotDisturbOn >on</doNotDisturbOn>")), "doNotDisturbOn");
  EXPECT_EQ(at(with("ForwardingEvent", "<forwardStatus>true</forwardStatus>")), "ForwardingEvent");
  const std::string type = "<forwardingType>forwardBusy</forwardingType>";
  EXPECT_EQ(at(with("ForwardingEvent", type)), "ForwardingEvent");
  EXPECT_EQ(at(with("ForwardingEvent", type + "<activateForward>true</activateForward>")), "ForwardingEvent");
  EXPECT_EQ(at(with("SetForwarding", "<forwardingType >never</forwardingType>")), "forwardingType");
  EXPECT_EQ(at(with("ForwardingEvent", type + "<forwardStatus>true</forwardStatus><ringCount >x</ringCount>")),
            "ringCount");
  EXPECT_FALSE(FeatureEvent::parse(seed("feature_event/latin.xml")).has_value());
}

TEST(FeatureEvent, ReadsBackWhatItWrote) {
  const auto forwarding = rc::gen::build<Forwarding>(
      rc::gen::set(&Forwarding::type,
                   rc::gen::element(ForwardingType::Immediate, ForwardingType::Busy, ForwardingType::NoAnswer)),
      rc::gen::set(&Forwarding::on, rc::gen::arbitrary<bool>()), rc::gen::set(&Forwarding::target, any_text()),
      rc::gen::set(&Forwarding::ring_count, maybe(rc::gen::arbitrary<std::uint32_t>())));
  expect_for_all([&] {
    FeatureEvent event{*rc::gen::arbitrary<bool>(), *any_text(), DoNotDisturb{*rc::gen::arbitrary<bool>()}};
    if (*rc::gen::arbitrary<bool>()) event.feature = *forwarding;
    const auto again = FeatureEvent::parse(write(event));
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == event);
  });
}

}  // namespace
}  // namespace offhook::body
