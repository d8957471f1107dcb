// Where requests go beyond the bindings of users, and who is believed: the settings of the policy room as values.
//
// A place is what a rule leads to: "trunk:NAME", "group:NAME", or a user's name, an alias or a number, which is looked
// up anew. `line` is where a table stands in the file that it was read from, 0 for none.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"
#include "base/time.hpp"
#include "proxy/address_range.hpp"

namespace offhook::proxy {

// A peer that is no user: a provider, a gateway, another proxy.
struct Trunk {
  std::string name;
  std::string to;                     // SIP URI without a user: "sip:sbc.provider.example;transport=tls"
  std::string outbound_proxy;         // SIP URI of what stands before it; "" for none
  std::vector<std::string> prefixes;  // numbers that begin so go there; the longest prefix of all trunks decides
  std::size_t strip = 0;              // digits that are taken off in front …
  std::string prepend;                // … and what is put there instead
  seconds timeout{4};                 // without any response: the next trunk's turn
  std::string username, password;     // of the account there
  std::string domain;  // host of the account's addresses; in requests from there it names us too. "" takes that of `to`
  bool registers = false;             // keeps a registration there
  seconds expires{600};               // that it asks for
  std::vector<AddressRange> trusted;  // requests from there are believed without digest, with their identity
  std::string inbound;                // place of calls from there that lead nowhere else; "" for none
  std::string identity;               // what is asserted of callers there (RFC 3325); "" is each caller's own address
  bool stateless = false;             // requests go there without a transaction (RFC 3261 §16.11)
  std::uint32_t line = 0;

  friend bool operator==(const Trunk&, const Trunk&) = default;
};
// How the registration at a trunk stands.
struct TrunkState {
  std::string name;
  bool registers = false;  // whether it keeps one at all; the rest is nothing without
  bool registered = false;
  int status = 0;            // of the last answer; 408 and 503 for none, 0 before the first
  seconds granted{};         // when registered
  std::size_t failures = 0;  // in a row
};

struct DialRule {
  std::string match;  // policy/number_pattern.hpp
  std::string from;   // who must have sent it: "users", "trunk:NAME"; "" is anybody
  std::size_t strip = 0;
  std::string prepend;
  std::vector<std::string> to;  // a place, or several trunks in the order in which to try them; none: goes on with the
                                // new number behind this rule
  std::uint32_t line = 0;
};

enum class Strategy : std::uint8_t {
  Parallel,  // all at once
  Serial,    // the next one when one refuses
  Hunt,      // and also when one does not answer in ring_time
};
struct Group {
  std::string name;
  std::vector<std::string> members;  // users, or numbers that a user may dial
  Strategy strategy = Strategy::Parallel;
  seconds ring_time{0};  // of each member; 0: as long as it rings
  std::uint32_t line = 0;
};

struct Alias {
  std::string to;  // a place
  std::uint32_t line = 0;
};

struct Emergency {
  std::vector<std::string> numbers;  // exactly as dialled
  std::vector<std::string> trunks;   // names, in the order in which to try them
  std::uint32_t line = 0;
};

enum class Redirects : std::uint8_t {
  Pass,     // a 3xx goes to the caller
  Recurse,  // its contacts are tried here (RFC 3261 §16.7 step 4)
};

struct Policy {
  std::vector<Trunk> trunks;
  std::vector<DialRule> rules;
  std::vector<Group> groups;
  std::map<std::string, Alias, std::less<>> aliases;  // by the name or number
  Emergency emergency;
  bool asserts_identity = false;  // P-Asserted-Identity of authenticated users is added
  Redirects redirects = Redirects::Pass;
  std::size_t max_redirects = 5;  // targets of one request that come from 3xx
  bool stateless = false;         // everything but REGISTER and what is meant for us is forwarded without transactions
  std::vector<std::string> next_hops;  // stateless: requests for our domains go to one of these SIP URIs by Call-ID
};

// What is wrong with settings that each may be read.
struct Finding {
  enum class Severity : std::uint8_t { Warning, Error };
  Severity severity = Severity::Warning;
  std::string text;
  std::uint32_t line = 0;
};
// In the order of their lines. `users`: names that are known; with `authenticates_calls` false anybody is one.
[[nodiscard]] std::vector<Finding> lint(const Policy& policy, const std::vector<std::string>& users,
                                        bool authenticates_calls);

}  // namespace offhook::proxy
