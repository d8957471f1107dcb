// What comes from Redis: bindings and event state that others may have written, redirections; and the URL of the
// settings.
#include <cstdint>
#include <cstdlib>

#include "io/redis_values.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace offhook;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto binding = io::parse_binding_text("sip:1001@example.test", text)) {
    const auto again = io::parse_binding_text("sip:1001@example.test", io::binding_text(*binding));
    if (!again || io::binding_text(*again) != io::binding_text(*binding)) std::abort();
    if (again->contact != binding->contact || again->expires != binding->expires) std::abort();
  }
  if (const auto redirection = io::parse_redirection(text))
    if (redirection->slot >= io::kRedisSlots || redirection->to.port == 0) std::abort();
  if (io::redis_slot(text) >= io::kRedisSlots) std::abort();
  if (const auto aor = io::aor_of_key(text); aor && io::redis_key(*aor) != text) std::abort();
  if (const auto url = io::parse_redis_url(text); url && url->hosts.empty()) std::abort();
  if (const auto event = io::parse_event_text(text)) {
    const auto again = io::parse_event_text(io::event_text(*event));
    if (!again || *again != *event) std::abort();
    if (const auto kept = io::redis_event(*event)) {
      if (io::parse_redis_event(kept->value) != event || !io::is_event_key(kept->key)) std::abort();
      if (io::event_version(kept->value).empty()) std::abort();
    }
  }
  if (const auto event = io::parse_redis_event(text))
    if (io::redis_event(*event)->value != text) std::abort();
  return 0;
}
