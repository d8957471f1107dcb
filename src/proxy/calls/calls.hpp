// The table of calls, fed by what is relayed: requests by take(), their responses by the relay that has its CallRef.
//
// A call stays from its INVITE until it fails, a BYE is answered, or it has been silent for too long. While phones ring
// each early dialog is a leg; when one answers, it is the call's.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ascii.hpp"
#include "base/slot_map.hpp"
#include "base/timer_wheel.hpp"
#include "calls/chains.hpp"
#include "calls/packed_text.hpp"
#include "calls/watcher.hpp"
#include "proxy/calls.hpp"
#include "route/facts.hpp"
#include "sip/message.hpp"

namespace offhook::proxy {

struct CallTag;
using CallId = Handle<CallTag>;

// What a request on its way has to do with a call.
struct CallRef {
  enum class Part : std::uint8_t { Setup, Change, End };
  CallId call;
  Part part = Part::Setup;
  bool is_callers = true;  // the caller sent it
  [[nodiscard]] explicit operator bool() const { return static_cast<bool>(call); }
};

class Calls {
 public:
  // `secret`: of the hashes, so that nobody makes long chains.
  explicit Calls(std::uint64_t secret) : secret_(secret) {}
  // Of calls from now on; those that are kept go on to their end.
  // `notes_replaces`: see CallDialog::peer_replaces.
  void configure(const CallSettings& settings, bool notes_replaces) {
    settings_ = settings;
    notes_replaces_ = notes_replaces;
  }

  // Both must outlive it.
  void observe(CallObserver& observer) { observers_.push_back(&observer); }
  void leave(const CallObserver& observer) {
    std::erase_if(observers_, [&](const CallObserver* each) { return each == &observer; });
  }
  void watch(CallWatcher& watcher) { watcher_ = &watcher; }

  // A request that is relayed: an INVITE begins a call, others belong to one. Null when they do not, or when calls are
  // not kept.
  [[nodiscard]] CallRef take(Now now, const sip::Message& request, const Facts& facts);
  // An INVITE that is not relayed: we have answered it with `status`.
  void refused(Now now, const sip::Message& request, const Facts& facts, int status);
  // One that an earlier run of this proxy has left answered; `call.started.mono` is of this run. Nobody is told.
  void restore(Now now, const CallRecord& call);
  // The responses to it, of any branch; `aor`: the address-of-record whose phone that is, "" for the one of the
  // Request-URI.
  void provisional(TimePoint now, CallRef ref, std::uint64_t branch, const sip::Message& response,
                   std::string_view aor);
  void success(TimePoint now, CallRef ref, const sip::Message& response, std::string_view aor);
  void branch_failed(TimePoint now, CallRef ref, std::uint64_t branch, int status);
  // No branch is left: `status` is what the caller is told.
  void failed(TimePoint now, CallRef ref, int status);
  void cancelled(CallRef ref);

  void wake(TimePoint now);
  [[nodiscard]] std::optional<TimePoint> deadline() const { return wheel_.deadline(); }
  [[nodiscard]] std::size_t size() const { return table_.size(); }
  [[nodiscard]] std::uint64_t not_kept() const { return not_kept_; }
  [[nodiscard]] std::vector<CallRecord> records() const;
  // Octets of one call, its texts and places in the indexes included; for measurements.
  [[nodiscard]] std::size_t octets() const;

  // f(const CallDialog&) for each dialog of that user (unescaped).
  template <class F>
  void for_each_dialog(TimePoint now, std::string_view user, F&& f) const {
    by_user_.find(hash(user), [&](CallId id) {
      each_dialog(now, *table_.find(id), [&](std::string_view whose) { return whose == user; }, f);
      return false;
    });
  }
  // Of every user of ours.
  template <class F>
  void for_all_dialogs(TimePoint now, F&& f) const {
    table_.for_each([&](CallId, const Call& call) {
      each_dialog(now, call, [](std::string_view whose) { return !whose.empty(); }, f);
    });
  }

 private:
  enum class Text : std::uint8_t {
    Id,
    CallerTag,
    From,
    CallerContact,
    CallerUser,
    Dialled,
    CalleeUser,  // the user who was asked for, then the one who has answered
    CalleeTag,
    To,
    CalleeContact
  };
  static constexpr std::size_t kTexts = 10;
  enum class LegText : std::uint8_t { User, Tag, To, Contact };
  struct Leg {
    std::uint64_t branch = 0;
    PackedText<LegText, 4> text;
  };
  // Mostly none: a call that is answered has no more than the pointer.
  class Legs {
   public:
    [[nodiscard]] bool empty() const { return legs_ == nullptr || legs_->empty(); }
    [[nodiscard]] std::size_t size() const { return legs_ == nullptr ? 0 : legs_->size(); }
    [[nodiscard]] const Leg* begin() const { return legs_ == nullptr ? nullptr : legs_->data(); }
    [[nodiscard]] const Leg* end() const { return begin() + size(); }
    [[nodiscard]] const Leg& front() const { return legs_->front(); }
    [[nodiscard]] const Leg& back() const { return legs_->back(); }
    Leg& add() {
      if (legs_ == nullptr) legs_ = std::make_unique<std::vector<Leg>>();
      return legs_->emplace_back();
    }
    template <class Gone>
    void erase_if(Gone&& gone) {
      if (legs_ != nullptr) std::erase_if(*legs_, gone);
    }

