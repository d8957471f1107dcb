#include "io/proxy_host.hpp"

#include "io/clock.hpp"

namespace offhook::io {
namespace {

// At 100,000 datagrams a second this holds what comes in a third of one, without a processor for us; less than T1.
constexpr int kReceiveBuffer = 16 << 20;

}  // namespace

Checked<std::unique_ptr<ProxyHost>> ProxyHost::start(Loop& loop, ProxySettings settings, flow::Recorder* recorder) {
  std::unique_ptr<ProxyHost> host(new ProxyHost(loop));
  // Sockets first: the engine's configuration names the ports that were really taken.
  if (auto opened = host->open_sockets(settings, recorder); !opened) return tl::unexpected(opened.error());
  host->remember(settings);
  host->core_ = std::make_unique<proxy::Core>(settings.to_config(), host->random_, host->locator_);
  if (const auto path = settings.sqlite_path(); !path.empty()) {
    auto store = SqliteStore::open(
        path, loop,
        [host = host.get()](const std::vector<std::uint64_t>& ids, const std::string& error) {
          host->written(ids, error);
        },
        settings.commit_delay);
    if (!store) return tl::unexpected(store.error());
    const auto bindings = (*store)->load();
    if (!bindings) return complain(bindings.error().what, path);
    host->store_ = std::move(*store);
    host->core_->load(now(), *bindings);
  }
  if (auto opened = host->open_call_log(settings.call_log); !opened) return tl::unexpected(opened.error());
  host->sip_->drive(*host->core_);
  host->dns_ = std::make_unique<Dns>(loop, settings.name_servers);
  host->sip_->use(*host->dns_);
  if (is_redis_url(settings.store)) host->open_redis(*parse_redis_url(settings.store));
  host->sip_->drain();
  return host;
}

Checked<void> ProxyHost::open_sockets(ProxySettings& settings, flow::Recorder* recorder) {
  auto tls = TlsContext::load(settings.tls);
  if (!tls) return tl::unexpected(tls.error());
  tls_ = std::move(*tls);
  SipHostOptions options;
  options.tls = tls_.get();
  options.admits = [this](const IpAddress& source) { return !core_->is_guarding() || core_->admits(now(), source); };
  options.udp.receive_buffer = kReceiveBuffer;
  options.udp.dscp = options.stream.dscp = settings.dscp;
  sip_ = std::make_unique<SipHost>(*loop_, [this] { pass_store_writes(); }, recorder, options);
  for (auto& listen : settings.listen) {
    const auto bound = sip_->listen(listen.protocol, listen.endpoint);
    if (!bound) return tl::unexpected(bound.error());
    sockets_.push_back({listen, {listen.protocol, *bound}});
    listen.endpoint = *bound;
  }
  return {};
}

ProxyHost::~ProxyHost() {
  sip_.reset();
  dns_.reset();
  store_.reset();
  redis_.reset();
  call_log_.reset();
}

void ProxyHost::drain(Duration limit, std::function<void()> done) {
  core_->drain();
  left_ = std::move(done);
  leave_at_ = now().mono + limit;
  leave_when_idle();
}

// Looked at often enough, and no oftener: calls end without telling anybody.
void ProxyHost::leave_when_idle() {
  constexpr milliseconds kLook{100};
  const TimePoint at = now().mono;
  if (at < leave_at_ && !core_->is_idle()) return leave_.set(std::min(leave_at_, at + kLook));
  if (auto done = std::exchange(left_, {})) done();
}

Checked<void> ProxyHost::open_call_log(const CallLogSettings& settings) {
  if (!settings.on()) return {};
  auto log = CallLog::open(settings, *loop_, [this](const auto& ids, const auto& error) { recorded(ids, error); });
  if (!log) return tl::unexpected(log.error());
  call_log_ = std::move(*log);
  core_->restore(now(), call_log_->open_calls());
  return {};
}

void ProxyHost::pass_records() {
  if (!call_log_) return;
  std::vector<proxy::RecordWrite> writes;
  while (auto write = core_->poll_record()) writes.push_back(std::move(*write));
  call_log_->submit(std::move(writes));
}

void ProxyHost::recorded(const std::vector<std::uint64_t>& ids, const std::string& error) {
  if (!sip_ || !core_) return;
  if (error != call_log_error_ && trouble_)
    trouble_(error.empty() ? "records of calls are written again"
                           : "records of calls are kept in memory, calls go on: cannot write them: " + error);
  call_log_error_ = error;
  for (const auto id : ids) core_->recorded(now(), id, error.empty());
  sip_->drain();
}

void ProxyHost::pass_store_writes() {
  while (const auto ban = core_->poll_ban())
    if (trouble_) trouble_(text(*ban));
  pass_records();
  std::vector<proxy::StoreWrite> writes;
  while (auto write = core_->poll_store()) {
    if (store_ || redis_)
      writes.push_back(std::move(*write));
    else
      core_->stored(now(), write->id, true);
  }
  if (store_) store_->submit(std::move(writes));
  if (redis_) redis_->submit(std::move(writes));
}

void ProxyHost::written(const std::vector<std::uint64_t>& ids, const std::string& error) {
  if (!sip_ || !core_) return;
  if (error != store_error_ && trouble_)
    trouble_(error.empty() ? "the store is written again"
                           : "registrations are refused: cannot write the store: " + error);
  store_error_ = error;
  for (const auto id : ids) core_->stored(now(), id, error.empty());
  sip_->drain();
}

}  // namespace offhook::io
