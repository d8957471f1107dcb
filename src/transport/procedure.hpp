// The steps of RFC 3263 §4.1 and §4.2 over what is known by now. Run anew each time an answer has come: a look-up that
// has no answer yet is asked, and the run ends without a result.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "dns_cache.hpp"
#include "transport/resolver.hpp"

namespace offhook::transport {

class Procedure {
 public:
  // Null: it has been asked, come again.
  using LookUp = std::function<DnsEntryPtr(std::string_view name, dns::Type type)>;
  Procedure(const Destination& destination, const Policy& policy, LookUp look_up, Random& random)
      : destination_(&destination), policy_(&policy), look_up_(std::move(look_up)), random_(&random) {}

  // Targets without server names; nothing: it waits. `is_fixed`: the host's address is known without DNS, as if it were
  // numeric.
  [[nodiscard]] std::optional<Location> run(bool is_fixed);

 private:
  // Where one protocol is offered: by SRV records, or at a host.
  struct Service {
    Protocol protocol = Protocol::Udp;
    std::string name;
    bool is_host = false;
  };
  struct Server {
    Protocol protocol = Protocol::Udp;
    std::string host;
    std::uint16_t port = 0;
  };

  [[nodiscard]] std::vector<Protocol> protocols() const;  // supported, and secure enough
  [[nodiscard]] std::optional<Location> by_naptr(bool& found);
  [[nodiscard]] std::optional<Location> by_service_name(Protocol protocol);
  [[nodiscard]] std::optional<Location> by_srv(const std::vector<Protocol>& candidates);
  [[nodiscard]] std::optional<Location> by_address(Protocol protocol);
  [[nodiscard]] std::vector<Service> services_of(const std::vector<dns::Naptr>& records) const;
  // False: it waits.
  [[nodiscard]] bool servers_of(const Service& service, std::vector<Server>& out);
  [[nodiscard]] std::optional<Location> locate(const std::vector<Server>& servers);
  [[nodiscard]] std::optional<std::vector<IpAddress>> addresses(const std::string& host);
  template <class T>
  [[nodiscard]] const std::vector<T>* records(std::string_view name, dns::Type type, bool& waits);
  void note(const DnsEntry& entry);
  [[nodiscard]] Location nothing() const;

  const Destination* destination_;
  const Policy* policy_;
  LookUp look_up_;
  Random* random_;
  std::vector<DnsEntryPtr> held_;  // the records looked at live as long as the run
  bool unavailable_ = false;       // an SRV target of "."
  bool timed_out_ = false, dns_failed_ = false;
  TimePoint first_expiry_ = TimePoint::max();

 public:
  [[nodiscard]] TimePoint first_expiry() const { return first_expiry_; }
};

}  // namespace offhook::transport
