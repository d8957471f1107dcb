// The administration of a proxy on a socket: api::ProxyApi behind an HttpServer, and what only the process knows.
#pragma once
#include <functional>
#include <memory>

#include "api/proxy.hpp"
#include "io/http_server.hpp"
#include "io/proxy_host.hpp"

namespace offhook::io {

class AdminHost final : public api::ProxyWorld {
 public:
  struct Commands {
    std::function<Checked<void>()> reload;
    std::function<void(std::optional<seconds> limit)> drain;
  };
  // `host` outlives it. Complaint: "cannot listen: Address already in use (http:127.0.0.1:8088)". `settings` has an
  // address.
  [[nodiscard]] static Checked<std::unique_ptr<AdminHost>> open(Loop& loop, ProxyHost& host,
                                                                const AdminSettings& settings, Commands commands);

  [[nodiscard]] Endpoint local() const { return server_->local(); }
  void set_token(std::string token) { api_.set_token(std::move(token)); }

  proxy::Core& core() override { return host_->core(); }
  void each_core(const std::function<void(proxy::Core&)>& f) override { host_->each_core(f); }
  [[nodiscard]] api::WorldFigures figures() const override;
  [[nodiscard]] std::optional<std::deque<flow::Record>> captured(const flow::WireQuestion& question) override {
    return host_->captured(question);
  }
  Checked<void> reload() override { return commands_.reload(); }
  void drain(std::optional<seconds> limit) override { commands_.drain(limit); }

 private:
  AdminHost(ProxyHost& host, const std::string& token, Commands commands);

  ProxyHost* host_;
  Commands commands_;
  TimePoint started_;
  api::ProxyApi api_;
  std::unique_ptr<HttpServer> server_;
};

}  // namespace offhook::io
