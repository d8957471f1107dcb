#include "body/dtmf_info.hpp"

#include "base/ascii.hpp"
#include "lines.hpp"

namespace offhook::body {
namespace {

// By the event numbers of RFC 4733 §3.2.
constexpr std::string_view kSignals = "0123456789*#ABCD!";

std::optional<char> signal_of(std::string_view text) {
  if (const auto number = parse_number<std::size_t>(text); number && *number < kSignals.size() && text.size() < 3)
    return kSignals[*number];
  if (text.size() != 1) return std::nullopt;
  const char c = text[0] >= 'a' && text[0] <= 'd' ? static_cast<char>(text[0] - 'a' + 'A') : text[0];
  return kSignals.find(c) == std::string_view::npos ? std::nullopt : std::optional(c);
}

}  // namespace

Result<DtmfInfo> DtmfInfo::parse_relay(std::string_view text, const Limits& limits) {
  if (text.size() > limits.bytes) return fail(Module::Body, "the body is too long");
  DtmfInfo info;
  bool has_signal = false;
  Lines lines(text);
  while (!lines.done()) {
    const std::size_t at = lines.offset();
    const std::string_view line = trim(lines.line());
    if (line.empty()) continue;
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) return fail(Module::Body, "a line without =", at);
    const std::string_view name = trim(line.substr(0, equals)), value = trim(line.substr(equals + 1));
    if (iequals(name, "Signal")) {
      const auto signal = signal_of(value);
      if (!signal || has_signal) return fail(Module::Body, "not a signal, or a second one", at);
      info.signal = *signal;
      has_signal = true;
    } else if (iequals(name, "Duration")) {
      info.duration = parse_number<std::uint32_t>(value);
      if (!info.duration) return fail(Module::Body, "not a duration", at);
    }
  }
  if (!has_signal) return fail(Module::Body, "no signal", text.size());
  return info;
}

Result<DtmfInfo> DtmfInfo::parse_digit(std::string_view text) {
  const auto signal = signal_of(trim(text));
  if (!signal) return fail(Module::Body, "not a signal");
  return DtmfInfo{*signal, std::nullopt};
}

Result<DtmfInfo> parse_dtmf(std::string_view type, std::string_view text) {
  const bool lines = text.find('=') != std::string_view::npos;
  if (iequals(type, kDtmfRelayType) || (iequals(type, kTelephoneEventType) && lines))
    return DtmfInfo::parse_relay(text);
  if (iequals(type, kDtmfType) || iequals(type, kTelephoneEventType)) {
    // Some write the lines of the other form here, too.
    return lines ? DtmfInfo::parse_relay(text) : DtmfInfo::parse_digit(text);
  }
  return fail(Module::Body, "not a body with a digit");
}

std::string write_relay(const DtmfInfo& info) {
  std::string out = std::string("Signal=") + info.signal + "\r\n";
  if (info.duration) out += "Duration=" + std::to_string(*info.duration) + "\r\n";
  return out;
}

std::string write_digit(const DtmfInfo& info) { return {info.signal}; }

}  // namespace offhook::body
