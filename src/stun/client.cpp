#include "stun/client.hpp"

namespace offhook::stun {

void Client::begin(TimePoint now, const Endpoint& server, Random& random, const Schedule& schedule) {
  state_ = State::Waiting;
  schedule_ = schedule;
  server_ = server;
  mapped_ = {};
  id_ = new_transaction_id(random);
  due_ = now;
  sent_ = 0;
}

std::optional<TimePoint> Client::deadline() const {
  return state_ == State::Waiting ? std::optional(due_) : std::nullopt;
}

std::optional<std::string> Client::poll(TimePoint now) {
  if (state_ != State::Waiting || now < due_) return std::nullopt;
  if (sent_ >= schedule_.requests) {
    state_ = State::Failed;
    return std::nullopt;
  }
  // Each pause is twice the one before; the last one has a length of its own.
  const Duration pause = schedule_.rto * (std::int64_t{1} << sent_);
  ++sent_;
  due_ = now + (sent_ < schedule_.requests ? pause : schedule_.rto * schedule_.last);
  return binding_request(id_);
}

bool Client::receive(const Endpoint& from, std::string_view datagram) {
  if (state_ != State::Waiting || from != server_ || sent_ == 0) return false;
  const auto message = Message::parse(datagram);
  if (!message || message->method != kBinding || message->id != id_) return false;
  if (message->message_class != Class::Success && message->message_class != Class::Error) return false;
  if (!fingerprint_is_right(datagram, *message)) return false;
  const auto address = message->message_class == Class::Success ? message->mapped_address() : std::nullopt;
  // An address of nobody is no answer: a server, or a NAT that rewrites what it finds, is broken.
  const bool fits = address && address->port != 0 && !address->address.is_unspecified() &&
                    address->address.is_v6() == server_.address.is_v6();
  state_ = fits ? State::Mapped : State::Failed;
  if (fits) mapped_ = *address;
  return true;
}

}  // namespace offhook::stun
