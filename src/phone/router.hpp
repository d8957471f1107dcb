// Finds the phone that a request is for, in constant time however many phones share a socket: by the socket and the
// Request-URI's user part, or, where a socket belongs to one phone only, by asking that phone's user agent.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "phone.hpp"
#include "sip/message.hpp"

namespace offhook::phone {

class Router {
 public:
  void add(std::uint32_t phone, const Endpoint& local, const std::vector<Line>& lines);
  [[nodiscard]] std::optional<std::uint32_t> find(const sip::Message& request, const Endpoint& local,
                                                  const std::vector<std::unique_ptr<Phone>>& phones) const;

 private:
  struct Socket {
    std::uint32_t first = 0;
    std::uint32_t phones = 0;
  };
  [[nodiscard]] static std::uint64_t key(const Endpoint& local, std::string_view user);

  std::unordered_multimap<std::uint64_t, std::uint32_t>
      users_;  // hash of socket and user: a hint, the user agent has the last word
  std::unordered_map<Endpoint, Socket> sockets_;
};

}  // namespace offhook::phone
