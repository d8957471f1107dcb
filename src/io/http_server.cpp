#include "io/http_server.hpp"

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>
#include <map>
#include <optional>

#include "base/ascii.hpp"
#include "io/clock.hpp"
#include "loop_impl.hpp"

namespace offhook::io {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using tcp = asio::ip::tcp;

namespace {

constexpr std::size_t kBodyLimit = 1 << 20;
constexpr std::uint32_t kHeaderLimit = 16 << 10;
constexpr std::size_t kPushLimit = 4000;
constexpr std::size_t kSoundLimit = 25;  // frames of 20 ms
constexpr auto kIdle = std::chrono::seconds(60);

std::string percent_decode(std::string_view text) {
  const auto hex = [](char c) {
    if (is_digit(c)) return c - '0';
    const char lower = ascii_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
      out.push_back(static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2])));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

// A browser says where the page came from; anything that does not (curl) is no page.
bool same_origin(const http::request<http::string_body>& request) {
  const auto origin = view(request[http::field::origin]);
  if (origin.empty()) return true;
  const auto at = origin.find("://");
  return at != std::string_view::npos && iequals(origin.substr(at + 3), view(request[http::field::host]));
}

}  // namespace

struct HttpServer::Impl : std::enable_shared_from_this<HttpServer::Impl> {
  class Connection;
  class Socket;

  Impl(Loop& the_loop, api::Service& the_service, std::vector<StaticFile> the_files, std::function<void()> the_after)
      : loop(&the_loop),
        service(&the_service),
        files(std::move(the_files)),
        after(std::move(the_after)),
        acceptor(the_loop.impl().context) {}

  void accept();
  http::response<http::string_body> answer(const http::request<http::string_body>& request);
  [[nodiscard]] const StaticFile* file(std::string_view path) const;

  Loop* loop;
  api::Service* service;
  std::vector<StaticFile> files;
  std::function<void()> after;
  tcp::acceptor acceptor;
  std::map<api::SocketId, std::weak_ptr<Socket>> sockets;
  api::SocketId next_socket = 1;
  bool closed = false;
};

// One WebSocket client: reads frames, writes a queue of them.
class HttpServer::Impl::Socket : public std::enable_shared_from_this<Socket> {
 public:
  Socket(std::shared_ptr<Impl> server, tcp::socket socket, api::SocketId id)
      : server_(std::move(server)), stream_(std::move(socket)), id_(id) {}

  void start(const http::request<http::string_body>& request) {
    stream_.set_option(websocket::stream_base::timeout::suggested(beast::role_type::server));
    stream_.read_message_max(64 << 10);
    stream_.async_accept(request, [self = shared_from_this()](beast::error_code error) {
      if (error) return self->gone();
      self->open_ = true;
      self->read();
      self->write();
    });
  }

  void send(api::Push frame) {
    if (queue_.size() >= kPushLimit) {
      beast::get_lowest_layer(stream_).close();  // its reader ends it
      return;
    }
    if (frame.binary && queue_.size() >= kSoundLimit) drop_sound();
    queue_.push_back(std::move(frame));
    if (open_ && queue_.size() == 1) write();
  }

  void close() { beast::get_lowest_layer(stream_).close(); }

 private:
  // Late sound is of no use: the oldest that waits goes. The front one is being written.
  void drop_sound() {
    const auto oldest = std::find_if(queue_.begin() + 1, queue_.end(), [](const api::Push& p) { return p.binary; });
    if (oldest != queue_.end()) queue_.erase(oldest);
  }
  void read() {
    stream_.async_read(buffer_, [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (error || self->server_->closed) return self->gone();
      const std::string text = beast::buffers_to_string(self->buffer_.data());
      self->buffer_.consume(self->buffer_.size());
      if (self->stream_.got_binary())
        self->server_->service->received_binary(now(), self->id_, text);
      else
        self->server_->service->received(now(), self->id_, text);
      if (self->server_->after) self->server_->after();
      self->read();
    });
  }

  void write() {
    if (queue_.empty()) return;
    stream_.binary(queue_.front().binary);
    stream_.async_write(asio::buffer(queue_.front().text),
                        [self = shared_from_this()](beast::error_code error, std::size_t) {
                          if (error) return;
                          self->queue_.pop_front();
                          self->write();
                        });
  }

  void gone() {
    if (server_->sockets.erase(id_) > 0 && !server_->closed) server_->service->disconnected(id_);
  }

  std::shared_ptr<Impl> server_;
  websocket::stream<beast::tcp_stream> stream_;
  beast::flat_buffer buffer_;
  std::deque<api::Push> queue_;  // the front one is being written
  api::SocketId id_;
  bool open_ = false;
};

