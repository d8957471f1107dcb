// The network between the parties of a simulated world: how long a datagram takes, whether it arrives, and how often.
// Seeded; holds no datagrams itself.
#pragma once
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/endpoint.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "sim/rules.hpp"

namespace offhook::sim {

struct NetworkOptions {
  Duration delay_min{milliseconds(1)};
  Duration delay_max{milliseconds(1)};
  double loss = 0;         // share of datagrams that never arrive
  double duplication = 0;  // share that arrives twice
  double reordering = 0;   // share that is held back by up to `reordering_by`, so that later ones overtake it; all
                           // others keep their order
  Duration reordering_by{milliseconds(100)};

  [[nodiscard]] bool lossy() const { return loss > 0 || duplication > 0 || reordering > 0; }
  // 5 % loss, 2 % duplication, reordering, 1 to 40 ms.
  [[nodiscard]] static NetworkOptions rough();
};

class Network {
 public:
  // `random` must outlive the network.
  Network(NetworkOptions options, Random& random) : options_(options), random_(&random) {}

  // When a datagram that leaves now arrives: no time (lost), one, or two. Parties are names; endpoints keep the order
  // of each way.
  [[nodiscard]] std::vector<TimePoint> send(TimePoint now, const std::string& from_party, const std::string& to_party,
                                            Endpoint from, Endpoint to);

  // Nothing passes between two parties, either way.
  void cut(const std::string& a, const std::string& b);
  void heal(const std::string& a, const std::string& b);
  // Nothing passes to or from a party.
  void set_down(const std::string& party, bool down);

  // What happens to single SIP messages on top of all that.
  [[nodiscard]] Rules& rules() { return rules_; }
  [[nodiscard]] NetworkOptions& options() { return options_; }
  [[nodiscard]] const NetworkOptions& options() const { return options_; }

 private:
  [[nodiscard]] bool blocked(const std::string& a, const std::string& b) const;
  [[nodiscard]] Duration delay();

  NetworkOptions options_;
  Random* random_;
  Rules rules_;
  std::set<std::pair<std::string, std::string>> cuts_;
  std::set<std::string> down_;
  std::map<std::pair<Endpoint, Endpoint>, TimePoint> last_arrival_;
};

}  // namespace offhook::sim
