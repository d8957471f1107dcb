// A phone's view as JSON (docs/api.md, "A phone").
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "phone/ended_call.hpp"
#include "phone/view.hpp"

namespace offhook::api {

// `hears`: the phones that are heard in it now.
[[nodiscard]] nlohmann::json phone_json(const phone::PhoneView& view, const std::vector<std::string>& hears,
                                        TimePoint start);
[[nodiscard]] nlohmann::json ended_call_json(const phone::EndedCall& call);

}  // namespace offhook::api
