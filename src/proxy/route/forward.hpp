// The copy of a request for one target, and where it goes: RFC 3261 §16.6 steps 1 to 7 as one Edit. (The Via is the
// transaction layer's.)
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "names.hpp"
#include "route/preprocess.hpp"
#include "route/targets.hpp"
#include "sip/edit.hpp"
#include "sip/message.hpp"
#include "transport/flow.hpp"
#include "transport/locate.hpp"

namespace offhook::proxy {

struct Outgoing {
  sip::Edit request;  // of the request that came, which must outlive it
  transport::Flow flow;
};

class Forwarder {
 public:
  Forwarder(const Names& names, const transport::Locator& locator, std::string realm, bool record_route,
            std::uint64_t secret)
      : names_(&names), locator_(&locator), realm_(std::move(realm)), record_route_(record_route), secret_(secret) {}

  // The names may be others as well from here on.
  void set_record_route(bool record_route) {
    record_route_ = record_route;
    usual_ = {};
  }
  // A parameter of our Record-Route values, ";name=value".
  void set_parameter(std::string parameter) {
    parameter_ = std::move(parameter);
    usual_ = {};
  }

  // What the copy says of its way: views into the request, its plan and its target.
  struct Way {
    std::string_view request_uri;
    std::vector<std::string_view> routes;  // as they shall stand in the copy
    std::string last;                      // behind them: a Request-URI that a strict router wants as last Route
    bool routes_changed = false;
    std::string_view uri;  // that names the next hop
    bool is_contact = false;
    std::uint64_t connection = 0;  // to take, when it is not 0
  };
  [[nodiscard]] Way way(const sip::Message& request, const Plan& plan, const Target& target) const;
  // Where the copy goes: an address at once, else a name that is to be resolved; neither when the URI leads nowhere.
  struct NextHop {
    std::optional<transport::Target> address;
    std::optional<transport::Destination> name;
    Way way;
  };
  [[nodiscard]] NextHop next_hop(const sip::Message& request, const Plan& plan, const Target& target) const;
  // Nothing when no address of ours reaches `to`. `in`: the flow that the request came over.
  [[nodiscard]] std::optional<Outgoing> make(const sip::Message& request, const Way& way, const Target& target,
                                             const transport::Target& to, const transport::Flow& in) const;

 private:
  void route(Way& way, const Target& target) const;
  void edit_record_route(sip::Edit& edit, std::string_view request_uri, const transport::Flow& in,
                         const transport::Flow& out) const;
  [[nodiscard]] std::string record_route(const transport::Flow& flow, bool is_sips) const;
  [[nodiscard]] std::string_view usual_record_route(const transport::Flow& flow) const;
  void drop_own_credentials(sip::Edit& edit, const sip::Message& request) const;

  const Names* names_;
  const transport::Locator* locator_;
  std::string realm_;
  bool record_route_;
  std::string parameter_;
  std::uint64_t secret_;  // of the flow tokens
  struct {                // the value for a socket of ours; nearly all leave by the same one
    transport::Listen listen;
    std::string value;
  } mutable usual_;
};

}  // namespace offhook::proxy
