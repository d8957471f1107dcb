// The registrar's part in a location service that others write to as well.
#include "registrar/registrar.hpp"

namespace offhook::proxy {
namespace {

const LocationTable::Entry* find_same(const LocationTable& table, const Binding& binding) {
  for (const auto& entry : table.find(binding.aor))
    if (entry.is(binding.contact, binding.instance, binding.reg_id)) return &entry;
  return nullptr;
}

bool is_unchanged(const LocationTable::Entry& entry, const Binding& binding) {
  return entry.cseq() == binding.cseq && entry.expires() == binding.expires && entry.has_call_id(binding.call_id);
}

}  // namespace

void Registrar::apply(Now now, const StoreWrite& change) {
  for (const auto& which : change.remove) {
    const bool is_conditional = which.only != WallTime{};
    const auto* entry = is_conditional ? find_same(*s_.location, named(which)) : nullptr;
    if (!is_conditional || (entry != nullptr && entry->expires() == which.only))
      remove(now, which, body::ContactEvent::Unregistered);
  }
  for (const Binding& binding : change.put) adopt(now, binding);
}

void Registrar::replace(Now now, std::string_view aor, const std::vector<Binding>& bindings) {
  std::vector<StoreWrite::Remove> left;
  for (const auto& entry : s_.location->find(aor)) {
    bool stays = false;
    for (const Binding& binding : bindings)
      stays = stays || entry.is(binding.contact, binding.instance, binding.reg_id);
    if (!stays) left.push_back(entry.name());
  }
  for (const auto& which : left) remove(now, which, body::ContactEvent::Unregistered);
  for (const Binding& binding : bindings) {
    const auto* entry = find_same(*s_.location, binding);
    if (binding.aor == aor && (entry == nullptr || !is_unchanged(*entry, binding))) adopt(now, binding);
  }
}

std::vector<std::string> Registrar::addresses() const {
  std::vector<std::string> out;
  s_.location->for_each([&](const LocationTable::Entry& entry) {
    if (out.empty() || out.back() != entry.aor()) out.emplace_back(entry.aor());
    return true;
  });
  return out;
}

std::vector<Binding> Registrar::kept(std::string_view aor, WallTime now) const {
  std::vector<Binding> out;
  for (const auto& entry : s_.location->find(aor)) {
    if (entry.expires() <= now || leads_to_node(entry.path())) continue;
    out.push_back(entry.unpack());
    out.back().through = s_.nodes->through(out.back());
  }
  return out;
}

// What nobody reaches any more goes, and by whose node it was reached takes it out of the store.
void Registrar::adopt(Now now, const Binding& binding) {
  if (const auto here = s_.nodes->localise(binding); here && here->expires > now.wall) return put(now, *here);
  StoreWrite::Remove which{binding.aor, binding.contact, binding.instance, binding.reg_id, binding.expires};
  if (binding.reg_id == 0) which.instance.clear();
  remove(now, which, body::ContactEvent::Deactivated);
  if (!binding.through.empty() && binding.expires > now.wall) gone(std::move(which));
}

Binding Registrar::named(const StoreWrite::Remove& which) {
  Binding out;
  out.aor = which.aor;
  out.contact = which.contact;
  out.instance = which.instance;
  out.reg_id = which.reg_id;
  return out;
}

}  // namespace offhook::proxy
