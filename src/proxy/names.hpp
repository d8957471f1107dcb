// Who we are on the wire: our domains and sockets, and the one name under which a user's bindings are kept.
//
// All domains of one proxy are aliases: 1001@127.0.0.1 and 1001@example.test are one address-of-record, kept under the
// first domain (the canonical form of RFC 3261 §10.3 step 5).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"
#include "sip/uri.hpp"
#include "transport/flow.hpp"

namespace offhook::proxy {

class Names {
 public:
  // `addresses`: of this machine, at which a wildcard socket hears as well.
  Names(std::vector<transport::Listen> listen, const std::vector<std::string>& domains,
        std::vector<IpAddress> addresses = {});

  // True when the URI's host and port name one of our domains or sockets. A domain without a port stands for our ports
  // only: a phone on the same machine (sip:1001@127.0.0.1:5071) is not us. `local` is the socket that the message came
  // to; a wildcard socket has its address from there.
  [[nodiscard]] bool is_us(const sip::Uri& uri, const Endpoint& local) const;
  // The key of a user's bindings; `user` as it stands in a URI, still escaped.
  [[nodiscard]] std::string aor(std::string_view user) const;
  // "host:port" of an address of ours for Record-Route: as it is when it is specific.
  [[nodiscard]] std::string name_of(transport::Protocol protocol, const Endpoint& local) const;
  // Value of a Contact of ours, without a user: what stands at our end of a dialog that came over `flow`.
  [[nodiscard]] std::string contact(const transport::Flow& flow) const;
  // The address of ours from which to send to `remote` by `protocol`: the one the request came to when it fits, else
  // the first that does.
  [[nodiscard]] std::optional<Endpoint> local_for(transport::Protocol protocol, const IpAddress& remote,
                                                  const transport::Flow& in) const;
  // The first that does.
  [[nodiscard]] std::optional<Endpoint> local_for(transport::Protocol protocol, const IpAddress& remote) const;
  [[nodiscard]] bool listens_at(transport::Protocol protocol, const Endpoint& local) const;
  [[nodiscard]] const std::vector<transport::Listen>& listen() const { return listen_; }
  // The first domain, or the first socket's address.
  [[nodiscard]] const std::string& canonical_host() const { return domains_.front().host; }

 private:
  struct Domain {
    std::string host;  // lower case
    std::optional<std::uint16_t> port;
  };
  [[nodiscard]] bool is_our_port(std::uint16_t port) const;
  [[nodiscard]] bool is_our_socket(std::string_view host, std::uint16_t port, const Endpoint& local) const;
  std::vector<transport::Listen> listen_;
  std::vector<IpAddress> addresses_;
  std::vector<Domain> domains_;  // never empty
};

}  // namespace offhook::proxy
