// Who is not heard: sources that guess passwords or names are banned, each time for twice as long; who sends more than
// his share is told so (503, Retry-After), and who goes on all the same gets no answer at all.
//
// A forged sender address must not ban its owner. Failed passwords count only with a nonce that was sent to that very
// source (auth/authenticator.hpp), so the sender has read what we answered there. Requests to nobody prove nothing;
// they do not count against a source that a user of ours has come from within the hour.
//
// What is not used costs nothing: without bans and limits no message is looked at.
#pragma once
#include <deque>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "answers.hpp"
#include "auth/authenticator.hpp"
#include "guard/sources.hpp"
#include "proxy/guard.hpp"
#include "sip/message.hpp"
#include "transport/flow.hpp"

namespace offhook::proxy {

struct GuardExceptions {
  // Who is believed anyway (trunks), beside GuardSettings::exempt.
  std::function<bool(const IpAddress&)> trusts{};
  // Requests that are never silenced: calls for help.
  std::function<bool(const sip::Message&, const transport::Flow&)> is_urgent{};
};

class Guard {
 public:
  Guard(const GuardSettings& settings, Random& random, GuardExceptions exceptions = {});
  // Bans stand.
  void reconfigure(const GuardSettings& settings);

  // Of a message that has not been read yet, and of a new connection: false drops it.
  [[nodiscard]] bool admits(TimePoint now, const IpAddress& source) {
    return !is_guarding() || is_admitted(now, source);
  }
  [[nodiscard]] bool is_guarding() const { return bans_ != 0 || packet_rate_; }
  // A request that is neither handled nor answered; asked before it becomes a transaction.
  [[nodiscard]] bool silences(TimePoint now, const sip::Message& message, const transport::Flow& flow) {
    return source_rate_ && is_silenced(now, message, flow);
  }
  // The refusal of a new request that is one too many.
  [[nodiscard]] std::optional<Reply> limit(TimePoint now, const sip::Message& request, const IpAddress& source) {
    return source_rate_ ? limit_source(now, request, source) : std::nullopt;
  }
  // The same for one of a user who has shown his password, or need not.
  [[nodiscard]] std::optional<Reply> limit_user(TimePoint now, const sip::Message& request, std::string_view user) {
    return user_rate_ ? limit_name(now, request, user) : std::nullopt;
  }

  // What came of a request's credentials.
  void judged(Now now, const transport::Flow& flow, Authenticator::Verdict verdict) {
    if (verdict == Authenticator::Verdict::Rejected) failed(now, flow.remote.address);
    if (verdict == Authenticator::Verdict::Accepted) succeeded(now.mono, flow.remote.address);
  }
  // Credentials were wrong; were right; nobody is at the address that was asked for.
  void failed(Now now, const IpAddress& source);
  void succeeded(TimePoint now, const IpAddress& source);
  void asked_for_nobody(Now now, const IpAddress& source);

  [[nodiscard]] std::vector<Ban> bans(Now now) const;
  // One that another shard has begun, here as well; nobody is told.
  void adopt(Now now, const Ban& ban);
  // False when it was not banned. Its history goes, too.
  bool unban(const IpAddress& address);
  // Bans that have begun, the oldest first; the last kMostNews of them.
  [[nodiscard]] std::optional<Ban> poll_ban();
  [[nodiscard]] const GuardCounters& counters() const { return counters_; }
  [[nodiscard]] std::size_t source_count() const { return sources_.size(); }

 private:
  static constexpr std::size_t kMostNews = 100;

  [[nodiscard]] bool is_exempt(const IpAddress& source) const;
  [[nodiscard]] bool is_admitted(TimePoint now, const IpAddress& source);
  [[nodiscard]] bool is_silenced(TimePoint now, const sip::Message& message, const transport::Flow& flow);
  std::optional<Reply> limit_source(TimePoint now, const sip::Message& request, const IpAddress& source);
  std::optional<Reply> limit_name(TimePoint now, const sip::Message& request, std::string_view user);
  [[nodiscard]] Source& touch(TimePoint now, const IpAddress& source);
  // The counts of that source, begun anew when their period is over.
  Source& count(TimePoint now, const IpAddress& source);
  void ban(Now now, Source& source, BanReason reason);
  void lift(Source& source);
  void sweep(TimePoint now);
  [[nodiscard]] static Ban ban_of(const Source& source, Now now);

  GuardSettings settings_;
  GuardExceptions exceptions_;
  Rate source_rate_, user_rate_, packet_rate_;
  Sources sources_, users_;
  std::size_t bans_ = 0;  // of sources_
  TimePoint next_end_{};  // of a ban; not later than the first one
  std::deque<Ban> news_;
  GuardCounters counters_;
};

}  // namespace offhook::proxy
