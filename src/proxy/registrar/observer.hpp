// Who wants to know what happens to bindings.
#pragma once
#include <string_view>

#include "base/time.hpp"
#include "body/reg_info.hpp"
#include "location/packed_binding.hpp"

namespace offhook::proxy {

class RegistrationObserver {
 public:
  virtual ~RegistrationObserver() = default;
  [[nodiscard]] virtual bool is_watching(std::string_view aor) const = 0;
  // The binding is there, or about to go.
  virtual void changed(TimePoint now, const PackedBinding& binding, body::ContactEvent event) = 0;
};

}  // namespace offhook::proxy
