// NOTIFYs that nobody has subscribed to: check-sync and the like by command, messages that wait for phones that expect
// it so. To every contact of a user, once; what the phones answer is of no interest.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "location/table.hpp"
#include "names.hpp"
#include "proxy/core.hpp"
#include "route/targets.hpp"
#include "transaction/layer.hpp"
#include "transport/resolver.hpp"

namespace offhook::proxy {

class Notifier {
 public:
  struct Services {
    const Config* config;
    const Names* names;
    const LocationTable* location;
    transaction::Layer* transactions;
    transport::Resolver* resolver;
    Random* random;
    Counters* counters;
  };
  explicit Notifier(Services services) : s_(services) {}

  struct Notice {
    std::string_view event;  // value of Event: "check-sync;reboot=true"
    std::string_view state;  // value of Subscription-State
    std::string_view type, body;
  };
  // Gives to how many contacts it goes. `user` is unescaped.
  std::size_t notify(Now now, std::string_view user, const Notice& notice);
  // False: nobody here waits for it.
  bool located(Now now, const transport::Located& event);

 private:
  [[nodiscard]] sip::Message make(std::string_view aor, const Target& target, const Notice& notice) const;
  void send(Now now, const Target& target, sip::Message request);
  void launch(Now now, const sip::Message& request, const std::vector<transport::Target>& servers,
              const BindingFlow& binding);
  [[nodiscard]] std::optional<Endpoint> local_for(const transport::Target& to, const BindingFlow& binding) const;

  Services s_;
  struct Waiting {
    sip::Message request;
    BindingFlow binding;
  };
  std::map<transport::ResolutionId, Waiting> waiting_;
};

}  // namespace offhook::proxy
