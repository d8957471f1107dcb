// The TURN server of a phone (guide: sip.nat_turn.*), for lines with ICE: where it is, and whether a call that begins
// asks it. One that was silent is left out for a while, for each call that asks it would wait for it.
//
// Owned by Desk; a machine without I/O. What a call has come to is told by its media (LegMapped).
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "config/phone_config.hpp"
#include "phone/rack.hpp"
#include "turn/server.hpp"
#include "ua/port.hpp"

namespace offhook::phone {

class TurnServer {
 public:
  // Of its DNS question: that of no call.
  static constexpr std::uint32_t kKey = ua::Port::kForeignKey | 1;

  // `config` names a server; `dns` as the lines have it.
  TurnServer(ua::Port port, Endpoint local, config::TurnConfig config, std::shared_ptr<const transport::Policy> dns)
      : port_(port), local_(local), config_(std::move(config)), dns_(std::move(dns)) {}

  // Looks the name up, if there is one.
  void begin(Now now);
  void located(const transport::Located& event);
  // For a call that begins; null: there is none, its address is not known yet, or it has been silent a moment ago.
  [[nodiscard]] std::shared_ptr<const turn::Server> server(Now now);
  // What a call that has asked it was told.
  void told(Now now, const LegMapped& mapped);
  // For the screen: "relay 198.51.100.1:3478", "no relay: the TURN server …"; "" while its address is not known.
  [[nodiscard]] std::string describe() const;

 private:
  void take(const transport::Location& location);

  ua::Port port_;
  Endpoint local_;
  config::TurnConfig config_;
  std::shared_ptr<const transport::Policy> dns_;
  transport::ResolutionId resolution_;
  std::vector<std::shared_ptr<const turn::Server>> servers_;  // the best first
  std::size_t current_ = 0;
  std::optional<TimePoint> looked_up_;
  TimePoint rests_until_{};
  std::string trouble_;
};

}  // namespace offhook::phone
