#include "io/http_server.hpp"

#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>
#include <thread>

#include "io/clock.hpp"

namespace offhook::io {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

// Answers with what it was asked; greets each WebSocket and says its texts back.
class EchoService final : public api::Service {
 public:
  static constexpr int kFrames = 20'000;
  api::Response handle(Now, const api::Request& request) override {
    return {200, "text/plain", request.method + " " + request.path + " ?" + request.query + " " + request.body, "", ""};
  }
  bool connected(Now, api::SocketId socket, std::string_view path) override {
    if (path != "/api/events") return false;
    pushes.push_back({socket, "hello"});
    return true;
  }
  void received(Now, api::SocketId socket, std::string_view text) override {
    if (text == "sing")
      for (int i = 0; i < kFrames; ++i) pushes.push_back({socket, std::to_string(i), true});
    else
      pushes.push_back({socket, std::string(text)});
  }
  void disconnected(api::SocketId) override { ++gone; }
  std::optional<api::Push> poll_push() override {
    if (pushes.empty()) return std::nullopt;
    auto push = std::move(pushes.front());
    pushes.pop_front();
    return push;
  }
  std::deque<api::Push> pushes;
  int gone = 0;
};

class HttpServerTest : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = HttpServer::open(loop_, {IpAddress::loopback(), 0}, service_,
                                   {{"/index.html", "text/html", "<page>"}}, [this] { server_->push(); });
    ASSERT_TRUE(opened) << opened.error().text();
    server_ = std::move(*opened);
    thread_ = std::thread([this] { loop_.run(); });
  }
  void TearDown() override {
    loop_.stop();
    thread_.join();
    server_.reset();
  }
  http::response<http::string_body> ask(http::verb verb, std::string target, std::string body = {},
                                        std::string origin = {}) {
    asio::io_context context;
    beast::tcp_stream stream(context);
    stream.connect({asio::ip::make_address("127.0.0.1"), server_->local().port});
    http::request<http::string_body> request(verb, target, 11, std::move(body));
    request.set(http::field::host, server_->local().text());
    if (!origin.empty()) request.set(http::field::origin, origin);
    request.prepare_payload();
    http::write(stream, request);
    beast::flat_buffer buffer;
    http::response<http::string_body> response;
    http::read(stream, buffer, response);
    return response;
  }

  Loop loop_;
  EchoService service_;
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
};

TEST_F(HttpServerTest, FilesAndService) {
  EXPECT_EQ(ask(http::verb::get, "/").body(), "<page>");
  EXPECT_EQ(ask(http::verb::post, "/api/a%20b?x=1", "body").body(), "POST /api/a b ?x=1 body");
}

TEST_F(HttpServerTest, HeadTellsTheLengthAndSendsNoContent) {
  asio::io_context context;
  beast::tcp_stream stream(context);
  stream.connect({asio::ip::make_address("127.0.0.1"), server_->local().port});
  http::request<http::empty_body> request(http::verb::head, "/", 11);
  request.set(http::field::host, server_->local().text());
  http::write(stream, request);
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.skip(true);
  http::read(stream, buffer, parser);
  EXPECT_EQ(parser.get()[http::field::content_length], "6");
  EXPECT_EQ(buffer.size(), 0);
}

TEST_F(HttpServerTest, AnotherSitesPageIsRefused) {
  EXPECT_EQ(ask(http::verb::post, "/api/x", "", "http://evil.example").result_int(), 403);
  EXPECT_EQ(ask(http::verb::post, "/api/x", "", "http://" + server_->local().text()).result_int(), 200);
}

TEST_F(HttpServerTest, WebSocketTextsBothWays) {
  asio::io_context context;
  beast::websocket::stream<beast::tcp_stream> socket(context);
  beast::get_lowest_layer(socket).connect({asio::ip::make_address("127.0.0.1"), server_->local().port});
  socket.handshake(server_->local().text(), "/api/events");
  beast::flat_buffer buffer;
  socket.read(buffer);
  EXPECT_EQ(beast::buffers_to_string(buffer.data()), "hello");
  buffer.clear();
  socket.write(asio::buffer(std::string("ping")));
  socket.read(buffer);
  EXPECT_EQ(beast::buffers_to_string(buffer.data()), "ping");
  beast::websocket::stream<beast::tcp_stream> other(context);
  beast::get_lowest_layer(other).connect({asio::ip::make_address("127.0.0.1"), server_->local().port});
  beast::error_code error;
  other.handshake(server_->local().text(), "/elsewhere", error);
  EXPECT_TRUE(error);
}

// A page that is held up hears the newest of the sound, not half a minute of what is over.
TEST_F(HttpServerTest, OfSoundThatIsLateOnlyTheNewestIsKept) {
  asio::io_context context;
  beast::websocket::stream<beast::tcp_stream> socket(context);
  beast::get_lowest_layer(socket).connect({asio::ip::make_address("127.0.0.1"), server_->local().port});
  socket.handshake(server_->local().text(), "/api/events");
  socket.write(asio::buffer(std::string("sing")));
  const auto next = [&] {
    beast::flat_buffer buffer;
    socket.read(buffer);
    return beast::buffers_to_string(buffer.data());
  };
  EXPECT_EQ(next(), "hello");
  // One may have been on its way; of the others as many as fit half a second.
  int last = -1, heard = 0;
  for (; last != EchoService::kFrames - 1; ++heard) {
    const int frame = std::stoi(next());
    ASSERT_GT(frame, last);
    last = frame;
  }
  EXPECT_LE(heard, 26);
  EXPECT_GE(heard, 20);
  socket.write(asio::buffer(std::string("ping")));
  EXPECT_EQ(next(), "ping");
}

TEST(HttpServer, PortInUseIsAClearError) {
  Loop loop;
  EchoService service;
  const auto first = HttpServer::open(loop, {IpAddress::loopback(), 0}, service, {}, {});
  ASSERT_TRUE(first);
  const auto second = HttpServer::open(loop, (*first)->local(), service, {}, {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().text(), "cannot listen: Address already in use (http:" + (*first)->local().text() + ")");
}

}  // namespace
}  // namespace offhook::io
