#include "io/media_host.hpp"

#include <future>

#include "io/clock.hpp"
#include "io/media_pump.hpp"
#include "io/random.hpp"
#include "media/live_source.hpp"
#include "media/split_sink.hpp"
#include "rtp/demux.hpp"
#include "rtp/packet.hpp"

namespace offhook::io {
namespace {
constexpr Duration kReportEvery = milliseconds(100);
constexpr int kReportsToAQuality = 10;

// Hands each frame over; 16 kHz is what a person needs to be understood well.
class LiveSink final : public media::AudioSink {
 public:
  explicit LiveSink(std::function<void(std::vector<std::int16_t>)> heard) : heard_(std::move(heard)) {}
  [[nodiscard]] std::uint32_t rate() const override { return 16'000; }
  void write(media::ConstFrame frame) override { heard_({frame.begin(), frame.end()}); }

 private:
  std::function<void(std::vector<std::int16_t>)> heard_;
};
}  // namespace

class MediaHost::Thread {
 public:
  Thread(Loop& own, Loop& signalling, Options options, std::function<void(MediaReport)> reports,
         std::function<void(std::vector<Packet>)> packets, std::function<void(Complaint)> trouble,
         std::function<void(phone::LegDigit)> digits, std::function<void(phone::PageChange)> pages,
         std::function<void(phone::LegMapped)> mapped, std::function<void(phone::LegFailure)> failures,
         std::function<void(phone::LegChosen)> chosen)
      : signalling_(&signalling),
        options_(std::move(options)),
        engine_(options_.engine, random_),
        driver_(engine_),
        pump_(own, engine_, {options_.layout, options_.dscp, [this] { tell(); }},
              options_.record_packets ? note() : nullptr, [this](Complaint complaint) { tell(std::move(complaint)); }),
        hand_over_(own, [this] { hand_over(); }),
        report_(own, [this] { report(); }),
        reports_(std::move(reports)),
        packets_(std::move(packets)),
        trouble_(std::move(trouble)),
        digits_(std::move(digits)),
        pages_(std::move(pages)),
        mapped_(std::move(mapped)),
        failures_(std::move(failures)),
        chosen_(std::move(chosen)) {}

  void add_phone(phone::PhoneId phone, media::AudioIn in) {
    seats_[phone].usual = in;
    driver_.add_phone(phone, std::move(in));
  }

  void add_ringer(std::string name, std::vector<std::uint8_t> wav) {
    driver_.add_ringer(std::move(name), std::move(wav));
  }

  void set_recorder(phone::PhoneId phone, std::unique_ptr<media::ConversationSink> recorder) {
    if (const auto party = driver_.party(phone)) engine_.set_recorder(*party, std::move(recorder));
  }

  void set_output(phone::PhoneId phone, std::unique_ptr<media::AudioSink> sink) {
    if (media::SplitSink* output = output_of(phone)) output->set_first(std::move(sink));
  }

  void set_card(phone::PhoneId phone, std::shared_ptr<media::Card> card, bool input, bool output) {
    if (output) set_output(phone, card->sink());
    const auto party = driver_.party(phone);
    if (!input || !party) return;
    engine_.set_input(*party, card->source());
    seats_[phone].microphone = std::move(card);
  }

  void attach(phone::PhoneId phone, std::function<void(std::vector<std::int16_t>)> heard) {
    media::SplitSink* output = output_of(phone);
    if (output == nullptr) return;
    output->set_second(std::make_unique<LiveSink>([signalling = signalling_, heard = std::move(heard)](auto frame) {
      signalling->post([heard, frame = std::move(frame)]() mutable { heard(std::move(frame)); });
    }));
    auto source = std::make_unique<media::LiveSource>();
    seats_[phone].live = source.get();
    engine_.set_input(*driver_.party(phone), std::move(source));
  }

  void detach(phone::PhoneId phone) {
    media::SplitSink* output = output_of(phone);
    if (output == nullptr) return;
    output->set_second(nullptr);
    Seat& seat = seats_[phone];
    seat.live = nullptr;
    if (seat.microphone)
      engine_.set_input(*driver_.party(phone), seat.microphone->source());
    else
      engine_.set_input(*driver_.party(phone), seat.usual);
  }

