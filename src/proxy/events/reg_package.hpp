// The registration event package: RFC 3680, with the public GRUUs of RFC 5628.
#pragma once
#include <memory>

#include "body/reg_info.hpp"
#include "events/subscriptions.hpp"
#include "location/table.hpp"
#include "registrar/gruu.hpp"
#include "registrar/observer.hpp"

namespace offhook::proxy {

class RegPackage final : public EventPackage, public RegistrationObserver {
 public:
  // All of them must outlive it.
  RegPackage(const LocationTable& location, const Gruus& gruus, Subscriptions& subscriptions)
      : location_(&location), gruus_(&gruus), subscriptions_(&subscriptions) {
    subscriptions.add(*this);
  }

  [[nodiscard]] std::string_view name() const override { return "reg"; }
  [[nodiscard]] std::string_view content_type() const override { return body::kRegInfoType; }
  [[nodiscard]] seconds default_expires() const override { return seconds(3761); }  // §4.4
  [[nodiscard]] Duration pace() const override { return seconds(5); }               // §4.10
  [[nodiscard]] std::string full(Now now, std::string_view resource, std::uint32_t version) const override;
  [[nodiscard]] std::string partial(Now now, std::string_view resource, std::uint32_t version,
                                    const EventChanges& changes) const override;

  [[nodiscard]] bool is_watching(std::string_view aor) const override;
  void changed(Now now, const PackedBinding& binding, body::ContactEvent event) override;

 private:
  [[nodiscard]] body::RegInfo::Contact contact(TimePoint now, const PackedBinding& binding,
                                               body::ContactEvent event) const;
  [[nodiscard]] body::RegInfo document(std::string_view resource, std::uint32_t version, bool full) const;

  const LocationTable* location_;
  const Gruus* gruus_;
  Subscriptions* subscriptions_;
};

}  // namespace offhook::proxy
