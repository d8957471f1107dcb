#include "body/feature_event.hpp"

#include "xml.hpp"

namespace offhook::body {
namespace {

using xml::Element;
using xml::Word;

constexpr std::string_view kNamespace = "http://www.ecma-international.org/standards/ecma-323/csta/ed3";

constexpr Word<ForwardingType> kTypes[] = {{ForwardingType::Immediate, "forwardImmediate"},
                                           {ForwardingType::Busy, "forwardBusy"},
                                           {ForwardingType::NoAnswer, "forwardNoAns"}};

// The same state has one name in a request and another in an event.
struct Names {
  std::string_view root, state, target;
};
constexpr Names kForwarding[] = {{"ForwardingEvent", "forwardStatus", "forwardTo"},
                                 {"SetForwarding", "activateForward", "forwardDN"}};
constexpr Names kDoNotDisturb[] = {{"DoNotDisturbEvent", "doNotDisturbOn", {}},
                                   {"SetDoNotDisturb", "doNotDisturbOn", {}}};

bool state(const Element& root, const Names& names) {
  const Element e = root.required_child(names.state);
  return e && e.boolean(e.text()).value_or(false);
}

Forwarding forwarding(const Element& root, const Names& names) {
  Forwarding result;
  if (const Element type = root.required_child("forwardingType"))
    result.type = type.word(type.text(), kTypes).value_or(ForwardingType::Immediate);
  result.on = state(root, names);
  result.target = root.text(names.target);
  result.ring_count = root.number_in<std::uint32_t>("ringCount");
  return result;
}

}  // namespace

Result<FeatureEvent> FeatureEvent::parse(std::string_view text, const Limits& limits) {
  const auto document = xml::Document::parse(text, limits, kNamespace, {});
  if (!document) return tl::unexpected(document.error());
  const Element root = (*document)->root();
  FeatureEvent event;
  event.device = root.text("device");
  for (const bool is_request : {false, true}) {
    const bool is_forwarding = root.name() == kForwarding[is_request].root;
    if (!is_forwarding && root.name() != kDoNotDisturb[is_request].root) continue;
    event.is_request = is_request;
    if (is_forwarding)
      event.feature = forwarding(root, kForwarding[is_request]);
    else
      event.feature = DoNotDisturb{state(root, kDoNotDisturb[is_request])};
    return xml::finished(**document, std::move(event));
  }
  return fail(Module::Body, "a feature that is not known", root.offset());
}

std::string write(const FeatureEvent& event) {
  const auto* forwarding = std::get_if<Forwarding>(&event.feature);
  const Names& names = (forwarding != nullptr ? kForwarding : kDoNotDisturb)[event.is_request ? 1 : 0];
  xml::Writer out(names.root, kNamespace);
  out.leaf("device", event.device);
  if (forwarding == nullptr) {
    out.leaf(names.state, std::get<DoNotDisturb>(event.feature).on ? "true" : "false");
    return std::move(out).finish();
  }
  out.leaf("forwardingType", xml::text_of<ForwardingType>(kTypes, forwarding->type));
  out.leaf(names.state, forwarding->on ? "true" : "false").leaf_unless_empty(names.target, forwarding->target);
  out.leaf("ringCount", forwarding->ring_count);
  return std::move(out).finish();
}

}  // namespace offhook::body
