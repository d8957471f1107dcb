// Call park: a number that answers, and holds the line. "*68701" parks a call at orbit 701, "*68" at the orbit that has
// the number of who has parked it; "*88701" takes it from there (pickup/).
//
// A phone parks by transferring its call to that number. For the parked party we are then the user agent at the other
// end: its offer is answered as inactive, so nobody sends sound and none is needed here. To be taken back it is called
// with a Replaces (RFC 3891), so it has to know of that. After a while it is sent back to who has parked it, by a REFER
// (RFC 3515); when that comes to nothing it waits on, and after three times the call ends.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "answers.hpp"
#include "base/slot_map.hpp"
#include "base/timer_wheel.hpp"
#include "calls/calls.hpp"
#include "dialog/dialog.hpp"
#include "names.hpp"
#include "proxy/core.hpp"
#include "records/records.hpp"
#include "route/facts.hpp"
#include "sdp/offer_answer.hpp"
#include "transaction/layer.hpp"
#include "transport/resolver.hpp"

namespace offhook::proxy {

class Park {
 public:
  struct Services {
    const Config* config;
    const Names* names;
    const Answers* answers;
    transaction::Layer* transactions;
    transport::Resolver* resolver;
    Calls* calls;
    Records* records;
    Random* random;
  };
  explicit Park(Services services) : s_(services) {}

  // An INVITE whose sender has been let in: true when it is a call to an orbit, which is then answered.
  bool take(Now now, transaction::ServerId id, const sip::Message& request, const transport::Flow& flow,
            const Facts& facts);
  // A request with a To tag to an address of ours: true when it belongs to a parked call, and is then answered.
  bool take_within(Now now, transaction::ServerId id, const sip::Message& request);
  // The ACK of one of our answers.
  bool acknowledge(const sip::Message& ack);

  // Events of client transactions whose owner is_ours().
  [[nodiscard]] static bool is_ours(transaction::Owner owner) { return owner >> 61 == kOwner >> 61; }
  void respond(Now now, const transaction::ResponseReceived& event);
  void fail(Now now, transaction::Owner owner);
  // False: nobody here waits for it.
  bool located(Now now, const transport::Located& event);

  void wake(Now now);
  [[nodiscard]] std::optional<TimePoint> deadline() const { return wheel_.deadline(); }
  [[nodiscard]] std::size_t size() const { return table_.size(); }

 private:
  static constexpr transaction::Owner kOwner = transaction::Owner{7} << 61;
  struct Tag;
  using Id = Handle<Tag>;
  static constexpr std::uint64_t kRepeat = std::uint64_t{1} << 63;
  static_assert(kRepeat >> Id::kNumberBits != 0, "no call's number has it");

  struct Parked {
    explicit Parked(dialog::Dialog with) : dialog(std::move(with)) {}
    dialog::Dialog dialog;
    sdp::Session session;
    std::string orbit, parker;  // unescaped; no parker: he was not named
    transport::Flow flow;       // that the INVITE came over
    bool is_near = false;       // no hop between: requests go back over that flow
    // The 2xx, until its ACK.
    transaction::ServerId server;
    transaction::Response answer;
    std::uint32_t answered_cseq = 0;
    Duration interval{};
    TimePoint give_up;
    TimerId repeat;
    // Of our own request.
    transaction::Owner owner = 0;
    transport::ResolutionId resolution;
    std::optional<sip::Message> waiting;
    sip::Method sent = sip::Method::Unknown;
    TimerId recall;  // when the parked call has waited long enough
    int recalls = 0;
    bool is_over = false;  // our BYE is under way
  };

  // What stands behind the park number; nothing when the URI is no such number.
  [[nodiscard]] std::optional<std::string> orbit_of(const sip::Message& request, const Facts& facts) const;
  [[nodiscard]] std::string parker_of(const sip::Message& request, const Endpoint& local) const;
  [[nodiscard]] Result<std::string> describe(Parked& parked, const sip::Message& request) const;
  transaction::Response accept(TimePoint now, Id id, transaction::ServerId server, const sip::Message& request,
                               std::string_view description);
  void renew(Now now, Id id, transaction::ServerId server, const sip::Message& request);
  void hang_up(Now now, Id id, transaction::ServerId server, const sip::Message& bye);
  CallRef tell_end(Now now, const sip::Message& bye);
  void repeat(Now now, Id id);
  // recall.cpp: what we send ourselves.
  void wait(TimePoint now, Id id);
  void recall(Now now, Id id);
  void progress(Now now, Id id, const sip::Message& notify);
  void end(Now now, Id id);
  void send(Now now, Id id, sip::Method method, sip::Message request);
  void launch(Now now, Parked& parked, const sip::Message& request, const transport::Flow& flow);
  void concluded(Now now, Id id, int status);
  void erase(Id id);

  Services s_;
  SlotMap<Tag, Parked> table_;
  std::unordered_map<dialog::DialogId, Id> by_dialog_;
  std::map<std::string, Id, std::less<>> by_orbit_;
  std::map<transaction::Owner, Id> by_owner_;  // of the request that each has under way
  std::map<transport::ResolutionId, Id> waiting_;
  transaction::Owner last_ = 0;
  TimerWheel wheel_;
};

}  // namespace offhook::proxy
