// Answers the questions of engines: c-ares on the loop's descriptors and timer. The system's hosts file comes before
// any server. One thread, that of the loop.
#pragma once
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "base/endpoint.hpp"
#include "base/result.hpp"
#include "io/loop.hpp"
#include "transport/dns.hpp"

namespace offhook::io {

class Dns {
 public:
  using Done = std::function<void(const transport::dns::Answer&)>;

  // No servers: those of the system (resolv.conf).
  Dns(Loop& loop, const std::vector<Endpoint>& servers = {});
  ~Dns();
  Dns(const Dns&) = delete;
  Dns& operator=(const Dns&) = delete;

  // Calls `done` later, never before it returns, and not at all when this object is gone by then.
  void ask(const transport::dns::Question& question, Done done);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// "127.0.0.1:5353", "[::1]", "192.0.2.1": a name server; its port is 53 unless given.
[[nodiscard]] Checked<Endpoint> parse_name_server(std::string_view text);

}  // namespace offhook::io
