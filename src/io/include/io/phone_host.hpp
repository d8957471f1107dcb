// A rack of phones on real sockets with real audio: signalling in the loop, media on a thread of its own. What `offhook
// phone` runs, and the phones of the demo and the flows.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/audio_ports.hpp"
#include "flow/recorder.hpp"
#include "io/dns.hpp"
#include "io/loop.hpp"
#include "io/media_host.hpp"
#include "io/random.hpp"
#include "io/sip_host.hpp"
#include "phone/rack.hpp"
#include "transport/locate.hpp"

namespace offhook::io {

struct PhonePlan {
  std::string name;
  config::PhoneConfig config;
  Endpoint local;  // signalling socket; the port wins over the configuration's
  media::AudioIn audio_in;
  double pilot_hz = 0;  // by which others recognise this phone; 0: not at all
  std::vector<std::pair<std::string, std::vector<std::uint8_t>>> ringers{};  // beside those built in: name, WAV file
};

class PhoneHost final : public api::AudioPorts {
 public:
  struct Options {
    bool record_packets = false;
    std::function<void(phone::PhoneId, phone::Change)> changed;
    std::function<void(std::string_view phone, std::vector<std::string> hears)> hearing_changed;
    // What attached phones hear (api::AudioPorts).
    std::function<void(phone::PhoneId, media::ConstFrame)> heard;
    std::function<void(phone::EndedCall)> call_ended;  // once a call, a moment after its end
    std::function<void(const Complaint&)> trouble;
    std::vector<Endpoint> name_servers;  // none: those of the system
    TlsSettings tls;                     // files only; what is checked is the first phone's configuration
    std::vector<double> further_pilots;  // frequencies of strangers to tell apart
    MediaLayout media_layout = MediaLayout::Own;
  };

  [[nodiscard]] static Checked<std::unique_ptr<PhoneHost>> start(Loop& loop, std::vector<PhonePlan> plans,
                                                                 Options options, flow::Recorder* recorder = nullptr);
  ~PhoneHost() override;

  [[nodiscard]] phone::Rack& rack() { return *rack_; }
  void register_all();
  // Ends calls and registrations; they need the loop for a moment to leave. stopped() tells when all has been answered
  // or given up.
  void stop_all();
  [[nodiscard]] bool stopped() const;
  [[nodiscard]] bool all_registered() const;

  Checked<void> command(phone::PhoneId phone, const phone::Command& command);
  // Names of the parties heard at that phone (or "440 Hz" for a pilot without a name), sorted; as of the last report, a
  // tenth of a second ago at most.
  [[nodiscard]] std::vector<std::string> hears(phone::PhoneId phone) const;
  void set_output(phone::PhoneId phone, std::unique_ptr<media::AudioSink> sink);
  void set_card(phone::PhoneId phone, std::shared_ptr<media::Card> card, bool input, bool output) {
    media_->set_card(phone, std::move(card), input, output);
  }
  void set_recorder(phone::PhoneId phone, std::unique_ptr<media::ConversationSink> recorder);
  // How each phone is heard by this one: "B: level -16 dB, delay 112 ms, MOS 4.3 (estimate)".
  [[nodiscard]] std::vector<std::string> hearing_in_words(phone::PhoneId phone) const;
  void attach(phone::PhoneId phone) override;
  void detach(phone::PhoneId phone) override { media_->detach(phone); }
  void say(phone::PhoneId phone, media::ConstFrame frame) override { media_->say(phone, {frame.begin(), frame.end()}); }
  // Sends what commands given to rack() directly have caused.
  void drain() { sip_->drain(); }

 private:
  PhoneHost(Loop& loop, Options options, flow::Recorder* recorder)
      : loop_(&loop), options_(std::move(options)), recorder_(recorder) {}
  void pass_on();
  void take_report(MediaReport report);

  Loop* loop_;
  Options options_;
  flow::Recorder* recorder_;
  SystemRandom random_;
  transport::Locator locator_;
  std::unique_ptr<TlsContext> tls_;
  std::unique_ptr<phone::Rack> rack_;
  std::unique_ptr<MediaHost> media_;
  std::unique_ptr<Dns> dns_;
  std::unique_ptr<SipHost> sip_;
  std::map<phone::PhoneId, std::string> names_;
  std::map<double, std::string> pilots_;
  std::map<std::uint64_t, phone::PhoneId> legs_;
  int closing_ = 0;  // legs whose last report has not come
  std::map<std::uint64_t, media::Hearing> hearing_;
  std::vector<PageReport> pages_heard_;
  std::map<phone::PhoneId, std::vector<std::string>> last_heard_;
};

}  // namespace offhook::io
