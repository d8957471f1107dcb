// DNS of the other world: a zone as data, and how long its server takes, or that it fails.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "transport/dns.hpp"

namespace offhook::sim {

class NameServer {
 public:
  Duration delay{milliseconds(5)};
  bool silent = false;   // no question is answered
  bool failing = false;  // every question is answered with SERVFAIL
  std::size_t asked = 0;

  void add_address(const std::string& name, IpAddress address, seconds ttl = seconds(300));
  void add_service(const std::string& name, transport::dns::Srv record, seconds ttl = seconds(300));
  void add_pointer(const std::string& name, transport::dns::Naptr record, seconds ttl = seconds(300));

  // Nothing: it stays silent. Names that it has not do not exist.
  [[nodiscard]] std::optional<transport::dns::Answer> answer(const transport::dns::Question& question);

 private:
  using Key = std::pair<std::string, transport::dns::Type>;
  template <class T>
  void add(Key key, T record, seconds ttl);
  std::map<Key, transport::dns::Answer> zone_;
};

}  // namespace offhook::sim
