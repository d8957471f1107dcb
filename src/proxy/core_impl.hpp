// The proxy's rooms wired together. Which room answers which request: core_requests.cpp.
#pragma once
#include <algorithm>
#include <unordered_map>

#include "answers.hpp"
#include "auth/authenticator.hpp"
#include "awaiting.hpp"
#include "base/overloaded.hpp"
#include "calls/calls.hpp"
#include "check.hpp"
#include "cluster/neighbours.hpp"
#include "cluster/nodes.hpp"
#include "drain.hpp"
#include "events/dialog_lists.hpp"
#include "events/dialog_package.hpp"
#include "events/message_package.hpp"
#include "events/notifier.hpp"
#include "events/presence_package.hpp"
#include "events/reg_package.hpp"
#include "events/subscriptions.hpp"
#include "guard/guard.hpp"
#include "journal/journal.hpp"
#include "location/table.hpp"
#include "loop.hpp"
#include "names.hpp"
#include "options.hpp"
#include "park/park.hpp"
#include "pickup/pickup.hpp"
#include "policy/identity.hpp"
#include "policy/router.hpp"
#include "policy/stateless.hpp"
#include "policy/trunk_registrations.hpp"
#include "proxy/core.hpp"
#include "reconfiguration.hpp"
#include "records/records.hpp"
#include "registrar/keep_alive.hpp"
#include "registrar/registrar.hpp"
#include "relay/acknowledgements.hpp"
#include "relay/relay.hpp"
#include "route/facts.hpp"
#include "route/flow_token.hpp"
#include "route/forward.hpp"
#include "route/targets.hpp"
#include "sharing/sharing.hpp"
#include "sip/digest.hpp"
#include "sip/header/event.hpp"
#include "transport/shard.hpp"

namespace offhook::proxy {

class Core::Impl {
  using HeaderId = sip::HeaderId;
  using Method = sip::Method;
  using RequestReceived = transaction::RequestReceived;
  static constexpr std::size_t kSecretLength = 50;

 public:
  Impl(Config config, Random& random, const transport::Locator& locator)
      : config_(complete(std::move(config))),
        awaits_store_(config_.awaits_store),
        nodes_(config_.cluster, random, connections_, config_.shards),
        names_(config_.listen, config_.domains, config_.addresses),
        resolver_(random, locator),
        transport_(random),
        transactions_(transport_, random, config_.timers),
        answers_(transactions_, random, config_.server_name),
        authenticator_(config_, names_, random),
        guard_(config_.guard, random,
               {[this](const IpAddress& source) { return is_trusted(source); },
                [this](const sip::Message& request, const transport::Flow& flow) { return is_urgent(request, flow); }}),
        loop_secret_(loop_secret_of(config_, random)),
        gruus_(names_, secret_of(config_, random)),
        forwarder_(names_, locator, config_.realm, config_.record_route, loop_secret_),
        subscriptions_({&config_, &names_, &answers_, &transactions_, &resolver_, &random, &counters_}),
        journal_(config_.journal),
        reg_events_(location_, gruus_, subscriptions_),
        calls_(loop_secret_),
        notifier_({&config_, &names_, &location_, &transactions_, &resolver_, &random, &counters_}),
        dialogs_(calls_, names_, config_.events, subscriptions_),
        lists_(dialogs_, names_, config_.events, subscriptions_, random),
        outbox_(config_.shares_events),
        messages_(names_, config_.events, notifier_, subscriptions_, outbox_),
        presence_({&config_, &location_, &answers_, &subscriptions_, &random, &outbox_}),
        sharing_({&config_, &calls_, &dialogs_, &lists_, &messages_, &outbox_}),
        registrations_({&reg_events_, &messages_, &presence_, &journal_}),
        pickup_({&config_, &calls_, &names_, &location_, config_.shares_events ? &sharing_ : nullptr}),
        registrar_({&config_, &names_, &answers_, &transactions_, &authenticator_, &location_, &gruus_, &random,
                    &counters_, &registrations_, &nodes_, &guard_, &journal_}),
        records_(config_.records, transactions_),
        park_({&config_, &names_, &answers_, &transactions_, &resolver_, &calls_, &records_, &random}),
        relays_({&transactions_, &answers_, &forwarder_, &names_, &counters_, loop_secret_, config_.timer_c, &resolver_,
                 &authenticator_, [this](Now now, const StoreWrite::Remove& flow) { registrar_.drop(now, flow); },
                 &calls_, &redirections_, &identities_, &random, &router_, &records_}),
        keep_alive_({&config_, &names_, &transport_, &transactions_, &location_, &random,
                     [this](Now now, const StoreWrite::Remove& which) { registrar_.drop(now, which); }}),
        acknowledgements_({&transactions_, &forwarder_, &names_, &resolver_, &counters_, loop_secret_}),
        trunks_({&names_, &transactions_, &resolver_, &random, &journal_}, config_.policy.trunks),
        neighbours_({&config_, &names_, &transactions_, &resolver_, &random,
                     [this](Now now, std::string_view node) { relays_.node_died(now, node); }}),
        router_({&names_, &authenticator_, &location_, &trunks_}, config_.policy),
        identities_(config_, names_, router_),
        redirections_(config_, names_, router_),
        stateless_({&config_, &names_, &router_, &identities_, &forwarder_, &transport_, &resolver_, &counters_,
                    loop_secret_, [this](Now now, const Facts& facts) { return without_dead(targets_for(now, facts)); },
                    [this](const transport::Flow& flow) { keep(flow); }},
                   random) {
    transactions_.use(resolver_);
    calls_.watch(dialogs_);
    dialogs_.watch(lists_);
    if (config_.shares_events) share_events();
    if (config_.records.on) calls_.observe(records_);
    if (config_.shards.count > 1) {
      transactions_.set_mark(transport::shard_mark(config_.shards.index));
      forwarder_.set_parameter(transport::shard_parameter(config_.shards.index));
    }
    settle();
  }

