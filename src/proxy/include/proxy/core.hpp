// The proxy and registrar as one engine. RFC 3261 §16 (stateful proxy), §10 (registrar), §22 (digest).
//
// What was answered is on disk: a REGISTER's changes go out by poll_store(); its 200 leaves when the world has said
// stored(id, true); else 500, and 503 with Retry-After when the store cannot be reached. The world must keep the order
// of writes. A memory store says stored() at once.
#pragma once
#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "proxy/calls.hpp"
#include "proxy/cluster.hpp"
#include "proxy/drain.hpp"
#include "proxy/events.hpp"
#include "proxy/guard.hpp"
#include "proxy/journal.hpp"
#include "proxy/location.hpp"
#include "proxy/policy.hpp"
#include "proxy/records.hpp"
#include "proxy/shards.hpp"
#include "proxy/shared_events.hpp"
#include "sip/digest.hpp"
#include "transaction/layer.hpp"
#include "transport/engine.hpp"
#include "transport/locate.hpp"

namespace offhook::proxy {

struct User {
  std::string name;
  // sip::ha1 with the realm, by sip::hash_index; the password itself is not kept. "" for a hash that is not known: the
  // user cannot come in by its algorithms.
  std::array<std::string, sip::kDigestHashes> ha1;
};
// Of every hash.
[[nodiscard]] User make_user(std::string_view name, std::string_view password, std::string_view realm);

struct Config {
  std::vector<transport::Listen> listen;  // the first of a protocol is our name there when its address is specific
  std::vector<std::string> domains;  // hosts (or host:port) that are ours; requests for other domains are relayed only
                                     // for our users' dialogs
  std::vector<IpAddress> addresses;  // of this machine, which are ours where `listen` has a wildcard
  std::string realm;                 // "" takes the first domain
  bool authenticate = true;          // digest; of what, the next two say
  bool authenticate_registrations = true, authenticate_calls = true;  // REGISTER; INVITE etc. from our own users
  [[nodiscard]] bool challenges_registrations() const { return authenticate && authenticate_registrations; }
  [[nodiscard]] bool challenges_calls() const { return authenticate && authenticate_calls; }
  std::vector<User> users;  // with authenticate off: anybody may register as anybody
  // Users and bindings come later, from a store: until store_is_read() what needs them is answered 503; for a run.
  bool awaits_store = false;
  // Algorithms that are offered and accepted, the one we like best first (RFC 8760 §2.4): SHA-256, MD5. Clients that
  // look at the first challenge only and know nothing but MD5 need {Md5}.
  std::vector<sip::DigestAlgorithm> digest{sip::DigestAlgorithm::Sha256, sip::DigestAlgorithm::Md5};
  // Qualities of protection that are offered. Auth alone takes auth-int too, and no qop from old clients; AuthInt alone
  // takes nothing that leaves the body open.
  std::vector<sip::Qop> qop{sip::Qop::Auth};
  bool userhash = false;        // ask clients to hide the user's name (RFC 7616 §3.4.4)
  seconds nonce_lifetime{300};  // then clients are challenged anew, with stale=true
  bool record_route = true;
  seconds min_expires{60}, default_expires{3600}, max_expires{7200};
  std::size_t max_contacts = 10;           // per address-of-record
  std::vector<std::string> service_route;  // of each 200 to a REGISTER, in this order: "<sip:p.example.test;lr>"
  bool strict_path = true;                 // 420 for a Path that the phone does not know of (RFC 3327 §5.3)
  seconds flow_timer{120};  // Flow-Timer of flows by connections (RFC 5626 §5.4): how often phones ping; 0 says nothing
  // Pings to phones behind a NAT, by datagrams (registrar/keep_alive.hpp): how often, 0 for never; and after how many
  // without an answer a binding is taken out (0: never, and the pings are none that are answered).
  seconds keep_alive{30};
  std::size_t keep_alive_failures = 0;
  std::size_t max_subscriptions = 200;  // per user
  std::string secret;                   // of temporary GRUUs, which outlive a restart with it; "" makes one
  seconds timer_c{180};
  Policy policy;        // trunks, dial rules, groups, emergency numbers, identity
  GuardSettings guard;  // rate limits, bans
  DrainSettings drain;
  RecordSettings records;
  JournalSettings journal;
  transaction::Timers timers;
  std::string server_name = "offhook";  // Server header
  ClusterConfig cluster;
  ShardSettings shards;
  CallSettings calls;
  EventSettings events;        // lamps, messages, presence
  bool shares_events = false;  // with other engines: the world takes poll_shared() to them; for a run
  FeatureSettings features;    // numbers that do something
};

struct Counters {
  std::uint64_t registers = 0, registered = 0, challenges = 0, bad_credentials = 0;
  std::uint64_t notifies = 0, dead_bindings = 0;  // NOTIFYs sent; taken out because nothing gets there
  std::uint64_t forwarded_requests = 0, forwarded_responses = 0, loops = 0, not_found = 0, store_failures = 0;
};

class Core final : public transport::Engine {
 public:
  // `locator` names hosts of contacts and routes; it must outlive the core, as must `random`.
  Core(Config config, Random& random, const transport::Locator& locator);
  ~Core() override;

