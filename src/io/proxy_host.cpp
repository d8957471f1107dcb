#include "io/proxy_host.hpp"

#include <algorithm>

#include "io/clock.hpp"
#include "machine_addresses.hpp"
#include "proxy_shards.hpp"
#include "transport/shard.hpp"

namespace offhook::io {
namespace {

// At 100,000 datagrams a second this holds what comes in a third of one, without a processor for us; less than T1.
constexpr int kReceiveBuffer = 16 << 20;

}  // namespace

ProxyHost::ProxyHost(Loop& loop)
    : loop_(&loop), retirement_(loop, [this] { close_retired(); }), leave_(loop, [this] { leave_when_idle(); }) {}

Checked<std::unique_ptr<ProxyHost>> ProxyHost::start(Loop& loop, ProxySettings settings, flow::Recorder* recorder) {
  if (settings.shards > 1) return ProxyShards::start(loop, std::move(settings), recorder);
  return start_one(loop, std::move(settings), recorder, nullptr, 0);
}

Checked<std::unique_ptr<ProxyHost>> ProxyHost::start_one(Loop& loop, ProxySettings settings, flow::Recorder* recorder,
                                                         ProxyShards* shards, unsigned index) {
  std::unique_ptr<ProxyHost> host(new ProxyHost(loop));
  host->shards_ = shards;
  host->index_ = index;
  // Sockets first: the engine's configuration names the ports that were really taken.
  if (auto opened = host->open_sockets(settings, recorder); !opened) return tl::unexpected(opened.error());
  host->remember(settings);
  host->core_ = std::make_unique<proxy::Core>(host->config_of(settings), host->random_, host->locator_);
  if (auto opened = host->open_store(settings); !opened) return tl::unexpected(opened.error());
  host->keeps_records_ = settings.call_log.on();
  if (index == 0)
    if (auto opened = host->open_call_log(settings.call_log); !opened) return tl::unexpected(opened.error());
  if (shards != nullptr) host->core_->restore(now(), shards->kept_calls(index));
  host->sip_->drive(*host->core_);
  host->set_capture(settings.capture);
  host->dns_ = std::make_unique<Dns>(loop, settings.name_servers);
  host->sip_->use(*host->dns_);
  if (shards == nullptr && is_redis_url(settings.store)) host->open_redis(*parse_redis_url(settings.store));
  host->sip_->drain();
  return host;
}

// The first one's; the others read it as well.
Checked<void> ProxyHost::open_store(const ProxySettings& settings) {
  const std::string path = settings.sqlite_path();
  if (path.empty()) return {};
  if (index_ == 0) {
    auto opened = SqliteStore::open(
        path, *loop_, [this](const auto& ids, const auto& error) { written(ids, error); }, settings.commit_delay);
    if (!opened) return tl::unexpected(opened.error());
    store_ = std::move(*opened);
  }
  SqliteStore& store = index_ == 0 ? *store_ : shards_->store();
  const auto loaded = store.load([this](const auto& bindings) { core_->load(now(), bindings); });
  if (!loaded) return complain(loaded.error().what, path);
  return {};
}

Checked<void> ProxyHost::open_sockets(ProxySettings& settings, flow::Recorder* recorder) {
  auto tls = TlsContext::load(settings.tls);
  if (!tls) return tl::unexpected(tls.error());
  tls_ = std::move(*tls);
  SipHostOptions options;
  options.tls = tls_.get();
  options.admits = [this](const IpAddress& source) { return !core_->is_guarding() || core_->admits(now(), source); };
  options.trouble = [this](const transport::Flow& flow, std::string_view why) {
    if (log_) log_({LogLevel::Info, "transport", std::string(why), {{"source", flow.remote.text()}}});
  };
  options.udp.receive_buffer = kReceiveBuffer;
  options.udp.segmentation = settings.segmentation;
  options.udp.dscp = options.stream.dscp = settings.dscp;
  if (shards_ != nullptr) {
    options.udp.reuse_port = options.stream.reuse_port = true;
    options.stream.first_connection = transport::first_connection(index_);
    options.shards = shards_->link(index_);
  }
  sip_ = std::make_unique<SipHost>(*loop_, [this] { pass_store_writes(); }, recorder, options);
  for (auto& listen : settings.listen) {
    const auto bound = sip_->listen(listen.protocol, listen.endpoint);
    if (!bound) return tl::unexpected(bound.error());
    sockets_.push_back({listen, {listen.protocol, *bound}});
    listen.endpoint = *bound;
  }
  return {};
}

// What only one of several does is the first one's: pings, registrations at trunks, what phones are told unasked.
proxy::Config ProxyHost::config_of(const ProxySettings& settings) const {
  proxy::Config out = settings.to_config();
  if (std::ranges::any_of(out.listen, [](const auto& listen) { return listen.endpoint.address.is_unspecified(); }))
    out.addresses = machine_addresses();
  out.shares_events = out.awaits_store = is_redis_url(settings.store);
  if (shards_ == nullptr) return out;
  out.shards = {index_, shards_->count(), shards_->secret()};
  out.shares_events = true;
  if (index_ == 0) return out;
  out.keep_alive = seconds(0);
  out.events.unsolicited_messages = false;
  for (proxy::Trunk& trunk : out.policy.trunks) trunk.registers = false;
  return out;
}

void ProxyHost::each_shard(const std::function<void(ProxyHost&)>& f) {
  f(*this);
  if (owned_) owned_->each_other(f);
}

void ProxyHost::each_core(const std::function<void(proxy::Core&)>& f) {
  each_shard([&f](ProxyHost& host) { f(*host.core_); });
}

StreamFigures ProxyHost::stream_figures() {
  StreamFigures out;
  const auto add = [&out](const ProxyHost& host) {
    const StreamHost& streams = host.sip_->streams();
    out.connections += streams.connections();
    out.accepted += streams.counters().accepted;
    out.opened += streams.counters().opened;
    out.refused += streams.counters().refused;
    out.failed += streams.counters().failed;
  };
  each_shard(add);
  return out;
}

ProxyHost::~ProxyHost() {
  owned_.reset();  // the other threads have ended
  shards_ = nullptr;
  sip_.reset();
  dns_.reset();
  store_.reset();
  redis_.reset();
  call_log_.reset();
}

void ProxyHost::drain(Duration limit, std::function<void()> done) {
  each_core([](proxy::Core& core) { core.drain(); });
  left_ = std::move(done);
  leave_at_ = now().mono + limit;
  leave_when_idle();
}

bool ProxyHost::leave(std::function<void()> done) {
  if (std::exchange(leaving_, true)) return false;
  each_core([](proxy::Core& core) { core.leave(now()); });
  sip_->drain();
  left_ = std::move(done);
  leave_at_ = now().mono + kFarewell;
  leave_when_idle();
  return true;
}

// Looked at often enough, and no oftener: calls and registrations end without telling anybody.
void ProxyHost::leave_when_idle() {
  constexpr milliseconds kLook{100}, kLookLeaving{10};
  const TimePoint at = now().mono;
  bool done = true;
  each_core([&](const proxy::Core& core) { done = done && (leaving_ ? core.has_left() : core.is_idle()); });
  if (at < leave_at_ && !done) return leave_.set(std::min(leave_at_, at + (leaving_ ? kLookLeaving : kLook)));
  auto left = std::exchange(left_, {});
  if (!left) return;
  if (leaving_)
    left();
  else
    leave(std::move(left));
}

Checked<void> ProxyHost::open_call_log(const CallLogSettings& settings) {
  if (!settings.on()) return {};
  auto log = CallLog::open(settings, *loop_, [this](const auto& ids, const auto& error) { recorded(ids, error); });
  if (!log) return tl::unexpected(log.error());
  call_log_ = std::move(*log);
  if (shards_ != nullptr)
    shards_->keep_calls(call_log_->open_calls());
  else
    core_->restore(now(), call_log_->open_calls());
  return {};
}

void ProxyHost::pass_records() {
  if (!keeps_records_) return;
  std::vector<proxy::RecordWrite> writes;
  while (auto write = core_->poll_record()) writes.push_back(std::move(*write));
  if (shards_ != nullptr) return shards_->record(index_, std::move(writes));
  call_log_->submit(std::move(writes));
}

void ProxyHost::recorded(const std::vector<std::uint64_t>& ids, const std::string& error) {
  if (!sip_ || !core_) return;
  if (error != call_log_error_)
    trouble(error.empty() ? LogLevel::Warning : LogLevel::Error, "cdr",
            error.empty() ? "records of calls are written again"
                          : "records of calls are kept in memory, calls go on: cannot write them: " + error);
  call_log_error_ = error;
  if (shards_ != nullptr) return shards_->recorded(ids, error.empty());
  for (const auto id : ids) core_->recorded(now(), id, error.empty());
  sip_->drain();
}

void ProxyHost::trouble(LogLevel level, std::string_view area, std::string what) const {
  if (log_) log_({level, area, std::move(what), {}});
}

void ProxyHost::pass_log() {
  while (const auto ban = core_->poll_ban()) {
    if (log_) log_({LogLevel::Warning, "guard", text(*ban), {{"source", ban->source.network.text()}}});
    if (shards_ != nullptr) shards_->banned(index_, *ban);
  }
  while (const auto event = core_->poll_log())
    if (log_) log_(*event);
}

void ProxyHost::pass_store_writes() {
  while (const auto change = core_->poll_node()) {
    trouble(
        change->answers ? LogLevel::Info : LogLevel::Error, "cluster",
        "node " + change->node + (change->answers ? " answers again" : " does not answer: no call goes by way of it"));
    if (shards_ != nullptr) shards_->tell(*change);
  }
  if (shards_ != nullptr && index_ == 0) shards_->pass_on();
  pass_records();
  pass_events();
  std::vector<proxy::StoreWrite> writes;
  if (store_ || redis_ || shards_ != nullptr)
    while (auto write = core_->poll_store()) writes.push_back(*std::move(write));
  else
    while (const auto id = core_->poll_store_id()) core_->stored(now(), *id, true);
  pass_log();
  if (shards_ != nullptr) return shards_->write(index_, std::move(writes));
  if (store_) return store_->submit(std::move(writes));
  if (redis_) redis_->submit(std::move(writes));
}

void ProxyHost::written(const std::vector<std::uint64_t>& ids, const std::string& error) {
  if (!sip_ || !core_) return;
  if (error != store_error_)
    trouble(
        error.empty() ? LogLevel::Warning : LogLevel::Error, "store",
        error.empty() ? "the store is written again" : "registrations are refused: cannot write the store: " + error);
  store_error_ = error;
  if (shards_ != nullptr) return shards_->written(ids, error.empty());
  for (const auto id : ids) core_->stored(now(), id, error.empty());
  sip_->drain();
}

}  // namespace offhook::io
