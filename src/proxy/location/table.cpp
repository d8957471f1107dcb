#include "location/table.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "sip/uri.hpp"

namespace offhook::proxy {
namespace {

// Nobody can connect to a browser.
bool is_websocket_contact(std::string_view contact) {
  const auto uri = sip::Uri::parse(contact);
  const auto transport = uri ? uri->params.find("transport") : std::nullopt;
  return transport && (iequals(*transport, "ws") || iequals(*transport, "wss"));
}

std::uint32_t second_of(TimePoint at) {
  return static_cast<std::uint32_t>(std::chrono::floor<seconds>(at.time_since_epoch()).count());
}

void release(PackedBinding* binding) { PackedBinding::Release{}(binding); }

}  // namespace

LocationTable::~LocationTable() {
  for (Entry* first : by_aor_) {
    while (first != nullptr) {
      Entry* const next = first->next_;
      release(first);
      first = next;
    }
  }
}

LocationTable::Entries LocationTable::find(std::string_view aor) const {
  const auto head = by_aor_.find(aor);
  return Entries(head == by_aor_.end() ? nullptr : *head);
}

bool LocationTable::put(Now now, const Binding& binding) {
  if (!PackedBinding::fits(binding)) return false;
  Entry* const fresh = PackedBinding::make(binding, now.mono + (binding.expires - now.wall)).release();
  fresh->order_ = ++changes_;
  const auto head = by_aor_.find(std::string_view(binding.aor));
  Entry* old = head == by_aor_.end() ? nullptr : *head;
  while (old != nullptr && !old->is(binding.contact, binding.instance, binding.reg_id)) old = old->next_;
  if (old != nullptr) {
    replace(head, *old, *fresh);
  } else {
    append(*fresh);
    due_.add(*fresh);
    ++size_;
  }
  link(*fresh);
  if (fresh->nat() != nullptr) {
    fresh->nat()->pinged = second_of(now.mono);
    link_nat(*fresh);
  }
  return true;
}

void LocationTable::append(Entry& entry) {
  const auto [head, is_new] = by_aor_.insert(&entry);
  if (is_new) return;
  Entry* last = *head;
  while (last->next_ != nullptr) last = last->next_;
  last->next_ = &entry;
}

void LocationTable::replace(Index::iterator head, Entry& old, Entry& fresh) {
  fresh.next_ = old.next_;
  due_.replace(old, fresh);
  if (*head == &old) {
    rename(head, &fresh);
  } else {
    Entry* before = *head;
    while (before->next_ != &old) before = before->next_;
    before->next_ = &fresh;
  }
  unlink(old);
  release(&old);
}

// Another entry is the first of that address-of-record.
void LocationTable::rename(Index::iterator head, Entry* first) {
  auto node = by_aor_.extract(head);
  node.value() = first;
  by_aor_.insert(std::move(node));
}

void LocationTable::drop(Entry& entry) {
  const auto head = by_aor_.find(entry.aor());
  if (*head != &entry) {
    Entry* before = *head;
    while (before->next_ != &entry) before = before->next_;
    before->next_ = entry.next_;
  } else if (entry.next_ != nullptr) {
    rename(head, entry.next_);
  } else {
    by_aor_.erase(head);
  }
  unlink(entry);
  release(&entry);
  --size_;
}

void LocationTable::remove(const StoreWrite::Remove& which) {
  const auto head = by_aor_.find(std::string_view(which.aor));
  Entry* entry = head == by_aor_.end() ? nullptr : *head;
  while (entry != nullptr) {
    Entry* const next = entry->next_;
    if (which.contact.empty() || entry->is(which.contact, which.instance, which.reg_id)) {
      due_.remove(*entry);
      drop(*entry);
    }
    entry = next;
  }
}

std::vector<StoreWrite::Remove> LocationTable::lose(std::uint64_t connection) {
  std::vector<StoreWrite::Remove> out;
  const auto node = by_connection_.extract(connection);
  if (node.empty()) return out;
  for (Entry* entry = node.mapped(); entry != nullptr; entry = entry->stream()->next) {
    entry->flags_ = static_cast<std::uint8_t>(entry->flags_ | Entry::kLost);
    if (entry->reg_id() != 0 || is_websocket_contact(entry->contact())) out.push_back(entry->name());
  }
  return out;
}

std::optional<TimePoint> LocationTable::oldest_ping() const {
  return first_nat_ == nullptr ? std::nullopt : std::optional(TimePoint(seconds(first_nat_->nat()->pinged)));
}

const LocationTable::Entry* LocationTable::take_ping(TimePoint now, Duration interval) {
  Entry* const entry = first_nat_;
  if (entry == nullptr || now < TimePoint(seconds(entry->nat()->pinged)) + interval) return nullptr;
  unlink_nat(*entry);
  entry->nat()->pinged = second_of(now);
  link_nat(*entry);
  return entry;
}

PackedBinding::Nat* LocationTable::nat_of(const StoreWrite::Remove& which) {
  const auto head = by_aor_.find(std::string_view(which.aor));
  for (Entry* entry = head == by_aor_.end() ? nullptr : *head; entry != nullptr; entry = entry->next_)
    if (entry->is(which.contact, which.instance, which.reg_id)) return entry->nat();
  return nullptr;
}

std::size_t LocationTable::missed(const StoreWrite::Remove& which) {
  const auto* const nat = nat_of(which);
  return nat == nullptr ? 0 : nat->missed;
}

void LocationTable::set_missed(const StoreWrite::Remove& which, std::size_t missed) {
  if (auto* const nat = nat_of(which)) nat->missed = static_cast<std::uint32_t>(missed);
}

void LocationTable::link_nat(Entry& entry) {
  auto& nat = *entry.nat();
  nat.previous = last_nat_;
  nat.next = nullptr;
  (last_nat_ == nullptr ? first_nat_ : last_nat_->nat()->next) = &entry;
  last_nat_ = &entry;
  ++natted_;
}

void LocationTable::unlink_nat(Entry& entry) {
  const auto& nat = *entry.nat();
  (nat.previous == nullptr ? first_nat_ : nat.previous->nat()->next) = nat.next;
  (nat.next == nullptr ? last_nat_ : nat.next->nat()->previous) = nat.previous;
  --natted_;
}

void LocationTable::link(Entry& entry) {
  auto* const stream = entry.stream();
  if (stream == nullptr) return;
  Entry*& first = by_connection_[stream->number];
  stream->next = first;
  if (first != nullptr) first->stream()->previous = &entry;
  first = &entry;
}

// A lost one is in no list that is reached from anywhere; its neighbours are told all the same.
void LocationTable::unlink(Entry& entry) {
  if (entry.nat() != nullptr) unlink_nat(entry);
  auto* const stream = entry.stream();
  if (stream == nullptr) return;
  if (stream->next != nullptr) stream->next->stream()->previous = stream->previous;
  if (stream->previous != nullptr) {
    stream->previous->stream()->next = stream->next;
    return;
  }
  const auto found = by_connection_.find(stream->number);
  if (found == by_connection_.end() || found->second != &entry) return;
  if (stream->next == nullptr)
    by_connection_.erase(found);
  else
    found->second = stream->next;
}

}  // namespace offhook::proxy
