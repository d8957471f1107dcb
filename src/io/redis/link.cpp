#include "redis/link.hpp"

#include <arpa/inet.h>
#include <netdb.h>

#include <mutex>
#include <thread>
#include <utility>

#include "base/endpoint.hpp"
#include "io/clock.hpp"
#include "loop_impl.hpp"

namespace offhook::io {

namespace asio = boost::asio;

// The descriptor in the loop. It outlives the context for as long as a wait is under way.
struct RedisLink::Adapter : std::enable_shared_from_this<RedisLink::Adapter> {
  Adapter(asio::io_context& io, redisAsyncContext* c) : descriptor(io, c->c.fd), context(c) {}

  asio::posix::stream_descriptor descriptor;
  redisAsyncContext* context;
  std::shared_ptr<Adapter> self;  // hiredis' own reference
  bool reads = false, writes = false, waits_to_read = false, waits_to_write = false;

  void wait_to_read() {
    if (!reads || waits_to_read) return;
    waits_to_read = true;
    descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                          [keep = shared_from_this()](boost::system::error_code error) {
                            keep->waits_to_read = false;
                            if (error || keep->context == nullptr) return;
                            redisAsyncHandleRead(keep->context);
                            if (keep->context != nullptr) keep->wait_to_read();
                          });
  }
  void wait_to_write() {
    if (!writes || waits_to_write) return;
    waits_to_write = true;
    descriptor.async_wait(asio::posix::stream_descriptor::wait_write,
                          [keep = shared_from_this()](boost::system::error_code error) {
                            keep->waits_to_write = false;
                            if (error || keep->context == nullptr || !keep->writes) return;
                            redisAsyncHandleWrite(keep->context);
                            if (keep->context != nullptr) keep->wait_to_write();
                          });
  }
  static Adapter& of(void* data) { return *static_cast<Adapter*>(data); }
  static void add_read(void* data) {
    of(data).reads = true;
    of(data).wait_to_read();
  }
  static void del_read(void* data) { of(data).reads = false; }
  static void add_write(void* data) {
    of(data).writes = true;
    of(data).wait_to_write();
  }
  static void del_write(void* data) { of(data).writes = false; }
  static void cleanup(void* data) {
    Adapter& adapter = of(data);
    adapter.context = nullptr;
    adapter.descriptor.release();  // hiredis closes it
    adapter.self.reset();
  }
};

// Shared with the thread that asks; what is found is of no use when the link has gone.
struct RedisLink::Resolving {
  std::mutex mutex;
  Loop* loop;
};

RedisLink::RedisLink(Loop& loop, RedisAddress address, const RedisUrl& url, Events events)
    : loop_(&loop),
      address_(std::move(address)),
      url_(&url),
      events_(std::move(events)),
      since_(now().mono),
      last_(since_),
      timer_(loop, [this] { watch(); }) {
  timer_.set(since_ + kIdle / 4);
  if (IpAddress::parse(address_.host))
    connect(address_.host);
  else
    resolve();
}

RedisLink::~RedisLink() {
  muted_ = true;
  if (resolving_) {
    const std::lock_guard lock(resolving_->mutex);
    resolving_->loop = nullptr;
  }
  if (context_ != nullptr) redisAsyncFree(std::exchange(context_, nullptr));
}

// The system's resolver may take its time; it does so on a thread of its own.
void RedisLink::resolve() {
  resolving_ = std::make_shared<Resolving>();
  resolving_->loop = loop_;
  std::thread([this, with = resolving_, alive = std::weak_ptr<bool>(alive_), host = address_.host] {
    addrinfo hints{}, *found = nullptr;
    hints.ai_socktype = SOCK_STREAM;
    std::string ip;
    if (getaddrinfo(host.c_str(), nullptr, &hints, &found) == 0 && found != nullptr) {
      char text[INET6_ADDRSTRLEN];
      const void* at = found->ai_family == AF_INET6
                           ? static_cast<const void*>(&reinterpret_cast<sockaddr_in6*>(found->ai_addr)->sin6_addr)
                           : &reinterpret_cast<sockaddr_in*>(found->ai_addr)->sin_addr;
      if (inet_ntop(found->ai_family, at, text, sizeof text) != nullptr) ip = text;
      freeaddrinfo(found);
    }
    const std::lock_guard lock(with->mutex);
    if (with->loop == nullptr) return;
    with->loop->post([this, alive, ip] {
      if (alive.expired() || down_) return;
      if (ip.empty())
        gone("its name is not known");
      else
        connect(ip);
    });
  }).detach();
}

