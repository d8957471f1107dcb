#include "sim/world.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <queue>
#include <set>
#include <unordered_map>
#include <variant>

#include "base/ascii.hpp"
#include "base/overloaded.hpp"
#include "flow/party_config.hpp"
#include "node.hpp"

namespace offhook::sim {
namespace {

constexpr Endpoint kProxy{IpAddress::v4(10, 0, 0, 1), 5060};
constexpr WallTime kStart{std::chrono::seconds(1767258000)};  // 2026-01-01 09:00 UTC
constexpr TimePoint kBoot{std::chrono::seconds(1000)};

Endpoint phone_endpoint(std::size_t index) {
  const std::size_t host = 256 + index + 1;
  return {IpAddress::v4(10, 0, static_cast<std::uint8_t>(host / 256), static_cast<std::uint8_t>(host % 256)), 5060};
}

struct Datagram {
  flow::Kind kind = flow::Kind::Sip;
  transport::Flow flow;  // as the receiver sees it
  std::string bytes;
  std::string member{};  // of a group: whose copy this is
};
// Nobody listens where `party` has sent to.
struct Unreachable {
  std::string party;
  transport::Flow flow;  // as the sender sees it
};
struct Wake {
  std::string party;
};
struct Answered {
  std::string party;
  std::uint64_t life = 0;  // that asked
  std::uint64_t question = 0;
  transport::dns::Answer answer;
};
struct Event {
  TimePoint at;
  std::uint64_t sequence = 0;
  std::variant<Datagram, Unreachable, Wake, Answered> what;
  // For a queue whose top is the first.
  friend bool operator<(const Event& a, const Event& b) {
    return std::tie(a.at, a.sequence) > std::tie(b.at, b.sequence);
  }
};

struct Party {
  flow::PartyPlan plan;  // a phone's
  config::PhoneConfig config;
  Endpoint local;
  std::uint64_t lives = 0;  // how often it has been started
  std::unique_ptr<Node> node;
  std::optional<TimePoint> wake_at;
  // Who is heard, kept for one frame: flows ask after every event.
  std::vector<std::string> heard;
  std::optional<TimePoint> heard_at;
};

}  // namespace

class World::Impl final : public Outlet {
 public:
  explicit Impl(const WorldOptions& options)
      : options_(options),
        recorder_({20000, options.record_packets ? std::size_t{200000} : 0}),
        network_random_(options.seed * 2 + 1),
        disk_random_(options.seed * 2 + 0x5D15C),
        network_(options.network, network_random_),
        disk_(options.disk, disk_random_),
        name_server_(options.name_server) {}

  Checked<void> add(const std::vector<flow::PartyPlan>& plans) {
    parties_[options_.proxy_name].local = kProxy;
    recorder_.name(kProxy, options_.proxy_name);
    std::uint8_t host = 1;
    for (const std::string& name : options_.further_proxies) {
      parties_[name].local = {IpAddress::v4(10, 0, 0, ++host), kProxy.port};
      recorder_.name(parties_[name].local, name);
      further_disks_.emplace(name, std::make_unique<Disk>(options_.disk, disk_random_));
    }
    for (std::size_t i = 0; i < plans.size(); ++i) {
      auto config = flow::party_config(plans[i], kProxy);
      if (!config) return tl::unexpected(config.error());
      Party& party = parties_[plans[i].name];
      party.plan = plans[i];
      party.config = std::move(*config);
      if (options_.adjust) options_.adjust(party.plan.name, party.config);
      party.local = phone_endpoint(i);
      recorder_.name(party.local, party.plan.name);
      order_.push_back(party.plan.name);
      if (party.plan.pilot_hz > 0) pilots_.push_back(party.plan.pilot_hz);
    }
    return {};
  }

  void start(const std::string& name) {
    Party& party = parties_.at(name);
    // Each life of each process draws from its own numbers: what one does does not change another's.
    const std::uint64_t seed = fnv1a(name, options_.seed) + 0x9E3779B97F4A7C15ULL * ++party.lives;
    if (Disk* disk = disk_of(name); disk != nullptr)
      party.node = std::make_unique<ProxyNode>(now_, name, proxy_config(party.local), *disk, seed);
    else
      party.node = std::make_unique<PhoneNode>(now_, party.plan, party.config, party.local, pilots_, seed);
    sockets_[party.local] = name;
    settle(name, party);
  }