  // As the engine takes it: with the realm, and the names that are ours without being listed.
  static Config complete(Config config) {
    if (config.realm.empty()) config.realm = Names(config.listen, config.domains).canonical_host();
    if (const auto node = node_name(config.cluster); !node.empty() && !config.domains.empty())
      config.domains.push_back(node);
    return config;
  }

  // A room that reads config_ by its pointer sees what is new there by itself; the others are told.
  Checked<void> reconfigure(Config config) {
    config = complete(std::move(config));
    if (auto refusal = check_reconfiguration(config_, config); !refusal) return refusal;
    if (!config.secret.empty() && config.secret != config_.secret) gruus_ = Gruus(names_, config.secret);
    config_ = std::move(config);
    names_ = Names(config_.listen, config_.domains, config_.addresses);
    answers_.set_server_name(config_.server_name);
    authenticator_.reconfigure(config_);
    guard_.reconfigure(config_.guard);
    forwarder_.set_record_route(config_.record_route);
    relays_.set_timer_c(config_.timer_c);
    router_.configure(config_.policy);
    trunks_.configure(config_.policy.trunks);
    stateless_.reconfigure();
    settle();
    return {};
  }

  void receive(Now now, const transport::Flow& flow, std::string bytes) {
    if (auto incoming = transport_.receive(flow, std::move(bytes)))
      if (!guard_.silences(now.mono, incoming->message, flow) && !stateless_.take(now, *incoming))
        transactions_.receive(now.mono, std::move(*incoming));
    pump(now);
  }
  void recorded(Now now, std::uint64_t id, bool ok) {
    records_.recorded(now.mono, id, ok);
    pump(now);
  }
  void wake(Now now) {
    transactions_.wake(now.mono);
    relays_.wake(now);
    calls_.wake(now.mono);
    presence_.wake(now.mono);
    records_.wake(now.mono);
    park_.wake(now);
    registrar_.expire(now);
    keep_alive_.wake(now);
    trunks_.wake(now);
    neighbours_.wake(now);
    resolver_.wake(now);
    pump(now);
  }
  void unreachable(Now now, const transport::Flow& flow) {
    if (flow.connection != 0) {
      connections_.erase(flow.connection);
      registrar_.lose(now, flow.connection);
    }
    trunks_.lose(now, flow);
    transactions_.unreachable(now.mono, flow);
    pump(now);
  }
  void answer(Now now, std::uint64_t question, const transport::dns::Answer& answer) {
    resolver_.answer(now, question, answer);
    pump(now);
  }
  void stored(Now now, std::uint64_t id, Stored outcome) {
    registrar_.stored(now, id, outcome);
    pump(now);
  }
  void apply(Now now, const StoreWrite& change) {
    if (config_.shards.count > 1)
      for (const Binding& binding : change.put)
        if (const BindingFlow& flow = binding.connection; flow.number != 0) connections_.try_emplace(flow.number, flow);
    for (const Binding& binding : change.put) meet(now, binding);
    messages_.set_foreign(config_.shards.count == 1);  // what a shard has taken in, the first one tells of
    registrar_.apply(now, change);
    messages_.set_foreign(false);
    pump(now);
  }
  void replace(Now now, std::string_view aor, const std::vector<Binding>& bindings) {
    for (const Binding& binding : bindings) meet(now, binding);
    messages_.set_foreign(true);
    registrar_.replace(now, aor, bindings);
    messages_.set_foreign(false);
    pump(now);
  }
  void learn(Now now, std::string_view node, const SharedEvent& event) {
    std::visit(Overloaded{[&](const SharedPublication& one) { presence_.learn(now, one); },
                          [&](const SharedMessages& one) { messages_.learn(now.mono, one); },
                          [&](const auto& one) { sharing_.learn(now.mono, node, one); }},
               event);
    pump(now);
  }
  [[nodiscard]] std::optional<TimePoint> deadline() const {
    std::optional<TimePoint> first;
    for (const auto next :
         {transactions_.deadline(), relays_.deadline(), calls_.deadline(), presence_.deadline(), records_.deadline(),
          park_.deadline(), location_.deadline(), resolver_.deadline(), subscriptions_.deadline(),
          keep_alive_.deadline(), trunks_.deadline(), neighbours_.deadline()})
      if (next && (!first || *next < *first)) first = next;
    return first;
  }

