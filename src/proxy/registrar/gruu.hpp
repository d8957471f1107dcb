// Globally routable user agent URIs: RFC 5627. Nothing is kept of them but the bindings themselves.
//
//   public     the address-of-record with ;gr=<instance>
//   temporary  sip:<token>@domain;gr, where the token is the user, a number for the instance and one for the Call-ID,
//              under a fresh nonce, enciphered and authenticated: two tokens tell nobody but us whether they belong
//              together (§5.1). It is valid while a binding of that instance with that Call-ID is there; with another
//              Call-ID (the phone was restarted) all earlier ones end.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "location/table.hpp"
#include "names.hpp"
#include "sip/uri.hpp"

namespace offhook::proxy {

// Whom a Request-URI of ours names: all bindings of an address-of-record, or those of one instance.
struct Addressee {
  std::string aor;
  std::string instance{};                    // of a public GRUU; "" for none
  std::optional<std::uint64_t> temporary{};  // of a temporary one: the number of its instance
  std::uint64_t call_id = 0;                 // and of its Call-ID

  [[nodiscard]] bool is_gruu() const { return temporary || !instance.empty(); }
  [[nodiscard]] bool names(const PackedBinding& binding) const;
};

class Gruus {
 public:
  // With the same secret tokens live over a restart. `names` must outlive it.
  Gruus(const Names& names, std::string secret) : names_(&names), secret_(std::move(secret)) {}

  [[nodiscard]] std::string public_for(const PackedBinding& binding) const;
  [[nodiscard]] std::string temporary_for(const PackedBinding& binding, Random& random) const;
  // The addressee of a URI whose host is ours. Nothing for a GRUU that we have not made.
  [[nodiscard]] std::optional<Addressee> read(const sip::Uri& uri) const;

 private:
  [[nodiscard]] std::string key_stream(std::string_view nonce, std::size_t size) const;
  [[nodiscard]] std::string check(std::string_view text) const;
  [[nodiscard]] std::optional<Addressee> open(std::string_view token) const;

  const Names* names_;
  std::string secret_;
};

}  // namespace offhook::proxy
