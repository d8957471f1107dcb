#include "guard/guard.hpp"

#include <algorithm>

namespace offhook::proxy {
namespace {

using sip::Method;

constexpr seconds kGoodFor{3600};
// A phone with a wrong password must not take its whole office along at once, nor may one good password buy guesses.
constexpr std::size_t kMoreForGood = 4;
constexpr std::string_view kRetryAfter = "5";  // seconds
constexpr std::uint32_t kMostDoublings = 20;

bool begins_something(const sip::Message& request) {
  return request.is_request() && request.method() != Method::Ack && request.method() != Method::Cancel &&
         request.to_tag().empty();
}

Reply too_many() { return {503, "Too Many Requests", {{sip::HeaderId::RetryAfter, std::string(kRetryAfter)}}}; }

}  // namespace

std::string text(const Ban& ban) {
  const std::string source = ban.source.network.is_v6() ? ban.source.network.text() + "/64" : ban.source.network.text();
  return source + " is banned for " + std::to_string(ban.length.count()) +
         " s: " + (ban.reason == BanReason::Passwords ? "wrong passwords" : "asks for users who do not exist");
}

Guard::Guard(const GuardSettings& settings, Random& random, GuardExceptions exceptions)
    : exceptions_(std::move(exceptions)), sources_(random), users_(random) {
  reconfigure(settings);
}

void Guard::reconfigure(const GuardSettings& settings) {
  settings_ = settings;
  source_rate_ = Rate::of(settings.source_rate, settings.source_burst);
  user_rate_ = Rate::of(settings.user_rate, settings.user_burst);
  packet_rate_ = Rate::of(settings.packet_rate, settings.packet_burst);
}

bool Guard::is_exempt(const IpAddress& source) const {
  return std::ranges::any_of(settings_.exempt, [&](const AddressRange& range) { return range.contains(source); }) ||
         (exceptions_.trusts && exceptions_.trusts(source));
}

bool Guard::is_admitted(TimePoint now, const IpAddress& source) {
  if (bans_ != 0 && now >= next_end_) sweep(now);
  Source* known = sources_.find(sources_.key_of(source));
  const bool banned = known != nullptr && known->banned && !is_exempt(source);
  bool admitted = !banned;
  if (admitted && packet_rate_ && !is_exempt(source)) {
    if (known == nullptr) known = &touch(now, source);
    admitted = known->packets.take(now, packet_rate_);
  }
  if (!admitted) ++counters_.dropped;
  return admitted;
}

bool Guard::is_silenced(TimePoint now, const sip::Message& message, const transport::Flow& flow) {
  const Source* known = sources_.find(sources_.key_of(flow.remote.address));
  if (known == nullptr || known->requests.has_room(now, source_rate_) || known->refusals.has_room(now, source_rate_))
    return false;
  if (!begins_something(message) || (exceptions_.is_urgent && exceptions_.is_urgent(message, flow))) return false;
  ++counters_.silenced;
  return true;
}

std::optional<Reply> Guard::limit_source(TimePoint now, const sip::Message& request, const IpAddress& source) {
  if (!begins_something(request) || is_exempt(source)) return std::nullopt;
  Source& known = touch(now, source);
  if (known.requests.take(now, source_rate_)) return std::nullopt;
  known.refusals.take(now, source_rate_);
  ++counters_.limited;
  return too_many();
}

std::optional<Reply> Guard::limit_name(TimePoint now, const sip::Message& request, std::string_view user) {
  if (!begins_something(request)) return std::nullopt;
  if (users_.touch(now, users_.key_of(user)).requests.take(now, user_rate_)) return std::nullopt;
  ++counters_.limited;
  return too_many();
}

Source& Guard::touch(TimePoint now, const IpAddress& source) {
  Source& known = sources_.touch(now, sources_.key_of(source));
  bans_ -= sources_.take_evicted_bans();
  return known;
}

Source& Guard::count(TimePoint now, const IpAddress& source) {
  Source& known = touch(now, source);
  known.address = Sources::range_of(source);
  if (known.since + settings_.period <= now) {
    known.since = now;
    known.failures = known.scans = 0;
  }
  return known;
}

void Guard::failed(Now now, const IpAddress& source) {
  if (settings_.failures == 0 || is_exempt(source)) return;
  Source& known = count(now.mono, source);
  const std::size_t most = settings_.failures * (known.good_until > now.mono ? kMoreForGood : 1);
  if (++known.failures >= most) ban(now, known, BanReason::Passwords);
}

void Guard::asked_for_nobody(Now now, const IpAddress& source) {
  if (settings_.scans == 0 || is_exempt(source)) return;
  Source& known = count(now.mono, source);
  if (known.good_until > now.mono) return;
  if (++known.scans >= settings_.scans) ban(now, known, BanReason::Scan);
}

void Guard::succeeded(TimePoint now, const IpAddress& source) {
  if ((settings_.failures == 0 && settings_.scans == 0) || is_exempt(source)) return;
  Source& known = touch(now, source);
  known.good_until = now + kGoodFor;
  if (!known.banned) known.times = 0;
}

void Guard::ban(Now now, Source& source, BanReason reason) {
  if (source.banned) return;
  if (source.banned_until + settings_.longest_ban < now.mono) source.times = 0;
  const auto factor = std::int64_t{1} << std::min(source.times, kMostDoublings);
  source.ban_length = std::min(settings_.longest_ban, settings_.ban * factor);
  source.banned_until = now.mono + source.ban_length;
  source.reason = reason;
  source.banned = true;
  ++source.times;
  source.failures = source.scans = 0;
  next_end_ = bans_ == 0 ? source.banned_until : std::min(next_end_, source.banned_until);
  ++bans_;
  ++counters_.bans;
  if (news_.size() == kMostNews) news_.pop_front();
  news_.push_back(ban_of(source, now));
}

void Guard::adopt(Now now, const Ban& ban) {
  const TimePoint until = now.mono + (ban.until - now.wall);
  if (until <= now.mono) return;
  Source& source = touch(now.mono, ban.source.network);
  if (source.banned && source.banned_until >= until) return;
  source.address = ban.source;
  if (!source.banned) ++bans_;
  source.ban_length = ban.length;
  source.banned_until = until;
  source.reason = ban.reason;
  source.banned = true;
  source.times = ban.times;
  source.failures = source.scans = 0;
  next_end_ = bans_ == 1 ? until : std::min(next_end_, until);
}

void Guard::lift(Source& source) {
  source.banned = false;
  --bans_;
}

void Guard::sweep(TimePoint now) {
  next_end_ = TimePoint::max();
  sources_.for_each([&](Source& source) {
    if (!source.banned) return;
    if (source.banned_until <= now)
      lift(source);
    else
      next_end_ = std::min(next_end_, source.banned_until);
  });
}

Ban Guard::ban_of(const Source& source, Now now) {
  return {source.address, source.reason, now.wall + (source.banned_until - now.mono), source.ban_length, source.times};
}

std::optional<Ban> Guard::poll_ban() {
  if (news_.empty()) return std::nullopt;
  const Ban out = news_.front();
  news_.pop_front();
  return out;
}

std::vector<Ban> Guard::bans(Now now) const {
  std::vector<Ban> out;
  if (bans_ != 0)
    sources_.for_each([&](const Source& source) {
      if (source.banned && source.banned_until > now.mono) out.push_back(ban_of(source, now));
    });
  std::ranges::sort(out, {}, [](const Ban& ban) { return ban.source.network; });
  return out;
}

bool Guard::unban(const IpAddress& address) {
  Source* known = sources_.find(sources_.key_of(address));
  if (known == nullptr || !known->banned) return false;
  lift(*known);
  known->times = 0;
  return true;
}

}  // namespace offhook::proxy
