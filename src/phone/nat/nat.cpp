#include "nat/nat.hpp"

#include <algorithm>

#include "transport/layer.hpp"
#include "transport/resolver.hpp"

namespace offhook::phone {
namespace {

using Way = config::NatConfig::Way;

constexpr std::uint16_t kStunPort = 3478;
// Each costs its time, before the line registers.
constexpr std::size_t kMostServers = 3;

// RFC 8489 §8: a name without a port is looked up as a service first.
transport::Destination destination_of(const config::NatConfig& config) {
  const bool by_service = config.stun_port == 0 && !IpAddress::parse(config.stun_server);
  return {(by_service ? "_stun._udp." : "") + config.stun_server, config.stun_port == 0 ? kStunPort : config.stun_port,
          transport::Protocol::Udp, false};
}

}  // namespace

Nat::~Nat() {
  if (port_.timers != nullptr) port_.timers->cancel(timer_);
}

void Nat::add(ua::AccountId account, const config::NatConfig& config, std::shared_ptr<const transport::Policy> dns,
              seconds interval) {
  if (config.way == Way::None) return;
  Line line;
  line.account = account;
  line.config = config;
  line.dns = std::move(dns);
  line.interval = interval;
  // Another IP version than that of our socket: it is not our address.
  if (config.way == Way::Static) {
    const auto address = IpAddress::parse(config.address);
    if (!address || address->is_v6() != local_.address.is_v6()) return;
    line.mapped = Endpoint{*address, local_.port};
    line.works = true;
  }
  lines_.push_back(std::move(line));
}

const Nat::Line* Nat::find(ua::AccountId account) const {
  const auto found = std::ranges::find(lines_, account, &Line::account);
  return found == lines_.end() ? nullptr : &*found;
}

bool Nat::begin(Now now, ua::AccountId account) {
  const auto line = std::ranges::find(lines_, account, &Line::account);
  if (line == lines_.end()) return false;
  line->wanted = true;
  line->decided = false;
  if (line->config.way == Way::Static)
    conclude(now, *line, line->mapped);
  else
    ask(now, *line);
  return true;
}

void Nat::stop() {
  for (Line& line : lines_) {
    line.wanted = false;
    line.next.reset();
    line.client = {};
  }
  arm();
}

// One discovery: the name of the server anew, for a server may move.
void Nat::ask(Now now, Line& line) {
  line.next.reset();
  const auto location = port_.lookups->resolver.locate(now, destination_of(line.config), line.dns);
  if (location.pending) {
    line.resolution = location.pending;
    port_.lookups->waiting[location.pending] = port_.owner(kKey);
    return;
  }
  take_location(now, line, location);
}

void Nat::located(Now now, const transport::Located& event) {
  for (Line& line : lines_) {
    if (line.resolution != event.id || !event.id) continue;
    line.resolution = {};
    if (line.wanted) take_location(now, line, event.location);
  }
}

void Nat::take_location(Now now, Line& line, const transport::Location& location) {
  line.servers.clear();
  line.asked = 0;
  for (const transport::Target& target : location.targets)
    if (target.remote.address.is_v6() == local_.address.is_v6() && line.servers.size() < kMostServers)
      line.servers.push_back(target.remote);
  ask_next(now, line);
}

void Nat::ask_next(Now now, Line& line) {
  if (line.asked == line.servers.size()) {
    if (line.servers.empty()) line.server.reset();
    return conclude(now, line, std::nullopt);
  }
  line.server = line.servers[line.asked++];
  line.client.begin(now.mono, *line.server, *port_.random, stun::kImpatient);
  advance(now, line);
}

void Nat::advance(Now now, Line& line) {
  if (line.client.state() != stun::Client::State::Waiting) return;
  if (const auto datagram = line.client.poll(now.mono))
    port_.transport->send({transport::Protocol::Udp, local_, *line.server, 0, {}}, *datagram);
  if (line.client.state() == stun::Client::State::Failed) return ask_next(now, line);
  arm();
}

bool Nat::receive(Now now, const transport::Flow& flow, std::string_view datagram) {
  for (Line& line : lines_) {
    if (!line.client.receive(flow.remote, datagram)) continue;
    if (line.client.state() == stun::Client::State::Mapped)
      conclude(now, line, line.client.mapped());
    else
      ask_next(now, line);
    return true;
  }
  return false;
}

// Found or not; what was found once stays until another address is: a server that is away for a while has not moved us.
void Nat::conclude(Now now, Line& line, std::optional<Endpoint> mapped) {
  if (!mapped) ++failures_;
  line.works = mapped.has_value();
  const bool first = !std::exchange(line.decided, true);
  const bool changed = mapped && line.mapped != mapped;
  if (mapped) line.mapped = mapped;
  if (first || changed) found_.push_back({line.account, line.mapped, first});
  if (line.config.way == Way::Stun) line.next = now.mono + line.interval;
  arm();
}

void Nat::wake(Now now) {
  timer_ = {};
  for (Line& line : lines_) {
    if (line.next && *line.next <= now.mono)
      ask(now, line);
    else
      advance(now, line);
  }
  arm();
}

void Nat::arm() {
  std::optional<TimePoint> first;
  for (const Line& line : lines_)
    for (const auto due : {line.client.deadline(), line.next})
      if (due && (!first || *due < *first)) first = due;
  port_.timers->cancel(timer_);
  timer_ = first ? port_.timers->arm(*first, port_.owner(kKey)) : TimerId{};
}

std::optional<Nat::Found> Nat::poll() {
  if (found_.empty()) return std::nullopt;
  const Found out = found_.front();
  found_.erase(found_.begin());
  return out;
}

Endpoint Nat::audio_address(ua::AccountId account, std::uint16_t port) const {
  const Line* line = find(account);
  const bool fixed = line != nullptr && line->config.way == Way::Static && line->mapped;
  return {fixed ? line->mapped->address : local_.address, port};
}

std::optional<Endpoint> Nat::audio_server(ua::AccountId account) const {
  const Line* line = find(account);
  return line != nullptr && line->config.way == Way::Stun && line->works ? line->server : std::nullopt;
}

std::string Nat::describe(ua::AccountId account) const {
  const Line* line = find(account);
  if (line == nullptr || !line->decided) return {};
  if (line->config.way == Way::Static) return line->mapped->text() + " (fixed)";
  if (line->works) return line->mapped->text() + " (STUN)";
  if (!line->mapped) return "no answer from the STUN server: own address";
  return line->mapped->text() + " (STUN, which does not answer any more)";
}

}  // namespace offhook::phone
