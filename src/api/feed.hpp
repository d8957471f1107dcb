// What each WebSocket client has not been told yet, as names of things and not as texts: a phone that changed ten times
// before the client was served is told once, and a client that fell behind starts over with a snapshot. Pure
// bookkeeping; who asks `next` writes the text.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>

#include "api/service.hpp"
#include "phone/rack.hpp"

namespace offhook::api {

class Feed {
 public:
  static constexpr std::size_t kClients = 64;
  // Messages that may wait for one client; one more and it gets a snapshot instead.
  static constexpr std::size_t kWaiting = 1000;

  struct Snapshot {};
  struct PhoneChange {
    phone::PhoneId phone;
  };
  struct HearingChange {
    std::string phone;
  };
  struct MessageChange {
    std::uint64_t number = 0;
  };
  struct Due {
    SocketId socket = 0;
    std::variant<Snapshot, PhoneChange, HearingChange, MessageChange> what;
  };

  // A new client is due a snapshot. False: there are too many.
  bool connect(SocketId socket);
  void disconnect(SocketId socket) { clients_.erase(socket); }
  [[nodiscard]] bool is_full() const { return clients_.size() >= kClients; }

  void phone_changed(phone::PhoneId phone);
  void hearing_changed(std::string_view phone);
  void message_changed(std::uint64_t number);

  // Takes what is due: of a client the snapshot first, then phones, hearing, messages in their order.
  [[nodiscard]] std::optional<Due> next();

 private:
  struct Client {
    bool snapshot = true;  // everything else is in it
    std::set<phone::PhoneId> phones;
    std::set<std::string, std::less<>> hearing;
    std::set<std::uint64_t> messages;
  };
  [[nodiscard]] static std::optional<Due> next(SocketId socket, Client& client);

  std::map<SocketId, Client> clients_;
};

}  // namespace offhook::api