  // Bindings that the store has kept, before the first receive(). Expired ones are dropped.
  void load(Now now, const std::vector<Binding>& bindings);

  // False for a source that is not heard now: the world drops the datagram or the connection. Asked for each, before
  // receive(); costs nothing while nobody is banned and packets are not limited.
  [[nodiscard]] bool admits(Now now, const IpAddress& source);
  // Whether there is anybody whom admits() might refuse.
  [[nodiscard]] bool is_guarding() const;
  [[nodiscard]] std::vector<Ban> bans(Now now) const;
  // One that another shard has begun: that source is not heard here either.
  void adopt(Now now, const Ban& ban);
  // False when that source is not banned.
  bool unban(const IpAddress& source);
  // Bans that have begun since it was asked last, for a log.
  [[nodiscard]] std::optional<Ban> poll_ban();
  [[nodiscard]] const GuardCounters& guard_counters() const;

  // What Config::journal asks for, for a log; after each input. Ten thousand wait at most.
  [[nodiscard]] std::optional<LogEvent> poll_log();

  // Another configuration from now on: users, domains, limits, addresses to listen at (the world has opened those that
  // are new, and keeps those that are gone for as long as it likes). Bindings, transactions and calls stay. On a
  // complaint nothing has changed: the first domain, the realm and the transactions' timers are for a run.
  [[nodiscard]] Checked<void> reconfigure(Now now, Config config);
  // What reconfigure() would say; it changes nothing.
  [[nodiscard]] Checked<void> check(const Config& config) const;

  // Users of a store that tells of its changes, beside those of the configuration, who win where a name is in both.
  // They stay when the configuration changes. The first: in place of all that were known.
  void set_stored_users(std::vector<User> users);
  void put_stored_user(User user);
  void remove_stored_user(std::string_view name);
  [[nodiscard]] std::size_t stored_user_count() const;
  [[nodiscard]] std::size_t user_count() const;  // with those of the configuration
  // With Config::awaits_store: everything that the store had was given.
  void store_is_read();

  void receive(Now now, const transport::Flow& flow, std::string bytes) override;
  void wake(Now now) override;
  [[nodiscard]] std::optional<TimePoint> deadline() const override;
  [[nodiscard]] std::optional<transport::Transmit> poll_transmit() override;
  [[nodiscard]] std::optional<transport::Alias> poll_alias() override;
  void unreachable(Now now, const transport::Flow& flow) override;
  [[nodiscard]] std::optional<transport::dns::Question> poll_question() override;
  void answer(Now now, std::uint64_t question, const transport::dns::Answer& answer) override;

  [[nodiscard]] std::optional<StoreWrite> poll_store();
  // For a world that keeps nothing: only which write it is, for stored().
  [[nodiscard]] std::optional<std::uint64_t> poll_store_id();
  void stored(Now now, std::uint64_t id, Stored outcome);
  void stored(Now now, std::uint64_t id, bool ok) { stored(now, id, ok ? Stored::Yes : Stored::Failed); }
  // What another node (or another engine of this process) has stored, in the order in which the store took it. A
  // connection of somebody else's is not ours (unless it is another shard's): its binding is reached by `through`, else
  // by its contact, and where that cannot be, it is not kept.
  void apply(Now now, const StoreWrite& change);
  // All that the store has of that address-of-record, after a change by another node.
  void replace(Now now, std::string_view aor, const std::vector<Binding>& bindings);

