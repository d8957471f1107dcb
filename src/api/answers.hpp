// The two answers that every resource gives: a value, or a sentence of what is wrong.
#pragma once
#include <string_view>

#include "api/service.hpp"
#include "json_text.hpp"

namespace offhook::api {

[[nodiscard]] inline Response ok(const nlohmann::json& body) {
  return {200, "application/json", json_text(body) + "\n", {}, {}};
}

[[nodiscard]] inline Response error(int status, std::string_view sentence) {
  return {status, "application/json", json_text({{"error", sentence}}) + "\n", {}, {}};
}

}  // namespace offhook::api
