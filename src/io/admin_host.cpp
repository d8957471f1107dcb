#include "io/admin_host.hpp"

#include "io/clock.hpp"
#include "process_figures.hpp"

namespace offhook::io {

AdminHost::AdminHost(ProxyHost& host, const std::string& token, Commands commands)
    : host_(&host), commands_(std::move(commands)), started_(now().mono), api_(*this, token) {}

Checked<std::unique_ptr<AdminHost>> AdminHost::open(Loop& loop, ProxyHost& host, const AdminSettings& settings,
                                                    Commands commands) {
  std::unique_ptr<AdminHost> admin(new AdminHost(host, settings.token, std::move(commands)));
  auto server = HttpServer::open(loop, *settings.listen, admin->api_, {}, [&host] { host.flush(); });
  if (!server) return tl::unexpected(server.error());
  admin->server_ = std::move(*server);
  return admin;
}

api::WorldFigures AdminHost::figures() const {
  api::WorldFigures out;
  out.uptime = now().mono - started_;
  read_process(out);
  const StreamFigures streams = host_->stream_figures();
  out.connections = streams.connections;
  out.accepted = streams.accepted;
  out.opened = streams.opened;
  out.refused = streams.refused;
  out.failed = streams.failed;
  out.commits = host_->commits();
  out.captured = host_->captured();
  out.record_commits = host_->record_commits();
  return out;
}

}  // namespace offhook::io