  // Of a store that has lost something: every address-of-record with bindings, and those of one as we would store them
  // (without the ones that only another node reaches).
  [[nodiscard]] std::vector<std::string> addresses() const;
  [[nodiscard]] std::vector<Binding> kept(std::string_view aor, WallTime now) const;

  // Event state shared with other engines (proxy/shared_events.hpp), with Config::shares_events. What they have to
  // know, in this order:
  [[nodiscard]] std::optional<SharedEvent> poll_shared();
  // What the engine of that name has told; another run of it has another name. Of what belongs to nobody `node` is of
  // no interest.
  void learn(Now now, std::string_view node, const SharedEvent& event);
  // That engine has ended, or nobody hears of it any more.
  void forget(Now now, std::string_view node);
  // All that this one has to tell of itself comes by poll_shared() again: somebody may have missed something.
  void share_all(Now now);
  // Every publication and every count that is kept here, for a store that has lost them.
  [[nodiscard]] std::vector<SharedEvent> shared_state(Now now) const;

  // Nodes of the cluster that have stopped to answer since it was asked last, or do so again; for a log. No call goes
  // by way of one that does not answer.
  [[nodiscard]] std::optional<NodeChange> poll_node();
  // The same, as the first shard of this process has found out: the others do not ask.
  void adopt(Now now, const NodeChange& change);

  // Told of every call from now on; must outlive the core.
  void observe(CallObserver& observer);
  // Their numbers are different from those of another shard's.
  [[nodiscard]] std::vector<CallRecord> calls() const;
  [[nodiscard]] std::size_t call_count() const;
  // Users are named as in their addresses, unescaped.
  // Messages that wait for one: told to whoever has subscribed, else to his phones when the settings say so.
  void set_messages(Now now, std::string_view user, const Messages& messages);
  [[nodiscard]] Messages messages(std::string_view user) const;
  // A NOTIFY to all his contacts, subscribed or not: event "check-sync;reboot=true"; `type` counts with a body. Gives
  // to how many it goes.
  std::size_t notify(Now now, std::string_view user, std::string_view event, std::string_view type,
                     std::string_view body);

  // Calls that an earlier run has left answered (their ends have not been recorded), before the first receive(). Their
  // start counts by the wall clock.
  void restore(Now now, std::vector<CallRecord> calls);

  // Records of calls for the world to keep, with Config::records on. The answers to BYEs and 2xx to INVITEs wait for
  // recorded(), which says whether it could; in any order.
  [[nodiscard]] std::optional<RecordWrite> poll_record();
  void recorded(Now now, std::uint64_t id, bool ok);
  [[nodiscard]] const RecordCounters& record_counters() const;

  // Requests that begin something new are refused from now on (proxy/drain.hpp); what there is goes on.
  void drain();
  [[nodiscard]] bool is_draining() const;
  // No call, and no request without its answer.
  [[nodiscard]] bool is_idle() const;
  // The last thing before the end: drain(), and registrations at trunks are taken back. The world goes on until
  // has_left(), but not for ever: a provider may be gone.
  void leave(Now now);
  [[nodiscard]] bool has_left() const;

  // All trunks, those without a registration too, in the order of the configuration.
  [[nodiscard]] std::vector<TrunkState> trunks() const;

  // At most so many, in no order; and those of a user (as in his address, unescaped), in that of their registration.
  [[nodiscard]] std::vector<Binding> bindings(WallTime now, std::size_t most = SIZE_MAX) const;
  [[nodiscard]] std::vector<Binding> bindings_of(WallTime now, std::string_view user) const;
  // Takes the user's bindings out, at once here and then in the store; how many there were.
  std::size_t remove_bindings(Now now, std::string_view user);
  [[nodiscard]] std::size_t binding_count() const;
  [[nodiscard]] std::size_t transaction_count() const;  // client and server
  [[nodiscard]] std::size_t relay_count() const;        // requests in progress (response contexts)
  [[nodiscard]] std::size_t timer_count() const;        // of transactions and relays; binding expiry not counted
  [[nodiscard]] std::size_t subscription_count() const;
  [[nodiscard]] const Counters& counters() const;
  [[nodiscard]] const transaction::Counters& transaction_counters() const;
  [[nodiscard]] const transport::Counters& transport_counters() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace offhook::proxy