 private:
  void share_events() {
    calls_.watch(sharing_);
    dialogs_.add(sharing_);
    subscriptions_.on_watched(
        [this](const EventPackage& package, std::string_view resource) { sharing_.watched(package, resource); });
    messages_.use([this](std::string_view user) { return sharing_.is_wanted(SharedPackage::Messages, user); });
  }

  void settle() {
    resolver_.set_policy(policy_of(config_));
    transport_.speak_tcp(std::ranges::any_of(
        config_.listen, [](const auto& listen) { return listen.protocol == transport::Protocol::Tcp; }));
    calls_.configure(
        config_.record_route ? config_.calls : CallSettings{.on = false},
        !config_.features.pickup.empty() || !config_.features.group_pickup.empty() || !config_.features.park.empty());
    journal_.configure(config_.journal);
    calls_.leave(journal_);
    if (config_.journal.calls) calls_.observe(journal_);
    config_.users = {};  // the authenticator has them
    sharing_.configure();
  }

  void meet(Now now, const Binding& binding) {
    if (!nodes_.on() || binding.through.empty() || nodes_.is_ours(binding.through)) return;
    if (const auto node = node_of(binding.through); !node.empty()) neighbours_.meet(now, node);
  }

  // What we can send by, in the order in which it is listed.
  static std::shared_ptr<const transport::Policy> policy_of(const Config& config) {
    auto policy = std::make_shared<transport::Policy>();
    policy->protocols.clear();
    policy->ipv4 = policy->ipv6 = false;
    for (const transport::Listen& listen : config.listen) {
      if (std::find(policy->protocols.begin(), policy->protocols.end(), listen.protocol) == policy->protocols.end())
        policy->protocols.push_back(listen.protocol);
      (listen.endpoint.address.is_v6() ? policy->ipv6 : policy->ipv4) = true;
    }
    return policy;
  }

  static std::string secret_of(const Config& config, Random& random) {
    if (!config.secret.empty()) return config.secret;
    if (!config.cluster.secret.empty()) return "gruu:" + config.cluster.secret;
    return config.shards.secret.empty() ? random.token(kSecretLength) : "gruu:" + config.shards.secret;
  }
  static std::uint64_t loop_secret_of(const Config& config, Random& random) {
    if (config.shards.secret.empty()) return random.next();
    constexpr int kHexDigits = 16, kHex = 16;
    const std::string hash = sip::hash_hex(sip::DigestAlgorithm::Sha256, "loop:" + config.shards.secret);
    return std::stoull(hash.substr(0, kHexDigits), nullptr, kHex);
  }

  // A location may lead to events of transactions, and those to new questions.
  void pump(Now now) {
    take_events(now);
    while (const auto located = resolver_.poll_located()) {
      if (!relays_.located(now, *located) && !transactions_.located(*located) &&
          !subscriptions_.located(now, *located) && !notifier_.located(now, *located) &&
          !trunks_.located(now, *located) && !park_.located(now, *located) && !neighbours_.located(now, *located) &&
          !stateless_.located(now, *located))
        acknowledgements_.located(*located);
      take_events(now);
    }
    subscriptions_.wake(now);  // what has changed leaves together
    messages_.wake(now);
  }

  void take_events(Now now) {
    transactions_.take_events([&](transaction::Event& event) {
      std::visit(Overloaded{
                     [&](RequestReceived& e) { request(now, e); },
                     [&](transaction::ResponseReceived& e) { respond(now, std::move(e)); },
                     [&](const transaction::ClientTimeout& e) { fail(now, e.owner, e.id, 408); },
                     [&](const transaction::ClientTransportError& e) { fail(now, e.owner, e.id, 503); },
                     [](const transaction::ServerFailed&) {},  // the transaction ends by itself
                     [&](const transaction::ClientTerminated& e) { relays_.client_gone(now, e.owner, e.id); },
                     [&](const transaction::ServerTerminated& e) { relays_.server_gone(now.mono, e.owner); },
                     [](const transaction::StrayResponse&) {},  // RFC 6026 §8.9; counted in the layer
                 },
                 event);
    });
  }

