// Which room answers which request, in the order of RFC 3261 §16.3 to §16.6.
#include "core_impl.hpp"

namespace offhook::proxy {

void Core::Impl::answer(Now now, const RequestReceived& e, const Reply& reply) {
  journal_.answered(e.request, e.flow, reply.status);
  answers_.send(now.mono, e.id, e.request, reply, reply.status >= 300);  // no provisional response was sent yet
}

bool Core::Impl::is_trusted(const IpAddress& source) const {
  return router_.plan().trusting(source) != nullptr ||
         std::ranges::find(config_.cluster.peers, source) != config_.cluster.peers.end();
}

bool Core::Impl::is_urgent(const sip::Message& request, const transport::Flow& flow) const {
  auto facts = read_facts(request, names_, flow.local);
  if (facts) router_.recognise(flow, *facts);
  return facts && facts->emergency;
}

void Core::Impl::keep(const transport::Flow& flow) {
  connections_.try_emplace(flow.connection, BindingFlow{flow.connection, flow.protocol, flow.remote, flow.local});
}

void Core::Impl::request(Now now, RequestReceived& e) {
  if (e.flow.connection != 0) keep(e.flow);
  journal_.request(e.request, e.flow);
  if (e.request.method() == Method::Cancel) return cancel(now, e);
  auto facts = read_facts(e.request, names_, e.flow.local);
  if (facts) router_.recognise(e.flow, *facts);
  if (facts && nodes_.vouches(facts->plan.flow_token, e.flow.remote.address)) {
    facts->by_node = true;
    facts->to_us = facts->emergency = false;  // where it goes was said there
  }
  if (e.request.method() == Method::Ack) {
    if (park_.acknowledge(e.request)) return;
    if (facts) acknowledge(now, e, *facts);
    return;
  }
  const bool urgent = facts && (facts->emergency || facts->by_node);
  if (!urgent)
    if (const auto refusal = guard_.limit(now.mono, e.request, e.flow.remote.address)) return answer(now, e, *refusal);
  if (!facts) return answer(now, e, {400, "Bad Request-URI or Route"});
  if (draining_ && !facts->emergency) {
    if (const auto refusal = refuse_new(e.request, config_.drain)) return answer(now, e, *refusal);
  }
  if (awaits_store_)
    if (const auto refusal = refuse_unread(e.request, *facts, answers_.random())) return answer(now, e, *refusal);
  if (const auto refusal = check_scheme(facts->uri); refusal && !facts->emergency) return answer(now, e, *refusal);
  if (facts->to_us && local(now, e, *facts)) return;
  relay(now, e, *facts);
}

bool Core::Impl::local(Now now, RequestReceived& e, const Facts& facts) {
  if (e.request.method() == Method::Register) {
    registrar_.handle(now, e.id, e.request, e.flow);
    return true;
  }
  if (e.request.method() == Method::Subscribe && subscribe(now, e, facts)) return true;
  if (e.request.method() == Method::Publish && publish(now, e, facts)) return true;
  if (!facts.to_tag.empty() && park_.take_within(now, e.id, e.request)) return true;
  if (!facts.uri.user.empty() || facts.emergency) return false;
  answer(now, e, as_user_agent(e.request));
  return true;
}

bool Core::Impl::subscribe(Now now, const RequestReceived& e, const Facts& facts) {
  const auto event = sip::Event::parse(e.request.find(HeaderId::Event).value_or(std::string_view{}));
  std::string resource = names_.aor(facts.uri.user);
  const EventPackage* const package = event ? subscriptions_.find(event->package, resource) : nullptr;
  if (facts.uri.user.empty()) {
    if (!facts.to_tag.empty())
      subscriptions_.resubscribe(now, e.id, e.request, e.flow);
    else if (package == nullptr)
      answer(now, e, {489, {}, {{HeaderId::AllowEvents, subscriptions_.allow_events()}}});
    else
      answer(now, e, {404});
    return true;
  }
  if (package == nullptr || !facts.to_tag.empty()) return false;
  auto refusal = check_options(e.request, HeaderId::Require);
  bool informs = false;  // that is for what is forwarded
  if (!refusal) refusal = authenticate(now, e, facts, informs);
  std::string watcher = facts.from_us ? names_.aor(sip::escape_user(facts.from_user)) : std::string{};
  resource = package->resource_for(std::move(resource), watcher);
  if (!refusal && !package->may_watch(resource, watcher)) refusal = Reply{403, "Not Your Address"};
  if (refusal)
    answer(now, e, *refusal);
  else
    subscriptions_.subscribe(now, e.id, e.request, e.flow, *package, std::move(resource), std::move(watcher));
  return true;
}

bool Core::Impl::publish(Now now, const RequestReceived& e, const Facts& facts) {
  const auto event = sip::Event::parse(e.request.find(HeaderId::Event).value_or(std::string_view{}));
  if (!presence_.is_on() || facts.uri.user.empty() || !event || event->package != presence_.name()) return false;
  auto refusal = check_options(e.request, HeaderId::Require);
  bool informs = false;
  if (!refusal) refusal = authenticate(now, e, facts, informs);
  if (!refusal && (!facts.from_us || facts.from_user != sip::unescape(facts.uri.user)))
    refusal = Reply{403, "Not Your Address"};
  if (refusal)
    answer(now, e, *refusal);
  else
    presence_.publish(now, e.id, e.request, names_.aor(facts.uri.user));
  return true;
}

Reply Core::Impl::as_user_agent(const sip::Message& request) {
  if (request.method() == Method::Unknown) return {501, {}, {{HeaderId::Allow, std::string(kAllow)}}};
  if (!request.to_tag().empty()) return {481};  // we are in no dialog (§12.2.2)
  if (request.method() != Method::Options) return {404};
  if (auto refusal = check_options(request, HeaderId::Require)) return *std::move(refusal);
  return options_reply();
}

void Core::Impl::relay(Now now, const RequestReceived& e, const Facts& facts) {
  if (const auto refusal = check_max_forwards(e.request)) return answer(now, e, *refusal);
  const LoopMark mark = loop_mark(e.request, loop_secret_);
  if (has_looped(e.request, mark)) {
    ++counters_.loops;
    return answer(now, e, {482});
  }
  if (const auto refusal = check_max_breadth(e.request)) return answer(now, e, *refusal);
  if (const auto refusal = check_options(e.request, HeaderId::ProxyRequire)) return answer(now, e, *refusal);
  bool informs = false;
  if (const auto refusal = authenticate(now, e, facts, informs)) return answer(now, e, *refusal);
  if (const auto refusal = check_relaying({facts.to_us || facts.by_node, facts.in_dialog, facts.from_us}))
    return answer(now, e, *refusal);
  if (facts.from_us && !facts.emergency)
    if (const auto refusal = guard_.limit_user(now.mono, e.request, facts.from_user)) return answer(now, e, *refusal);
  if (park_.take(now, e.id, e.request, e.flow, facts)) return;
  auto route = pickup_.find(now, e.request, facts);
  if (!route) route = router_.find(now, facts);
  if (route && route->targets.empty()) return refuse_route(now, e, facts, route->refusal);
  if (is_cut_off(facts))
    return answer(now, e, {e.request.method() == Method::Invite ? 408 : 480, "Node Does Not Answer"});
  auto found = route ? std::move(route->targets) : targets_for(now, facts);
  const bool had_some = !found.empty();
  auto targets = without_dead(std::move(found));
  if (had_some && targets.empty()) return refuse_route(now, e, facts, {480, "Node Does Not Answer"});
  if (targets.empty() && !facts.plan.flow_token.empty()) return answer(now, e, {430, "Flow Failed"});
  if (targets.empty()) {
    const auto gruu = gruus_.read(facts.uri);
    const bool known = gruu && !gruu->temporary && authenticator_.find(sip::unescape(facts.uri.user)) != nullptr;
    return refuse_route(now, e, facts, {known ? 480 : 404});
  }
  if (const auto refusal = Identities::refuse(e.request, facts, targets)) return answer(now, e, *refusal);
  // At once, before anything that may take its time (§16.2): the caller stops retransmitting.
  if (e.request.method() == Method::Invite) answer(now, e, {100});
  relays_.start(now, e.id, {e.request, e.flow, facts.plan, mark}, std::move(targets),
                {informs, identities_.of(e.request, e.flow, facts), calls_.take(now, e.request, facts), facts.from_us});
}

void Core::Impl::refuse_route(Now now, const RequestReceived& e, const Facts& facts, const Reply& refusal) {
  ++counters_.not_found;
  calls_.refused(now, e.request, facts, refusal.status);
  if (refusal.status == 404 && config_.challenges_calls()) guard_.asked_for_nobody(now, e.flow.remote.address);
  answer(now, e, refusal);
}

std::optional<Reply> Core::Impl::authenticate(Now now, const RequestReceived& e, const Facts& facts, bool& informs) {
  if (!config_.challenges_calls() || !facts.from_us || facts.in_dialog || facts.emergency || facts.by_node)
    return std::nullopt;
  const auto outcome = authenticator_.check(now.mono, e.request, e.flow, Realm::Proxy);
  guard_.judged(now, e.flow, outcome.verdict);
  journal_.judged(e.request, e.flow, outcome.verdict);
  informs = outcome.informs;
  switch (outcome.verdict) {
    case Authenticator::Verdict::Accepted:
      if (outcome.user->name == facts.from_user) return std::nullopt;
      return Reply{403, "Not Your Address"};
    case Authenticator::Verdict::Malformed: ++counters_.bad_credentials; return Reply{400, "Bad Credentials"};
    case Authenticator::Verdict::Rejected: ++counters_.bad_credentials; [[fallthrough]];
    case Authenticator::Verdict::Missing:
    case Authenticator::Verdict::Stale: break;
  }
  ++counters_.challenges;
  return authenticator_.challenge(now.mono, e.flow, Realm::Proxy, outcome.verdict == Authenticator::Verdict::Stale);
}

std::vector<Target> Core::Impl::targets_for(Now now, const Facts& facts) const {
  if (is_node_token(facts.plan.flow_token)) return target_by_node(facts);
  if (facts.to_us) {
    const auto who = gruus_.read(facts.uri);
    return who ? targets_of(location_.find(who->aor), now.mono, *who) : std::vector<Target>{};
  }
  std::vector<Target> out;
  Target& target = out.emplace_back(Target{std::string(facts.plan.request_uri), {}, {}, 1000});
  if (facts.plan.remaining == 0 && !facts.plan.flow_token.empty()) {
    const auto connection = read_flow_token(facts.plan.flow_token, loop_secret_);
    const auto known = connection ? connections_.find(*connection) : connections_.end();
    if (known == connections_.end()) return {};  // RFC 5626 §5.3.1
    target.connection = known->second;
  }
  return out;
}

std::vector<Target> Core::Impl::without_dead(std::vector<Target> targets) const {
  if (!neighbours_.any_dead()) return targets;
  std::erase_if(targets, [this](Target& target) {
    while (neighbours_.is_dead(node_of(target.path))) {
      auto next = next_of_instance(target);
      if (!next) return true;
      target = *std::move(next);
    }
    return false;
  });
  return targets;
}

std::vector<Target> Core::Impl::target_by_node(const Facts& facts) const {
  const auto way = facts.plan.remaining == 0 ? nodes_.read(facts.plan.flow_token) : std::nullopt;
  if (!way || (way->is_lost && !way->contact_will_do)) return {};
  Target target{std::string(facts.plan.request_uri), {}, {}, 1000, way->flow};
  if (!way->is_lost && way->flow.number == 0) target.received = way->flow.remote;
  return {std::move(target)};
}

void Core::Impl::acknowledge(Now now, const RequestReceived& e, const Facts& facts) {
  if (check_scheme(facts.uri) || check_max_forwards(e.request)) return;
  if (check_relaying({facts.to_us || facts.by_node, facts.in_dialog, facts.from_us})) return;
  const LoopMark mark = loop_mark(e.request, loop_secret_);
  if (has_looped(e.request, mark)) return;
  const auto targets = targets_for(now, facts);
  if (targets.empty()) return;
  acknowledgements_.forward(now, {e.request, e.flow, facts.plan, mark}, targets.front());
}

void Core::Impl::cancel(Now now, const RequestReceived& e) {
  if (!e.cancels && !e.cancels_nothing) return answer(now, e, {481});
  answer(now, e, {200});
  if (!e.cancels) return;  // of another request than an INVITE: no effect (§9.2)
  relays_.cancel(now, e.cancels_owner, e.request.find(HeaderId::Reason).value_or(std::string_view{}));
}

}  // namespace offhook::proxy
