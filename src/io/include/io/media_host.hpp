// The media thread: a media engine on real RTP/RTCP sockets, on its own loop. The signalling thread hands it commands
// and takes snapshots of who is heard; nothing else crosses.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/random.hpp"
#include "flow/recorder.hpp"
#include "io/loop.hpp"
#include "io/media_pump.hpp"
#include "media/card.hpp"
#include "phone/media_driver.hpp"

namespace offhook::io {

struct LegReport {
  std::uint64_t leg = 0;
  media::Hearing hearing;
};
struct PageReport {
  phone::PhoneId phone;
  media::Hearing hearing;
};
struct MediaReport {
  std::vector<LegReport> legs;               // about ten times a second
  std::vector<PageReport> pages;             // that are played, likewise
  std::vector<phone::LegQuality> qualities;  // of all legs about once a second, and the last ones of those that closed
};

class MediaHost {
 public:
  struct Options {
    media::EngineConfig engine;
    bool record_packets = false;  // hands each RTP/RTCP packet to `packets`
    int dscp = 46;                // guide network.qos.rtptos
    MediaLayout layout = MediaLayout::Own;
  };
  struct Packet {
    Now at;
    bool sent = true;  // or received
    flow::Kind kind = flow::Kind::Rtp;
    transport::Flow flow;
    std::string bytes;
  };

  // `digits`: each as it begins, and when it has ended. `pages`: what begins or ends to sound at a listen address.
  // `mapped`: what a STUN server said of a leg's ports. `failures`: legs that get no keys, or find no way.
  // `chosen`: what the checks of a leg have come to.
  // Callbacks run on `signalling`'s thread. `reports` comes about ten times a second while there are legs or pages,
  // and once more when the last one is gone; `trouble` when a port cannot be opened.
  MediaHost(Loop& signalling, Options options, std::function<void(MediaReport)> reports,
            std::function<void(std::vector<Packet>)> packets = {}, std::function<void(Complaint)> trouble = {},
            std::function<void(phone::LegDigit)> digits = {}, std::function<void(phone::PageChange)> pages = {},
            std::function<void(phone::LegMapped)> mapped = {}, std::function<void(phone::LegFailure)> failures = {},
            std::function<void(phone::LegChosen)> chosen = {});
  ~MediaHost();

  void add_phone(phone::PhoneId phone, media::AudioIn in);
  // A ringer for all phones here, as a whole WAV file.
  void add_ringer(std::string name, std::vector<std::uint8_t> wav);
  void set_output(phone::PhoneId phone, std::unique_ptr<media::AudioSink> sink);
  void set_recorder(phone::PhoneId phone, std::unique_ptr<media::ConversationSink> recorder);
  // A sound card in place of the input of add_phone(), or beside the output, or both.
  void set_card(phone::PhoneId phone, std::shared_ptr<media::Card> card, bool input, bool output);
  void apply(phone::MediaCommand command);
  // A person at the phone: it says what say() brings, and `heard` gets each frame it hears, at 16 kHz, on
  // `signalling`'s thread. detach() gives it back its card, or the input of add_phone().
  void attach(phone::PhoneId phone, std::function<void(std::vector<std::int16_t>)> heard);
  void detach(phone::PhoneId phone);
  void say(phone::PhoneId phone, std::vector<std::int16_t> frame);
  // Gives the thread's last words a chance: returns when everything handed over so far has been done.
  void settle();

 private:
  class Thread;  // what lives on the media thread
  std::unique_ptr<Loop> loop_;
  std::unique_ptr<Thread> thread_state_;
  std::thread thread_;
};

}  // namespace offhook::io
