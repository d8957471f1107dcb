// The other world: the engines of proxy and phones on a simulated network, disk and clock. Everything that happens
// comes from one seed and replays byte for byte.
//
// Events run in the order of (time, sequence); between them no time passes. Addresses: the proxy at 10.0.0.1:5060,
// phones from 10.0.1.1:5060 up in the order of the plans. One thread.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/phone_config.hpp"
#include "flow/recorder.hpp"
#include "flow/world.hpp"
#include "proxy/core.hpp"
#include "sim/disk.hpp"
#include "sim/name_server.hpp"
#include "sim/network.hpp"

namespace offhook::sim {

struct WorldOptions {
  std::uint64_t seed = 1;
  NetworkOptions network;
  DiskOptions disk;
  bool authenticate = false;        // digest; the guide's ladders are drawn without challenges
  bool record_packets = false;      // keeps RTP bytes, for a capture
  bool report_unreachable = false;  // the sender learns that nobody listens at an address (ICMP); otherwise silence
  std::string proxy_name = "P";
  std::vector<std::string> further_proxies;  // at 10.0.0.2:5060 and up, each with a disk of its own
  std::vector<std::string> domains;          // of all proxies, beside the first one's address
  NameServer name_server;                    // as it is when the phones start
  // Changes what a phone's configuration has come to, before it starts.
  std::function<void(const std::string& party, config::PhoneConfig& config)> adjust;
  std::function<void(proxy::Config& config)> adjust_proxy;  // the same of every proxy
};

class World final : public flow::World {
 public:
  // Starts proxy and phones and lets the phones register. Errors: a setting that the phone does not know; no
  // registration within 64 s of virtual time.
  [[nodiscard]] static Checked<std::unique_ptr<World>> start(const std::vector<flow::PartyPlan>& parties,
                                                             const WorldOptions& options = {});
  // The same, but hands over the world at the moment when everybody is switched on and nobody is registered yet.
  [[nodiscard]] static Checked<std::unique_ptr<World>> begin(const std::vector<flow::PartyPlan>& parties,
                                                             const WorldOptions& options = {});
  ~World() override;

  Checked<void> command(std::string_view party, const phone::Command& command) override;
  [[nodiscard]] phone::PhoneView view(std::string_view party) override;
  [[nodiscard]] std::vector<std::string> hears(std::string_view party) override;
  [[nodiscard]] const flow::Recorder& record() const override;
  [[nodiscard]] Now now() const override;
  bool run_until(const std::function<bool()>& done, Duration at_most) override;
  // Calls, dialogs, subscriptions, transactions, timers and media sessions; registrations and their refresh do not
  // count.
  [[nodiscard]] std::vector<std::string> leftovers() override;

  // A process dies without a word: nothing is sent, its memory is gone; of the proxy's disk stays what Disk::crash()
  // says.
  void kill(std::string_view party);
  // It comes back with the same address and configuration; a phone registers, the proxy reads its disk.
  void restart(std::string_view party);
  [[nodiscard]] bool is_registered(std::string_view party) const;
  [[nodiscard]] Network& network();
  [[nodiscard]] NameServer& name_server();
  [[nodiscard]] Disk& disk();
  [[nodiscard]] const proxy::Core* proxy() const;  // null while it is dead
  [[nodiscard]] flow::Recorder take_record();      // the world is of no use afterwards

 private:
  class Impl;
  explicit World(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace offhook::sim
