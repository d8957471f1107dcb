#include "io/real_world.hpp"

#include <unistd.h>

#include "flow/party_config.hpp"
#include "io/clock.hpp"

namespace offhook::io {
namespace {

// A block of sixteen loopback addresses that another run on this machine will hardly take: from our process id.
IpAddress loopback(unsigned host) {
  const auto pid = static_cast<unsigned>(::getpid());
  return IpAddress::v4(127, static_cast<std::uint8_t>(16 + (pid >> 12) % 200),
                       static_cast<std::uint8_t>((pid >> 4) & 0xff),
                       static_cast<std::uint8_t>(((pid & 0xf) << 4) | host));
}

}  // namespace

Checked<std::unique_ptr<RealWorld>> RealWorld::start(const std::vector<flow::PartyPlan>& parties, Options options) {
  std::unique_ptr<RealWorld> world(new RealWorld);
  const Endpoint proxy{loopback(1), 5060};
  ProxySettings settings;
  settings.listen = {{transport::Protocol::Udp, proxy}};
  settings.domains = {proxy.address.text()};
  settings.authenticate = options.authenticate;
  for (const auto& party : parties) settings.users.push_back({party.number, flow::party_password(party), {}, true});
  auto proxy_host = ProxyHost::start(world->loop_, settings, &world->recorder_);
  if (!proxy_host) return tl::unexpected(proxy_host.error());
  world->proxy_ = std::move(*proxy_host);
  world->recorder_.name(proxy, "P");

  std::vector<PhonePlan> plans;
  unsigned host = 2;
  for (const auto& party : parties) {
    auto config = flow::party_config(party, proxy);
    if (!config) return tl::unexpected(config.error());
    PhonePlan plan;
    plan.name = party.name;
    plan.config = std::move(*config);
    plan.local = {loopback(host++), 5060};
    if (party.pilot_hz > 0) plan.audio_in.emplace<media::ToneIn>().hz = party.pilot_hz;
    plan.pilot_hz = party.pilot_hz;
    plans.push_back(std::move(plan));
  }
  PhoneHost::Options phone_options;
  phone_options.record_packets = options.record_packets;
  auto phones = PhoneHost::start(world->loop_, std::move(plans), std::move(phone_options), &world->recorder_);
  if (!phones) return tl::unexpected(phones.error());
  world->phones_ = std::move(*phones);
  world->phones_->register_all();
  if (!world->run_until([&] { return world->phones_->all_registered(); }, seconds(5)))
    return complain("the phones did not register within five seconds", proxy.text());
  return world;
}

Checked<void> RealWorld::command(std::string_view party, const phone::Command& command) {
  const auto phone = phones_->rack().find(party);
  if (!phone) return complain("no such phone", std::string(party));
  return phones_->command(*phone, command);
}

phone::PhoneView RealWorld::view(std::string_view party) {
  const auto phone = phones_->rack().find(party);
  return phone ? phones_->rack().view(*phone) : phone::PhoneView{};
}

std::vector<std::string> RealWorld::hears(std::string_view party) {
  const auto phone = phones_->rack().find(party);
  return phone ? phones_->hears(*phone) : std::vector<std::string>{};
}

std::vector<std::string> RealWorld::hearing_in_words(std::string_view party) {
  const auto phone = phones_->rack().find(party);
  return phone ? phones_->hearing_in_words(*phone) : std::vector<std::string>{};
}

Now RealWorld::now() const { return io::now(); }

bool RealWorld::run_until(const std::function<bool()>& done, Duration at_most) {
  return loop_.run_until(done, io::now().mono + at_most);
}

std::vector<std::string> RealWorld::leftovers() {
  std::vector<std::string> out;
  const auto note = [&](std::string_view who, std::size_t count, std::string_view what) {
    if (count > 0) out.push_back(std::string(who) + ": " + std::to_string(count) + " " + std::string(what));
  };
  const auto counts = phones_->rack().counts();
  note("phones", counts.calls, "calls");
  note("phones", counts.dialogs, "dialogs");
  note("phones", counts.subscriptions, "subscriptions");
  note("phones", counts.transactions, "transactions");
  note("phones", counts.media_legs, "media legs");
  note("proxy", proxy_->core().transaction_count(), "transactions");
  note("proxy", proxy_->core().relay_count(), "relays");
  return out;
}

}  // namespace offhook::io
