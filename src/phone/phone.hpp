// One desk phone: routes commands, the user agent's events and timers to the calls (Desk) and to the rooms (features/).
// Owned by Rack, which sorts inputs by phone; after each input everything that follows from it has happened.
#pragma once
#include <optional>
#include <string>

#include "desk.hpp"
#include "phone/command.hpp"
#include "phone/view.hpp"

namespace offhook::phone {

class Phone {
 public:
  Phone(PhoneId id, ua::Port port, std::string name, const config::PhoneConfig& config, Endpoint local, Outbox& out,
        RtpPorts& rtp_ports);

  void start(Now now);
  void stop(Now now);
  Checked<void> command(Now now, const Command& command);
  void request(Now now, transaction::RequestReceived event);
  void response(Now now, transaction::ResponseReceived event);
  void failed(Now now, transaction::Owner owner, int status);
  void server_failed(Now now, transaction::Owner owner);
  void located(Now now, std::uint32_t key, const transport::Located& event);
  void timer(Now now, std::uint32_t key);
  void digit_heard(Now now, const LegDigit& digit);
  void page_changed(Now now, const PageChange& change);
  // A call whose keys came to nothing is over: it must not go on in silence, or in the clear (RFC 5763 §6.7.1). So is
  // one whose checks found no way; one whose peer answers them no more has ICE begin anew.
  void link_failed(Now now, const LegFailure& failure);
  void pong(const transport::Flow& flow) { desk_.ua.pong(flow); }
  void lost(Now now, const transport::Flow& flow);
  void stun(Now now, const transport::Flow& flow, std::string_view datagram);
  void leg_mapped(Now now, const LegMapped& mapped);
  void leg_chosen(Now now, const LegChosen& chosen);

  [[nodiscard]] const Endpoint& local() const { return local_; }
  void media_report(Now now, const LegQuality& report);
  [[nodiscard]] PhoneView view() const;
  [[nodiscard]] bool is_registered() const;
  [[nodiscard]] std::optional<std::uint64_t> leg_of(int call) const;
  [[nodiscard]] const ua::UserAgent& agent() const { return desk_.ua; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::vector<Line>& lines() const { return desk_.lines; }
  [[nodiscard]] std::size_t nat_timers() const { return desk_.nat.timers(); }
  [[nodiscard]] std::size_t waiting_calls() const;  // shown, but not yet known to the user agent
  void taken(Change change) { desk_.taken(change); }

 private:
  void pump(Now now);
  void on_event(Now now, const ua::Event& event);
  void on_registration(const ua::Event& event);
  void on_incoming(Now now, const ua::IncomingCall& event);
  void on_ended(Now now, const ua::CallEnded& event);
  void on_call(Now now, const ua::Event& event);

  Checked<void> apply(Now now, const Command& command);
  Checked<void> dial(Now now, const Dial& command);
  void hang_up(Now now, Call& call);
  void register_line(Now now, Line& line);
  [[nodiscard]] std::string describe_nat(const Line& line) const;
  Checked<void> on_hook(Now now);

  std::string name_;
  const config::Model* model_;
  std::string mac_;
  Endpoint local_;
  Desk desk_;
};

}  // namespace offhook::phone