  void kill(const std::string& name) {
    Party& party = parties_.at(name);
    if (!party.node) return;
    party.node.reset();
    party.wake_at.reset();
    std::erase_if(sockets_, [&](const auto& entry) { return entry.second == name; });
    for (auto& [group, members] : groups_) members.erase(name);
    if (Disk* disk = disk_of(name); disk != nullptr) disk->crash();
  }

  // One event; false when none is due up to `until`.
  bool step(TimePoint until) {
    if (queue_.empty() || queue_.top().at > until) return false;
    Event event = std::move(const_cast<Event&>(queue_.top()));
    queue_.pop();
    advance(event.at);
    std::visit(Overloaded{[&](Datagram& datagram) { deliver(std::move(datagram)); },
                          [&](Unreachable& u) { tell_unreachable(u); }, [&](Wake& wake) { wake_up(wake.party); },
                          [&](const Answered& answered) { tell_answer(answered); }},
               event.what);
    return true;
  }

  void advance(TimePoint to) {
    if (to <= now_.mono) return;
    now_.wall += to - now_.mono;
    now_.mono = to;
  }

  // Takes what the node has to say and notes when it wants to be woken.
  void settle(const std::string& name, Party& party) {
    party.node->drain(now_, *this);
    auto deadline = party.node->deadline();
    if (!deadline) return;
    // A timer that is due is given a moment: time must pass, or a node that always has one due would stop the world.
    *deadline = std::max(*deadline, now_.mono + microseconds(1));
    if (party.wake_at && *party.wake_at <= *deadline) return;
    party.wake_at = deadline;
    push(*deadline, Wake{name});
  }

  void send(const std::string& party, flow::Kind kind, const transport::Flow& flow, std::string bytes) override {
    recorder_.sent(now_, kind, flow, bytes);
    if (flow.remote.address.is_multicast()) return send_to_group(party, kind, flow, bytes);
    const auto to = sockets_.find(flow.remote);
    const std::string to_party = recorder_.party(flow.remote);
    Rules::Verdict verdict;
    if (kind == flow::Kind::Sip) verdict = network_.rules().leaves(party, to_party, bytes);
    for (const std::size_t rule : verdict.let_go) let_go(rule);
    if (verdict.dropped) return;
    if (verdict.held_by) {
      held_.emplace(*verdict.held_by, Held{party, to_party, kind, flow, std::move(bytes)});
      return;
    }
    const auto arrivals = network_.send(now_.mono + verdict.delay, party, to_party, flow.local, flow.remote);
    if (to == sockets_.end() && options_.report_unreachable && !arrivals.empty())
      return push(arrivals.front(), Unreachable{party, flow});
    for (const TimePoint at : arrivals)
      push(at, Datagram{kind, {flow.protocol, flow.remote, flow.local, flow.connection}, bytes});
  }

  void ask(const std::string& party, const transport::dns::Question& question) override {
    if (auto answer = name_server_.answer(question))
      push(now_.mono + name_server_.delay, Answered{party, parties_.at(party).lives, question.id, std::move(*answer)});
  }

  void bind(const std::string& party, Endpoint local) override {
    recorder_.name(local, party);
    sockets_[local] = party;
  }
  void unbind(Endpoint local) override { sockets_.erase(local); }
  void join(const std::string& party, Endpoint group) override { groups_[group].insert(party); }
  void leave(const std::string& party, Endpoint group) override { groups_[group].erase(party); }

  PhoneNode* phone(std::string_view name) {
    const auto it = parties_.find(name);
    return it == parties_.end() || disk_of(it->first) != nullptr ? nullptr
                                                                 : static_cast<PhoneNode*>(it->second.node.get());
  }

