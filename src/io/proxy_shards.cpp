#include "proxy_shards.hpp"

#include <future>
#include <utility>

#include "base/overloaded.hpp"
#include "io/clock.hpp"

namespace offhook::io {
namespace {

constexpr std::size_t kSecretLength = 50;

// Several processes may share a port by SO_REUSEPORT, and nobody would be told: it has to be free first.
Checked<void> check_free(const ProxySettings& settings) {
  for (const transport::Listen& listen : settings.listen)
    if (listen.protocol == transport::Protocol::Udp && listen.endpoint.port != 0)
      if (const auto socket = UdpSocket::open(listen.endpoint); !socket) return tl::unexpected(socket.error());
  return {};
}

}  // namespace

ProxyShards::ProxyShards(Loop& loop, unsigned count)
    : members_(count), secret_(SystemRandom().token(kSecretLength)), first_(std::make_shared<ProxyHost*>(nullptr)) {
  members_.front().loop = &loop;
  for (std::size_t i = 1; i < members_.size(); ++i) {
    members_[i].own = std::make_unique<Loop>();
    members_[i].loop = members_[i].own.get();
  }
}

Checked<std::unique_ptr<ProxyHost>> ProxyShards::start(Loop& loop, ProxySettings settings, flow::Recorder* recorder) {
  if (auto free = check_free(settings); !free) return tl::unexpected(free.error());
  std::unique_ptr<ProxyShards> shards(new ProxyShards(loop, settings.shards));
  auto host = ProxyHost::start_one(loop, settings, recorder, shards.get(), 0);
  if (!host) return host;
  *shards->first_ = shards->members_.front().host = host->get();
  settings.listen = (*host)->listening();  // a port 0 is a number by now
  if (auto started = shards->start_others(settings); !started) return tl::unexpected(started.error());
  shards->kept_calls_ = {};
  (*host)->owned_ = std::move(shards);
  if (is_redis_url(settings.store)) (*host)->open_redis(*parse_redis_url(settings.store));
  return host;
}

// Each starts on its own thread, one after the other, and runs when all are there.
Checked<void> ProxyShards::start_others(const ProxySettings& settings) {
  std::promise<void> go;
  const std::shared_future<void> all = go.get_future().share();
  Checked<void> started;
  for (unsigned i = 1; i < count() && started; ++i) {
    std::promise<Checked<void>> ready;
    members_[i].thread = std::thread([this, i, &settings, &ready, all] {
      Member& member = members_[i];
      auto host = ProxyHost::start_one(*member.loop, settings, nullptr, this, i);
      if (host) member.host = host->get();
      ready.set_value(host ? Checked<void>{} : Checked<void>(tl::unexpected(host.error())));
      if (!host) return;
      all.wait();
      member.loop->run();
    });
    started = ready.get_future().get();
  }
  if (!started)  // those that have started end as soon as they run
    for (std::size_t i = 1; i < members_.size(); ++i)
      members_[i].loop->post([loop = members_[i].loop] { loop->stop(); });
  go.set_value();
  return started;
}

ProxyShards::~ProxyShards() {
  for (std::size_t i = 1; i < members_.size(); ++i) members_[i].loop->post([loop = members_[i].loop] { loop->stop(); });
  for (Member& member : members_)
    if (member.thread.joinable()) member.thread.join();
  *first_ = nullptr;
}

std::vector<proxy::CallRecord> ProxyShards::kept_calls(unsigned index) const {
  std::vector<proxy::CallRecord> out;
  for (const proxy::CallRecord& call : kept_calls_)
    if (call.shard % count() == index) out.push_back(call);
  return out;
}

void ProxyShards::post(unsigned shard, std::function<void(ProxyHost&)> work) {
  if (shard == 0)
    members_[0].loop->post([first = first_, work = std::move(work)] {
      if (*first != nullptr) work(**first);
    });
  else  // its host lives as long as its loop runs
    members_[shard].loop->post([host = members_[shard].host, work = std::move(work)] { work(*host); });
}

ShardLink ProxyShards::link(unsigned index) {
  ShardLink out;
  out.index = index;
  out.count = count();
  out.input = [this](unsigned shard, std::vector<ShardLink::Input> messages) {
    auto moved = std::make_shared<std::vector<ShardLink::Input>>(std::move(messages));
    post(shard, [moved](ProxyHost& host) { host.sip_->take(std::move(*moved)); });
  };
  out.output = [this](unsigned shard, std::vector<transport::Transmit> transmits) {
    auto moved = std::make_shared<std::vector<transport::Transmit>>(std::move(transmits));
    post(shard, [moved](ProxyHost& host) { host.sip_->send(std::move(*moved)); });
  };
  out.lost = [this, index](const transport::Flow& flow) {
    for (unsigned shard = 0; shard < count(); ++shard)
      if (shard != index) post(shard, [flow](ProxyHost& host) { host.sip_->lose(flow); });
  };
  return out;
}

void ProxyShards::write(unsigned index, std::vector<proxy::StoreWrite> writes) {
  if (writes.empty()) return;
  auto moved = std::make_shared<std::vector<proxy::StoreWrite>>(std::move(writes));
  post(0, [this, index, moved](ProxyHost&) { store(index, std::move(*moved)); });
}

void ProxyShards::share(unsigned index, std::vector<proxy::SharedEvent> events) {
  if (events.empty()) return;
  const auto batch = std::make_shared<const std::vector<proxy::SharedEvent>>(std::move(events));
  for (unsigned shard = 0; shard < count(); ++shard) {
    if (shard == 0 && index == 0 && !members_.front().host->redis_) continue;
    if (shard == index && index != 0) continue;
    post(shard, [batch, index, name = std::to_string(index)](ProxyHost& host) {
      if (host.redis_) host.redis_->share(index, *batch);
      if (host.index_ == index) return;
      for (const proxy::SharedEvent& event : *batch) host.core_->learn(now(), name, event);
      host.sip_->drain();
    });
  }
}

void ProxyShards::banned(unsigned index, const proxy::Ban& ban) {
  for (unsigned shard = 0; shard < count(); ++shard)
    if (shard != index) post(shard, [ban](ProxyHost& host) { host.core_->adopt(now(), ban); });
}

void ProxyShards::record(unsigned index, std::vector<proxy::RecordWrite> writes) {
  if (writes.empty()) return;
  auto moved = std::make_shared<std::vector<proxy::RecordWrite>>(std::move(writes));
  post(0, [this, index, moved](const ProxyHost& host) {
    for (proxy::RecordWrite& write : *moved) {
      recording_[++last_record_] = {index, write.id};
      write.id = last_record_;
      write.call.shard = index;
      write.call.number = write.call.number * count() + index;  // as Core::calls() has it
    }
    host.call_log_->submit(std::move(*moved));
  });
}

void ProxyShards::recorded(const std::vector<std::uint64_t>& ids, bool ok) {
  std::vector<std::vector<std::uint64_t>> of_shard(count());
  for (const std::uint64_t id : ids) {
    const auto known = recording_.extract(id);
    if (!known.empty()) of_shard[known.mapped().from].push_back(known.mapped().id);
  }
  for (unsigned shard = 0; shard < count(); ++shard)
    if (!of_shard[shard].empty())
      post(shard, [done = std::move(of_shard[shard]), ok](ProxyHost& host) {
        for (const std::uint64_t id : done) host.core_->recorded(now(), id, ok);
        host.sip_->drain();
      });
}

void ProxyShards::store(unsigned from, std::vector<proxy::StoreWrite> writes) {
  const ProxyHost& first = *members_.front().host;
  if (!first.store_ && !first.redis_) {
    for (proxy::StoreWrite& write : writes) tell(Written{from, proxy::Stored::Yes, std::move(write)});
    pass_on();
    return members_.front().host->sip_->drain();
  }
  for (proxy::StoreWrite& write : writes) {
    Written& waits = pending_[++last_id_];
    waits.from = from;
    waits.write = write;
    write.id = last_id_;
  }
  if (first.store_)
    first.store_->submit(std::move(writes));
  else
    first.redis_->submit(std::move(writes));
}

void ProxyShards::written(std::uint64_t id, proxy::Stored outcome) {
  auto known = pending_.extract(id);
  if (known.empty()) return;
  known.mapped().outcome = outcome;
  tell(std::move(known.mapped()));
}

void ProxyShards::written(const std::vector<std::uint64_t>& ids, bool ok) {
  for (const std::uint64_t id : ids) written(id, ok ? proxy::Stored::Yes : proxy::Stored::Failed);
  pass_on();
  members_.front().host->sip_->drain();
}

void ProxyShards::tell(News news) {
  take(*members_.front().host, news);
  news_.push_back(std::move(news));
}

// To the others first: who is told 200 may be called from anywhere.
void ProxyShards::pass_on() {
  if (news_.empty()) return;
  const auto batch = std::make_shared<const std::vector<News>>(std::exchange(news_, {}));
  for (unsigned shard = 1; shard < count(); ++shard)
    post(shard, [batch](ProxyHost& host) {
      for (const News& news : *batch) take(host, news);
      host.sip_->drain();
    });
}

void ProxyShards::take(ProxyHost& host, const News& news) {
  proxy::Core& core = *host.core_;
  const Now at = now();
  std::visit(Overloaded{
                 [&](const Written& one) {
                   if (one.from == host.index_)
                     core.stored(at, one.write.id, one.outcome);
                   else if (one.outcome == proxy::Stored::Yes)
                     core.apply(at, one.write);
                 },
                 [&](const Replaced& one) { core.replace(at, one.aor, one.bindings); },
                 [&](const Learned& one) { core.learn(at, one.engine, one.event); },
                 [&](const Forgotten& one) { core.forget(at, one.engine); },
                 [&](const ShareAll&) { core.share_all(at); },
                 [&](const proxy::NodeChange& change) {
                   if (host.index_ != 0) core.adopt(at, change);
                 },
                 [&](const UsersRead& one) { core.set_stored_users(one.users); },
                 [&](const proxy::User& user) { core.put_stored_user(user); },
                 [&](const UserGone& one) { core.remove_stored_user(one.name); },
                 [&](const StoreRead&) { core.store_is_read(); },
             },
             news);
}

void ProxyShards::each_other(const std::function<void(ProxyHost&)>& f) {
  for (unsigned shard = 1; shard < count(); ++shard) {
    std::promise<void> done;
    post(shard, [&](ProxyHost& host) {
      f(host);
      host.sip_->drain();
      done.set_value();
    });
    done.get_future().wait();
  }
}

}  // namespace offhook::io
