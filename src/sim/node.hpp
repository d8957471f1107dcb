// A process of the simulated world, inside this module: an engine with its sockets. It is fed with datagrams and time
// and gives everything it has to say to an Outlet.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "config/phone_config.hpp"
#include "flow/recorder.hpp"
#include "flow/world.hpp"
#include "media/engine.hpp"
#include "phone/media_driver.hpp"
#include "phone/rack.hpp"
#include "proxy/core.hpp"
#include "sim/disk.hpp"
#include "transport/locate.hpp"

namespace offhook::sim {

// Where a node's output goes: the world.
class Outlet {
 public:
  virtual ~Outlet() = default;
  virtual void send(const std::string& party, flow::Kind kind, const transport::Flow& flow, std::string bytes) = 0;
  virtual void ask(const std::string& party, const transport::dns::Question& question) = 0;
  virtual void bind(const std::string& party, Endpoint local) = 0;
  virtual void unbind(Endpoint local) = 0;
  // A multicast group, for receiving.
  virtual void join(const std::string& party, Endpoint group) = 0;
  virtual void leave(const std::string& party, Endpoint group) = 0;
};

class Node {
 public:
  virtual ~Node() = default;
  virtual void receive(Now now, flow::Kind kind, const transport::Flow& flow, std::string bytes) = 0;
  virtual void unreachable(Now now, const transport::Flow& flow) = 0;
  virtual void answer(Now now, std::uint64_t question, const transport::dns::Answer& answer) = 0;
  virtual void wake(Now now) = 0;
  [[nodiscard]] virtual std::optional<TimePoint> deadline() const = 0;
  // Hands everything that waits to the outlet.
  virtual void drain(Now now, Outlet& outlet) = 0;
  // "2 transactions", …
  [[nodiscard]] virtual std::vector<std::string> leftovers() const = 0;
};

class ProxyNode final : public Node {
 public:
  // `disk` stays when the node dies.
  ProxyNode(Now now, std::string name, proxy::Config config, Disk& disk, std::uint64_t seed);
  void receive(Now now, flow::Kind kind, const transport::Flow& flow, std::string bytes) override;
  void unreachable(Now now, const transport::Flow& flow) override { core_.unreachable(now, flow); }
  void answer(Now now, std::uint64_t question, const transport::dns::Answer& answer) override {
    core_.answer(now, question, answer);
  }
  void wake(Now now) override;
  [[nodiscard]] std::optional<TimePoint> deadline() const override;
  void drain(Now now, Outlet& outlet) override;
  [[nodiscard]] std::vector<std::string> leftovers() const override;
  [[nodiscard]] const proxy::Core& core() const { return core_; }

 private:
  std::string name_;
  SeededRandom random_;
  transport::Locator locator_;
  proxy::Core core_;
  Disk* disk_;
};

class PhoneNode final : public Node {
 public:
  PhoneNode(Now now, const flow::PartyPlan& plan, config::PhoneConfig config, Endpoint local,
            std::vector<double> pilots, std::uint64_t seed);
  void receive(Now now, flow::Kind kind, const transport::Flow& flow, std::string bytes) override;
  void unreachable(Now now, const transport::Flow& flow) override { rack_.unreachable(now, flow); }
  void answer(Now now, std::uint64_t question, const transport::dns::Answer& answer) override {
    rack_.answer(now, question, answer);
  }
  void wake(Now now) override;
  [[nodiscard]] std::optional<TimePoint> deadline() const override;
  void drain(Now now, Outlet& outlet) override;
  [[nodiscard]] std::vector<std::string> leftovers() const override;

  Checked<void> command(Now now, const phone::Command& command) { return rack_.command(now, phone_, command); }
  [[nodiscard]] phone::PhoneView view() const { return rack_.view(phone_); }
  [[nodiscard]] bool is_registered() const { return rack_.is_registered(phone_); }
  // Frequencies that sound in any of its calls, and in a page.
  [[nodiscard]] std::vector<double> hears() const;

 private:
  void drain_media(Now now, Outlet& outlet);

  std::string name_;
  IpAddress interface_;
  SeededRandom random_;
  transport::Locator locator_;
  phone::Rack rack_;
  media::Engine media_;
  phone::MediaDriver driver_;
  phone::PhoneId phone_;
  TimePoint next_quality_{};
};

}  // namespace offhook::sim
