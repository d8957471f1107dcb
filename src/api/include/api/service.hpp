// The HTTP and WebSocket face, without a socket: requests in, responses and pushed texts out. io serves it. One thread:
// that of the engines behind it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace offhook::api {

struct Request {
  std::string method;  // GET, POST …
  std::string path;    // decoded, without query: /api/phones/A
  std::string query;   // raw, without '?'
  std::string content_type;
  std::string body;
  std::string authorization{};  // the field's value: "Bearer …"
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::string allow;           // Allow header of a 405
  std::string cache_control;   // "" for no-store
  std::string authenticate{};  // WWW-Authenticate header of a 401
  std::string file_name{};     // a browser saves it under that name
};

using SocketId = std::uint64_t;

// One frame for one WebSocket client.
struct Push {
  SocketId socket = 0;
  std::string text;
  bool binary = false;  // `text` is bytes
};

class Service {
 public:
  virtual ~Service() = default;
  virtual Response handle(Now now, const Request& request) = 0;
  // A WebSocket at `path` (/api/events) opened; false refuses it with what handle() answers to a GET of that path.
  virtual bool connected(Now now, SocketId socket, std::string_view path) = 0;
  virtual void received(Now now, SocketId socket, std::string_view text) = 0;
  // A binary frame; who has no use for one ignores it.
  virtual void received_binary(Now, SocketId, std::string_view) {}
  virtual void disconnected(SocketId socket) = 0;
  [[nodiscard]] virtual std::optional<Push> poll_push() = 0;
};

}  // namespace offhook::api
