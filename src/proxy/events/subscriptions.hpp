// The notifier: RFC 6665 §4.2. Subscriptions of any package as one machine: dialogs, their expiry, and NOTIFYs as
// client transactions, one at a time each. Who may subscribe to what is decided before.
//
// A subscription ends when it expires or is given up (its watcher then gets a last NOTIFY with all of the state), and
// without a word when a NOTIFY is refused as by one who knows nothing of it (481 and the like, RFC 5057 §5.1), or is
// not answered. What changes while a NOTIFY is under way, or sooner than the package's pace, is told together later.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "answers.hpp"
#include "base/slot_map.hpp"
#include "base/timer_wheel.hpp"
#include "dialog/dialog.hpp"
#include "events/package.hpp"
#include "names.hpp"
#include "proxy/core.hpp"
#include "transaction/layer.hpp"
#include "transport/resolver.hpp"

namespace offhook::proxy {

class Subscriptions {
 public:
  struct Services {
    const Config* config;
    const Names* names;
    const Answers* answers;
    transaction::Layer* transactions;
    transport::Resolver* resolver;
    Random* random;
    Counters* counters;
  };
  explicit Subscriptions(Services services) : s_(services) {}

  // The package must outlive it.
  void add(const EventPackage& package) { packages_.push_back({&package}); }
  // The one of that name that covers the address-of-record; of several the one that was added last.
  [[nodiscard]] const EventPackage* find(std::string_view package, std::string_view resource) const;
  // Value of Allow-Events: "reg".
  [[nodiscard]] std::string allow_events() const;

  // A SUBSCRIBE outside of a dialog, whose sender is known as `watcher`: answered with 200 and a NOTIFY, or 400, 403
  // (too many), 406, 423.
  void subscribe(Now now, transaction::ServerId id, const sip::Message& request, const transport::Flow& flow,
                 const EventPackage& package, std::string resource, std::string watcher);
  // A SUBSCRIBE with a To tag to an address of our own: the refresh or end of one of them, or 481.
  void resubscribe(Now now, transaction::ServerId id, const sip::Message& request, const transport::Flow& flow);

  // Does anybody want to know?
  [[nodiscard]] bool watches(const EventPackage& package) const;  // any of its resources
  [[nodiscard]] bool is_watched(const EventPackage& package, std::string_view resource) const;
  // Called when a resource has got its first watcher, or lost its last; must change nothing here.
  using Watched = std::function<void(const EventPackage& package, std::string_view resource)>;
  void on_watched(Watched watched) { watched_ = std::move(watched); }
  // Told at the next wake() or later.
  void changed(TimePoint now, const EventPackage& package, std::string_view resource,
               const std::shared_ptr<const EventChange>& change);

  // Events of client transactions whose owner is_ours().
  [[nodiscard]] static bool is_ours(transaction::Owner owner) { return owner >> 62 == kOwner >> 62; }
  void respond(Now now, const transaction::ResponseReceived& event);
  void fail(transaction::Owner owner, transaction::ClientId client);
  // False: nobody here waits for it.
  bool located(Now now, const transport::Located& event);

  void wake(Now now);
  [[nodiscard]] std::optional<TimePoint> deadline() const { return wheel_.deadline(); }
  [[nodiscard]] std::size_t size() const { return table_.size(); }
  [[nodiscard]] std::size_t timer_count() const { return wheel_.size(); }

 private:
  static constexpr transaction::Owner kOwner = transaction::Owner{1} << 62;
  struct Tag;
  using Id = Handle<Tag>;
  static_assert(kOwner >> Id::kNumberBits != 0, "no relay's number has it");
  struct Subscription {
    explicit Subscription(dialog::Dialog with) : dialog(std::move(with)) {}
    dialog::Dialog dialog;
    const EventPackage* package = nullptr;
    std::string resource, watcher;
    std::string event;     // value of Event, with its id
    transport::Flow flow;  // that its last SUBSCRIBE came over
    bool is_near = false;  // no hop between: NOTIFYs go back over that flow
    TimePoint until;
    TimePoint not_before;  // of a NOTIFY for changes
    std::uint32_t version = 0;
    bool all_due = true;   // the next NOTIFY has all of the state
    EventChanges changes;  // else these
    bool is_sending = false;
    bool is_over = false;  // the last NOTIFY is under way
    TimerId timer;
    transaction::ClientId client;
    transport::ResolutionId resolution;  // while it waits for one
    std::optional<sip::Message> waiting;
  };

  // The refusal of what no subscription can be made of; `expires` is what is granted.
  [[nodiscard]] std::optional<Reply> check(const sip::Message& request, const EventPackage& package,
                                           seconds& expires) const;
  void accept(Now now, transaction::ServerId id, const sip::Message& request, const Subscription& subscription,
              seconds expires) const;
  void take_flow(Subscription& subscription, const sip::Message& request, const transport::Flow& flow) const;
  void step(Now now, Id id);
  void notify(Now now, Id id, bool last);
  void send(Now now, Id id, sip::Message request);
  void launch(Now now, Id id, const sip::Message& request, const transport::Flow& flow);
  void answered(Now now, Id id, int status);
  void arm(TimePoint now, Id id);
  void erase(Id id);
  void count(const EventPackage& package, std::ptrdiff_t by);
  [[nodiscard]] static std::string key(const EventPackage& package, std::string_view resource);

  Services s_;
  struct Package {
    const EventPackage* package;
    std::size_t subscriptions = 0;
  };
  std::vector<Package> packages_;
  Watched watched_;
  SlotMap<Tag, Subscription> table_;
  std::unordered_map<dialog::DialogId, Id> by_dialog_;
  std::unordered_map<std::string, std::vector<Id>> by_resource_;
  std::unordered_map<std::string, std::size_t> of_watcher_;
  std::map<transport::ResolutionId, Id> waiting_;
  TimerWheel wheel_;
};

}  // namespace offhook::proxy
