// Media time: the RTP timestamp, 32 bits that wrap, counted by the codec's clock. It converts to neither TimePoint nor
// WallTime by itself. And the NTP stamp of RTCP (RFC 3550 §4), made from WallTime.
#pragma once
#include <cstdint>

#include "base/time.hpp"

namespace offhook::rtp {

class RtpTime {
 public:
  constexpr RtpTime() = default;
  constexpr explicit RtpTime(std::uint32_t ticks) : ticks_(ticks) {}
  [[nodiscard]] constexpr std::uint32_t ticks() const { return ticks_; }

  constexpr RtpTime& operator+=(std::uint32_t n) {
    ticks_ += n;
    return *this;
  }
  friend constexpr RtpTime operator+(RtpTime t, std::uint32_t n) { return RtpTime(t.ticks_ + n); }
  // Signed distance on the circle: positive when `a` is the later one.
  friend constexpr std::int32_t operator-(RtpTime a, RtpTime b) {
    return static_cast<std::int32_t>(a.ticks_ - b.ticks_);
  }
  friend constexpr bool operator==(RtpTime, RtpTime) = default;

 private:
  std::uint32_t ticks_ = 0;
};

// Seconds since 1900-01-01 UTC in 32.32 fixed point.
struct NtpTime {
  std::uint32_t seconds = 0;
  std::uint32_t fraction = 0;

  // The middle 32 bits, as LSR and DLSR use them: units of 1/65536 s.
  [[nodiscard]] constexpr std::uint32_t middle() const { return seconds << 16 | fraction >> 16; }
  friend constexpr bool operator==(const NtpTime&, const NtpTime&) = default;
};

[[nodiscard]] constexpr NtpTime to_ntp(WallTime wall) {
  constexpr std::int64_t kFrom1900To1970 = 2'208'988'800;
  const std::int64_t us = wall.time_since_epoch().count();
  const std::int64_t whole = us >= 0 ? us / 1'000'000 : -((-us + 999'999) / 1'000'000);
  const auto rest = static_cast<std::uint64_t>(us - whole * 1'000'000);
  // The seconds wrap in 2036 (era 1); only differences are used.
  return {static_cast<std::uint32_t>(whole + kFrom1900To1970), static_cast<std::uint32_t>((rest << 32) / 1'000'000)};
}

[[nodiscard]] constexpr std::uint32_t to_ntp_interval(Duration d) {
  return d.count() <= 0 ? 0 : static_cast<std::uint32_t>(static_cast<std::uint64_t>(d.count()) * 65536 / 1'000'000);
}
[[nodiscard]] constexpr Duration from_ntp_interval(std::uint32_t units) {
  return Duration(static_cast<std::int64_t>(std::uint64_t{units} * 1'000'000 / 65536));
}

}  // namespace offhook::rtp
