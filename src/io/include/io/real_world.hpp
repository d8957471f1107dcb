// flow::World on real loopback sockets: a proxy and phones, each on an address of its own in 127.0.0.0/8, port 5060, as
// desks have them.
#pragma once
#include <memory>
#include <vector>

#include "flow/world.hpp"
#include "io/loop.hpp"
#include "io/phone_host.hpp"
#include "io/proxy_host.hpp"

namespace offhook::io {

class RealWorld final : public flow::World {
 public:
  struct Options {
    bool record_packets = false;  // RTP bytes too, for a capture
    bool authenticate = false;    // the guide's ladders are drawn without challenges
  };
  // Starts all and registers the phones; fails after five seconds without that.
  [[nodiscard]] static Checked<std::unique_ptr<RealWorld>> start(const std::vector<flow::PartyPlan>& parties,
                                                                 Options options);

  Checked<void> command(std::string_view party, const phone::Command& command) override;
  [[nodiscard]] phone::PhoneView view(std::string_view party) override;
  [[nodiscard]] std::vector<std::string> hears(std::string_view party) override;
  [[nodiscard]] std::vector<std::string> hearing_in_words(std::string_view party) override;
  [[nodiscard]] const flow::Recorder& record() const override { return recorder_; }
  [[nodiscard]] Now now() const override;
  bool run_until(const std::function<bool()>& done, Duration at_most) override;
  [[nodiscard]] std::vector<std::string> leftovers() override;

 private:
  RealWorld() = default;
  Loop loop_;
  flow::Recorder recorder_;
  std::unique_ptr<ProxyHost> proxy_;
  std::unique_ptr<PhoneHost> phones_;
};

}  // namespace offhook::io
