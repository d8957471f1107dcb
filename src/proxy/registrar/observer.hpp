// Who wants to know what happens to bindings.
#pragma once
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "body/reg_info.hpp"
#include "location/packed_binding.hpp"

namespace offhook::proxy {

class RegistrationObserver {
 public:
  virtual ~RegistrationObserver() = default;
  [[nodiscard]] virtual bool is_watching(std::string_view aor) const = 0;
  // The binding is there, or about to go.
  virtual void changed(Now now, const PackedBinding& binding, body::ContactEvent event) = 0;
};

// Several of them as one.
class RegistrationObservers final : public RegistrationObserver {
 public:
  // They must outlive it.
  explicit RegistrationObservers(std::vector<RegistrationObserver*> observers) : observers_(std::move(observers)) {}
  [[nodiscard]] bool is_watching(std::string_view aor) const override {
    for (const RegistrationObserver* each : observers_)
      if (each->is_watching(aor)) return true;
    return false;
  }
  void changed(Now now, const PackedBinding& binding, body::ContactEvent event) override {
    for (RegistrationObserver* each : observers_)
      if (each->is_watching(binding.aor())) each->changed(now, binding, event);
  }

 private:
  std::vector<RegistrationObserver*> observers_;
};

}  // namespace offhook::proxy
