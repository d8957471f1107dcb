// Registrations that the proxy keeps at its trunks: RFC 3261 §10.2 for a user agent without a face. One REGISTER at a
// time each, refreshed in good time; what a server refuses or does not answer goes to the next server of that name, and
// then waits: 30 s, twice that each time, half an hour at most.
//
// The number that a provider calls by is the user of the Contact, the account's name. Requests from the address that
// has accepted the registration come from the trunk.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "journal/journal.hpp"
#include "names.hpp"
#include "policy/trunk_credentials.hpp"
#include "proxy/policy.hpp"
#include "transaction/layer.hpp"
#include "transport/resolver.hpp"

namespace offhook::proxy {

class TrunkRegistrations {
 public:
  struct Services {
    const Names* names;
    transaction::Layer* transactions;
    transport::Resolver* resolver;
    Random* random;
    Journal* journal;
  };
  TrunkRegistrations(Services services, const std::vector<Trunk>& trunks);
  // Other trunks: what is the same account goes on, what is no longer there is given up.
  void configure(const std::vector<Trunk>& trunks);

  // The end is near: what is registered is taken back, nothing is registered any more.
  void retire(Now now);
  // After retire(): nothing is left, or who has it does not answer.
  [[nodiscard]] bool has_retired() const { return registrations_.empty(); }

  void wake(Now now);
  [[nodiscard]] std::optional<TimePoint> deadline() const;

  // Events of client transactions whose owner is_ours().
  [[nodiscard]] static bool is_ours(transaction::Owner owner) { return owner >> 61 == kOwner >> 61; }
  void respond(Now now, const transaction::ResponseReceived& event);
  // Without a final response; `status` is what it counts as.
  void fail(Now now, transaction::Owner owner, transaction::ClientId client, int status);
  // False: nobody here waits for it.
  bool located(Now now, const transport::Located& event);
  // A connection is gone: what was registered over it is registered anew.
  void lose(Now now, const transport::Flow& flow);

  // The trunk whose registrar has that address; "" for none.
  [[nodiscard]] std::string_view trunk_at(const IpAddress& address) const;

  [[nodiscard]] std::vector<TrunkState> states() const;

 private:
  static constexpr transaction::Owner kOwner = transaction::Owner{3} << 62;
  struct Registration {
    explicit Registration(const Trunk& of) : trunk(of), credentials(of.username, of.password) {}
    Trunk trunk;
    TrunkCredentials credentials;
    transaction::Owner owner = 0;
    std::string call_id, from_tag;
    std::uint32_t cseq = 0;
    transaction::ClientId client;            // of the REGISTER that is under way
    transport::ResolutionId resolution;      // it waits for
    std::vector<transport::Target> servers;  // that have not been tried
    transport::Target server;                // that is being tried, or has accepted
    transport::Flow flow;                    // to it
    std::string contact;
    std::optional<TimePoint> due = TimePoint{};  // of the next REGISTER; nothing while one is under way
    seconds asked{}, granted{};
    std::size_t failures = 0, challenges = 0;
    bool registered = false, ending = false, expires_raised = false;
    int status = 0;
  };

  [[nodiscard]] Registration* find(transaction::Owner owner);
  void begin(Now now, Registration& registration);
  void send(Now now, Registration& registration);
  bool send_to(Now now, Registration& registration, const transport::Target& server);
  [[nodiscard]] sip::Message request(Registration& registration);
  void succeeded(Now now, Registration& registration, const sip::Message& response);
  void next_server(Now now, Registration& registration, int status, seconds retry_after);
  void refused(Now now, Registration& registration, int status, seconds retry_after);
  void end(const std::string& name);

  Services s_;
  std::map<std::string, Registration> registrations_;  // by the trunk's name
  transaction::Owner last_ = 0;
  bool retired_ = false;
};

}  // namespace offhook::proxy
