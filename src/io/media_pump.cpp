#include "io/media_pump.hpp"

#include "io/clock.hpp"
#include "media_sockets.hpp"

namespace offhook::io {

MediaPump::MediaPump(Loop& loop, media::Engine& engine, Options options, std::function<void(const Passed&)> passed,
                     std::function<void(Complaint)> trouble)
    : loop_(&loop),
      engine_(&engine),
      sockets_(std::make_unique<MediaSockets>(MediaSockets::Options{options.layout, options.dscp})),
      passed_(std::move(passed)),
      trouble_(std::move(trouble)),
      ticked_(std::move(options.ticked)),
      timer_(loop, [this] { tick(); }) {}

MediaPump::~MediaPump() {
  if (watches_groups_) loop_->unwatch(sockets_->groups_fd());
}

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

void MediaPump::read_pages() {
  sockets_->receive_pages(now(), [this](const MediaSockets::Received& received) {
    if (passed_) passed_({received.at, false, received.local, received.from, received.bytes});
    engine_->receive_page(received.at, received.local, received.interface, received.from, received.bytes);
  });
  drain();
  if (ticked_) ticked_();
}

// Order as the engine asks: ports to open, packets, ports to close (a BYE still leaves through its port).
void MediaPump::drain() {
  std::vector<media::SocketRequest> closing;
  while (const auto request = engine_->poll_socket_request()) {
    using Kind = media::SocketRequest::Kind;
    if (request->kind == Kind::Close) {
      closing.push_back(*request);
    } else if (request->kind == Kind::Leave) {
      sockets_->leave(*request);
    } else if (const auto opened = request->kind == Kind::Join ? sockets_->join(*request) : sockets_->open(*request);
               !opened) {
      if (trouble_) trouble_(opened.error());
    } else if (request->kind == Kind::Join && !std::exchange(watches_groups_, true)) {
      loop_->watch(sockets_->groups_fd(), [this] { read_pages(); });
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