  std::vector<std::string> hears(std::string_view name) {
    PhoneNode* node = phone(name);
    if (node == nullptr) return {};
    Party& party = parties_.find(name)->second;
    constexpr milliseconds kFrame{20};
    if (party.heard_at && now_.mono - *party.heard_at < kFrame) return party.heard;
    party.heard_at = now_.mono;
    party.heard.clear();
    for (const double hertz : node->hears())
      for (const std::string& other : order_)
        if (std::abs(parties_.at(other).plan.pilot_hz - hertz) < 1) party.heard.push_back(other);
    std::sort(party.heard.begin(), party.heard.end());
    party.heard.erase(std::unique(party.heard.begin(), party.heard.end()), party.heard.end());
    return party.heard;
  }

  WorldOptions options_;
  Now now_{kBoot, kStart};
  flow::Recorder recorder_;
  SeededRandom network_random_, disk_random_;
  Network network_;
  Disk disk_;
  std::map<std::string, std::unique_ptr<Disk>> further_disks_;
  NameServer name_server_;
  std::map<std::string, Party, std::less<>> parties_;
  std::vector<std::string> order_;  // phones, as planned
  std::vector<double> pilots_;

 private:
  // A copy for each member, also for the sender if it is one.
  void send_to_group(const std::string& party, flow::Kind kind, const transport::Flow& flow, const std::string& bytes) {
    const auto group = groups_.find(flow.remote);
    if (group == groups_.end()) return;
    for (const std::string& member : group->second)
      for (const TimePoint at : network_.send(now_.mono, party, member, flow.local, parties_.at(member).local))
        push(at, Datagram{kind, {flow.protocol, flow.remote, flow.local, flow.connection}, bytes, member});
  }

  // What a rule has held goes on, as if it left now.
  void let_go(std::size_t rule) {
    for (auto held = held_.extract(rule); !held.empty(); held = held_.extract(rule)) {
      const Held& it = held.mapped();
      const transport::Flow seen{it.flow.protocol, it.flow.remote, it.flow.local, it.flow.connection, {}};
      for (const TimePoint at : network_.send(now_.mono, it.from, it.to, it.flow.local, it.flow.remote))
        push(at, Datagram{it.kind, seen, it.bytes});
    }
  }

  template <class What>
  void push(TimePoint at, What what) {
    queue_.push(Event{at, sequence_++, std::move(what)});
  }

  void deliver(Datagram datagram) {
    std::string name = datagram.member;
    if (name.empty()) {
      const auto socket = sockets_.find(datagram.flow.local);
      if (socket == sockets_.end()) return;  // closed while it was on its way
      name = socket->second;
    }
    Party& party = parties_.at(name);
    if (!party.node || (!datagram.member.empty() && !groups_[datagram.flow.local].contains(name))) return;
    recorder_.received(now_, datagram.kind, datagram.flow, datagram.bytes);
    party.node->receive(now_, datagram.kind, datagram.flow, std::move(datagram.bytes));
    settle(name, party);
  }

  void tell_unreachable(const Unreachable& event) {
    Party& party = parties_.at(event.party);
    if (!party.node) return;
    party.node->unreachable(now_, event.flow);
    settle(event.party, party);
  }

  // Of a proxy; null for phones.
  Disk* disk_of(const std::string& name) {
    if (name == options_.proxy_name) return &disk_;
    const auto found = further_disks_.find(name);
    return found == further_disks_.end() ? nullptr : found->second.get();
  }

  void tell_answer(const Answered& event) {
    Party& party = parties_.at(event.party);
    if (!party.node || party.lives != event.life) return;
    party.node->answer(now_, event.question, event.answer);
    settle(event.party, party);
  }

  void wake_up(const std::string& name) {
    Party& party = parties_.at(name);
    if (!party.node || party.wake_at != now_.mono) return;  // it asked for an earlier time since, or has died
    party.wake_at.reset();
    party.node->wake(now_);
    settle(name, party);
  }