void RedisLink::connect(const std::string& ip) {
  context_ = redisAsyncConnect(ip.c_str(), address_.port);
  if (context_ == nullptr) return gone("out of memory");
  if (context_->err != 0) {
    const std::string why = context_->errstr;
    redisAsyncFree(std::exchange(context_, nullptr));
    return gone(why);
  }
  context_->data = this;
  auto adapter = std::make_shared<Adapter>(loop_->impl().context, context_);
  adapter->self = adapter;
  context_->ev = {adapter.get(),      Adapter::add_read,  Adapter::del_read,
                  Adapter::add_write, Adapter::del_write, Adapter::cleanup};
  redisAsyncSetConnectCallback(context_, [](const redisAsyncContext* context, int status) {
    auto& link = *static_cast<RedisLink*>(context->data);
    if (status == REDIS_OK) return;
    const std::string why = context->errstr == nullptr ? "" : context->errstr;
    link.context_ = nullptr;  // hiredis frees it
    link.gone(why);
  });
  redisAsyncSetDisconnectCallback(context_, [](const redisAsyncContext* context, int) {
    auto& link = *static_cast<RedisLink*>(context->data);
    link.context_ = nullptr;
    link.gone(context->err != 0 && context->errstr != nullptr ? context->errstr : "the connection was closed");
  });
  log_in();
}

// A server that is still reading its data says LOADING to the PING.
void RedisLink::log_in() {
  const auto check = [this](const redisReply* reply) {
    if (const auto error = error_of(reply); !error.empty()) close(error);
  };
  if (!url_->password.empty()) {
    if (url_->user.empty())
      command({"AUTH", url_->password}, check);
    else
      command({"AUTH", url_->user, url_->password}, check);
  }
  if (url_->database != 0) command({"SELECT", std::to_string(url_->database)}, check);
  command({"PING"}, [this](const redisReply* reply) { logged_in(reply); });
}

void RedisLink::logged_in(const redisReply* reply) {
  if (down_) return;
  if (const auto error = error_of(reply); !error.empty()) return close(error);
  ready_ = true;
  if (events_.ready) events_.ready();
}

bool RedisLink::send(const std::vector<std::string_view>& words, redisCallbackFn* call, void* data) {
  std::vector<const char*> at;
  std::vector<std::size_t> sizes;
  at.reserve(words.size());
  sizes.reserve(words.size());
  for (const std::string_view word : words) {
    at.push_back(word.data());
    sizes.push_back(word.size());
  }
  return redisAsyncCommandArgv(context_, call, data, static_cast<int>(words.size()), at.data(), sizes.data()) ==
         REDIS_OK;
}

void RedisLink::command(const std::vector<std::string_view>& words, Reply reply) {
  if (context_ == nullptr) {
    reply(nullptr);
    return;
  }
  auto waiting = std::make_unique<Waiting>(Waiting{this, std::move(reply)});
  if (!send(words, replied, waiting.get())) return waiting->reply(nullptr);
  (void)waiting.release();  // replied() takes it
  sent_.push_back(now().mono);
}

void RedisLink::subscribe(std::string_view channel) {
  if (context_ == nullptr) return;
  subscribed_ = true;
  send({"SUBSCRIBE", channel}, heard, this);
}

void RedisLink::replied(redisAsyncContext*, void* reply, void* data) {
  const std::unique_ptr<Waiting> waiting(static_cast<Waiting*>(data));
  RedisLink& link = *waiting->link;
  if (link.muted_) return;
  if (!link.sent_.empty()) link.sent_.pop_front();
  link.last_ = now().mono;
  waiting->reply(static_cast<const redisReply*>(reply));
}

// ["message", channel, text]
void RedisLink::heard(redisAsyncContext*, void* reply, void* data) {
  auto& link = *static_cast<RedisLink*>(data);
  const auto* list = static_cast<const redisReply*>(reply);
  if (link.muted_ || list == nullptr || list->type != REDIS_REPLY_ARRAY || list->elements != 3) return;
  const std::string_view kind = text_of(list->element[0]);
  if (kind == "message" && link.events_.message) link.events_.message(text_of(list->element[2]));
  if (kind == "subscribe" && link.events_.message) link.events_.message({});
}

void RedisLink::watch() {
  if (down_) return;
  const TimePoint at = now().mono;
  if (!ready_ && at - since_ > kPatience) return close("it does not answer");
  if (!sent_.empty() && at - sent_.front() > kPatience) return close("it does not answer");
  if (ready_ && !subscribed_ && sent_.empty() && at - last_ > kIdle)
    command({"PING"}, [this](const redisReply* reply) {
      if (const auto error = error_of(reply); !error.empty()) close(error);
    });
  timer_.set(at + kIdle / 4);
}

void RedisLink::close(const std::string& why) {
  if (down_) return;
  gone(why);
  if (context_ != nullptr) redisAsyncFree(std::exchange(context_, nullptr));
}

void RedisLink::leave() {
  close("left");
  muted_ = true;
}

void RedisLink::gone(const std::string& why) {
  ready_ = false;
  if (std::exchange(down_, true)) return;
  loop_->post([this, alive = std::weak_ptr<bool>(alive_), why] {
    if (!alive.expired() && !muted_ && events_.down) events_.down(why);
  });
}

std::string error_of(const redisReply* reply) {
  if (reply == nullptr) return "the connection is gone";
  return reply->type == REDIS_REPLY_ERROR ? std::string(reply->str, reply->len) : std::string{};
}

std::string_view text_of(const redisReply* reply) {
  const bool has = reply != nullptr && (reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_STATUS);
  return has ? std::string_view(reply->str, reply->len) : std::string_view{};
}

}  // namespace offhook::io