  void say(phone::PhoneId phone, media::ConstFrame frame) {
    if (media::LiveSource* live = seats_[phone].live) live->push(frame);
  }

  void apply(const phone::MediaCommand& command) {
    if (const auto* open = std::get_if<phone::OpenLeg>(&command)) legs_.push_back(open->leg);
    if (const auto* close = std::get_if<phone::CloseLeg>(&command)) std::erase(legs_, close->leg);
    driver_.apply(now(), command);
    pump_.drain();
    tell();
    hand_over();
    if (!reporting_) {
      reporting_ = true;
      report_.set(now().mono + kReportEvery);
    }
  }

 private:
  // What stands at a phone; the engine owns `output` and `live`.
  struct Seat {
    media::AudioIn usual;
    std::shared_ptr<media::Card> microphone{};  // in its place
    media::SplitSink* output = nullptr;
    media::LiveSource* live = nullptr;
  };

  // Null for a phone that was never added.
  media::SplitSink* output_of(phone::PhoneId phone) {
    const auto party = driver_.party(phone);
    if (!party) return nullptr;
    Seat& seat = seats_[phone];
    if (seat.output == nullptr) {
      auto output = std::make_unique<media::SplitSink>();
      seat.output = output.get();
      engine_.set_output(*party, std::move(output));
    }
    return seat.output;
  }

  void tell(Complaint complaint) {
    signalling_->post([trouble = trouble_, complaint = std::move(complaint)] {
      if (trouble) trouble(complaint);
    });
  }

  std::function<void(const MediaPump::Passed&)> note() {
    return [this](const MediaPump::Passed& p) {
      // RTP sits on even ports, RTCP on the odd one above (RFC 3550 §11), or on the same one (RFC 5761), as keys and
      // checks do (RFC 7983).
      const bool on_rtp_port = p.local.port % 2 == 0 || p.local.address.is_multicast();
      const bool is_rtp =
          on_rtp_port && !rtp::looks_like_rtcp(p.bytes) && rtp::traffic_of(p.bytes) == rtp::Traffic::Rtp;
      const auto kind = is_rtp ? flow::Kind::Rtp : flow::Kind::Rtcp;
      noted_.push_back({p.at,
                        p.sent,
                        kind,
                        {transport::Protocol::Udp, p.local, p.remote},
                        std::string(reinterpret_cast<const char*>(p.bytes.data()), p.bytes.size())});
      if (noted_.size() == 1) hand_over_.set(now().mono);
    };
  }

  void tell() {
    while (const auto mapped = driver_.poll_mapped())
      if (mapped_) signalling_->post([mapped_at = mapped_, mapped = *mapped] { mapped_at(mapped); });
    while (const auto page = driver_.poll_page())
      if (pages_) signalling_->post([pages = pages_, page = *page] { pages(page); });
    while (const auto digit = driver_.poll_digit())
      if (digits_) signalling_->post([digits = digits_, digit = *digit] { digits(digit); });
    while (const auto failure = driver_.poll_failure())
      if (failures_) signalling_->post([failures = failures_, failure = *failure] { failures(failure); });
    while (const auto choice = driver_.poll_chosen())
      if (chosen_) signalling_->post([chosen = chosen_, choice = *choice] { chosen(choice); });
  }

  void hand_over() {
    if (noted_.empty() || !packets_) return;
    signalling_->post([packets = packets_, noted = std::move(noted_)]() mutable { packets(std::move(noted)); });
    noted_.clear();
  }

  void report() {
    MediaReport out;
    for (const auto leg : legs_)
      if (const auto session = driver_.session(leg)) out.legs.push_back({leg, engine_.hearing(*session)});
    for (const auto& [phone, session] : driver_.heard_pages()) out.pages.push_back({phone, engine_.hearing(session)});
    if (++reported_ % kReportsToAQuality == 0) out.qualities = driver_.qualities();
    while (auto last = driver_.poll_final()) out.qualities.push_back(std::move(*last));
    reporting_ = !legs_.empty() || !out.pages.empty();
    if (reporting_) report_.set(now().mono + kReportEvery);
    signalling_->post([reports = reports_, out = std::move(out)]() mutable {
      if (reports) reports(std::move(out));
    });
  }

