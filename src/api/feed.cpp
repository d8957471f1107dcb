#include "feed.hpp"

namespace offhook::api {

bool Feed::connect(SocketId socket) {
  if (is_full()) return false;
  clients_[socket] = Client{};
  return true;
}

void Feed::phone_changed(phone::PhoneId phone) {
  for (auto& [socket, client] : clients_)
    if (!client.snapshot) client.phones.insert(phone);
}

void Feed::hearing_changed(std::string_view phone) {
  for (auto& [socket, client] : clients_)
    if (!client.snapshot) client.hearing.emplace(phone);
}

void Feed::message_changed(std::uint64_t number) {
  for (auto& [socket, client] : clients_) {
    if (client.snapshot) continue;
    client.messages.insert(number);
    if (client.messages.size() > kWaiting) client = Client{};
  }
}

std::optional<Feed::Due> Feed::next() {
  for (auto& [socket, client] : clients_)
    if (auto due = next(socket, client)) return due;
  return std::nullopt;
}

std::optional<Feed::Due> Feed::next(SocketId socket, Client& client) {
  const auto take = [](auto& set) { return std::move(set.extract(set.begin()).value()); };
  if (client.snapshot) {
    client.snapshot = false;
    return Due{socket, Snapshot{}};
  }
  if (!client.phones.empty()) return Due{socket, PhoneChange{take(client.phones)}};
  if (!client.hearing.empty()) return Due{socket, HearingChange{take(client.hearing)}};
  if (!client.messages.empty()) return Due{socket, MessageChange{take(client.messages)}};
  return std::nullopt;
}

}  // namespace offhook::api
