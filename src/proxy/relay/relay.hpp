// Response contexts: RFC 3261 §16.6 to §16.10, with RFC 6026 and RFC 4320. A relay is one request on its way: its
// server transaction, its branches (client transactions), and the targets that have not been tried yet.
//
// Branches of one q run in parallel, the next lower q follows when all have failed. A branch whose next hop is a name
// waits for its resolution, and goes on to the next server when one fails (RFC 3263 §4.3): to those behind and before
// us it is one branch. The relay of an INVITE lives until its server transaction and every branch are gone, for each
// 2xx goes on, however late; any other ends with its final response. Each transaction ends by itself, so nothing stays
// behind. The Owner of a server transaction is its relay's number, that of a client transaction its branch's; either
// may be gone before its transaction.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "answers.hpp"
#include "auth/authenticator.hpp"
#include "base/slot_map.hpp"
#include "base/timer_wheel.hpp"
#include "calls/calls.hpp"
#include "policy/identity.hpp"
#include "policy/redirections.hpp"
#include "policy/router.hpp"
#include "policy/trunk_credentials.hpp"
#include "proxy/core.hpp"
#include "records/records.hpp"
#include "relay/best_response.hpp"
#include "relay/job.hpp"
#include "route/forward.hpp"
#include "transaction/layer.hpp"
#include "transport/resolver.hpp"

namespace offhook::proxy {

class Relays {
 public:
  struct Services {
    transaction::Layer* transactions;
    const Answers* answers;
    const Forwarder* forwarder;
    const Names* names;
    Counters* counters;
    std::uint64_t loop_secret;
    Duration timer_c;
    transport::Resolver* resolver;
    Authenticator* authenticator;
    std::function<void(Now, const StoreWrite::Remove&)> flow_failed;  // of a binding that leads nowhere any more
    Calls* calls = nullptr;                                           // hears of requests that have a CallRef
    const Redirections* redirections = nullptr;
    const Identities* identities = nullptr;
    Random* random = nullptr;
    const Router* router = nullptr;
    Records* records = nullptr;  // may hold the answers to their BYEs
  };
  explicit Relays(Services services) : s_(std::move(services)) {}
  // Of branches that ring from now on.
  void set_timer_c(Duration timer_c) { s_.timer_c = timer_c; }

  struct Caller {
    bool informs = false;                          // the 2xx carries what Authenticator::information() says
    std::shared_ptr<const Assertion> assertion{};  // what becomes of identities; null: nothing of those in the request
    CallRef call{};                                // that hears of the responses
    bool is_user = false;                          // one of ours
  };
  // Forwards its request to `targets` (highest q first; not empty).
  void start(Now now, transaction::ServerId server, const Job& job, std::vector<Target> targets, Caller caller);
  // The caller cancels (§16.10); `reason` is its Reason value or "". The CANCEL itself is answered elsewhere.
  void cancel(Now now, transaction::Owner relay, std::string_view reason);
  void respond(Now now, transaction::ResponseReceived&& event);
  // A branch without a final response: `status` says what it counts as (408; 503 when nothing could be sent; 500).
  void fail(Now now, transaction::Owner branch, transaction::ClientId client, int status);
  // That node of the cluster does not answer any more: no branch waits for it.
  void node_died(Now now, std::string_view node);
  void client_gone(Now now, transaction::Owner branch, transaction::ClientId client);
  // False: nobody here waits for it.
  bool located(Now now, const transport::Located& event);
  void server_gone(TimePoint now, transaction::Owner relay);

  void wake(Now now);
  [[nodiscard]] std::optional<TimePoint> deadline() const { return wheel_.deadline(); }
  [[nodiscard]] std::size_t size() const { return relays_.size(); }
  // Without a final response upstream; counted one by one.
  [[nodiscard]] std::size_t unanswered() const;
  [[nodiscard]] std::size_t timer_count() const { return wheel_.size(); }