  Loop* signalling_;
  Options options_;
  SystemRandom random_;
  media::Engine engine_;
  phone::MediaDriver driver_;
  MediaPump pump_;
  Loop::Timer hand_over_, report_;
  std::function<void(MediaReport)> reports_;
  std::function<void(std::vector<Packet>)> packets_;
  std::function<void(Complaint)> trouble_;
  std::function<void(phone::LegDigit)> digits_;
  std::function<void(phone::PageChange)> pages_;
  std::function<void(phone::LegMapped)> mapped_;
  std::function<void(phone::LegFailure)> failures_;
  std::function<void(phone::LegChosen)> chosen_;
  std::map<phone::PhoneId, Seat> seats_;
  std::vector<std::uint64_t> legs_;
  std::vector<Packet> noted_;
  bool reporting_ = false;
  int reported_ = 0;
};

MediaHost::MediaHost(Loop& signalling, Options options, std::function<void(MediaReport)> reports,
                     std::function<void(std::vector<Packet>)> packets, std::function<void(Complaint)> trouble,
                     std::function<void(phone::LegDigit)> digits, std::function<void(phone::PageChange)> pages,
                     std::function<void(phone::LegMapped)> mapped, std::function<void(phone::LegFailure)> failures,
                     std::function<void(phone::LegChosen)> chosen)
    : loop_(std::make_unique<Loop>()),
      thread_state_(std::make_unique<Thread>(
          *loop_, signalling, std::move(options), std::move(reports), std::move(packets), std::move(trouble),
          std::move(digits), std::move(pages), std::move(mapped), std::move(failures), std::move(chosen))),
      thread_([this] { loop_->run(); }) {}

MediaHost::~MediaHost() {
  settle();
  loop_->stop();
  thread_.join();
}

void MediaHost::add_phone(phone::PhoneId phone, media::AudioIn in) {
  loop_->post([this, phone, in = std::move(in)]() mutable { thread_state_->add_phone(phone, std::move(in)); });
}

void MediaHost::add_ringer(std::string name, std::vector<std::uint8_t> wav) {
  loop_->post([this, name = std::move(name), wav = std::move(wav)]() mutable {
    thread_state_->add_ringer(std::move(name), std::move(wav));
  });
}

void MediaHost::set_recorder(phone::PhoneId phone, std::unique_ptr<media::ConversationSink> recorder) {
  auto shared = std::make_shared<std::unique_ptr<media::ConversationSink>>(std::move(recorder));
  loop_->post([this, phone, shared] { thread_state_->set_recorder(phone, std::move(*shared)); });
}

void MediaHost::set_output(phone::PhoneId phone, std::unique_ptr<media::AudioSink> sink) {
  // std::function wants copyable captures; the sink is handed over once.
  auto shared = std::make_shared<std::unique_ptr<media::AudioSink>>(std::move(sink));
  loop_->post([this, phone, shared] { thread_state_->set_output(phone, std::move(*shared)); });
}

void MediaHost::set_card(phone::PhoneId phone, std::shared_ptr<media::Card> card, bool input, bool output) {
  loop_->post([this, phone, card = std::move(card), input, output]() mutable {
    thread_state_->set_card(phone, std::move(card), input, output);
  });
}

void MediaHost::apply(phone::MediaCommand command) {
  loop_->post([this, command = std::move(command)] { thread_state_->apply(command); });
}

void MediaHost::attach(phone::PhoneId phone, std::function<void(std::vector<std::int16_t>)> heard) {
  loop_->post([this, phone, heard = std::move(heard)]() mutable { thread_state_->attach(phone, std::move(heard)); });
}

void MediaHost::detach(phone::PhoneId phone) {
  loop_->post([this, phone] { thread_state_->detach(phone); });
}

void MediaHost::say(phone::PhoneId phone, std::vector<std::int16_t> frame) {
  loop_->post([this, phone, frame = std::move(frame)] { thread_state_->say(phone, frame); });
}

void MediaHost::settle() {
  std::promise<void> done;
  loop_->post([&done] { done.set_value(); });
  done.get_future().wait();
}

}  // namespace offhook::io