  void respond(Now now, transaction::ResponseReceived&& e) {
    if (TrunkRegistrations::is_ours(e.owner)) return trunks_.respond(now, e);
    if (Park::is_ours(e.owner)) return park_.respond(now, e);
    if (Neighbours::is_ours(e.owner)) return neighbours_.respond(now, e);
    if (Subscriptions::is_ours(e.owner)) return subscriptions_.respond(now, e);
    if (KeepAlive::is_ours(e.owner)) return keep_alive_.respond(e);
    relays_.respond(now, std::move(e));
  }
  void fail(Now now, transaction::Owner owner, transaction::ClientId client, int status) {
    if (TrunkRegistrations::is_ours(owner)) return trunks_.fail(now, owner, client, status);
    if (Park::is_ours(owner)) return park_.fail(now, owner);
    if (Neighbours::is_ours(owner)) return neighbours_.fail(now, owner, client);
    if (Subscriptions::is_ours(owner)) return subscriptions_.fail(owner, client);
    if (KeepAlive::is_ours(owner)) return keep_alive_.fail(now, owner);
    relays_.fail(now, owner, client, status);
  }

  void answer(Now now, const RequestReceived& e, const Reply& reply);
  // Trunks, and other nodes of our cluster.
  bool is_trusted(const IpAddress& source) const;
  bool is_urgent(const sip::Message& request, const transport::Flow& flow) const;
  void keep(const transport::Flow& flow);
  void request(Now now, RequestReceived& e);
  // What is meant for ourselves. False when it is to be forwarded.
  bool local(Now now, RequestReceived& e, const Facts& facts);
  // Events that we know of; false when the request is not for us.
  bool subscribe(Now now, const RequestReceived& e, const Facts& facts);
  // A user's presence is his own. False for other events: those are for the phones, or for who collects them.
  bool publish(Now now, const RequestReceived& e, const Facts& facts);
  // Asked for ourselves we are a user agent server that knows OPTIONS alone (§8.2).
  static Reply as_user_agent(const sip::Message& request);
  // §16.3 to §16.6.
  void relay(Now now, const RequestReceived& e, const Facts& facts);
  void refuse_route(Now now, const RequestReceived& e, const Facts& facts, const Reply& refusal);
  // 407 for whoever says to be one of ours; a dialog that came along our Record-Route was let in when it began.
  // `informs`: as in Authenticator::Outcome.
  std::optional<Reply> authenticate(Now now, const RequestReceived& e, const Facts& facts, bool& informs);
  // §16.5. Where a Route leads elsewhere, the Request-URI stays as it is: the sender has chosen who acts on it.
  std::vector<Target> targets_for(Now now, const Facts& facts) const;
  // In place of what leads to a node that does not answer, another binding of the same instance, if any.
  std::vector<Target> without_dead(std::vector<Target> targets) const;
  // The next hop of a request within a dialog does not answer.
  bool is_cut_off(const Facts& facts) const { return facts.in_dialog && neighbours_.is_dead_hop(facts.plan.next); }
  // Another node sends by way of us, for we alone reach that contact.
  std::vector<Target> target_by_node(const Facts& facts) const;
  // The ACK of a 2xx is no transaction: it is forwarded and forgotten (§16.6 last part, §16.11). One that cannot go on
  // is dropped.
  void acknowledge(Now now, const RequestReceived& e, const Facts& facts);
  // §16.10. A CANCEL for nothing we know is answered 481, not forwarded: it could not carry the branch of any request
  // of ours downstream.
  void cancel(Now now, const RequestReceived& e);

 public:
  Config config_;
  bool awaits_store_;
  // Connections that a flow token may name: of whoever sent something that begins a dialog, or registered.
  Connections connections_;
  Nodes nodes_;
  Names names_;
  transport::Resolver resolver_;
  transport::Layer transport_;
  transaction::Layer transactions_;
  Answers answers_;
  Authenticator authenticator_;
  Guard guard_;
  std::uint64_t loop_secret_;  // of loop marks and flow tokens
  Gruus gruus_;
  Forwarder forwarder_;
  LocationTable location_;
  Counters counters_;
  bool draining_ = false;
  Subscriptions subscriptions_;
  Journal journal_;
  RegPackage reg_events_;
  Calls calls_;
  Notifier notifier_;
  DialogPackage dialogs_;
  DialogLists lists_;
  Outbox outbox_;
  MessagePackage messages_;
  PresencePackage presence_;
  Sharing sharing_;
  RegistrationObservers registrations_;
  Pickup pickup_;
  Registrar registrar_;
  Records records_;
  Park park_;
  Relays relays_;
  KeepAlive keep_alive_;
  Acknowledgements acknowledgements_;
  TrunkRegistrations trunks_;
  Neighbours neighbours_;
  Router router_;
  Identities identities_;
  Redirections redirections_;
  Stateless stateless_;
};

}  // namespace offhook::proxy