 private:
  struct BranchTag;
  struct RelayTag;
  using BranchId = Handle<BranchTag>;
  using RelayId = Handle<RelayTag>;
  struct Branch {
    RelayId relay;
    transaction::ClientId client;
    TimerId timer_c;
    TimerId patience;                               // Manner::patience
    std::size_t target = 0;                         // of its relay
    transport::ResolutionId resolution;             // while it waits for one; it has no client transaction then
    std::vector<transport::Target> servers;         // that have not been tried
    transport::Target server;                       // that is being tried
    bool is_named = false;                          // the servers come from a name
    bool heard = false;                             // there was a response, so there is no going on to the next server
    bool done = false;                              // it has its final response
    bool overdue = false;                           // Timer C fired
    std::uint8_t challenges = 0;                    // of a trunk
    std::uint8_t breadth = 0;                       // Breadth::share()
    std::unique_ptr<TrunkCredentials> credentials;  // that answer them
  };
  struct Relay {
    transaction::ServerId server;
    bool invite = false;
    bool informs = false;    // the first 2xx tells the caller something about his credentials
    bool closed = false;     // no further targets: cancelled, or somebody said 6xx
    bool cancelled = false;  // by the caller
    bool answered = false;   // a final response went upstream
    bool server_gone = false;
    bool is_user = false;         // the caller is one of ours
    std::uint8_t redirected = 0;  // targets that come from a 3xx
    std::uint8_t redirections = 0;
    std::uint32_t pending = 0;  // branches without a final response
    std::uint32_t next = 0;     // the first target that has not been tried
    std::vector<Target> targets;
    std::vector<BranchId> branches;  // alive
    std::shared_ptr<const Assertion> assertion;
    CallRef call;
    BestResponse best;
  };

  [[nodiscard]] Job job_of(const sip::Message& request, const transport::Flow& in) const;
  void wave(Now now, RelayId id, const Job& job);
  void next_wave(Now now, RelayId id);
  void begin(Now now, BranchId id, const Job& job);
  // To the next of the branch's servers that can be reached; false when there is none.
  bool launch(Now now, BranchId id, const Job& job);
  bool launch(Now now, BranchId id, const Job& job, transport::Target server, const Forwarder::Way& way);
  bool next_server(Now now, BranchId id);
  // To another binding of the same instance (RFC 5626 §7). The branch may have ended when it was false.
  bool next_flow(Now now, BranchId id, bool is_dead);
  void drop(BranchId id);
  void provisional(TimePoint now, BranchId id, Branch& branch, const sip::Message& response);
  void success(TimePoint now, BranchId id, const sip::Message& response);
  void failure(Now now, BranchId id, sip::Message response);
  // True when that is a challenge of a trunk at which we have an account; the branch goes on, or has ended.
  bool answer_challenge(Now now, BranchId id, const sip::Message& response);
  bool has_account(const Branch& branch, std::string& username, std::string& password) const;
  // True when the contacts of a 3xx are tried in its place.
  bool follow(Now now, Relay& relay, const Branch& branch, const sip::Message& response);
  void settle(Branch& branch);
  void advance(Now now, RelayId id);
  void conclude(TimePoint now, Relay& relay);
  void cancel_branches(TimePoint now, Relay& relay, std::string_view reason);
  void arm_timer_c(TimePoint now, BranchId id, Branch& branch);
  void timer_c(TimePoint now, BranchId id);
  void be_patient(TimePoint now, BranchId id);
  [[nodiscard]] bool is_enough(const Branch& branch) const;  // what it has said, to be patient no longer
  // It has ended as if that had been answered.
  void give_up(Now now, BranchId id, int status);
  // What a final response of that status says about the targets that are left.
  void close_by(TimePoint now, Relay& relay, const Branch& branch, int status);
  // A response of that branch.
  void forward(TimePoint now, Relay& relay, const Branch& branch, const sip::Message& response);
  // What it says of who answers, or what it ought to say.
  void identify(sip::Edit& edit, const Relay& relay, const Branch& branch) const;
  void answer(TimePoint now, const Relay& relay, transaction::Response response);
  void inform(TimePoint now, Relay& relay, sip::Edit& edit);
  void erase_if_done(RelayId id);
  void erase_if_over(RelayId id);

  Services s_;
  SlotMap<RelayTag, Relay> relays_;
  SlotMap<BranchTag, Branch> branches_;
  static constexpr std::uint64_t kPatience = std::uint64_t{1} << 63;
  static_assert(kPatience >> BranchId::kNumberBits != 0, "no branch's number has it");
  TimerWheel wheel_;  // Timer C and, with kPatience, that of targets
  std::map<transport::ResolutionId, BranchId> waiting_;
};

}  // namespace offhook::proxy
