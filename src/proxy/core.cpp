// The engine's face: each call goes to its room.
#include "proxy/core.hpp"

#include "core_impl.hpp"

namespace offhook::proxy {

Core::Core(Config config, Random& random, const transport::Locator& locator)
    : impl_(std::make_unique<Impl>(std::move(config), random, locator)) {}
Core::~Core() = default;

void Core::load(Now now, const std::vector<Binding>& bindings) { impl_->registrar_.load(now, bindings); }
Checked<void> Core::reconfigure(Now now, Config config) {
  auto done = impl_->reconfigure(std::move(config));
  impl_->wake(now);  // what waits may be due earlier now
  return done;
}
Checked<void> Core::check(const Config& config) const {
  return check_reconfiguration(impl_->config_, Impl::complete(config));
}
void Core::set_stored_users(std::vector<User> users) { impl_->authenticator_.users().set_stored(std::move(users)); }
void Core::put_stored_user(User user) { impl_->authenticator_.users().put_stored(std::move(user)); }
void Core::remove_stored_user(std::string_view name) { impl_->authenticator_.users().remove_stored(name); }
std::size_t Core::stored_user_count() const { return impl_->authenticator_.users().stored(); }
std::size_t Core::user_count() const { return impl_->authenticator_.users().size(); }
void Core::store_is_read() { impl_->awaits_store_ = false; }
void Core::receive(Now now, const transport::Flow& flow, std::string bytes) {
  impl_->receive(now, flow, std::move(bytes));
}
void Core::wake(Now now) { impl_->wake(now); }
std::optional<TimePoint> Core::deadline() const { return impl_->deadline(); }
std::optional<transport::Transmit> Core::poll_transmit() { return impl_->transport_.poll_transmit(); }
std::optional<transport::Alias> Core::poll_alias() { return impl_->transport_.poll_alias(); }
void Core::unreachable(Now now, const transport::Flow& flow) { impl_->unreachable(now, flow); }
std::optional<StoreWrite> Core::poll_store() { return impl_->registrar_.poll_store(); }
std::optional<std::uint64_t> Core::poll_store_id() { return impl_->registrar_.poll_store_id(); }
std::optional<transport::dns::Question> Core::poll_question() { return impl_->resolver_.poll_question(); }
void Core::answer(Now now, std::uint64_t question, const transport::dns::Answer& answer) {
  impl_->answer(now, question, answer);
}
void Core::stored(Now now, std::uint64_t id, Stored outcome) { impl_->stored(now, id, outcome); }
void Core::apply(Now now, const StoreWrite& change) { impl_->apply(now, change); }
void Core::replace(Now now, std::string_view aor, const std::vector<Binding>& bindings) {
  impl_->replace(now, aor, bindings);
}

std::optional<SharedEvent> Core::poll_shared() { return impl_->outbox_.poll(); }
void Core::learn(Now now, std::string_view node, const SharedEvent& event) { impl_->learn(now, node, event); }
void Core::forget(Now now, std::string_view node) {
  impl_->sharing_.forget(now.mono, node);
  impl_->wake(now);
}
void Core::share_all(Now now) { impl_->sharing_.tell_all(now.mono); }
std::vector<SharedEvent> Core::shared_state(Now now) const {
  std::vector<SharedEvent> out;
  const auto keep = [&](SharedEvent event) { out.push_back(std::move(event)); };
  impl_->presence_.for_each(now, keep);
  impl_->messages_.for_each(keep);
  return out;
}

std::vector<std::string> Core::addresses() const { return impl_->registrar_.addresses(); }
std::vector<Binding> Core::kept(std::string_view aor, WallTime now) const { return impl_->registrar_.kept(aor, now); }

void Core::drain() { impl_->draining_ = true; }
bool Core::is_idle() const { return impl_->calls_.size() == 0 && impl_->relays_.unanswered() == 0; }
void Core::leave(Now now) {
  drain();
  impl_->trunks_.retire(now);
  impl_->wake(now);
}
bool Core::has_left() const { return impl_->trunks_.has_retired(); }
bool Core::is_draining() const { return impl_->draining_; }

std::vector<Binding> Core::bindings(WallTime now, std::size_t most) const {
  std::vector<Binding> out;
  impl_->location_.for_each([&](const LocationTable::Entry& entry) {
    if (out.size() < most && entry.expires() > now) out.push_back(entry.unpack());
    return out.size() < most;
  });
  return out;
}
std::vector<Binding> Core::bindings_of(WallTime now, std::string_view user) const {
  std::vector<Binding> out;
  for (const auto& entry : impl_->location_.find(impl_->names_.aor(sip::escape_user(user))))
    if (entry.expires() > now) out.push_back(entry.unpack());
  return out;
}
std::size_t Core::remove_bindings(Now now, std::string_view user) {
  const std::size_t removed = impl_->registrar_.clear(now, impl_->names_.aor(sip::escape_user(user)));
  impl_->wake(now);
  return removed;
}
std::vector<TrunkState> Core::trunks() const {
  const auto registrations = impl_->trunks_.states();
  std::vector<TrunkState> out;
  for (const Trunk& trunk : impl_->config_.policy.trunks) {
    const auto found = std::ranges::find(registrations, trunk.name, &TrunkState::name);
    if (found != registrations.end())
      out.push_back(*found);
    else
      out.emplace_back().name = trunk.name;
  }
  return out;
}
std::size_t Core::binding_count() const { return impl_->location_.size(); }
std::size_t Core::transaction_count() const {
  return impl_->transactions_.client_count() + impl_->transactions_.server_count();
}
std::size_t Core::relay_count() const { return impl_->relays_.size(); }
std::size_t Core::timer_count() const {
  return impl_->transactions_.timer_count() + impl_->relays_.timer_count() + impl_->subscriptions_.timer_count();
}
void Core::restore(Now now, std::vector<CallRecord> calls) {
  for (CallRecord& call : calls) {
    call.started.mono = now.mono - (now.wall - call.started.wall);
    impl_->calls_.restore(now, call);
  }
}
std::optional<RecordWrite> Core::poll_record() { return impl_->records_.poll(); }
void Core::recorded(Now now, std::uint64_t id, bool ok) { impl_->recorded(now, id, ok); }
const RecordCounters& Core::record_counters() const { return impl_->records_.counters(); }
void Core::observe(CallObserver& observer) { impl_->calls_.observe(observer); }
std::vector<CallRecord> Core::calls() const {
  auto out = impl_->calls_.records();
  const ShardSettings& shards = impl_->config_.shards;
  for (CallRecord& call : out) call.number = call.number * shards.count + shards.index;
  return out;
}
std::size_t Core::call_count() const { return impl_->calls_.size(); }
void Core::set_messages(Now now, std::string_view user, const Messages& messages) {
  impl_->messages_.set(now, user, messages);
  impl_->wake(now);
}
Messages Core::messages(std::string_view user) const { return impl_->messages_.of(user); }
std::size_t Core::notify(Now now, std::string_view user, std::string_view event, std::string_view type,
                         std::string_view body) {
  const std::size_t contacts = impl_->notifier_.notify(now, user, {event, "terminated", type, body});
  impl_->wake(now);
  return contacts;
}
std::size_t Core::subscription_count() const { return impl_->subscriptions_.size(); }
bool Core::is_guarding() const { return impl_->guard_.is_guarding(); }
bool Core::admits(Now now, const IpAddress& source) { return impl_->guard_.admits(now.mono, source); }
std::vector<Ban> Core::bans(Now now) const { return impl_->guard_.bans(now); }
std::optional<LogEvent> Core::poll_log() { return impl_->journal_.poll(); }
void Core::adopt(Now now, const Ban& ban) { impl_->guard_.adopt(now, ban); }
bool Core::unban(const IpAddress& source) { return impl_->guard_.unban(source); }
std::optional<NodeChange> Core::poll_node() { return impl_->neighbours_.poll(); }
void Core::adopt(Now now, const NodeChange& change) {
  impl_->neighbours_.adopt(now, change);
  impl_->wake(now);
}
std::optional<Ban> Core::poll_ban() { return impl_->guard_.poll_ban(); }
const GuardCounters& Core::guard_counters() const { return impl_->guard_.counters(); }
const Counters& Core::counters() const { return impl_->counters_; }
const transaction::Counters& Core::transaction_counters() const { return impl_->transactions_.counters(); }
const transport::Counters& Core::transport_counters() const { return impl_->transport_.counters(); }

}  // namespace offhook::proxy
