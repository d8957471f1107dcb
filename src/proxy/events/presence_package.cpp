#include "events/presence_package.hpp"

#include <algorithm>
#include <tuple>

#include "base/ascii.hpp"
#include "sip/header/content_type.hpp"
#include "sip/header/entity_tag.hpp"
#include "sip/header/event.hpp"
#include "sip/header/numbers.hpp"

namespace offhook::proxy {
namespace {

using sip::HeaderId;

constexpr std::size_t kEtagLength = 16;
constexpr std::size_t kMostOfUser = 10;        // publications
constexpr std::size_t kMostOctets = 8 * 1024;  // of one
// What others may have us keep: several of them may take one at the same time, and write them in other words.
constexpr std::size_t kMostShared = 1'000'000, kMostSharedOfUser = 4 * kMostOfUser, kMostSharedOctets = 8 * kMostOctets;
constexpr std::size_t kMostBuried = 256;

struct PresenceChange final : EventChange {};

}  // namespace

bool PresencePackage::may_watch(std::string_view resource, std::string_view watcher) const {
  return s_.config->events.presence == Watchers::Users ? !watcher.empty() : resource == watcher;
}

// RFC 3903 §6, in its order.
void PresencePackage::publish(Now now, transaction::ServerId id, const sip::Message& request, std::string_view aor) {
  Asked asked;
  if (const auto refusal = read(request, aor, asked)) return s_.answers->send(now.mono, id, request, *refusal);
  const std::string etag = s_.random->token(kEtagLength);
  const bool ends = asked.expires.count() == 0;
  if (!asked.id && !ends) asked.id = add(aor, s_.outbox->is_open() ? s_.random->token(kEtagLength) : std::string{});
  if (Publication* const kept = table_.find(asked.id)) {
    // Whoever forgets it forgets it no sooner than those who still have it.
    const TimePoint until = ends ? kept->until : now.mono + asked.expires;
    if (asked.presence) kept->presence = *std::move(asked.presence);
    set(now.mono, asked.id, etag, next_version(kept->version, now.wall), until - now.mono);
    if (s_.outbox->is_open()) share(now, *kept, ends);
    if (ends) remove(asked.id);
  }
  s_.answers->send(now.mono, id, request,
                   {200, {}, {{HeaderId::SipETag, etag}, {HeaderId::Expires, std::to_string(asked.expires.count())}}});
  told(now.mono, aor);
}

std::optional<Reply> PresencePackage::read(const sip::Message& request, std::string_view aor, Asked& asked) const {
  const auto event = sip::Event::parse(request.find(HeaderId::Event).value_or(std::string_view{}));
  if (!event || event->package != name()) return Reply{489, {}, {{HeaderId::AllowEvents, std::string(name())}}};
  if (const auto value = request.find(HeaderId::SipIfMatch)) {
    const auto etag = sip::parse_entity_tag(*value);
    if (!etag) return Reply{400, "Bad SIP-If-Match"};
    asked.id = find(aor, *etag);
    if (!asked.id) return Reply{412};
  }
  if (request.find(HeaderId::Expires) && !sip::expires(request)) return Reply{400, "Bad Expires"};
  asked.expires = seconds(sip::expires(request).value_or(static_cast<std::uint32_t>(default_expires().count())));
  const auto& config = *s_.config;
  if (asked.expires.count() != 0 && asked.expires < config.min_expires && asked.expires < seconds(3600))
    return Reply{423, {}, {{HeaderId::MinExpires, std::to_string(config.min_expires.count())}}};
  asked.expires = std::min(asked.expires, config.max_expires);
  const auto held = by_aor_.find(std::string(aor));
  if (!asked.id && held != by_aor_.end() && held->second.size() >= kMostOfUser)
    return Reply{403, "Too Many Publications"};
  return read_body(request, asked);
}

std::optional<Reply> PresencePackage::read_body(const sip::Message& request, Asked& asked) const {
  if (request.body().empty()) {
    if (!asked.id && asked.expires.count() != 0) return Reply{400, "Nothing Published"};
    return std::nullopt;
  }
  const auto type = sip::MediaType::parse(request.find(HeaderId::ContentType).value_or(std::string_view{}));
  if (!type || !iequals(type->type, "application") || !iequals(type->subtype, "pidf+xml"))
    return Reply{415, {}, {{HeaderId::Accept, std::string(content_type())}}};
  if (request.body().size() > kMostOctets) return Reply{413};
  auto presence = body::Presence::parse(request.body());
  if (!presence) return Reply{400, "Bad Presence Document"};
  asked.presence = *std::move(presence);
  return std::nullopt;
}

PresencePackage::Id PresencePackage::find(std::string_view aor, std::string_view etag) const {
  const auto found = by_aor_.find(std::string(aor));
  if (found != by_aor_.end())
    for (const Id id : found->second)
      if (table_.find(id)->etag == etag) return id;
  return {};
}

PresencePackage::Id PresencePackage::add(std::string_view aor, std::string id) {
  const Id made = table_.insert();
  Publication& publication = *table_.find(made);
  publication.aor = aor;
  publication.id = std::move(id);
  by_aor_[publication.aor].push_back(made);
  return made;
}

void PresencePackage::set(TimePoint now, Id id, std::string etag, std::uint64_t version, Duration lasts) {
  Publication& publication = *table_.find(id);
  publication.etag = std::move(etag);
  publication.version = version;
  publication.until = now + lasts;
  wheel_.cancel(publication.timer);
  publication.timer = wheel_.arm(publication.until, id.number());
}

PresencePackage::Id PresencePackage::find_shared(const SharedPublication& shared) const {
  const auto found = by_aor_.find(shared.aor);
  if (found != by_aor_.end())
    for (const Id id : found->second)
      if (table_.find(id)->id == shared.id) return id;
  return {};
}

SharedPublication PresencePackage::shared(Now now, const Publication& one, bool ends) {
  return {one.aor,     one.id,
          one.etag,    ends ? std::string{} : body::write(one.presence),
          one.version, now.wall + (one.until - now.mono)};
}

void PresencePackage::share(Now now, const Publication& one, bool ends) {
  auto out = shared(now, one, ends);
  if (ends) bury(out);
  s_.outbox->put(std::move(out));
}

void PresencePackage::bury(const SharedPublication& shared) {
  buried_.push_back(shared);
  buried_.back().document.clear();
  if (buried_.size() > kMostBuried) buried_.pop_front();
}

void PresencePackage::learn(Now now, const SharedPublication& shared) {
  if (shared.id.empty()) return;
  Id id = find_shared(shared);
  const auto is_late = [&](const auto& known) {
    return known.id == shared.id && std::tie(known.version, known.etag) >= std::tie(shared.version, shared.etag);
  };
  if (id ? is_late(*table_.find(id)) : std::ranges::any_of(buried_, is_late)) return;
  if (shared.document.empty() || shared.expires <= now.wall) {
    bury(shared);
    if (!id) return;
    remove(id);
    return told(now.mono, shared.aor);
  }
  const auto held = by_aor_.find(shared.aor);
  const bool is_full = table_.size() >= kMostShared || shared.document.size() > kMostSharedOctets ||
                       (held != by_aor_.end() && held->second.size() >= kMostSharedOfUser);
  auto presence = body::Presence::parse(shared.document);
  if (!presence || (!id && is_full)) return;
  if (!id) id = add(shared.aor, shared.id);
  table_.find(id)->presence = *std::move(presence);
  set(now.mono, id, shared.etag, shared.version, std::min<Duration>(shared.expires - now.wall, s_.config->max_expires));
  told(now.mono, shared.aor);
}

void PresencePackage::for_each(Now now, const std::function<void(SharedEvent)>& f) const {
  table_.for_each([&](Id, const Publication& one) { f(shared(now, one, false)); });
}

void PresencePackage::remove(Id id) {
  Publication& publication = *table_.find(id);
  wheel_.cancel(publication.timer);
  const auto found = by_aor_.find(publication.aor);
  std::erase(found->second, id);
  if (found->second.empty()) by_aor_.erase(found);
  table_.erase(id);
}

void PresencePackage::wake(TimePoint now) {
  wheel_.advance(now, [&](std::uint64_t payload) {
    const Id id = Id::from_number(payload);
    Publication& publication = *table_.find(id);
    publication.timer = {};
    const std::string aor = publication.aor;
    remove(id);
    told(now, aor);
  });
}

void PresencePackage::told(TimePoint now, std::string_view aor) {
  if (s_.subscriptions->is_watched(*this, aor))
    s_.subscriptions->changed(now, *this, aor, std::make_shared<PresenceChange>());
}

// The tuples and persons of all publications; their ids are made different where two devices have the same.
std::string PresencePackage::full(Now now, std::string_view resource, std::uint32_t /*version*/) const {
  body::Presence out;
  out.entity = resource;
  const auto found = by_aor_.find(std::string(resource));
  for (std::size_t i = 0; found != by_aor_.end() && i < found->second.size(); ++i) {
    const body::Presence& one = table_.find(found->second[i])->presence;
    const std::string mark = i == 0 ? "" : "-" + std::to_string(i);
    for (auto tuple : one.tuples) out.tuples.emplace_back(std::move(tuple)).id += mark;
    for (auto person : one.persons) out.persons.emplace_back(std::move(person)).id += mark;
    out.notes.insert(out.notes.end(), one.notes.begin(), one.notes.end());
  }
  if (found != by_aor_.end()) return body::write(out);
  const auto entries = s_.location->find(resource);
  const bool is_here = std::any_of(entries.begin(), entries.end(), [&](const auto& e) { return e.is_live(now.mono); });
  out.tuples.push_back({"registration", is_here ? body::Basic::Open : body::Basic::Closed, {}, {}, {}});
  return body::write(out);
}

bool PresencePackage::is_watching(std::string_view aor) const {
  return s_.subscriptions->watches(*this) && !by_aor_.contains(std::string(aor)) &&
         s_.subscriptions->is_watched(*this, aor);
}

void PresencePackage::changed(Now now, const PackedBinding& binding, body::ContactEvent /*event*/) {
  told(now.mono, binding.aor());
}

}  // namespace offhook::proxy