// One HTTP connection with keep-alive; becomes a Socket on an upgrade.
class HttpServer::Impl::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<Impl> server, tcp::socket socket)
      : server_(std::move(server)), stream_(std::move(socket)) {}

  void read() {
    parser_.emplace();
    parser_->body_limit(kBodyLimit);
    parser_->header_limit(kHeaderLimit);
    stream_.expires_after(kIdle);
    http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (error || self->server_->closed) return self->stream_.close();
      if (websocket::is_upgrade(self->parser_->get())) return self->upgrade();
      self->respond();
    });
  }

 private:
  void upgrade() {
    const auto& request = parser_->get();
    const api::SocketId id = server_->next_socket++;
    if (!same_origin(request) || !server_->service->connected(now(), id, percent_decode(view(request.target()))))
      return respond();
    stream_.expires_never();
    auto socket = std::make_shared<Socket>(server_, stream_.release_socket(), id);
    server_->sockets[id] = socket;
    socket->start(request);
    if (server_->after) server_->after();
  }

  void respond() {
    response_ = server_->answer(parser_->get());
    response_.keep_alive(parser_->get().keep_alive());
    response_.prepare_payload();
    // RFC 9110 §9.3.2: the header fields of the GET, without its content.
    if (parser_->get().method() == http::verb::head) response_.body().clear();
    http::async_write(stream_, response_, [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (error || !self->response_.keep_alive()) return self->stream_.close();
      self->read();
    });
  }

  std::shared_ptr<Impl> server_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
};

void HttpServer::Impl::accept() {
  acceptor.async_accept([self = shared_from_this()](beast::error_code error, tcp::socket socket) {
    if (self->closed) return;
    if (!error) std::make_shared<Connection>(self, std::move(socket))->read();
    self->accept();
  });
}

const StaticFile* HttpServer::Impl::file(std::string_view path) const {
  if (path == "/") path = "/index.html";
  for (const auto& candidate : files)
    if (candidate.path == path) return &candidate;
  return nullptr;
}

http::response<http::string_body> HttpServer::Impl::answer(const http::request<http::string_body>& request) {
  http::response<http::string_body> out(http::status::ok, request.version());
  out.set(http::field::server, "offhook");
  out.set("X-Content-Type-Options", "nosniff");
  const auto target = view(request.target());
  const auto mark = target.find('?');
  const std::string path = percent_decode(target.substr(0, mark));
  if (!same_origin(request)) {
    out.result(http::status::forbidden);
    out.set(http::field::content_type, "application/json");
    out.body() = R"({"error":"this request comes from another site's page"})";
    return out;
  }
  if (const auto* found = file(path);
      found != nullptr && (request.method() == http::verb::get || request.method() == http::verb::head)) {
    out.set(http::field::content_type, std::string(found->content_type));
    out.set(http::field::cache_control,
            path.starts_with("/assets/") ? "public, max-age=31536000, immutable" : "no-cache");
    out.body() = std::string(found->bytes);
    return out;
  }
  const api::Response response =
      service->handle(now(), {std::string(view(request.method_string())), path,
                              std::string(mark == std::string_view::npos ? "" : target.substr(mark + 1)),
                              std::string(view(request[http::field::content_type])), request.body(),
                              std::string(view(request[http::field::authorization]))});
  if (after) after();
  out.result(static_cast<unsigned>(response.status));
  out.set(http::field::content_type, response.content_type);
  out.set(http::field::cache_control, response.cache_control.empty() ? "no-store" : response.cache_control);
  if (!response.allow.empty()) out.set(http::field::allow, response.allow);
  if (!response.authenticate.empty()) out.set(http::field::www_authenticate, response.authenticate);
  if (!response.file_name.empty())
    out.set(http::field::content_disposition, "attachment; filename=\"" + response.file_name + '"');
  out.body() = response.body;
  return out;
}

HttpServer::HttpServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpServer::~HttpServer() {
  impl_->closed = true;
  beast::error_code ignored;
  impl_->acceptor.close(ignored);
  for (auto& [id, weak] : impl_->sockets)
    if (const auto socket = weak.lock()) socket->close();
}

Checked<std::unique_ptr<HttpServer>> HttpServer::open(Loop& loop, Endpoint local, api::Service& service,
                                                      std::vector<StaticFile> files, std::function<void()> after) {
  auto impl = std::make_shared<Impl>(loop, service, std::move(files), std::move(after));
  beast::error_code error;
  const tcp::endpoint endpoint(asio::ip::make_address(local.address.text()), local.port);
  const auto step = [&](auto&& call) {
    if (!error) call();
  };
  step([&] { impl->acceptor.open(endpoint.protocol(), error); });
  step([&] { impl->acceptor.set_option(asio::socket_base::reuse_address(true), error); });
  step([&] { impl->acceptor.bind(endpoint, error); });
  step([&] { impl->acceptor.listen(asio::socket_base::max_listen_connections, error); });
  if (error) return complain("cannot listen: " + error.message(), "http:" + local.text());
  impl->accept();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

Endpoint HttpServer::local() const {
  beast::error_code ignored;
  const auto endpoint = impl_->acceptor.local_endpoint(ignored);
  const auto address = IpAddress::parse(endpoint.address().to_string());
  return {address.value_or(IpAddress{}), endpoint.port()};
}

void HttpServer::push() {
  while (auto push = impl_->service->poll_push()) {
    const auto it = impl_->sockets.find(push->socket);
    if (it == impl_->sockets.end()) continue;
    if (const auto socket = it->second.lock()) socket->send(std::move(*push));
  }
}

}  // namespace offhook::io
