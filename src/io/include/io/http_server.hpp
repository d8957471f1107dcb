// HTTP/1.1 and WebSocket server in a loop, for one api::Service and a set of static files. Requests run on the loop's
// thread, one at a time. A request or WebSocket whose Origin is not this server is refused (403): a page of somebody
// else's may not steer a phone.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/service.hpp"
#include "base/endpoint.hpp"
#include "base/result.hpp"
#include "io/loop.hpp"

namespace offhook::io {

struct StaticFile {
  std::string_view path;  // "/index.html", "/assets/x.js"; "/" serves "/index.html"
  std::string_view content_type;
  std::string_view bytes;
};

class HttpServer {
 public:
  // Complaint: "cannot listen: Address already in use (http:127.0.0.1:8080)". `after` runs after each request or
  // WebSocket message (to drain the engines).
  [[nodiscard]] static Checked<std::unique_ptr<HttpServer>> open(Loop& loop, Endpoint local, api::Service& service,
                                                                 std::vector<StaticFile> files,
                                                                 std::function<void()> after);
  ~HttpServer();

  [[nodiscard]] Endpoint local() const;
  // Sends what the service wants pushed; a client that does not read (over 4,000 frames behind) is closed.
  void push();

  struct Impl;

 private:
  explicit HttpServer(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;  // shared with the handlers under way
};

}  // namespace offhook::io