  proxy::Config proxy_config(const Endpoint& local) const {
    proxy::Config config;
    config.listen = {{transport::Protocol::Udp, local}};
    config.domains = {kProxy.address.text()};
    config.domains.insert(config.domains.end(), options_.domains.begin(), options_.domains.end());
    config.realm = "offhook";
    config.authenticate = options_.authenticate;
    for (const std::string& name : order_) {
      if (!config.authenticate) break;  // anybody may register then, and thousands of hashes take their time
      const flow::PartyPlan& plan = parties_.at(name).plan;
      config.users.push_back(proxy::make_user(plan.number, flow::party_password(plan), config.realm));
    }
    if (options_.adjust_proxy) options_.adjust_proxy(config);
    return config;
  }

  struct Held {
    std::string from, to;
    flow::Kind kind = flow::Kind::Sip;
    transport::Flow flow;
    std::string bytes;
  };
  std::multimap<std::size_t, Held> held_;  // by the rule that holds it
  std::priority_queue<Event> queue_;
  std::uint64_t sequence_ = 0;
  std::unordered_map<Endpoint, std::string> sockets_;
  std::map<Endpoint, std::set<std::string>> groups_;
};

World::World(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
World::~World() = default;

Checked<std::unique_ptr<World>> World::begin(const std::vector<flow::PartyPlan>& parties, const WorldOptions& options) {
  auto impl = std::make_unique<Impl>(options);
  if (auto added = impl->add(parties); !added) return tl::unexpected(added.error());
  impl->start(options.proxy_name);
  for (const std::string& name : options.further_proxies) impl->start(name);
  for (const flow::PartyPlan& plan : parties) impl->start(plan.name);
  return std::unique_ptr<World>(new World(std::move(impl)));
}

Checked<std::unique_ptr<World>> World::start(const std::vector<flow::PartyPlan>& parties, const WorldOptions& options) {
  auto world = begin(parties, options);
  if (!world) return world;
  const auto registered = [&] {
    return std::all_of(parties.begin(), parties.end(),
                       [&](const auto& plan) { return (*world)->is_registered(plan.name); });
  };
  if (!(*world)->run_until(registered, seconds(64)))
    return complain("the phones did not register within 64 s of virtual time", "seed " + std::to_string(options.seed));
  return world;
}

Checked<void> World::command(std::string_view party, const phone::Command& command) {
  PhoneNode* phone = impl_->phone(party);
  if (phone == nullptr) return complain("no such phone, or it is dead", std::string(party));
  auto result = phone->command(now(), command);
  impl_->settle(std::string(party), impl_->parties_.find(party)->second);
  return result;
}

phone::PhoneView World::view(std::string_view party) {
  const PhoneNode* phone = impl_->phone(party);
  return phone == nullptr ? phone::PhoneView{} : phone->view();
}

std::vector<std::string> World::hears(std::string_view party) { return impl_->hears(party); }
const flow::Recorder& World::record() const { return impl_->recorder_; }
Now World::now() const { return impl_->now_; }

bool World::run_until(const std::function<bool()>& done, Duration at_most) {
  const TimePoint until = impl_->now_.mono + at_most;
  if (done()) return true;
  while (impl_->step(until))
    if (done()) return true;
  impl_->advance(until);
  return done();
}

std::vector<std::string> World::leftovers() {
  std::vector<std::string> out;
  for (const auto& [name, party] : impl_->parties_) {
    if (!party.node) continue;
    for (const std::string& line : party.node->leftovers()) out.push_back(name + ": " + line);
  }
  return out;
}

void World::kill(std::string_view party) { impl_->kill(std::string(party)); }
void World::restart(std::string_view party) {
  impl_->kill(std::string(party));
  impl_->start(std::string(party));
}

bool World::is_registered(std::string_view party) const {
  const PhoneNode* phone = impl_->phone(party);
  return phone != nullptr && phone->is_registered();
}

Network& World::network() { return impl_->network_; }
NameServer& World::name_server() { return impl_->name_server_; }
Disk& World::disk() { return impl_->disk_; }
const proxy::Core* World::proxy() const {
  const Node* node = impl_->parties_.at(impl_->options_.proxy_name).node.get();
  return node == nullptr ? nullptr : &static_cast<const ProxyNode*>(node)->core();
}
flow::Recorder World::take_record() { return std::move(impl_->recorder_); }

}  // namespace offhook::sim
