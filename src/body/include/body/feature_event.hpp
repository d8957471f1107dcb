// application/x-as-feature-event+xml: do not disturb and forwarding kept the same on phone and server ("feature key
// synchronisation", event package as-feature-event; no RFC). The phone asks in the body of a SUBSCRIBE (Set…), the
// server tells in that of a NOTIFY (…Event), both in elements of ECMA-323 (CSTA), edition 3.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.hpp"
#include "body/limits.hpp"

namespace offhook::body {

inline constexpr std::string_view kFeatureEventType = "application/x-as-feature-event+xml";

enum class ForwardingType : std::uint8_t { Immediate, Busy, NoAnswer };

struct DoNotDisturb {
  bool on = false;
  bool operator==(const DoNotDisturb&) const = default;
};

struct Forwarding {
  ForwardingType type = ForwardingType::Immediate;
  bool on = false;
  std::string target;                       // number or URI; may be "" while off
  std::optional<std::uint32_t> ring_count;  // rings before NoAnswer forwards
  bool operator==(const Forwarding&) const = default;
};

struct FeatureEvent {
  bool is_request = false;  // Set…: the phone's wish
  std::string device;       // whose feature; "" for the only one
  std::variant<DoNotDisturb, Forwarding> feature;
  bool operator==(const FeatureEvent&) const = default;

  [[nodiscard]] static Result<FeatureEvent> parse(std::string_view text, const Limits& limits = {});
};

[[nodiscard]] std::string write(const FeatureEvent& event);

}  // namespace offhook::body