   private:
    std::unique_ptr<std::vector<Leg>> legs_;
  };
  struct Call {
    PackedText<Text, kTexts> text;
    Now started{};
    // Milliseconds since the start, 0 for never.
    std::uint32_t rang = 0, answered = 0, heard = 0;
    std::uint32_t session = 0;  // seconds of its session timer, 0 for none
    Legs legs;                  // that ring
    TimerId timer;
    CallState state = CallState::Trying;
    bool is_cancelled = false;
    bool knows_replaces = false;  // the caller
    bool is_told = true;          // to those who observe; else another node of the cluster does so
    [[nodiscard]] Duration age(TimePoint now) const { return now - started.mono; }
  };
  struct Ending {
    CallEnd end = CallEnd::Failed;
    CallSide by = CallSide::Nobody;
    int status = 0;
  };

  [[nodiscard]] std::uint64_t hash(std::string_view text) const { return fnv1a(text, secret_); }
  [[nodiscard]] std::uint64_t hash(std::string_view call_id, std::string_view tag) const {
    return fnv1a(tag, hash(call_id));
  }
  [[nodiscard]] std::uint64_t hash(const Call& call) const {
    return hash(call.text[Text::Id], call.text[Text::CallerTag]);
  }
  [[nodiscard]] std::optional<Call> make(Now now, const sip::Message& request, const Facts& facts) const;
  [[nodiscard]] CallRef begin(Now now, const sip::Message& request, const Facts& facts);
  [[nodiscard]] CallId find(std::string_view call_id, std::string_view caller_tag, std::string_view callee_tag) const;
  [[nodiscard]] CallId find_setup(std::string_view call_id, std::string_view caller_tag) const;
  void add_user(CallId id, std::string_view user);
  void drop_user(CallId id, std::string_view user);
  [[nodiscard]] static std::size_t find_leg(const Call& call, std::string_view tag);
  void answer(TimePoint now, CallId id, Call& call, const sip::Message& response, std::string_view aor);
  void change(TimePoint now, CallId id, Call& call, const sip::Message& response);
  void arm(TimePoint now, CallId id, Call& call);
  [[nodiscard]] Duration patience(const Call& call) const;
  void silent(TimePoint now, CallId id);
  void end(TimePoint now, CallId id, const Ending& ending);

  // f(CallDialog) for each whose user is wanted(user).
  template <class Wanted, class F>
  void each_dialog(TimePoint now, const Call& call, Wanted&& wanted, F&& f) const {
    if (wanted(call.text[Text::CallerUser])) f(callers(now, call));
    if (call.state == CallState::Answered) {
      if (wanted(call.text[Text::CalleeUser])) f(callees(now, call));
    } else {
      for (const Leg& leg : call.legs)
        if (wanted(leg.text[LegText::User])) f(of_leg(now, call, leg));
    }
  }
  [[nodiscard]] CallDialog callers(TimePoint now, const Call& call) const;
  [[nodiscard]] CallDialog callees(TimePoint now, const Call& call) const;
  [[nodiscard]] CallDialog of_leg(TimePoint now, const Call& call, const Leg& leg) const;
  [[nodiscard]] bool is_watched(std::string_view user) const {
    return watcher_ != nullptr && !user.empty() && watcher_->is_watching(user);
  }
  void tell_callers(TimePoint now, const Call& call) const;
  void tell_leg(TimePoint now, const Call& call, const Leg& leg) const;
  void tell_end_of_leg(TimePoint now, const Call& call, const Leg& leg, const Ending& ending) const;
  void tell_all(TimePoint now, const Call& call) const;
  void tell_end(TimePoint now, const Call& call, const Ending& ending) const;
  [[nodiscard]] static CallDialog ended(CallDialog dialog, const Ending& ending);
  [[nodiscard]] CallRecord record(std::uint64_t number, const Call& call) const;

  CallSettings settings_;
  bool notes_replaces_ = false;
  std::uint64_t secret_;
  SlotMap<CallTag, Call> table_;
  Chains<CallTag> by_dialog_;  // Call-ID and the caller's tag
  Chains<CallTag> by_user_;    // of ours
  TimerWheel wheel_;           // the silence of each call that is answered
  std::vector<CallObserver*> observers_;
  CallWatcher* watcher_ = nullptr;
  std::uint64_t not_kept_ = 0;
};

}  // namespace offhook::proxy
