#include "io/media_pump.hpp"

#include "io/clock.hpp"
#include "media_sockets.hpp"

namespace offhook::io {

MediaPump::MediaPump(Loop& loop, media::Engine& engine, Options options, std::function<void(const Passed&)> passed,
                     std::function<void(Complaint)> trouble)
    : engine_(&engine),
      sockets_(std::make_unique<MediaSockets>(MediaSockets::Options{options.layout, options.dscp})),
      passed_(std::move(passed)),
      trouble_(std::move(trouble)),
      ticked_(std::move(options.ticked)),
      timer_(loop, [this] { tick(); }) {}

MediaPump::~MediaPump() = default;

std::uint64_t MediaPump::send_failures() const { return sockets_->send_failures(); }

void MediaPump::tick() {
  const Now at = now();
  if (const auto deadline = engine_->deadline()) most_late_ = std::max(most_late_, at.mono - *deadline);
  sockets_->receive(at, engine_->due(at.mono), [this](const MediaSockets::Received& received) {
    if (passed_) passed_({received.at, false, received.local, received.from, received.bytes});
    if (received.session)
      engine_->receive(received.at, *received.session, received.local.port % 2 != 0, received.from, received.bytes);
    else
      engine_->receive(received.at, received.local, received.from, received.bytes);
  });
  engine_->wake(at);
  drain();
  if (ticked_) ticked_();
}

// Order as the engine asks: ports to open, packets, ports to close (a BYE still leaves through its port).
void MediaPump::drain() {
  std::vector<media::SocketRequest> closing;
  while (const auto request = engine_->poll_socket_request()) {
    if (request->kind == media::SocketRequest::Kind::Close) {
      closing.push_back(*request);
    } else if (const auto opened = sockets_->open(*request); !opened && trouble_) {
      trouble_(opened.error());
    }
  }
  while (const auto packet = engine_->poll_transmit()) {
    if (passed_) passed_({now(), true, packet->local, packet->remote, packet->bytes});
    sockets_->send(*packet);
  }
  sockets_->flush();
  for (const auto& request : closing) sockets_->close(request);
  timer_.set(engine_->deadline());
}

}  // namespace offhook::io
