#include "events/reg_package.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace offhook::proxy {
namespace {

struct ContactChange final : EventChange {
  ContactChange(body::RegInfo::Contact what, TimePoint when) : contact(std::move(what)), until(when) {}
  body::RegInfo::Contact contact;
  TimePoint until;
};

std::string hex(std::uint64_t number) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (int shift = 60; shift >= 0; shift -= 4) out += kDigits[number >> shift & 15U];
  return out;
}

// An attribute "id" is the same for the same thing as long as the subscription lasts, and nothing else.
std::string contact_id(const PackedBinding& binding) {
  std::uint64_t id = fnv1a(binding.contact(), fnv1a(binding.aor()));
  if (binding.reg_id() != 0) id = fnv1a(binding.instance(), fnv1a(std::to_string(binding.reg_id()), id));
  return hex(id);
}

bool is_active(body::ContactEvent event) {
  switch (event) {
    case body::ContactEvent::Registered:
    case body::ContactEvent::Created:
    case body::ContactEvent::Refreshed:
    case body::ContactEvent::Shortened: return true;
    case body::ContactEvent::Expired:
    case body::ContactEvent::Deactivated:
    case body::ContactEvent::Probation:
    case body::ContactEvent::Unregistered:
    case body::ContactEvent::Rejected: break;
  }
  return false;
}

std::string q_text(int q) {
  if (q == 1000) return {};
  const std::string digits = std::to_string(q);
  return "0." + std::string(3 - digits.size(), '0') + digits;
}

}  // namespace

body::RegInfo::Contact RegPackage::contact(TimePoint now, const PackedBinding& binding,
                                           body::ContactEvent event) const {
  body::RegInfo::Contact out;
  out.id = contact_id(binding);
  out.state = is_active(event) ? body::ContactState::Active : body::ContactState::Terminated;
  out.event = event;
  out.expires = static_cast<std::uint64_t>(is_active(event) ? binding.remaining(now) : 0);
  out.q = q_text(binding.q());
  out.call_id = binding.call_id();
  out.cseq = binding.cseq();
  out.uri = binding.contact();
  if (binding.instance().empty()) return out;
  out.unknown_params.push_back({"+sip.instance", "\"<" + std::string(binding.instance()) + ">\""});
  if (binding.reg_id() != 0) out.unknown_params.push_back({"reg-id", std::to_string(binding.reg_id())});
  out.pub_gruu = gruus_->public_for(binding);
  return out;
}

body::RegInfo RegPackage::document(std::string_view resource, std::uint32_t version, bool full) const {
  body::RegInfo out;
  out.version = version;
  out.full = full;
  out.registrations.push_back({std::string(resource), hex(fnv1a(resource)), body::RegistrationState::Init, {}});
  return out;
}

std::string RegPackage::full(Now now, std::string_view resource, std::uint32_t version) const {
  body::RegInfo out = document(resource, version, true);
  auto& registration = out.registrations.front();
  for (const auto& entry : location_->find(resource)) {
    if (!entry.is_live(now.mono)) continue;
    registration.contacts.push_back(contact(now.mono, entry, body::ContactEvent::Registered));
    registration.state = body::RegistrationState::Active;
  }
  return body::write(out);
}

std::string RegPackage::partial(Now now, std::string_view resource, std::uint32_t version,
                                const EventChanges& changes) const {
  body::RegInfo out = document(resource, version, false);
  auto& registration = out.registrations.front();
  for (const auto& change : changes) {
    const auto& one = static_cast<const ContactChange&>(*change);
    std::erase_if(registration.contacts, [&](const auto& earlier) { return earlier.id == one.contact.id; });
    registration.contacts.push_back(one.contact);
    if (one.contact.state == body::ContactState::Active)
      registration.contacts.back().expires = static_cast<std::uint64_t>(
          std::max<std::int64_t>(0, std::chrono::ceil<seconds>(one.until - now.mono).count()));
  }
  registration.state = body::RegistrationState::Terminated;
  for (const auto& entry : location_->find(resource))
    if (entry.is_live(now.mono)) registration.state = body::RegistrationState::Active;
  return body::write(out);
}

bool RegPackage::is_watching(std::string_view aor) const { return subscriptions_->is_watched(*this, aor); }

void RegPackage::changed(Now now, const PackedBinding& binding, body::ContactEvent event) {
  subscriptions_->changed(now.mono, *this, binding.aor(),
                          std::make_shared<ContactChange>(contact(now.mono, binding, event), binding.until()));
}

}  // namespace offhook::proxy
