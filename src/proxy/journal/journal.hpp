// The engine's events for the log (base/log.hpp), as they happen. What nobody wants is not made.
#pragma once
#include <optional>
#include <string_view>

#include "auth/authenticator.hpp"
#include "base/log.hpp"
#include "base/queue.hpp"
#include "proxy/calls.hpp"
#include "proxy/journal.hpp"
#include "registrar/observer.hpp"

namespace offhook::proxy {

class Journal final : public CallObserver, public RegistrationObserver {
 public:
  explicit Journal(const JournalSettings& settings) : settings_(settings) {}
  void configure(const JournalSettings& settings) { settings_ = settings; }
  [[nodiscard]] bool wants_calls() const { return settings_.calls; }

  void request(const sip::Message& request, const transport::Flow& flow) {
    if (settings_.requests) note_request(request, flow);
  }
  // By ourselves.
  void answered(const sip::Message& request, const transport::Flow& flow, int status) {
    if (settings_.requests && status != 100) note_answer(request, flow, status);
  }
  void judged(const sip::Message& request, const transport::Flow& flow, Authenticator::Verdict verdict) {
    if (settings_.credentials &&
        (verdict == Authenticator::Verdict::Rejected || verdict == Authenticator::Verdict::Malformed))
      note_credentials(request, flow, verdict);
  }
  void trunk_registered(std::string_view trunk, seconds granted);
  void trunk_refused(std::string_view trunk, int status, seconds pause);
  void trunk_unregistered(std::string_view trunk);
  // It should have been, and was not: it ends by itself.
  void trunk_kept(std::string_view trunk, int status);

  void started(const CallRecord& call) override;
  void ringing(const CallRecord& call) override;
  void answered(const CallRecord& call) override;
  void ended(const CallRecord& call) override;

  [[nodiscard]] bool is_watching(std::string_view /*aor*/) const override { return settings_.registrations; }
  void changed(Now now, const PackedBinding& binding, body::ContactEvent event) override;

  [[nodiscard]] std::optional<LogEvent> poll() { return events_.pop(); }

 private:
  void note_request(const sip::Message& request, const transport::Flow& flow);
  void note_answer(const sip::Message& request, const transport::Flow& flow, int status);
  void note_credentials(const sip::Message& request, const transport::Flow& flow, Authenticator::Verdict verdict);
  void note_call(const CallRecord& call, std::string message);
  void add(LogEvent event);

  JournalSettings settings_;
  Queue<LogEvent> events_;
};

}  // namespace offhook::proxy
