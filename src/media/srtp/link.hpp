// What shares the port of a session with its RTP: the DTLS association that gives its keys, and the checks of ICE that
// find the peer. A session without it has none of this.
// RFC 5764 §5.1.2 (demultiplexing, as RFC 7983 has it), RFC 8842 (when an association is another), RFC 8445 (lite).
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dtls/association.hpp"
#include "ice/lite.hpp"
#include "media/engine.hpp"
#include "outbox.hpp"
#include "turn/allocation.hpp"

namespace offhook::media {

class Link {
 public:
  explicit Link(Endpoint local) : local_(local) {}

  // Other terms begin another association at the next tick; an earlier one says no goodbye, for its port stays.
  // With `checked` it waits for checks that somebody else does, and goes where lead_to() says: by a relay, where there
  // is one, which must outlive that.
  void set_plan(const DtlsPlan& plan, const std::optional<sdp::IceTerms>& ice, Endpoint remote, bool checked = false);
  void lead_to(const std::optional<Endpoint>& remote, turn::Allocation* relay = nullptr) {
    checked_remote_ = remote;
    relay_ = relay;
  }
  // A datagram that is no RTP. True: there is news of the keys.
  bool receive(Now now, Endpoint from, std::span<const std::uint8_t> bytes, Outbox& out);
  bool tick(Now now, Outbox& out);
  void close(Outbox& out);

  // Nothing may pass without.
  [[nodiscard]] bool is_secured() const;
  // For the gate: those of the association, or none that let anything through.
  [[nodiscard]] sdp::SrtpKeys keys() const;
  // Why there will be no keys, once: a sentence.
  [[nodiscard]] std::optional<std::string> take_failure();
  // Where media goes: what ICE has found, or where the handshake came from. Nothing: where the plan says.
  [[nodiscard]] std::optional<Endpoint> remote() const;
  [[nodiscard]] bool has_ice() const { return checked_ || ice_.has_value(); }

 private:
  void flush(Outbox& out);
  void fail(std::string_view why);
  [[nodiscard]] bool judge(dtls::State before);
  [[nodiscard]] bool outlive(Now now);

  Endpoint local_, planned_;
  std::optional<DtlsPlan> plan_;
  std::optional<dtls::Association> association_;
  std::optional<Endpoint> source_;  // of the last datagram of DTLS, while the handshake lasts
  std::optional<IceLite> ice_;
  bool checked_ = false;
  std::optional<Endpoint> checked_remote_;
  turn::Allocation* relay_ = nullptr;
  std::optional<TimePoint> no_check_by_, gone_by_;
  bool held_ = false;  // a=setup:holdconn
  std::optional<std::string> failure_;
};

}  // namespace offhook::media
