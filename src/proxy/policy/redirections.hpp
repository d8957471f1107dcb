// Recursion on a 3xx: the contacts that it names as targets of the same request. RFC 3261 §16.5, §16.7 step 4.
//
// A contact of ours is looked up as if it were dialled: by the caller, or by the user of ours who has redirected the
// call, so that he can have his calls at a number outside. A contact elsewhere is for callers alone who might have
// called it themselves.
#pragma once
#include <vector>

#include "names.hpp"
#include "policy/router.hpp"
#include "proxy/core.hpp"
#include "route/targets.hpp"
#include "sip/message.hpp"

namespace offhook::proxy {

class Redirections {
 public:
  // All must outlive it.
  Redirections(const Config& config, const Names& names, const Router& router)
      : config_(&config), names_(&names), router_(&router) {}

  struct By {
    bool calls_as_user = false;      // the caller is a user of ours
    bool redirects_as_user = false;  // and so is who has answered
    bool wants_sips = false;         // the Request-URI was a sips URI: nothing else will do
    const Endpoint& local;           // the socket that the request came to
  };
  // The best first, each alternative with a q of its own. None when the response goes to the caller: recursion is off,
  // it is another 3xx than 300 to 302, or it names nothing that may be tried.
  [[nodiscard]] std::vector<Target> follow(Now now, const sip::Message& response, const By& by) const;
  // How many targets of one request may come from there.
  [[nodiscard]] std::size_t most() const { return config_->policy.max_redirects; }

 private:
  [[nodiscard]] std::vector<Target> targets(Now now, const sip::Uri& uri, const By& by) const;
  const Config* config_;
  const Names* names_;
  const Router* router_;
};

}  // namespace offhook::proxy
